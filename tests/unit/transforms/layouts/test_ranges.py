"""For which sizes another choice of layouts is worth a plan of its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve

import tensorir as ti
from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.dims import symbol
from tensorir.ir.module import Function, Module
from tensorir.ir.size_range import SizeRange
from tensorir.runtime.program import Program
from tensorir.targets.cpu import CPU
from tensorir.transforms.layouts import ranges
from tensorir.transforms.layouts.choice import Choice
from tensorir.transforms.layouts.ranges import leading_symbol
from tests.support.laws import encoded, layouts_for

M, N = symbol("M"), symbol("N")
DEVICE = "cpu{features=none}"
FEW = SizeRange("M", 0, 8, 1)


def product(weight: bool = False) -> Module:
    m = ModuleBuilder()
    w = m.weight("w", np.ones((256, 512), np.float32)) if weight else None
    f = m.function("main")
    x = f.arg("x", (M, 256), ti.f32)
    f.returns(x @ (f.arg("w", (256, 512), ti.f32) if w is None else w))
    return m.build()


def attention() -> Module:
    """Many queries against keys that come with the call: all of it is made of arguments."""
    m = ModuleBuilder()
    f = m.function("main")
    q, k, v = f.arg("q", (M, 128), ti.f32), f.arg("k", (512, 128), ti.f32), f.arg("v", (512, 128), ti.f32)
    f.returns((q @ k.transpose((1, 0))).softmax(-1) @ v)
    return m.build()


def found(program: Program) -> dict[str, list[SizeRange]]:
    assert program.decision is not None
    return {name: [r.sizes for r in of] for name, of in program.decision.ranges}


@pytest.mark.parametrize("make", [product, attention])
@pytest.mark.parametrize("tiling", ["late", "early"])
def test_few_rows_have_layouts_of_their_own(make: Callable[[], Module], tiling: str) -> None:
    program = compile(make(), DEVICE, tiling)
    assert found(program) == {"main": [FEW]}
    assert [f.name for f in program.module.functions] == ["main", "main.to_8"]
    assert program.module.lookup(Function, "main.to_8").sizes == FEW
    for _, of in program.decision.ranges if program.decision is not None else ():
        assert all(r.ns < 0.9 * r.otherwise_ns for r in of)


@pytest.mark.parametrize(
    "program",
    [
        lambda: compile(product(), DEVICE, "off"),
        lambda: compile(product(), DEVICE, ranges=False),
        lambda: compile(product(), "reference"),
        lambda: compile(product(weight=True), DEVICE),
    ],
    ids=["off", "not asked for", "no tiles", "a weight, which is kept in tiles"],
)
def test_where_there_is_one_plan(program: Callable[[], Program]) -> None:
    assert not found(program())
    assert len(program().module.functions) == 1


def test_the_boundary_is_where_the_one_choice_begins_to_cost_less() -> None:
    choice = chosen(product())
    (few,) = ranges.worthwhile(choice, function(choice, product()))
    for rows, better in ((1, True), (8, True), (9, False), (100, False)):
        at = choice.at({"main": (("M", rows),)})
        at.pose()
        row_major, tiled = at.row_major_cost, at.problem.cost(list(choice.solution.states))
        assert (row_major < tiled) == better
        if rows == 1:
            assert (few.ns, few.otherwise_ns) == (row_major, tiled)


def chosen(module: Module) -> Choice:
    return layouts_for(encoded(module, DEVICE), DEVICE)


def function(choice: Choice, module: Module) -> Function:
    assert {p.function for p in choice.program.places} == {"main"}
    return module.lookup(Function, "main")


@pytest.mark.parametrize(("name", "value"), [("LEAST_SHARE", 0.99), ("LEAST_NS", 1e9)])
def test_a_plan_that_saves_little_is_not_made(name: str, value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, name, value)
    choice = chosen(product())
    assert not ranges.worthwhile(choice, function(choice, product()))


def test_nothing_costs_less_than_the_cheapest_form_of_each_op() -> None:
    """What is not posed because of this bound could not have been worth it."""
    for module in (product(), product(weight=True), attention()):
        choice = chosen(module)
        places = [p for p in choice.program.places if p.op in choice.candidates.forms]
        work = ranges._Search(choice, "main", "M", places)  # pyright: ignore[reportPrivateUsage]  # the bound is not public
        for rows in (1, 16, 1024):
            work.plan(rows)
            assert min(work.cost(i, rows) for i in range(len(work.plans))) >= max(work._least(rows))  # pyright: ignore[reportPrivateUsage]  # as above


def test_constants_are_stored_as_for_other_sizes() -> None:
    """Even on a device on which another copy costs nothing, and which therefore would have one for few rows."""
    target = evolve(CPU, costs=evolve(CPU.costs, stored_byte_ns=0.0, copied_byte_ns=0.0, tiles_read_per_ns=0.0))
    m = ModuleBuilder()
    w = m.weight("w", np.ones((256, 512), np.float32))
    f = m.function("main")
    x, v = f.arg("x", (M, 256), ti.f32), f.arg("v", (512, 1024), ti.f32)
    f.returns(x @ w @ v)
    several, one = compile(m.build(), target), compile(m.build(), target, ranges=False)
    assert found(several) == {"main": [FEW]}
    stored = [{g.type for g in p.module.globals if isinstance(g.value, Dense)} for p in (several, one)]
    assert stored[0] == stored[1]
    assert several.stats.weights_bytes == one.stats.weights_bytes


def test_the_ranges_of_a_decision_are_made_again() -> None:
    first = compile(product(), DEVICE)
    assert first.decision is not None
    again = compile(product(), DEVICE, layouts=first.decision.json())
    assert again.decision == first.decision
    assert list(map(str, again.plans.values())) == list(map(str, first.plans.values()))


def test_a_decision_for_another_function() -> None:
    decision = compile(product(), DEVICE).decision
    assert decision is not None
    text = decision.json().replace('"main": [["M"', '"main": [["S"')
    with pytest.raises(ti.TensorIRError, match=r"it has layouts of @main for S = 0 … 8, and there is no such"):
        compile(product(), DEVICE, layouts=text)


def test_the_text_of_a_decision_tells_the_ranges() -> None:
    text = str(compile(product(), DEVICE).decision)
    assert "@main has layouts of its own for M = 0 … 8: 32.8 µs at 1, with those for 128 " in text


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [([(4, M)], "M"), ([(4,), (N, M)], "N"), ([(2 * (N + M),)], "M"), ([(4, 8)], "")],
)
def test_the_leading_symbol(shapes: list[tuple[ti.Dim, ...]], expected: str) -> None:
    m = ModuleBuilder()
    f = m.function("main")
    args = [f.arg(f"x{i}", shape, ti.f32) for i, shape in enumerate(shapes)]
    symbols = [f.arg("m", (M, N), ti.f32)] if expected else []
    f.returns(*args, *symbols)
    assert leading_symbol(m.build().functions[0]) == expected


def test_products_in_loops_have_plans_too() -> None:
    """Each iteration reads a matrix of the call; what it carries has any number of rows."""
    m = ModuleBuilder()
    f = m.function("main")
    x, w = f.arg("x", (M, 256), ti.f32), f.arg("w", (256, 256), ti.f32)
    (y,) = f.for_loop(f.constant(np.int32(3)), lambda i, y: (y @ w).relu(), x)
    f.returns(y)
    program = compile(m.build(), DEVICE)
    assert found(program) == {"main": [FEW]}
    rng = np.random.default_rng(0)
    for rows in (1, 8, 9):
        given = [rng.integers(-1, 2, shape).astype(np.float32) for shape in ((rows, 256), (256, 256))]
        np.testing.assert_array_equal(program(*given), interpret(m.build(), "main", given)[0])


def test_launches_of_several_devices() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x, w = f.arg("x", (M, 256), ti.f32, device="a"), f.arg("w", (256, 512), ti.f32, device="b")
    v = f.arg("v", (512, 256), ti.f32, device="a")
    with f.on("b"):
        y = x @ w
    f.returns(y.to("a") @ v, devices=("a",))
    program = compile(m.build(), {"a": "cpu", "b": "vmvx"})
    assert found(program) == {"main": [FEW]}
    rng = np.random.default_rng(0)
    for rows in (1, 8, 9):
        given = [rng.integers(-1, 2, s).astype(np.float32) for s in ((rows, 256), (256, 512), (512, 256))]
        np.testing.assert_array_equal(program(*given), given[0] @ given[1] @ given[2])
        assert ("tile.matmul" in program.stats.kernels) == (rows <= 8)


@pytest.mark.parametrize("transposed", [False, True])
def test_few_rows_of_what_is_widened_are_multiplied_as_many_are(transposed: bool) -> None:
    """A right side that is computed panel by panel is not read in place anyhow."""
    m = ModuleBuilder()
    f = m.function("main")
    w = f.arg("w", (512, 256), ti.i8).transpose(1, 0) if transposed else f.arg("w", (256, 512), ti.i8)
    f.returns(f.arg("x", (M, 256), ti.f32) @ w.cast(ti.f32))
    assert not found(compile(m.build(), DEVICE))
