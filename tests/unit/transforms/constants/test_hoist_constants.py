"""hoist-constants: which initializers are made, that they share what is shared, and that nothing is lost."""

from __future__ import annotations

import numpy as np

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Transpose
from tensorir.dialects.tensor import Constant
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.transforms.constants.hoist_constants import HoistConstants
from tests.support.graphs import Graph


def hoisted(module: Module) -> Module:
    verify(module)
    after = HoistConstants().run(module, PassContext())
    verify(after)
    for got, wanted in zip(interpret(after, "main", []), interpret(module, "main", []), strict=True):
        np.testing.assert_array_equal(got, wanted)
    kinds = {type(op) for f in after.functions for op in f.body.ops}
    assert kinds <= {GlobalLoad}
    assert HoistConstants().run(after, PassContext()) is after
    return after


def turned(g: Graph, x: Value) -> Value:
    return g.b.add(Transpose(x, (1, 0))).result


def literal(g: Graph, value: float) -> Value:
    return g.b.add(Constant(Dense(np.full((12, 12), value, np.float32)))).result


def initializers(module: Module) -> dict[str, list[str]]:
    """Name → the ops of the initializer, a load with what it loads."""
    return {
        g.name: [f"@{o.symbol}" if isinstance(o, GlobalLoad) else o.NAME for o in g.value.ops]
        for g in module.globals
        if isinstance(g.value, Region)
    }


def test_a_chain_of_constants_is_one_initializer_named_after_its_weight() -> None:
    g = Graph()
    w = g.weight("w", 12, 12)
    after = hoisted(g.done(g.elementwise("add", turned(g, w), w)))
    assert initializers(after) == {"w.0": ["@w", "linalg.transpose", "linalg.generic"]}


def test_what_two_constants_share_is_computed_once() -> None:
    g = Graph()
    shared = turned(g, g.weight("w", 12, 12))
    after = hoisted(g.done(g.elementwise("exp", shared), g.elementwise("neg", shared)))
    assert initializers(after) == {
        "w.0": ["@w", "linalg.transpose"],
        "w.0.0": ["@w.0", "linalg.generic"],
        "w.0.1": ["@w.0", "linalg.generic"],
    }


def test_what_the_function_reads_is_not_computed_again_for_others() -> None:
    g = Graph()
    seen = turned(g, g.weight("w", 12, 12))
    after = hoisted(g.done(seen, g.elementwise("exp", seen)))
    assert initializers(after) == {"w.0": ["@w", "linalg.transpose"], "w.0.0": ["@w.0", "linalg.generic"]}


def test_initializers_have_as_many_ops_as_the_function_had() -> None:
    g = Graph()
    value = g.weight("w", 12, 12)
    results: list[Value] = []
    for _ in range(30):
        value = turned(g, value)
        results.append(value)
    after = hoisted(g.done(*results))
    assert sum(ops.count("linalg.transpose") for ops in initializers(after).values()) == 30


def test_equal_constants_are_one_global() -> None:
    g = Graph()
    w = g.weight("w", 12, 12)
    after = hoisted(g.done(turned(g, w), turned(g, w), literal(g, 1), literal(g, 1), literal(g, 2)))
    assert [x.name for x in after.globals] == ["w", "w.0", "constant.0", "constant.1"]


def test_literals_of_other_bits_are_other_globals() -> None:
    g = Graph()
    after = hoisted(g.done(literal(g, 0.0), literal(g, -0.0)))
    assert len(after.globals) == 2


def test_functions_share_initializers() -> None:
    bodies: list[Region] = []
    g = Graph()
    for _ in range(2):
        g = Graph()
        bodies.append(g.b.finish([turned(g, g.weight("w", 12, 12))]))
    after = hoisted(Module([Function(n, body) for n, body in zip(("main", "other"), bodies, strict=True)], g.globals))
    assert initializers(after) == {"w.0": ["@w", "linalg.transpose"]}
