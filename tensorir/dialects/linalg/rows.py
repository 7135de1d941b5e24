"""Named ops over a row-major axis, which may be padded: softmax, the norms, zero padding."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tensorir.dialects.linalg.decomposing import Decomposer, Rows
from tensorir.dialects.linalg.reduce import Reduce, check_extent
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.dialects.tensor import check_axis
from tensorir.ir.affine import identity
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.relation import Relation, Same, Whole, elementwise
from tensorir.ir.scalar import Scalar, apply, cast, const
from tensorir.ir.types import Type, TypeEncoding
from tensorir.ir.value import Value


class RowOp(Op):
    """Base of the ops that turn each row of `source` into one of the same type: softmax and the norms.

    A row consists of the elements along `dims` as one row-major axis. `extent` (None: all) is the number of its valid
    positions; the others are padding, never read, and zero in the result. With a packed source, `dims` are the outer
    and the inner dim of one logical axis. Operands after `source` hold one number per position of a row: they have the
    sizes of `dims`."""

    __slots__ = ()

    source: Value
    dims: tuple[int, ...]
    extent: Dim | None
    encoding: TypeEncoding | None

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        _check_axis_dims(type, self.dims, self.extent)
        if not type.dtype.is_float:
            raise InferError(f"needs a float type, got {type.dtype}")
        sizes = tuple(type.shape[d] for d in self.dims)
        for name in self.OPERANDS[1:]:
            other: Type = getattr(self, name).type
            if other.shape != sizes or other.dtype != type.dtype:
                raise InferError(f"{name} is {other}, should be [{', '.join(map(str, sizes))}] of {type.dtype}")
        return (type.with_encoding(self.encoding),)

    @property
    def rows(self) -> Rows:
        """The positions of a row."""
        return Rows(self.source.type.shape, self.dims, self.extent)

    def relation(self) -> Relation:
        """An op along rows needs all of a row and shares intermediate results along it."""
        rank = self.source.type.rank
        source = tuple(Same(d, d) for d in range(rank) if d not in self.dims)
        along = tuple(Same(i, d) for i, d in enumerate(self.dims))
        parameters = (along,) * (len(self.OPERANDS) - 1)
        return Relation((tuple(range(rank)),), ((*source, Whole(self.dims, self.dims)), *parameters))


@op("linalg.softmax", Trait.PURE)
class Softmax(RowOp):
    """exp(x − max) / Σ exp(x − max) along `dims`; see RowOp."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

    def decomposition(self) -> Decomposition:
        w, rows = Decomposer(self), self.rows
        (x,) = w.operands
        rank, dtype, total = x.type.rank, x.type.dtype, accumulation_type(x.type.dtype)
        masked = w.map([(x, rows.all)], rank, lambda s: rows.masked(cast(s[0], total), s[1:], -math.inf), *rows.sizes)
        largest = w.add(Reduce(masked, "max", self.dims))
        power = w.map([(masked, rows.all), (largest, rows.kept)], rank, lambda s: apply("exp", apply("sub", *s)))
        if self.extent is not None:  # an empty row has no maximum
            power = w.map([(power, rows.all)], rank, lambda s: rows.masked(s[0], s[1:]), *rows.sizes)
        sum = w.add(Reduce(power, "add", self.dims))

        def quotient(s: list[Scalar]) -> Scalar:
            return cast(rows.masked(apply("div", s[0], s[1]), s[2:]), dtype)

        return w.finish(w.map([(power, rows.all), (sum, rows.kept)], rank, quotient, *rows.sizes))


