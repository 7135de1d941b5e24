"""Named ops over a row-major axis, which may be padded: softmax, layer norm, zero padding."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.tensor import check_axis
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, product
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.types import Type, TypeEncoding
from tensorir.ir.value import Value


@op("linalg.softmax", Trait.PURE)
class Softmax(Op):
    """exp(x − max) / Σ exp(x − max) along `dims` taken as one row-major axis.

    `extent` (None: all) is how many positions of that axis are valid: the others are padding, never read, and
    zero in the result. With a packed source, `dims` are the outer and the inner dim of one logical axis."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        _check_axis_dims(type, self.dims, self.extent)
        if not type.dtype.is_float:
            raise InferError(f"needs a float type, got {type.dtype}")
        return (type.with_encoding(self.encoding),)


@op("linalg.layer_norm", Trait.PURE)
class LayerNorm(Op):
    """(x − mean) / sqrt(variance + epsilon) · scale + bias along `dims` taken as one row-major axis.

    `scale` and `bias` have the sizes of `dims`. `extent` as in softmax."""

    source: Value = operand()
    scale: Value = operand()
    bias: Value = operand()
    dims: tuple[int, ...] = attribute()
    epsilon: float = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        _check_axis_dims(type, self.dims, self.extent)
        if not type.dtype.is_float:
            raise InferError(f"needs a float type, got {type.dtype}")
        sizes = tuple(type.shape[d] for d in self.dims)
        for name in ("scale", "bias"):
            other: Type = getattr(self, name).type
            if other.shape != sizes or other.dtype != type.dtype:
                raise InferError(f"{name} is {other}, should be [{', '.join(map(str, sizes))}] of {type.dtype}")
        return (type.with_encoding(self.encoding),)


@op("linalg.zero_padding", Trait.PURE)
class ZeroPadding(Op):
    """Zero where the row-major position along `dims` is `extent` or more; the source elsewhere."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    extent: Dim = attribute()

    def infer_types(self) -> Sequence[Type]:
        _check_axis_dims(self.source.type, self.dims, self.extent)
        return (self.source.type,)


def _check_axis_dims(type: Type, dims: tuple[int, ...], extent: Dim | None) -> None:
    if not dims or len(set(dims)) != len(dims):
        raise InferError(f"dims {list(dims)} must be one or more different dims")
    for d in dims:
        check_axis(d, type.rank, "dim")
    positions = product(type.shape[d] for d in dims)
    if isinstance(extent, int) and isinstance(positions, int) and not 0 <= extent <= positions:
        raise InferError(f"extent {extent} is outside 0 … {positions}")
