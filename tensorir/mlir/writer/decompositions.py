"""What composites are, in ops of the core that MLIR has. 16-bit floats are computed in f32 and rounded once.

Rows of several dims, and rows of which only the first `extent` positions count, are masked by position: what does not
count contributes nothing and is zero in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from attrs import define, field, frozen

from tensorir.dialects.device import Transfer
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Contract, Generic, LayerNorm, Reduce, Softmax, ZeroPadding
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import DType, f32, i64
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value


@frozen
class Decomposition:
    """`body` takes the op's operands, then one scalar i64 tensor for each of `sizes`."""

    body: Region
    sizes: tuple[Dim, ...]


def decompose(op: Op) -> Decomposition:
    """The op as a function. Encoded operands are unset first, the result set at the end."""
    work = _Work()
    operands = [work.plain(work.b.arg(v.type, v.hint)) for v in op.operands]
    value = _RULES[type(op)](op, operands, work)
    encoding = op.results[0].type.encoding
    if encoding is not None:
        value = work.b.add(SetEncoding(value, encoding)).result
    return Decomposition(work.b.finish((value,)), tuple(work.sizes))


@define
class _Work:
    b: RegionBuilder = field(factory=RegionBuilder)
    sizes: dict[Dim, Value] = field(factory=dict[Dim, Value])

    def plain(self, value: Value) -> Value:
        return value if value.type.encoding is None else self.b.add(UnsetEncoding(value)).result

    def size(self, dim: Dim) -> Value:
        """A symbolic size as a scalar tensor: an argument of the function."""
        if dim not in self.sizes:
            self.sizes[dim] = self.b.arg(TensorType((), i64), "size")
        return self.sizes[dim]

    def map(
        self, inputs: Sequence[tuple[Value, AffineMap]], rank: int, body: Callable[[list[Scalar]], Scalar], *sizes: Dim
    ) -> Value:
        """An elementwise op. `body` gets the elements of the inputs, then the `sizes` as i64."""
        scalars = [(self.size(d), select(rank, ())) for d in sizes if not isinstance(d, int)]
        every = [*inputs, *scalars]
        elements = [arg(i, v.type.dtype) for i, (v, _) in enumerate(every)]
        symbolic = iter(elements[len(inputs) :])
        given = [*elements[: len(inputs)], *(const(d, i64) if isinstance(d, int) else next(symbolic) for d in sizes)]
        made = ScalarBody(tuple(e.dtype for e in elements), body(given))
        maps = (*(m for _, m in every), identity(rank))
        return self.b.add(Generic(tuple(v for v, _ in every), maps, made)).result

    def convert(self, value: Value, dtype: DType) -> Value:
        if value.type.dtype == dtype:
            return value
        rank = value.type.rank
        return self.map([(value, identity(rank))], rank, lambda x: cast(x[0], dtype))


@frozen
class _Rows:
    """Positions along `dims` of a tensor of `shape`, taken as one row-major axis of which `extent` count."""

    shape: tuple[Dim, ...]
    dims: tuple[int, ...]
    extent: Dim | None

    @property
    def strides(self) -> tuple[Dim, ...]:
        return tuple(product(self.shape[d] for d in self.dims[i + 1 :]) for i in range(len(self.dims)))

    @property
    def sizes(self) -> tuple[Dim, ...]:
        """What `counts` needs as scalars."""
        return () if self.extent is None else (self.extent, *self.strides)

    def counts(self, sizes: Sequence[Scalar]) -> Scalar | None:
        """Whether the element here counts; None where all do."""
        if self.extent is None:
            return None
        extent, *strides = sizes
        parts = [_times(iteration_index(d), stride) for d, stride in zip(self.dims, strides, strict=True)]
        return apply("lt", reduce(lambda a, b: apply("add", a, b), parts), extent)

    @property
    def length(self) -> Dim:
        """How many positions count."""
        return product(self.shape[d] for d in self.dims) if self.extent is None else self.extent

    @property
    def kept(self) -> AffineMap:
        """How a tensor without the dims is indexed."""
        return select(len(self.shape), (d for d in range(len(self.shape)) if d not in self.dims))


def _times(index: Scalar, stride: Scalar) -> Scalar:
    return index if stride.fn == "const" and stride.value == 1 else apply("mul", index, stride)


def _where(condition: Scalar | None, value: Scalar, other: float) -> Scalar:
    return value if condition is None else apply("select", condition, value, const(other, value.dtype))


