"""Programs with many of one thing: what a pass that is quadratic in that thing needs to be caught."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tensorir.builder.module import ModuleBuilder
from tensorir.dialects.flow import Dispatch, Launch
from tensorir.dialects.func import Call
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.types import TensorType
from tensorir.testing.programs.transformer import transformer
from tests.support.graphs import Graph


def layers(count: int) -> Module:
    """Distinct layers: about 130 ops each once compiled, so a tenth of the others' number."""
    return transformer(count // 10)


def constants(count: int) -> Module:
    """Weights and literals, too large to be repeated, each transposed before it is read."""
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (symbol("S"), 12), f32)
    for i in range(count):
        data = np.full((12, 12), i, np.float32)
        c = f.load(m.weight(f"w{i}", data)) if i % 2 else f.constant(data)
        x = x @ c.transpose(1, 0)
    f.returns(x)
    return m.build()


def shared_constants(count: int) -> Module:
    """A chain of constants, each read by the next and by the function."""
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (12, 12), f32)
    c = f.load(m.weight("w", np.ones((12, 12), np.float32)))
    for _ in range(count):
        c = c.transpose(1, 0) + c
        x = x * c
    f.returns(x)
    return m.build()


def shapes(count: int) -> Module:
    """Arguments whose sizes are all different symbols, in chains of products."""
    m = ModuleBuilder()
    f = m.function("main")
    sizes: list[Dim] = [symbol(f"N{i}") for i in range(count + 1)]
    x = f.arg("x", (4, sizes[0]), f32)
    for i in range(count):
        x = x @ f.arg(f"w{i}", (sizes[i], sizes[i + 1]), f32)
    f.returns(x)
    return m.build()


def results(count: int) -> Module:
    """One dispatch with many results: all are elementwise of one value, and all are returned."""
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (symbol("S"), 12), f32)
    x = x * x
    f.returns(*[x + float(i) for i in range(count)])
    return m.build()


def refusals(count: int) -> Module:
    """Contractions whose results are read by what has no packed form, so that each pass has something to decline."""
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (symbol("S"), 12), f32)
    w = f.arg("w", (12, 12), f32)
    for i in range(count):
        x = (x @ w)[:, ::2].concat(x[:, :6], axis=1) if i % 2 else (x @ w).max(1, keepdims=True) + x
    f.returns(x)
    return m.build()


def unused(count: int) -> Module:
    """Weights, and ops on them, that nobody needs; and equal ops."""
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (symbol("S"), 12), f32)
    for i in range(count):
        _ = f.load(m.weight(f"w{i}", np.ones(12, np.float32))) + x
    f.returns(*[x * x for _ in range(3)])
    return m.build()


def calls(count: int) -> Module:
    """A chain of private functions, each with an op of its own."""
    type = TensorType((symbol("N"), 12), f32)
    functions: list[Function] = []
    for i in range(count):
        g = Graph()
        x = g.b.arg(type)
        y = g.elementwise("add", x, x)
        if i < count - 1:
            y = g.b.add(Call((y,), f"f{i + 1}", (type,))).result
        functions.append(Function(f"f{i}", g.b.finish([y]), private=i > 0))
    return Module(functions)


def launches(count: int) -> Module:
    """Executables and launches as a program has them at the end, and dispatches as in the middle."""
    type = TensorType((4, 12), f32)
    b = RegionBuilder()
    value = b.arg(type)
    executables: list[Executable] = []
    for i in range(count):
        g = Graph()
        x = g.b.arg(type)
        body = g.b.finish([g.elementwise("add" if i % 2 else "mul", x, x)])
        if i % 4 < 2:
            value = b.add(Dispatch((value,), body)).result
            continue
        executables.append(Executable(f"generic_{i}", "cpu", body))
        value = b.add(Launch((value,), f"generic_{i}", (type,))).result
    return Module((Function("main", b.finish([value])),), executables=executables)


FAMILIES: dict[str, Callable[[int], Module]] = {
    f.__name__: f for f in (layers, constants, shared_constants, shapes, results, refusals, unused, calls, launches)
}
