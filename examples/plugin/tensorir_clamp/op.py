"""clamp.clamp: its definition, and a fast NumPy function for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tensorir.dialects.linalg.decomposing import Decomposer
from tensorir.interp.context import Array, Context
from tensorir.ir.affine import identity
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import InferError
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.relation import Relation, elementwise
from tensorir.ir.scalar import Scalar, apply, const
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@op("clamp.clamp", Trait.PURE)
class Clamp(Op):
    """max(low, min(high, x)), elementwise. `low` ≤ `high`."""

    source: Value = operand()
    low: float = attribute()
    high: float = attribute()

    def infer_types(self) -> Sequence[Type]:
        if not self.source.type.dtype.is_float:
            raise InferError(f"needs a float type, got {self.source.type.dtype}")
        return (self.source.type,)

    def verify(self) -> Iterator[str]:
        if self.low > self.high:
            yield f"low {self.low} is above high {self.high}"

    def relation(self) -> Relation:
        return elementwise(self.source.type.rank)

    def decomposition(self) -> Decomposition:
        w = Decomposer(self)
        (x,) = w.operands
        low, high = (const(value, x.type.dtype) for value in (self.low, self.high))

        def clamped(s: list[Scalar]) -> Scalar:
            return apply("max", apply("min", s[0], high), low)

        return w.finish(w.map([(x, identity(x.type.rank))], x.type.rank, clamped))


def clamp(op: Clamp, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    """Optional, because the decomposition defines the result too; here NumPy does it without trees of scalars. Its own
    np.clip would give f32 for bf16."""
    dtype = ctx.numpy(op.source.type.dtype)
    return (np.maximum(np.minimum(inputs[0], np.asarray(op.high, dtype)), np.asarray(op.low, dtype)),)
