"""Programs with plans for ranges of sizes: each call is run by the plan for its sizes, however it is called."""

from __future__ import annotations

import copy
import pickle
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import tensorir as ti
from tensorir.interp import interpret
from tensorir.ir.signature import Signature
from tensorir.ir.size_range import SizeRange
from tensorir.runtime.called_function import called_functions
from tensorir.runtime.calls import CallableProgram
from tensorir.runtime.program import Program

M = ti.symbol("M")
FEW = SizeRange("M", 0, 8, 1)
SIZES = (0, 1, 8, 9, 40)


def module(state: bool = False) -> ti.Module:
    """Rows times a matrix, both of the call; with a state, the number of calls is added."""
    m = ti.ModuleBuilder()
    count = m.state("count", np.float32(0)) if state else None
    f = m.function("main")
    y = f.arg("x", (M, 256), ti.f32) @ f.arg("w", (256, 512), ti.f32)
    if count is not None:
        f.update(count, f.state(count) + np.float32(1))
        y = y + f.state(count)
    f.returns(y)
    return m.build()


@cache
def program() -> Program:
    return ti.compile(module())


def arguments(rows: int) -> list[np.ndarray]:
    rng = np.random.default_rng(rows)
    return [rng.integers(-2, 3, shape).astype(np.float32) for shape in ((rows, 256), (256, 512))]


def packs(p: CallableProgram) -> bool:
    """Whether the last call packed something."""
    return "tile.pack" in p.stats.kernels


@pytest.mark.parametrize("device", ["cpu", "vmvx", "reference"])
def test_results_are_those_of_the_interpreter_at_both_ends_of_each_range(device: str) -> None:
    made = ti.compile(module(), device)
    for rows in SIZES:
        given = arguments(rows)
        np.testing.assert_array_equal(made(*given), interpret(module(), "main", given)[0])
        if device != "reference":
            assert packs(made) == (rows > 8)


def test_calls_like_the_one_before_do_not_take_the_plan_of_other_sizes() -> None:
    for rows in (1, 1, 9, 9, 1, 9, 1, 1):
        given = arguments(rows)
        np.testing.assert_array_equal(program()(*given), given[0] @ given[1])
        assert packs(program()) == (rows > 8)


def test_arguments_that_are_not_row_major() -> None:
    for rows in SIZES[1:]:
        x, w = arguments(rows)
        np.testing.assert_array_equal(program()(np.asfortranarray(x), np.asfortranarray(w)), x @ w)


@pytest.mark.parametrize("rows", SIZES)
def test_what_is_said_of_a_call_is_of_its_plan(rows: int) -> None:
    p = program()
    given = arguments(rows)
    p(*given)
    counts = p.counts(sizes={"M": rows})
    assert counts == p.counts(*given)
    assert (p.stats.steps, p.stats.relaid_bytes) == (counts.steps, counts.relaid_bytes)
    assert any(s.kind == "pack" for c in counts.commands for s in c.steps) == (rows > 8)
    if rows:
        assert ("matmul" in str(p.profile(*given, repeat=1))) == (rows <= 8)


def test_a_saved_program_has_all_plans(tmp_path: Path) -> None:
    program().save(tmp_path / "p.tirx")
    for again in (ti.load(tmp_path / "p.tirx"), pickle.loads(pickle.dumps(program()))):
        assert again.signature() == program().signature()
        for rows in SIZES:
            given = arguments(rows)
            np.testing.assert_array_equal(again(*given), program()(*given))
            assert packs(again) == (rows > 8)
            assert again.counts(sizes={"M": rows}) == program().counts(sizes={"M": rows})


def test_a_session_keeps_its_states_from_one_plan_to_another() -> None:
    made = ti.compile(module(state=True))
    session = made.session()
    ranges = made.decision.ranges if made.decision is not None else ()
    assert [r.sizes for _, of in ranges for r in of] == [FEW]
    for step, rows in enumerate((1, 9, 8, 40, 1), start=1):
        x, w = arguments(rows)
        np.testing.assert_array_equal(session(x, w), x @ w + np.float32(step))
        assert packs(made) == (rows > 8)
    assert session["count"] == 5


def test_only_the_function_can_be_named() -> None:
    with pytest.raises(ti.TensorIRError, match=r"no function @main.to_8 in the module; known: @main"):
        program()(*arguments(1), function="main.to_8")


def test_errors_name_the_function() -> None:
    x, w = arguments(1)
    with pytest.raises(ti.TensorIRError) as e:
        program()(x, w[:1])
    assert "@main" in str(e.value) and "to_8" not in str(e.value)


def test_an_explanation_shows_all_ranges_or_the_one_of_a_size() -> None:
    explained = program().explain()
    assert [dict(f.sizes) for f in explained.functions] == [{"M": 1}, {"M": 128}]
    assert [f.plan.function.name if f.plan is not None else "" for f in explained.functions] == ["main.to_8", "main"]
    assert [dict(f.sizes) for f in program().explain(sizes={"M": 7}).functions] == [{"M": 7}]
    text = str(explained)
    assert "@main has layouts of its own for M = 0 … 8" in text
    assert text.index("@main, M = 1 (the plan for M = 0 … 8):") < text.index("@main, M = 128:")
    assert "M = 0 … 8" in explained.html()


def test_which_runner_is_taken() -> None:
    runner = program().runner("main", {"M": 1})
    usual, few, many = (copy.copy(runner) for _ in range(3))
    plain = Signature("f", (), (), ())
    ranges = [SizeRange("M", 0, 8, 1), SizeRange("M", 100, None, 1024)]
    parts = [Signature("f", (), (), (), sizes=sizes) for sizes in ranges]
    functions = called_functions(zip((parts[0], plain, parts[1]), (few, usual, many), strict=True))
    assert list(functions) == ["f"] and functions["f"].signature == plain
    taken = [functions["f"].runner({"M": n, "N": 3}) for n in (0, 8, 9, 99, 100, 10**9)]
    assert taken == [few, few, usual, usual, many, many]
