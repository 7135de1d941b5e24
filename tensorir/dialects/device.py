"""device: the device on which a value lives. Devices are named by the program; the compilation maps the names to
devices."""

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
        """The result has the elements of the source."""
        source = Value(self.source.type, self.source.hint)
        return Decomposition(Region((source,), (), (source,)))

    def relation(self) -> Relation:
        return elementwise(self.source.type.rank, moves=(0,))

    def verify(self) -> Iterator[str]:
        if not self.device:
            yield "the name of the device is empty"
