"""Calls that fail in the middle of a launch: the error says what the interpreter says, and the next call is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.interp.interpreter import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import DType, f32, i32, i64
from tensorir.ir.module import Module
from tensorir.native.plans import Frame, Plan

Array = npt.NDArray[Any]

TABLE = np.arange(50 * 8, dtype=np.float32).reshape(50, 8)


def gathering(dtype: DType) -> Module:
    m = ModuleBuilder()
    f = m.function("main")
    table = f.arg("table", (symbol("T"), 8), f32)
    f.returns(table.gather(f.arg("rows", (symbol("N"),), dtype)))
    return m.build()


def dividing() -> Module:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("a", (symbol("N"),), i32) // f.arg("b", (symbol("N"),), i32))
    return m.build()


def interpreted_by(module: Module) -> Callable[..., Any]:
    return lambda *args: interpret(module, "main", args)


def error_of(call: Callable[..., Any], *args: Array) -> str:
    with pytest.raises(TensorIRError) as e:
        call(*args)
    return str(e.value)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("dtype", [i32, i64], ids=str)
@pytest.mark.parametrize("bad", [-1, 50, 77])
def test_a_bad_index_is_named_with_the_size_of_its_table(threads: int, dtype: DType, bad: int) -> None:
    module = gathering(dtype)
    program = compile(module, num_threads=threads)
    right = np.arange(20_000).astype(dtype.numpy) % 50
    wrong = right.copy()
    wrong[[12_345, 19_999]] = bad, 1000  # the first one is named, whichever thread finds one first
    for _ in range(3):
        message = error_of(program, TABLE, wrong)
        assert f"gather: the index {bad} is outside of 0 … 49" in message
        assert message.split(" error: ")[0] == error_of(interpreted_by(module), TABLE, wrong).split(" error: ")[0]
        np.testing.assert_array_equal(program(TABLE, right), TABLE[right])


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_division_by_zero_is_said_as_the_interpreter_says_it(threads: int) -> None:
    module = dividing()
    program = compile(module, num_threads=threads)
    a, b = np.arange(100_000, dtype=np.int32), np.arange(1, 100_001, dtype=np.int32)
    zero = b.copy()
    zero[55_555] = 0
    for _ in range(3):
        message, expected = error_of(program, a, zero), error_of(interpreted_by(module), a, zero)
        assert message.replace("tile.map", "linalg.generic") == expected
        np.testing.assert_array_equal(program(a, b), a // b)


def test_a_call_that_fails_gives_its_frame_back(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[object, ...]] = []
    real = Plan.frame

    def frame(self: Plan, *args: Any, **rest: Any) -> Frame:
        opened.append(args)
        return real(self, *args, **rest)

    monkeypatch.setattr(Plan, "frame", frame)
    program = compile(gathering(i64))
    rows = np.arange(20) % 50
    for _ in range(3):
        error_of(lambda *args: program.call(args), TABLE, np.full(20, 50))  # `call` never repeats the call before
        np.testing.assert_array_equal(program(TABLE, rows), TABLE[rows])
    assert len(opened) == 1
