"""Formulas as different exporters write them: each choice that leaves the meaning alone is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from hypothesis import strategies as st

from tensorir.dialects.linalg import Contract, Generic, Reduce, ReductionKind
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.dialects.tensor import CollapseShape, Constant, ExpandShape, Size
from tensorir.encoding.views import groups_around
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType, f64
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

Body = Callable[[Sequence[Scalar]], Scalar]
Kind = Literal["full", "row", "column", "vector", "scalar"]
"""All dims; one value per row, without the dim of the row or with that dim of size 1; the dim of the row alone."""

ORDER: tuple[Kind, ...] = ("full", "column", "row", "vector", "scalar")


class Speller:
    """Writes one function over tensors of `shape`, whose rows lie along the dim `along`."""

    def __init__(self, drawn: st.DataObject, shape: tuple[Dim, ...], along: int, dtype: DType) -> None:
        self.draw = drawn.draw
        self.b = RegionBuilder()
        self.shape = shape
        self.along = along
        self.dtype = dtype
        self.kinds: dict[Value, Kind] = {}

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def argument(self, kind: Kind) -> Value:
        value = self.b.arg(TensorType(self._shape(kind), self.dtype))
        self.kinds[value] = kind
        return value

    def literal(self, number: float, dtype: DType) -> Callable[[], Scalar]:
        """A number in a body, as a constant of the type or as a wider one that is converted."""
        wide = dtype != f64 and self.chance()
        return lambda: cast(const(number, f64), dtype) if wide else const(number, dtype)

    def both(self, fn: str, a: Scalar, b: Scalar) -> Scalar:
        """A commutative function with its operands in either order."""
        return apply(fn, a, b) if self.chance() else apply(fn, b, a)

    def one(self, body: Callable[[Scalar], Scalar], a: Value) -> Value:
        return self.map(lambda x: body(x[0]), a)

    def two(self, body: Callable[[Scalar, Scalar], Scalar], a: Value, b: Value) -> Value:
        return self.map(lambda x: body(x[0], x[1]), a, b)

    def map(self, body: Body, *inputs: Value) -> Value:
        """An elementwise op with its iteration dims and its inputs in any order."""
        kinds: list[Kind] = [self.kinds[v] for v in inputs]
        kind: Kind = min(kinds, key=ORDER.index)
        if kind == "vector" and {"row", "column"} & {*kinds}:
            kind = "full"
        shape = self._shape(kind)
        loops = self.draw(st.permutations(range(len(shape))))
        places = self.draw(st.permutations(range(len(inputs))))
        args: list[Scalar] = [arg(places.index(i), v.type.dtype) for i, v in enumerate(inputs)]
        result = body(args)
        ordered = tuple(inputs[i] for i in places)
        maps = [self._read(self.kinds[v], kind, loops) for v in ordered]
        sizes = [shape[loops.index(d)] for d in range(len(shape))]
        made = ScalarBody(tuple(v.type.dtype for v in ordered), result)
        return self._add(Generic(ordered, (*maps, select(len(shape), loops)), made, tuple(sizes)), kind)

    def total(self, kind: ReductionKind, value: Value) -> Value:
        """A reduction of rows, with or without their dim."""
        made = self._add(Reduce(value, kind, (self.along,)), "row")
        return self._column(made) if self.chance() else made

    def squares(self, value: Value) -> Value:
        """The sum of squares of rows: a contraction, or a reduction of what one or two ops square."""
        rank = len(self.shape)
        if value.type.dtype.bits >= 32 and self.chance():
            kept = select(rank, (d for d in range(rank) if d != self.along))
            every = select(rank, range(rank))
            made = self._add(Contract(value, value, (), (every, every, kept), value.type.dtype), "row")
            return self._column(made) if self.chance() else made
        return self.total("add", self.square(value))

    def square(self, value: Value) -> Value:
        if self.chance():
            return self.two(lambda x, y: apply("mul", x, y), value, value)
        if self.chance():
            two = self.literal(2, value.type.dtype)
            return self.one(lambda x: apply("pow", x, two()), value)
        return self.one(lambda x: apply("mul", x, x), value)

    def mean(self, total: Value) -> Value:
        """The quotient or product of a sum and the length of the row."""
        length, dtype = self.shape[self.along], total.type.dtype
        if isinstance(length, int) and self.chance():
            number = self.literal(1 / length if length else np.inf, dtype)
            return self.one(lambda x: self.both("mul", x, number()), total)
        if isinstance(length, int) and self.chance():
            number = self.literal(length, dtype)
            return self.one(lambda x: apply("div", x, number()), total)
        size = self._add(Size(length), "scalar")
        return self.two(lambda x, n: apply("div", x, cast(n, dtype)), total, size)

    def number(self, value: float, dtype: DType) -> Value:
        return self._add(Constant(Dense(np.array(value, dtype.numpy))), "scalar")

    def convert(self, value: Value, dtype: DType) -> Value:
        return value if value.type.dtype == dtype else self.one(lambda x: cast(x, dtype), value)

    def done(self, *results: Value) -> Module:
        return Module((Function("main", self.b.finish(results)),))

    def _add(self, op: Op, kind: Kind) -> Value:
        self.b.add(op)
        self.kinds[op.result] = kind
        return op.result

    def _column(self, row: Value) -> Value:
        rank = len(self.shape)
        shape = self._shape("column")
        kept = [d for d in range(rank) if d != self.along]
        made = self._add(ExpandShape(row, groups_around(kept, rank) if kept else (), shape), "column")
        if rank > 1 and self.draw(st.integers(0, 3)) == 0:  # and back
            return self._add(CollapseShape(made, groups_around(kept, rank)), "row")
        return made

    def _shape(self, kind: Kind) -> tuple[Dim, ...]:
        match kind:
            case "full":
                return self.shape
            case "row":
                return tuple(s for d, s in enumerate(self.shape) if d != self.along)
            case "column":
                return tuple(1 if d == self.along else s for d, s in enumerate(self.shape))
            case "vector":
                return (self.shape[self.along],)
            case "scalar":
                return ()

    def _read(self, kind: Kind, by: Kind, loops: Sequence[int]) -> AffineMap:
        """The map of a value of one kind in an op of another, whose dim d is the loop `loops[d]`."""
        count = len(loops)
        rows = [d for d in range(len(self.shape)) if d != self.along]
        match kind, by:
            case "scalar", _:
                return select(count, ())
            case "row", "full" | "column":
                return select(count, (loops[d] for d in rows))
            case "column", "full":
                every = select(count, loops).results
                return AffineMap(count, tuple(0 if d == self.along else e for d, e in enumerate(every)))
            case "vector", "full":
                return select(count, (loops[self.along],))
            case _:
                assert kind == by, f"{kind} read by {by}"
                return select(count, loops)


def softmax(s: Speller) -> Module:
    x = s.argument("full")
    wide = s.convert(x, s.draw(st.sampled_from(_wider(s.dtype))))
    dtype = wide.type.dtype
    largest = s.total(s.draw(st.sampled_from(["max", "maxnum"])), wide)
    if s.chance():
        lowest = s.literal(-np.inf, dtype)
        largest = s.one(lambda m: s.both("max", m, lowest()), largest)
    if s.chance():
        power = s.two(lambda a, m: apply("exp", _minus(s, a, m)), wide, largest)
    else:
        power = s.one(lambda a: apply("exp", a), s.two(lambda a, m: _minus(s, a, m), wide, largest))
    total = s.total("add", power)
    if s.chance():
        result = s.two(lambda p, t: apply("div", p, t), power, total)
    else:
        one = s.literal(1, dtype)
        inverse = s.one(lambda t: apply("div", one(), t), total)
        result = s.two(lambda p, t: s.both("mul", p, t), power, inverse)
    return s.done(s.convert(result, s.dtype))


def norm(s: Speller, *, centered: bool, epsilon: float) -> Module:
    x = s.argument("full")
    wide = s.convert(x, s.draw(st.sampled_from(_wider(s.dtype))))
    dtype = wide.type.dtype
    rows = wide
    spread: Value
    if centered:
        center = s.mean(s.total("add", wide))
        rows = s.two(lambda a, m: _minus(s, a, m), wide, center)
        if s.chance():
            moments = s.mean(s.squares(wide)), s.one(lambda m: apply("mul", m, m), center)
            spread = s.two(lambda a, b: apply("sub", a, b), *moments)
            zero = s.literal(0, dtype)
            spread = s.one(lambda v: s.both("max", v, zero()), spread)
        else:
            spread = s.mean(s.squares(rows))
    else:
        spread = s.mean(s.squares(wide))
    small = s.literal(epsilon, dtype)
    spread = s.one(lambda v: s.both("add", v, small()), spread)
    scaled = _divided(s, rows, spread)
    if s.chance():
        scaled = s.convert(scaled, s.dtype)
    if s.chance():
        scale = s.convert(s.argument("vector"), scaled.type.dtype)
        scaled = s.two(lambda a, b: s.both("mul", a, b), scaled, scale)
    if centered and s.chance():
        bias = s.convert(s.argument("vector"), scaled.type.dtype)
        scaled = s.two(lambda a, b: s.both("add", a, b), scaled, bias)
    return s.done(s.convert(scaled, s.dtype))


def _divided(s: Speller, rows: Value, spread: Value) -> Value:
    """rows / √spread."""
    dtype = rows.type.dtype
    half, minus, one = s.literal(0.5, dtype), s.literal(-0.5, dtype), s.literal(1, dtype)
    how = s.draw(st.integers(0, 3))
    if how == 0:
        root = s.one(lambda v: apply("sqrt", v) if s.chance() else apply("pow", v, half()), spread)
        return s.two(lambda a, b: apply("div", a, b), rows, root)
    if how == 1:
        inverse = s.one(lambda v: apply("div", one(), apply("sqrt", v)), spread)
    elif how == 2:
        inverse = s.one(lambda v: apply("pow", v, minus()), spread)
    else:
        inverse = s.one(lambda v: apply("rsqrt", v), spread)
    return s.two(lambda a, b: s.both("mul", a, b), rows, inverse)


def gelu(s: Speller) -> Module:
    x, one = s.argument("full"), s.literal(1, s.dtype)
    inner = _scaled(s, x, 0.5**0.5)
    factor = s.one(lambda a: s.both("add", apply("erf", a), one()), inner)
    return s.done(_product(s, [x, s.number(0.5, s.dtype), factor]))


def gelu_tanh(s: Speller) -> Module:
    x, one, three = s.argument("full"), s.literal(1, s.dtype), s.literal(3, s.dtype)
    cube = s.one(lambda a: apply("pow", a, three()), x) if s.chance() else _product(s, [x, x, x])
    sum = s.two(lambda a, b: s.both("add", a, b), x, _scaled(s, cube, 0.044715))
    inner = _scaled(s, sum, (2 / np.pi) ** 0.5)
    factor = s.one(lambda a: s.both("add", apply("tanh", a), one()), inner)
    return s.done(_product(s, [x, s.number(0.5, s.dtype), factor]))


def silu(s: Speller) -> Module:
    x, one = s.argument("full"), s.literal(1, s.dtype)
    if s.chance():
        factor = s.one(lambda a: s.both("add", apply("tanh", a), one()), _scaled(s, x, 0.5))
        return s.done(_product(s, [x, s.number(0.5, s.dtype), factor]))
    below = s.one(lambda a: s.both("add", apply("exp", apply("neg", a)), one()), x)
    if s.chance():
        return s.done(s.two(lambda a, b: apply("div", a, b), x, below))
    return s.done(_product(s, [x, s.one(lambda b: apply("div", one(), b), below)]))


def _scaled(s: Speller, x: Value, number: float) -> Value:
    if s.chance():
        inverse = s.literal(1 / number, s.dtype)
        return s.one(lambda a: apply("div", a, inverse()), x)
    factor = s.literal(number, s.dtype)
    return s.one(lambda a: s.both("mul", a, factor()), x)


def _product(s: Speller, factors: list[Value]) -> Value:
    """Grouped in any way."""
    while len(factors) > 1:
        a, b, *rest = s.draw(st.permutations(factors))
        factors = [s.two(lambda x, y: s.both("mul", x, y), a, b), *rest]
    return factors[0]


def _minus(s: Speller, a: Scalar, b: Scalar) -> Scalar:
    return apply("sub", a, b) if s.chance() else s.both("add", a, apply("neg", b))


def _wider(dtype: DType) -> list[DType]:
    return sorted({dtype, accumulation_type(dtype)}, key=lambda t: t.bits)
