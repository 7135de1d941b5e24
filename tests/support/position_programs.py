"""Programs that compute positions, conditions and look-ups, as exporters write embeddings, checks and masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import Broadcast, Generic
from tensorir.dialects.tensor import CollapseShape, Concat, Constant, ExpandShape, ExtractSlice, Gather, GatherNd, Size
from tensorir.ir.affine import identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, evaluate, symbol
from tensorir.ir.dtype import DType, f32, i1, i64
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

S = symbol("S")
LENGTHS = (0, 1, 5)
"""Of S in calls."""
TABLE = 5
"""Rows of tables and of constant positions; calls with more would fail."""

T = TypeVar("T")


class Writer:
    """Draws integers of S positions, what is looked up at them, and which conditions are checked."""

    def __init__(self, drawn: st.DataObject) -> None:
        self.drawn = drawn
        self.b = RegionBuilder()
        self.x = self.b.arg(TensorType((S, 2), f32), "x")
        self.ids = self.b.arg(TensorType((S,), i64), "ids")
        self.globals: list[Global] = []
        self.integers = [self.positions() for _ in range(2)]
        self.results: list[Value] = []

    def pick(self, values: Sequence[T]) -> T:
        return self.drawn.draw(st.sampled_from(values))

    def map(self, body: Callable[[list[Scalar]], Scalar], *inputs: Value) -> Value:
        """Of vectors and scalars, elementwise; of scalars, a vector."""
        maps = [select(1, range(v.type.rank)) for v in inputs]
        args = [arg(i, v.type.dtype) for i, v in enumerate(inputs)]
        types = tuple(v.type.dtype for v in inputs)
        return self.b.add(Generic(inputs, (*maps, identity(1)), ScalarBody(types, body(args)), (S,))).result

    def positions(self) -> Value:
        """0, 1, 2 … or almost; a number; what a caller gives."""
        match self.pick(("index", "data", "number", "ids")):
            case "index":
                return self.map(lambda _: iteration_index(0))
            case "data":
                first, step, bad = self.pick((0, 0, 1, -1)), self.pick((1, 1, 0, -1)), self.pick((0, 0, 0, 1))
                data = np.arange(TABLE + 1, dtype=np.int64) * step + first
                data[-1] += bad
                name = f"g{len(self.globals)}"
                self.globals.append(Global(name, TensorType(data.shape, i64), Dense(data)))
                whole = self.b.add(GlobalLoad(name, TensorType(data.shape, i64))).result
                return self.b.add(ExtractSlice(whole, (self.pick((0, 0, 1)),), (S,), (1,))).result
            case "number":
                number = self.pick((0, 1, -1, 3))
                return self.map(lambda _: const(number, i64))
            case _:
                return self.ids

    def scalar(self) -> Value:
        if self.pick((True, False)):
            return self.b.add(Size(self.pick((S, S + 1, 3)))).result
        return self.b.add(Constant(Dense(np.array(self.pick((0, 1, 2, TABLE)), np.int64)))).result

    def integer(self) -> Value:
        """A value made of others, some of which is the same again."""
        a, b = self.pick(self.integers), self.pick((*self.integers, self.scalar(), self.scalar()))
        match self.pick(("wrap", "sum", "limit", "columns", "choice", "shapes")):
            case "wrap":
                return self.map(
                    lambda s: apply("select", apply("lt", s[0], const(0, i64)), apply("add", *s), s[0]), a, b
                )
            case "sum":
                return self.map(lambda s: apply("add", apply("mul", s[0], s[1]), s[0]), a, b)
            case "limit":
                return self.map(lambda s: apply(self.pick(("max", "min", "sub", "mul")), *s), a, b)
            case "columns":
                pieces = [self.b.add(ExpandShape(v, ((0, 1),), (S, 1))).result for v in (a, self.pick(self.integers))]
                pieces.append(self.b.add(Concat((*pieces,), 1)).result)
                wide = self.b.add(Concat(tuple(pieces[1:]), 1)).result
                part = self.b.add(ExtractSlice(wide, (0, self.pick((0, 1, 2))), (S, 1), (1, 1))).result
                return self.b.add(CollapseShape(part, ((0, 1),))).result
            case "choice":
                c = self.condition()
                return self.map(lambda s: apply("select", *s), c, a, self.pick(self.integers))
            case _:
                wide = self.b.add(Broadcast(a, (0,), (2, S))).result
                return self.b.add(
                    CollapseShape(self.b.add(ExtractSlice(wide, (1, 0), (1, S), (1, 1))).result, ((0, 1),))
                ).result

    def condition(self) -> Value:
        if self.pick((False, False, False, True)):
            last = self.b.add(Size(S)).result
            return self.map(lambda s: apply("eq", apply("add", iteration_index(0), const(1, i64)), s[0]), last)
        fn = self.pick(("lt", "le", "gt", "ge", "eq", "ne"))
        first = self.map(lambda s: apply(fn, *s), self.pick(self.integers), self.pick((*self.integers, self.scalar())))
        if self.pick((True, False)):
            return first
        other = self.map(lambda s: apply("ge", s[0], const(0, i64)), self.pick(self.integers))
        return self.map(lambda s: apply(self.pick(("and", "or", "xor")), *s), first, other)

    def look_up(self) -> Value:
        """Rows or elements of what has S rows, TABLE rows, or one more than S."""
        at = self.pick(self.integers)
        match self.pick(("rows", "table", "elements")):
            case "rows":
                return self.b.add(Gather(self.x, at)).result
            case "table":
                data = np.arange(TABLE * 2, dtype=np.float32).reshape(TABLE, 2)
                return self.b.add(Gather(self.b.add(Constant(Dense(data))).result, at)).result
            case _:
                return self.b.add(GatherNd(self.x, (at, self.map(lambda s: apply("min", *s), at, self.one())))).result

    def one(self) -> Value:
        return self.b.add(Constant(Dense(np.array(self.pick((0, 1)), np.int64)))).result

    def mask(self) -> Value:
        """0 or −1 for each pair of positions, added to numbers; the condition may depend on one of them only."""
        c = self.condition()
        dims = self.pick(((0,), (1,)))
        shown = arg(0, i1)
        if self.pick((False, True)):
            shown = apply("and", shown, apply("ge", iteration_index(self.pick((0, 1))), const(1, i64)))
        body = ScalarBody((i1,), apply("select", shown, const(0.0, f32), const(-1.0, f32)))
        wide = self.b.add(Generic((c,), (select(2, dims), identity(2)), body, (S, S))).result
        numbers = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
        row = self.b.add(ExtractSlice(self.x, (0, 0), (S, 1), (1, 1))).result
        row = self.b.add(CollapseShape(row, ((0, 1),))).result
        return self.b.add(Generic((wide, row), (identity(2), select(2, (0,)), identity(2)), numbers)).result

    def module(self) -> Module:
        for _ in range(self.pick(range(1, 6))):
            self.integers.append(self.integer())
            match self.pick(("look_up", "look_up", "mask", "check", "nothing")):
                case "look_up":
                    self.results.append(self.look_up())
                case "mask":
                    self.results.append(self.mask())
                case "check":
                    self.b.add(Assert(self.condition(), "a condition of the program"))
                case _:
                    pass
        return Module([Function("main", self.b.finish([*self.results, self.integers[-1]]))], self.globals)


def arguments(module: Module, length: int) -> list[npt.NDArray[Any]]:
    def array(shape: tuple[Dim, ...], dtype: DType) -> npt.NDArray[Any]:
        sizes = [evaluate(s, {"S": length}) for s in shape]
        return (np.arange(prod(sizes)).reshape(sizes) % 3).astype(dtype.numpy)

    return [array(t.shape, t.dtype) for t in module.functions[0].body.arg_types]
