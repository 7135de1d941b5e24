"""Branches and loops in compiled programs: what their plans do, and that C runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tensorir
from tensorir.api import compile
from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.interp import interpret
from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32, i1, i32
from tensorir.ir.module import Module
from tensorir.runtime.control_flow import living_through
from tensorir.runtime.program import Program

Write = Callable[..., Sequence[Tensor]]


def built(write: Write, *arguments: Any) -> Module:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(*write(f, *(f.arg(name, shape, dtype) for name, shape, dtype in arguments)))
    return m.build()


def same(module: Module, *args: Any, devices: Sequence[str] = ("cpu", "vmvx", "reference")) -> Program:
    """The program for the first device, after all of them gave what the interpreter does."""
    expected = interpret(module, "main", args)
    programs = [compile(module, d) for d in devices]
    for program in programs:
        for threads in (1, 2):
            made = program.call(args, num_threads=threads)
            for a, b in zip(made, expected, strict=True):
                np.testing.assert_array_equal(a, b)
    return programs[0]


def count(f: FunctionBuilder, n: Tensor, x: Tensor) -> Sequence[Tensor]:
    """x doubled n times, and n."""
    zero = f.constant(np.int32(0))
    return f.while_loop(lambda k, y: k < n, lambda k, y: (k + np.int32(1), y + y), zero, x)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_loop_runs_without_python(n: int) -> None:
    module = built(count, ("n", (), i32), ("x", (3,), f32))
    program = same(module, np.array(n, np.int32), np.arange(3, dtype=np.float32))
    assert program.stats.python == {}
    counts = program.counts(np.array(n, np.int32), np.arange(3, dtype=np.float32))
    assert counts.branches
    assert [c.control for c in counts.commands if c.control][-1] == "jump"


def test_arguments_are_never_written() -> None:
    module = built(count, ("n", (), i32), ("x", (3,), f32))
    x = np.ones(3, np.float32)
    compile(module)(np.array(4, np.int32), x)
    np.testing.assert_array_equal(x, 1)


def test_values_that_are_exchanged() -> None:
    """Each next value is what another one was before the iteration."""

    def write(f: FunctionBuilder, n: Tensor, x: Tensor, y: Tensor) -> Sequence[Tensor]:
        return f.for_loop(n, lambda _, a, b, c: (b, c, a), x, y, x + y)[:2]

    module = built(write, ("n", (), i32), ("x", (2,), f32), ("y", (2,), f32))
    for n in range(4):
        same(module, np.array(n, np.int32), np.array([1, 2], np.float32), np.array([5, 6], np.float32))


def test_loops_in_loops_and_branches() -> None:
    """Sizes are those of the call, and a value from outside is read in the innermost region of every iteration."""

    def write(f: FunctionBuilder, c: Tensor, n: Tensor, x: Tensor) -> Sequence[Tensor]:
        def outer(i: Tensor, a: Tensor) -> Sequence[Tensor]:
            inner = f.for_loop(i, lambda _, b: b + x.sum() + 1.0, a)
            return f.branch(c, lambda: inner, lambda: (a - x,))

        return f.for_loop(n, outer, x * 2.0)

    module = built(write, ("c", (), i1), ("n", (), i32), ("x", (symbol("S"),), f32))
    for c in (False, True):
        for size in (1, 33):
            same(module, np.array(c), np.array(4, np.int32), np.arange(size, dtype=np.float32) % 5)


def test_what_a_loop_does_not_make_lives_until_it_ends() -> None:
    assert living_through(0, 3, [(2, 6)]) == 6
    assert living_through(0, 3, [(2, 4), (1, 9)]) == 9
    assert living_through(3, 4, [(2, 6)]) == 4
    assert living_through(0, 1, [(2, 6)]) == 1


def test_a_failure_in_a_body_has_its_place() -> None:
    def write(f: FunctionBuilder, n: Tensor) -> Sequence[Tensor]:
        return f.for_loop(n, lambda i, a: a // (i - np.int32(2)), f.constant(np.int32(7)))

    program = compile(built(write, ("n", (), i32)))
    assert program(np.array(2, np.int32)) == 4
    with pytest.raises(TensorIRError, match=r"test_control.py:\d+.*an integer is divided by zero"):
        program(np.array(3, np.int32))


def test_a_step_that_is_not_positive_ends_the_call() -> None:
    def write(f: FunctionBuilder, step: Tensor) -> Sequence[Tensor]:
        return f.for_loop(f.constant(np.int32(7)), lambda i, a: a + i, f.constant(np.int32(0)), step=step)

    program = compile(built(write, ("step", (), i32)))
    assert program(np.array(3, np.int32)) == 0 + 3 + 6
    with pytest.raises(TensorIRError, match="the step of a loop should be at least 1"):
        program(np.array(0, np.int32))


def test_an_index_never_leaves_its_type() -> None:
    """The index after the last one would be 2³¹ + 1."""

    def write(f: FunctionBuilder, upper: Tensor) -> Sequence[Tensor]:
        low, by = f.constant(np.int32(2**31 - 5)), f.constant(np.int32(3))
        return f.for_loop(upper, lambda i, a: a + np.int32(1), f.constant(np.int32(0)), lower=low, step=by)

    module = built(write, ("upper", (), i32))
    program = same(module, np.array(2**31 - 1, np.int32))
    assert program(np.array(2**31 - 1, np.int32)) == 2


def test_strided_arguments_are_copied() -> None:
    module = built(count, ("n", (), i32), ("x", (64, 64), f32))
    program = compile(module)
    x = np.arange(64 * 64, dtype=np.float32).reshape(64, 64)
    _, made = program(np.array(2, np.int32), x.T)
    np.testing.assert_array_equal(made, 4 * x.T)
    assert "x" in program.stats.copied_arguments


def test_a_loop_can_be_saved(tmp_path: Path) -> None:
    program = compile(built(count, ("n", (), i32), ("x", (3,), f32)))
    program.save(tmp_path / "p.tirp")
    loaded = tensorir.load(tmp_path / "p.tirp")
    args = np.array(5, np.int32), np.ones(3, np.float32)
    for a, b in zip(loaded(*args), program(*args), strict=True):
        np.testing.assert_array_equal(a, b)


def test_plans_and_explanations_tell_of_loops() -> None:
    program = compile(built(count, ("n", (), i32), ("x", (3,), f32)))
    text = str(program.plans["main"])
    assert "unless b" in text
    assert "go to #" in text
    assert "each command once" in str(program.explain())
    assert "control.while (branch)" in str(program.profile(np.array(5, np.int32), np.ones(3, np.float32), repeat=1))


def test_several_devices_are_refused() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x, n = f.arg("x", (3,), f32, device="a"), f.arg("n", (), i32, device="b")
    f.returns(*f.for_loop(n, lambda i, a: a + a, x))
    with pytest.raises(TensorIRError, match=r"control\.while: its ops can't be placed on several devices"):
        compile(m.build(), devices={"a": "cpu", "b": "vmvx"})


def test_a_loop_updates_a_state_which_takes_two_arrays() -> None:
    """What a loop carries is copied, so the new value of the state is not made where the old one lies."""
    m = ModuleBuilder()
    total = m.state("total", np.zeros(3, np.float32))
    f = m.function("main")
    n, x = f.arg("n", (), i32), f.arg("x", (3,), f32)
    (made,) = f.for_loop(n, lambda _, a: a + x, f.state(total))
    f.update(total, made)
    f.returns(made.sum())
    program = compile(m.build())
    assert "control.while" in program.plans["main"].two_arrays[0]
    session = program.session()
    for n_times, expected in ((2, 6), (0, 6), (3, 15)):
        assert session(np.array(n_times, np.int32), np.ones(3, np.float32)) == expected


def test_memory_of_an_iteration_is_planned() -> None:
    """The body makes 16 times as many elements as the loop carries, and the limit has room for 8."""

    def write(f: FunctionBuilder, n: Tensor, x: Tensor) -> Sequence[Tensor]:
        return f.for_loop(n, lambda _, a: (a.reshape((64, 1, 64)) * f.full((64, 16, 64), 1.0, f32)).max(1), x)

    module = built(write, ("n", (), i32), ("x", (64, 64), f32))
    args = np.array(2, np.int32), np.ones((64, 64), np.float32)
    bytes = 64 * 64 * 4
    np.testing.assert_array_equal(compile(module, "reference", memory_limit=40 * bytes)(*args), args[1])
    with pytest.raises(OutOfMemoryError, match="intermediates take"):
        compile(module, "reference", memory_limit=8 * bytes)(*args)
