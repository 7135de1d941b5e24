"""What the steps of random programs share: the values so far with bounds of their magnitude, weights, clamps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Generic
from tensorir.ir.affine import identity
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, bf16, f32, f64, i8, i32, i64
from tensorir.ir.module import Function, Global
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

SIZES = (1, 2, 3, 4, 5, 8, 15, 16, 17, 24, 33)
"""Around the tiles that the kernels have."""

EXACT = {f32: 1 << 22, f64: 1 << 40, bf16: 1 << 6, i32: 1 << 24, i64: 1 << 40, i8: 127}
"""Bounds within which integers and their sums are exact."""

DATA_BOUND = 2

_EXACT_FLOAT_FNS = frozenset(
    [
        *("arg", "const", "cast", "bitcast", "select", "add", "sub", "mul", "fma", "max", "min", "maxnum", "minnum"),
        *("neg", "abs", "copysign", "rem", "floor", "ceil", "trunc", "round", "roundeven"),
    ]
)


def is_exact(op: Op) -> bool:
    """True if what the op computes of small integers is not rounded, as its loops or its decomposition say."""
    if (loops := op.loops()) is not None:
        return all(n.dtype.is_integer or n.fn in _EXACT_FLOAT_FNS for body in loops.bodies for n in body.nodes())
    parts = op.decomposition()
    return parts is None or all(is_exact(o) for o in parts.body.ops)


def data(rng: np.random.Generator, shape: tuple[int, ...], dtype: DType) -> npt.NDArray[Any]:
    low = 0 if dtype.kind in ("bool", "unsigned") else -DATA_BOUND
    high = 1 if dtype.kind == "bool" else DATA_BOUND
    return rng.integers(low, high + 1, shape).astype(dtype.numpy)


class Values:
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

    # -- values

    def _size(self) -> Dim:
        if self.symbolic and self.draw(st.integers(0, 3)) == 0:
            return symbol("S")
        return self.draw(st.sampled_from(SIZES))

    def _new_arg(self, name: str) -> None:
        shape = tuple(self._size() for _ in range(self.draw(st.sampled_from([2, 2, 2, 3, 3, 1]))))
        if self.symbolic and name == "x0":
            shape = (symbol("S"), *shape[1:])  # so that every program with the symbol binds it
        dtype = self.draw(st.sampled_from([f32, f32, f32, f32, f32, f32, f64, i32, i8, bf16]))
        self.bounds[self.b.arg(TensorType(shape, dtype), name)] = DATA_BOUND

    def add(self, op: Op, bound: int) -> Value:
        """Appends an op; all of its results have that bound."""
        self.b.add(op)
        for value in op.results:
            self.bounds[value] = bound
            if not is_exact(op) or any(v in self.rounded for v in op.operands):
                self.rounded.add(value)
        return op.results[0]

    def pick(self, accept: Callable[[Value], bool] = lambda v: True) -> Value | None:
        """One of the values so far, later ones more often."""
        found = [v for v in self.bounds if accept(v)]
        return self.draw(st.sampled_from(found[-3:] if self.draw(st.integers(0, 2)) else found)) if found else None

    def pick_exact(self, accept: Callable[[Value], bool] = lambda v: True) -> Value | None:
        """One that is not rounded: what jumps (a truncation, a comparison) must not be given others."""
        return self.pick(lambda v: v not in self.rounded and accept(v))

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


def permutation(rank: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Orders of the dims of a tensor."""
    return st.permutations(range(rank)).map(tuple)
