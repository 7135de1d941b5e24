"""linalg ops that compute nothing: fill, transpose, broadcast."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.tensor import check_permutation
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.scalar import ScalarBody, ScalarValue, arg, const
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value


@op("linalg.fill", Trait.PURE | Trait.CONSTANT)
class Fill(Op):
    """A tensor of one value."""

    value: ScalarValue = attribute()
    type: Type = attribute()

    def infer_types(self) -> Sequence[Type]:
        const(self.value, self.type.dtype)
        return (self.type,)

    def loops(self) -> Loops:
        body = ScalarBody((), const(self.value, self.type.dtype))
        return Loops(self.type.shape, (), (), (identity(self.type.rank),), (body,))


@op("linalg.transpose", Trait.PURE)
class Transpose(Op):
    """Dim i of the result is dim `permutation[i]` of the source."""

    source: Value = operand()
    permutation: tuple[int, ...] = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        check_permutation(self.permutation, type.rank, "permutation")
        return (TensorType(tuple(type.shape[p] for p in self.permutation), type.dtype, self.encoding),)

    def loops(self) -> Loops:
        rank = self.source.type.rank
        return _copied(self.source, self.source.type.shape, identity(rank), select(rank, self.permutation))


@op("linalg.broadcast", Trait.PURE)
class Broadcast(Op):
    """`shape` is the shape of the result; `dims` are the dims of the result that the source lacks
    (linalg.broadcast)."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    shape: tuple[Dim, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        kept = tuple(s for d, s in enumerate(self.shape) if d not in self.dims)
        if kept != type.shape or any(not 0 <= d < len(self.shape) for d in self.dims):
            raise InferError(f"{type} plus dims {list(self.dims)} is not [{', '.join(map(str, self.shape))}]")
        return (TensorType(self.shape, type.dtype),)

    def loops(self) -> Loops:
        rank = len(self.shape)
        kept = select(rank, (d for d in range(rank) if d not in self.dims))
        return _copied(self.source, self.shape, kept, identity(rank))


def _copied(source: Value, sizes: tuple[Dim, ...], map: AffineMap, result: AffineMap) -> Loops:
    """Each element of the result is the element of `source` given by `map`."""
    dtype = source.type.dtype
    return Loops(sizes, (source,), (map,), (result,), (ScalarBody((dtype,), arg(0, dtype)),))
