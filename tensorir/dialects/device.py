"""device: where a value lives. Names of devices are those of the program; a compilation says what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorir.ir.decomposition import Decomposition
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.region import Region
from tensorir.ir.relation import Relation, elementwise
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@op("device.transfer", Trait.PURE)
class Transfer(Op):
    """The same tensor in the memory of `device` (flow.tensor.transfer)."""

    source: Value = operand()
    device: str = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (self.source.type,)

    def decomposition(self) -> Decomposition:
        """Where a tensor lives changes nothing in it."""
        source = Value(self.source.type, self.source.hint)
        return Decomposition(Region((source,), (), (source,)))

    def relation(self) -> Relation:
        return elementwise(self.source.type.rank, moves=(0,))

    def verify(self) -> Iterator[str]:
        if not self.device:
            yield "the name of the device is empty"