def _softmax(op: Softmax, operands: list[Value], w: _Work) -> Value:
    (x,) = operands
    rank, dtype = x.type.rank, _compute_type(x.type.dtype)
    all_, rows = identity(rank), _Rows(x.type.shape, op.dims, op.extent)
    masked = w.map([(x, all_)], rank, lambda s: _where(rows.counts(s[1:]), cast(s[0], dtype), -_INF), *rows.sizes)
    largest = w.b.add(Reduce(masked, "max", op.dims)).result
    power = w.map([(masked, all_), (largest, rows.kept)], rank, lambda s: apply("exp", apply("sub", s[0], s[1])))
    if op.extent is not None:  # a row without positions has no largest one
        power = w.map([(power, all_)], rank, lambda s: _where(rows.counts(s[1:]), s[0], 0.0), *rows.sizes)
    total = w.b.add(Reduce(power, "add", op.dims)).result

    def quotient(s: list[Scalar]) -> Scalar:
        return cast(_where(rows.counts(s[2:]), apply("div", s[0], s[1]), 0.0), x.type.dtype)

    return w.map([(power, all_), (total, rows.kept)], rank, quotient, *rows.sizes)


def _layer_norm(op: LayerNorm, operands: list[Value], w: _Work) -> Value:
    x, scale, bias = operands
    rank, dtype = x.type.rank, _compute_type(x.type.dtype)
    all_, rows, along = identity(rank), _Rows(x.type.shape, op.dims, op.extent), select(rank, op.dims)
    outer = rank - len(op.dims)
    masked = w.map([(x, all_)], rank, lambda s: _where(rows.counts(s[1:]), cast(s[0], dtype), 0.0), *rows.sizes)

    def mean(value: Value) -> Value:
        total = w.b.add(Reduce(value, "add", op.dims)).result
        return w.map([(total, identity(outer))], outer, lambda s: apply("div", s[0], cast(s[1], dtype)), rows.length)

    def centered(s: list[Scalar]) -> Scalar:
        return _where(rows.counts(s[2:]), apply("sub", s[0], s[1]), 0.0)

    around = w.map([(masked, all_), (mean(masked), rows.kept)], rank, centered, *rows.sizes)
    variance = mean(w.map([(around, all_)], rank, lambda s: apply("mul", s[0], s[0])))

    def scaled(s: list[Scalar]) -> Scalar:
        deviation = apply("sqrt", apply("add", s[1], const(op.epsilon, dtype)))
        value = apply("mul", apply("div", s[0], deviation), cast(s[2], dtype))
        return cast(_where(rows.counts(s[4:]), apply("add", value, cast(s[3], dtype)), 0.0), x.type.dtype)

    inputs = [(around, all_), (variance, rows.kept), (scale, along), (bias, along)]
    return w.map(inputs, rank, scaled, *rows.sizes)


def _zero_padding(op: ZeroPadding, operands: list[Value], w: _Work) -> Value:
    (x,) = operands
    rows = _Rows(x.type.shape, op.dims, op.extent)
    rank = x.type.rank
    return w.map([(x, identity(rank))], rank, lambda s: _where(rows.counts(s[1:]), s[0], 0), *rows.sizes)


def _reduce(op: Reduce, operands: list[Value], w: _Work) -> Value:
    dtype = op.source.type.dtype
    made = w.b.add(Reduce(w.convert(operands[0], _compute_type(dtype)), op.kind, tuple(sorted(op.dims)))).result
    return w.convert(made, dtype)


def _contract(op: Contract, operands: list[Value], w: _Work) -> Value:
    init = [w.convert(v, f32) for v in operands[2:]]
    made = w.b.add(Contract(operands[0], operands[1], tuple(init), op.maps, f32)).result
    return w.convert(made, op.dtype)


def _mmt4d(op: Mmt4d | BatchMmt4d, operands: list[Value], w: _Work) -> Value:
    init = [w.convert(v, f32) for v in operands[2:]]
    made = w.b.add(type(op)(operands[0], operands[1], tuple(init), f32, op.rhs_order)).result
    return w.convert(made, op.dtype)


def _transfer(op: Transfer, operands: list[Value], w: _Work) -> Value:
    return operands[0]


def _compute_type(dtype: DType) -> DType:
    return f32 if dtype.is_float and dtype.bits == 16 else dtype


_INF = float("inf")

_RULES: Mapping[type[Op], Callable[[Any, list[Value], _Work], Value]] = {
    Softmax: _softmax,
    LayerNorm: _layer_norm,
    ZeroPadding: _zero_padding,
    Reduce: _reduce,
    Contract: _contract,
    Mmt4d: _mmt4d,
    BatchMmt4d: _mmt4d,
    Transfer: _transfer,
}
