"""encode: conversions between a row-major tensor and one stored as a contraction needs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.relation import Relation, elementwise
from tensorir.ir.types import Type, TypeEncoding
from tensorir.ir.value import Value


@op("encode.set", Trait.PURE | Trait.ENCODE)
class SetEncoding(Op):
    """The same tensor, stored as `encoding` will resolve to. Its elements and logical shape do not change."""

    source: Value = operand()
    encoding: TypeEncoding = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (self.source.type.with_encoding(self.encoding),)

    def relation(self) -> Relation:
        return elementwise(self.source.type.rank, moves=(0,))

    def verify(self) -> Iterator[str]:
        if self.source.type.encoding is not None:
            yield f"source already has an encoding: {self.source.type}; unset it first"


@op("encode.unset", Trait.PURE | Trait.ENCODE)
class UnsetEncoding(Op):
    """The same tensor, stored row-major."""

    source: Value = operand()

    def infer_types(self) -> Sequence[Type]:
        return (self.source.type.with_encoding(None),)

    def relation(self) -> Relation:
        return elementwise(self.source.type.rank, moves=(0,))

    def verify(self) -> Iterator[str]:
        if self.source.type.encoding is None:
            yield f"source has no encoding: {self.source.type}"
