"""Small programs with matmuls in the situations that data-tiling must get right, one per function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Contract, Generic, LayerNorm, Softmax
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.ir import scalar
from tensorir.ir.affine import identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, f32, f64, i8, i32
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value


class Graph:
    """One function under construction, with short names for what the graphs below need."""

    def __init__(self) -> None:
        self.b = RegionBuilder()
        self.globals: list[Global] = []

    def arg(self, *shape: Dim, dtype: DType = f32) -> Value:
        return self.b.arg(TensorType(shape, dtype))

    def weight(self, name: str, *shape: int) -> Value:
        data = np.random.default_rng(len(name)).integers(-3, 4, shape).astype(np.float32)
        type = TensorType(shape, f32)
        if all(g.name != name for g in self.globals):
            self.globals.append(Global(name, type, Dense(data)))
        return self.b.add(GlobalLoad(name, type)).result

    def matmul(self, a: Value, b: Value, *init: Value, transposed: bool = False, dtype: DType | None = None) -> Value:
        rhs = select(3, (1, 2) if transposed else (2, 1))
        maps = (select(3, (0, 2)), rhs, select(3, (0, 1)))
        return self.b.add(Contract(a, b, init, maps, dtype or a.type.dtype)).result

    def elementwise(self, fn: str, *inputs: Value) -> Value:
        """All inputs of one shape, or rank 1 along the last dim."""
        rank = inputs[0].type.rank
        maps = [identity(rank) if v.type.rank == rank else select(rank, (rank - 1,)) for v in inputs]
        types = tuple(v.type.dtype for v in inputs)
        result = scalar.apply(fn, *(scalar.arg(i, t) for i, t in enumerate(types)))
        body = scalar.ScalarBody(types, result)
        return self.b.add(Generic(inputs, (*maps, identity(rank)), body)).result

    def done(self, *results: Value) -> Module:
        return Module((Function("main", self.b.finish(results)),), self.globals)


def matmul(dtype: DType = f32, result: DType | None = None) -> Module:
    g = Graph()
    return g.done(g.matmul(g.arg(128, 256, dtype=dtype), g.arg(256, 512, dtype=dtype), dtype=result))


def mlp() -> Module:
    g = Graph()
    x = g.arg(128, 256)
    h = g.elementwise("add", g.matmul(x, g.weight("w1", 256, 512)), g.weight("b1", 512))
    h = g.elementwise("max", h, g.elementwise("sub", h, h))
    return g.done(g.elementwise("add", g.matmul(h, g.weight("w2", 512, 64)), g.weight("b2", 64)))


def qkv() -> Module:
    g = Graph()
    x = g.arg(128, 256)
    y = g.elementwise("mul", x, x)
    weights = (g.arg(256, 256), g.arg(256, 64), g.arg(256, 64))
    return g.done(*(g.matmul(y, w) for w in weights))


def residual() -> Module:
    g = Graph()
    x, w, w2 = g.arg(128, 256), g.arg(256, 256), g.arg(256, 256)
    m = g.matmul(x, w)
    return g.done(g.elementwise("add", m, g.matmul(m, w2)))


def reshape_between() -> Module:
    g = Graph()
    x, w, w2 = g.arg(128, 256), g.arg(256, 256), g.arg(64, 256)
    split = g.b.add(ExpandShape(g.matmul(x, w), ((0,), (1, 2)), (128, 4, 64))).result
    rows = g.b.add(CollapseShape(split, ((0, 1), (2,)))).result
    return g.done(g.matmul(rows, w2))


def softmax_between() -> Module:
    g = Graph()
    q, k, v = g.arg(128, 64), g.arg(128, 64), g.arg(128, 64)
    p = g.b.add(Softmax(g.matmul(q, k, transposed=True), (1,))).result
    return g.done(g.matmul(p, v))


def accumulate() -> Module:
    g = Graph()
    a, b, c = g.arg(128, 256), g.arg(256, 512), g.arg(128, 512)
    return g.done(g.matmul(a, b, c))


def matvec() -> Module:
    g = Graph()
    a, x = g.arg(1000, 512), g.arg(512)
    maps = (select(2, (0, 1)), select(2, (1,)), select(2, (0,)))
    return g.done(g.b.add(Contract(a, x, (), maps, f32)).result)


def tied_weight() -> Module:
    g = Graph()
    x = g.arg(128, 256)
    m = g.matmul(x, g.weight("w", 256, 1000))
    return g.done(g.matmul(m, g.weight("w", 256, 1000), transposed=True))


def dynamic() -> Module:
    g = Graph()
    m, n, k = symbol("M"), symbol("N"), symbol("K")
    return g.done(g.matmul(g.arg(m, k), g.arg(k, n)))


def ragged_attention() -> Module:
    """Sizes that no tile divides, padding that must be masked, and zeros that must be made."""
    g = Graph()
    s = symbol("S")
    x = g.arg(s, 10)
    q, k, v = (g.elementwise("add", g.matmul(x, g.weight(n, 10, 19)), g.weight(f"{n}.bias", 19)) for n in "qkv")
    p = g.b.add(Softmax(g.matmul(q, k, transposed=True), (1,))).result
    return g.done(g.matmul(p, v))


def nan_padding() -> Module:
    """x / x is NaN where x is padding: the contraction after it must not see that."""
    g = Graph()
    a, b, c = g.arg(5, 3), g.arg(3, 7), g.arg(7, 9)
    m = g.matmul(a, b)
    return g.done(g.matmul(g.elementwise("div", m, m), c))


def nan_rows_on_the_right() -> Module:
    """Without epsilon a row of padding has the norm 0/0; as a right side its rows are summed over."""
    g = Graph()
    a, b, c = g.arg(5, 3), g.arg(3, 7), g.arg(9, 5)
    m = g.matmul(a, b)
    normed = g.b.add(LayerNorm(m, g.weight("scale", 7), g.weight("bias", 7), (1,), 0.0)).result
    return g.done(g.matmul(c, normed))


GRAPHS: dict[str, Callable[[], Module]] = {
    "matmul f32": matmul,
    "matmul f64": lambda: matmul(f64),
    "matmul i32": lambda: matmul(i32),
    "matmul i8": lambda: matmul(i8, i32),
    "mlp": mlp,
    "qkv": qkv,
    "residual": residual,
    "reshape between": reshape_between,
    "softmax between": softmax_between,
    "accumulate": accumulate,
    "matvec": matvec,
    "tied weight": tied_weight,
    "dynamic": dynamic,
    "ragged attention": ragged_attention,
    "nan padding": nan_padding,
    "nan rows on the right": nan_rows_on_the_right,
}

SIZES: dict[str, dict[str, int]] = {"dynamic": {"M": 7, "N": 33, "K": 50}, "ragged attention": {"S": 21}}
"""Values of the symbols, where a graph has some."""
