"""linalg.reduce: elements combined along dims by one scalar function."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

from tensorir.dialects.linalg.decomposing import Decomposer
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.dialects.tensor import check_axis
from tensorir.ir.affine import identity, select
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DType
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.scalar import SCALAR_FNS, ScalarBody, ScalarValue, apply, arg, cast
from tensorir.ir.types import Type
from tensorir.ir.value import Value

ReductionKind = Literal["add", "mul", "max", "min", "maxnum", "minnum", "and", "or", "xor"]


def neutral_element(kind: ReductionKind, dtype: DType) -> ScalarValue:
    """What changes nothing when it is combined with an element: the result of reducing none."""
    if dtype.is_float:
        floats = {"add": 0.0, "mul": 1.0, "max": -math.inf, "min": math.inf, "maxnum": math.nan, "minnum": math.nan}
        return floats[kind]
    if dtype.kind == "bool":
        return kind in ("mul", "and", "min")
    low, high = dtype.range
    ones = -1 if dtype.kind == "signed" else high
    return {"add": 0, "or": 0, "xor": 0, "mul": 1, "and": ones, "max": low, "min": high}[kind]


@op("linalg.reduce", Trait.PURE)
class Reduce(Op):
    """Combines all elements along `dims`, which vanish. An empty reduction gives the neutral element.

    `max` and `min` propagate NaN; `maxnum` and `minnum` skip it, and NaN is their neutral element."""

    source: Value = operand()
    kind: ReductionKind = attribute()
    dims: tuple[int, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        if self.kind not in get_args(ReductionKind):
            raise InferError(f"unknown kind {self.kind!r}; known: {', '.join(get_args(ReductionKind))}")
        domain = SCALAR_FNS[self.kind].domain
        if domain not in ("any", "float" if type.dtype.is_float else "integer"):
            raise InferError(f"{self.kind} takes {domain} elements, got {type.dtype}")
        for d in self.dims:
            check_axis(d, type.rank, "dim")
        if len(set(self.dims)) != len(self.dims):
            raise InferError(f"dims {list(self.dims)} has a dim twice")
        return (type.with_encoding(None).with_shape(tuple(s for d, s in enumerate(type.shape) if d not in self.dims)),)

    def loops(self) -> Loops:
        type = self.source.type
        total = accumulation_type(type.dtype)
        combined = apply(self.kind, arg(1, total), cast(arg(0, type.dtype), total))
        kept = select(type.rank, (d for d in range(type.rank) if d not in self.dims))
        body = ScalarBody((type.dtype, total), combined)
        start = neutral_element(self.kind, type.dtype)
        return Loops(type.shape, (self.source,), (identity(type.rank),), (kept,), (body,), (start,))

    def decomposition(self) -> Decomposition | None:
        """16-bit floats are combined in f32; dims in another order than the tensor's are combined in its order."""
        dtype, dims = self.source.type.dtype, tuple(sorted(self.dims))
        total = accumulation_type(dtype)
        if total == dtype and dims == self.dims:
            return None
        w = Decomposer(self)
        return w.finish(w.convert(w.add(Reduce(w.convert(w.operands[0], total), self.kind, dims)), dtype))