@op("linalg.layer_norm", Trait.PURE)
class LayerNorm(RowOp):
    """(x − mean) / sqrt(variance + epsilon) · scale + bias along `dims`; see RowOp."""

    source: Value = operand()
    scale: Value = operand()
    bias: Value = operand()
    dims: tuple[int, ...] = attribute()
    epsilon: float = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

    def decomposition(self) -> Decomposition:
        w, rows = Decomposer(self), self.rows
        x, scale, bias = w.operands
        rank, dtype, total = x.type.rank, x.type.dtype, accumulation_type(x.type.dtype)
        masked = w.map([(x, rows.all)], rank, lambda s: rows.masked(cast(s[0], total), s[1:]), *rows.sizes)

        def centered(s: list[Scalar]) -> Scalar:
            return rows.masked(apply("sub", s[0], s[1]), s[2:])

        around = w.map([(masked, rows.all), (_mean(masked, rows, w), rows.kept)], rank, centered, *rows.sizes)
        square = w.map([(around, rows.all)], rank, lambda s: apply("mul", s[0], s[0]))

        def scaled(s: list[Scalar]) -> Scalar:
            deviation = apply("sqrt", apply("add", s[1], const(self.epsilon, total)))
            value = apply("mul", apply("div", s[0], deviation), cast(s[2], total))
            return cast(rows.masked(apply("add", value, cast(s[3], total)), s[4:]), dtype)

        inputs = [(around, rows.all), (_mean(square, rows, w), rows.kept), (scale, rows.along), (bias, rows.along)]
        return w.finish(w.map(inputs, rank, scaled, *rows.sizes))


@op("linalg.rms_norm", Trait.PURE)
class RmsNorm(RowOp):
    """x / sqrt(mean of x² + epsilon) · scale along `dims`; see RowOp."""

    source: Value = operand()
    scale: Value = operand()
    dims: tuple[int, ...] = attribute()
    epsilon: float = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

    def decomposition(self) -> Decomposition:
        w, rows = Decomposer(self), self.rows
        x, scale = w.operands
        rank, dtype, total = x.type.rank, x.type.dtype, accumulation_type(x.type.dtype)
        masked = w.map([(x, rows.all)], rank, lambda s: rows.masked(cast(s[0], total), s[1:]), *rows.sizes)
        square = w.map([(masked, rows.all)], rank, lambda s: apply("mul", s[0], s[0]))

        def scaled(s: list[Scalar]) -> Scalar:
            root = apply("sqrt", apply("add", s[1], const(self.epsilon, total)))
            value = apply("mul", apply("div", s[0], root), cast(s[2], total))
            return cast(rows.masked(value, s[3:]), dtype)

        inputs = [(masked, rows.all), (_mean(square, rows, w), rows.kept), (scale, rows.along)]
        return w.finish(w.map(inputs, rank, scaled, *rows.sizes))


def _mean(value: Value, rows: Rows, w: Decomposer) -> Value:
    """Returns, for each row, the sum of `value`, which is zero at masked positions, divided by the number of valid
    positions."""
    total = w.add(Reduce(value, "add", rows.dims))
    rank = total.type.rank

    def mean(s: list[Scalar]) -> Scalar:
        return apply("div", s[0], cast(s[1], s[0].dtype))

    return w.map([(total, identity(rank))], rank, mean, rows.length)


@op("linalg.zero_padding", Trait.PURE)
class ZeroPadding(Op):
    """Zero where the row-major position along `dims` is at least `extent`; the source elsewhere."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    extent: Dim = attribute()

    def infer_types(self) -> Sequence[Type]:
        _check_axis_dims(self.source.type, self.dims, self.extent)
        return (self.source.type,)

    def decomposition(self) -> Decomposition:
        w, rows = Decomposer(self), Rows(self.source.type.shape, self.dims, self.extent)
        (x,) = w.operands
        return w.finish(w.map([(x, rows.all)], x.type.rank, lambda s: rows.masked(s[0], s[1:]), *rows.sizes))

    def relation(self) -> Relation:
        return elementwise(self.source.type.rank)


def _check_axis_dims(type: Type, dims: tuple[int, ...], extent: Dim | None) -> None:
    if not dims or len(set(dims)) != len(dims):
        raise InferError(f"dims {list(dims)} must be one or more different dims")
    for d in dims:
        check_axis(d, type.rank, "dim")
    check_extent(type, dims, extent)
