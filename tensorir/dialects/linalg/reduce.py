"""linalg.reduce: elements combined along dims by one scalar function."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

from tensorir.dialects.linalg.decomposing import Decomposer, Rows
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.dialects.tensor import check_axis
from tensorir.ir.affine import identity, select
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import DType
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.relation import Relation, Same
from tensorir.ir.scalar import SCALAR_FNS, ScalarBody, ScalarValue, apply, arg, cast
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value

ReductionKind = Literal["add", "mul", "max", "min", "maxnum", "minnum", "and", "or", "xor"]


def neutral_element(kind: ReductionKind, dtype: DType) -> ScalarValue:
    """Returns the neutral element of a kind, which is the result of reducing no elements."""
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
    """Combines all elements along `dims`, which the result lacks. An empty reduction gives the neutral element.

    `extent` (None: all) is how many positions of `dims`, taken as one row-major axis, are valid: the others are
    padding, and never read. `max` and `min` propagate NaN; `maxnum` and `minnum` skip it, and NaN is their neutral
    element."""

    source: Value = operand()
    kind: ReductionKind = attribute()
    dims: tuple[int, ...] = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

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
        check_extent(type, self.dims, self.extent)
        kept = tuple(s for d, s in enumerate(type.shape) if d not in self.dims)
        return (TensorType(kept, type.dtype, self.encoding),)

    def relation(self) -> Relation:
        loops = range(self.source.type.rank)
        return Relation((tuple(d for d in loops if d not in self.dims),), (tuple(Same(d, d) for d in loops),))

    def loops(self) -> Loops | None:
        if self.extent is not None:
            return None
        type = self.source.type
        total = accumulation_type(type.dtype)
        combined = apply(self.kind, arg(1, total), cast(arg(0, type.dtype), total))
        kept = select(type.rank, (d for d in range(type.rank) if d not in self.dims))
        body = ScalarBody((type.dtype, total), combined)
        start = neutral_element(self.kind, type.dtype)
        return Loops(type.shape, (self.source,), (identity(type.rank),), (kept,), (body,), (start,))

    def decomposition(self) -> Decomposition | None:
        """16-bit floats are combined in f32; dims are combined in the order of the tensor; positions beyond the extent
        are replaced by the neutral element."""
        dtype, dims = self.source.type.dtype, tuple(sorted(self.dims))
        total = accumulation_type(dtype)
        if total == dtype and dims == self.dims and self.extent is None:
            return None
        w, rows = Decomposer(self), Rows(self.source.type.shape, self.dims, self.extent)
        (x,) = w.operands
        if self.extent is not None:
            neutral = neutral_element(self.kind, dtype)
            x = w.map([(x, rows.all)], x.type.rank, lambda s: rows.masked(s[0], s[1:], neutral), *rows.sizes)
        return w.finish(w.convert(w.add(Reduce(w.convert(x, total), self.kind, dims)), dtype))


def check_extent(type: Type, dims: tuple[int, ...], extent: Dim | None) -> None:
    """Raises InferError if the extent is larger than the number of positions of `dims`."""
    positions = product(type.shape[d] for d in dims)
    if isinstance(extent, int) and isinstance(positions, int) and not 0 <= extent <= positions:
        raise InferError(f"extent {extent} is outside 0 … {positions}")
