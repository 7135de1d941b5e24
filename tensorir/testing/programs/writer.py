"""What the steps of a random program write with: the values so far with bounds of their magnitude, weights, clamps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Generic
from tensorir.ir.affine import identity
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, bf16, f32, f64, i8, i32
from tensorir.ir.module import Function, Global
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.programs.values import DATA_BOUND, RAGGED, SIZES, data, is_exact, static

Accept = Callable[[Value], bool]


def _anything(value: Value) -> bool:
    return True


class Writer:
    """Appends ops; `bounds` is the largest magnitude that a value can have, `rounded` the values that are not exact."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.b = RegionBuilder()
        self.globals: list[Global] = []
        self.functions: list[Function] = []
        self.bounds: dict[Value, int] = {}
        self.rounded: set[Value] = set()
        self.rng = np.random.default_rng(draw(st.integers(0, 1 << 16)))
        self.symbolic = draw(st.integers(0, 3)) == 0
        self.arguments = 0
        self.focus: list[Value] = []
        """The value that the next step is to work on, if it is one of a chain."""

    # -- values

    def size(self) -> Dim:
        if self.symbolic and self.draw(st.integers(0, 3)) == 0:
            return symbol("S")
        return self.draw(st.sampled_from(SIZES))

    def argument(self, shape: tuple[Dim, ...], dtype: DType) -> Value:
        """A new argument of the program."""
        value = self.b.arg(TensorType(shape, dtype), f"x{self.arguments}")
        self.arguments += 1
        self.bounds[value] = DATA_BOUND
        return value

    def any_argument(self) -> Value:
        """A new argument of any type; the first one binds the symbol, if the program has one."""
        shape = tuple(self.size() for _ in range(self.draw(st.sampled_from([2, 2, 2, 3, 3, 1]))))
        if self.symbolic and not self.arguments:
            shape = (symbol("S"), *shape[1:])
        return self.argument(shape, self.draw(st.sampled_from([f32, f32, f32, f32, f32, f32, f64, i32, i8, bf16])))

    def ragged_argument(self) -> Value:
        """A new f32 matrix whose sizes fill no tile."""
        return self.argument(tuple(self.draw(st.sampled_from(RAGGED)) for _ in range(2)), f32)

    def add(self, op: Op, bound: int) -> Value:
        """Appends an op; all of its results have that bound."""
        self.b.add(op)
        for value in op.results:
            self.bounds[value] = bound
            if not is_exact(op) or any(v in self.rounded for v in op.operands):
                self.rounded.add(value)
        return op.results[0]

    def works_on(self, value: Value, write: Callable[[Writer], None]) -> bool:
        """Lets `write` pick `value` first. True if it took it and made something of it."""
        before = len(self.bounds)
        self.focus = [value]
        write(self)
        taken = not self.focus
        self.focus.clear()
        return taken and len(self.bounds) > before

    def pick(self, accept: Accept = _anything) -> Value | None:
        """One of the values so far, later ones more often; in a chain the value that the chain has reached."""
        if self.focus:
            value = self.focus.pop()
            return value if accept(value) else None
        found = [v for v in self.bounds if accept(v)]
        return self.draw(st.sampled_from(found[-3:] if self.draw(st.integers(0, 2)) else found)) if found else None

    def pick_exact(self, accept: Accept = _anything) -> Value | None:
        """One that is not rounded: what jumps (a truncation, a comparison) must not be given others."""
        return self.pick(lambda v: v not in self.rounded and accept(v))

    def static(self, low: int = 1, high: int = 3) -> tuple[Value, tuple[int, ...]] | None:
        """An exact value of known sizes and a rank from `low` to `high`."""
        found = self.pick_exact(lambda v: low <= v.type.rank <= high and static(v) is not None)
        sizes = None if found is None else static(found)
        return None if found is None or sizes is None else (found, sizes)

    def weight(self, shape: tuple[int, ...], dtype: DType) -> Value:
        """A constant: a new global, or one there is already of that type."""
        type = TensorType(shape, dtype)
        known = [g for g in self.globals if g.type == type]
        if known and self.draw(st.booleans()):
            name = known[0].name
        else:
            name = f"w{len(self.globals)}"
            self.globals.append(Global(name, type, Dense(data(self.rng, shape, dtype))))
        return self.add(GlobalLoad(name, type), DATA_BOUND)

    def within(self, value: Value, limit: int) -> Value:
        """`value`, clamped if its magnitude may be over `limit`."""
        if self.bounds[value] <= limit:
            return value
        limit = max(limit, 1)
        x = arg(0, value.type.dtype)
        low, high = const(-limit, x.dtype), const(limit, x.dtype)
        body = ScalarBody((x.dtype,), apply("min", apply("max", x, low), high))
        maps = (identity(value.type.rank),) * 2
        return self.add(Generic((value,), maps, body), limit)
