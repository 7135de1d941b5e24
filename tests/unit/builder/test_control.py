"""Branches and loops, written with functions of Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.dialects.control import While
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import f32, i32, i64
from tensorir.ir.module import Module


def built(write: Callable[..., Sequence[Tensor]], *arguments: Any) -> Module:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(*write(f, *(f.arg(name, shape, dtype) for name, shape, dtype in arguments)))
    return m.build()


@pytest.mark.parametrize("n", [-1, 0, 1, 7])
def test_a_loop_over_an_index(n: int) -> None:
    def write(f: FunctionBuilder, x: Tensor, n: Tensor) -> Sequence[Tensor]:
        return f.for_loop(n, lambda i, a, k: (a * 2.0 + x, k + i), x, f.constant(np.int64(0)))

    module = built(write, ("x", (3,), f32), ("n", (), i64))
    x = np.array([1, 2, 3], np.float32)
    a, k = interpret(module, "main", [x, np.array(n)])
    expected, total = x, 0
    for i in range(n):
        expected, total = expected * 2 + x, total + i
    np.testing.assert_array_equal(a, expected)
    assert k == total


def test_bounds_and_step_of_an_index() -> None:
    def write(f: FunctionBuilder, n: Tensor) -> Sequence[Tensor]:
        low, by = f.constant(np.int32(-4)), f.constant(np.int32(3))
        return f.for_loop(n, lambda i, k: k * 10 + i, f.constant(np.int32(0)), lower=low, step=by)

    (k,) = interpret(built(write, ("n", (), i32)), "main", [np.array(6, np.int32)])
    assert k == ((-4 * 10 - 1) * 10 + 2) * 10 + 5


@pytest.mark.parametrize("x", [1.0, 3.0, 100.0])
def test_a_loop_with_a_condition_and_a_branch_in_it(x: float) -> None:
    """What a region reads from the ones around it becomes an input of each op on the way."""

    def write(f: FunctionBuilder, x: Tensor, limit: Tensor) -> Sequence[Tensor]:
        def body(a: Tensor) -> Sequence[Tensor]:
            return f.branch(a > limit / 2.0, lambda: a + limit, lambda: a * 2.0)

        return f.while_loop(lambda a: a < limit, body, x)

    module = built(write, ("x", (), f32), ("limit", (), f32))
    (made,) = interpret(module, "main", [np.float32(x), np.float32(40)])
    expected = x
    while expected < 40:
        expected = expected + 40 if expected > 20 else expected * 2
    assert made == expected
    (loop,) = (op for op in module.walk() if isinstance(op, While))
    assert [v.hint for v in loop.inputs] == ["x", "limit"]


def test_weights_are_loaded_in_the_region_that_reads_them() -> None:
    m = ModuleBuilder()
    w = m.weight("w", np.full((2, 2), 2, np.float32))
    f = m.function("main")
    x = f.arg("x", (2, 2), f32)
    n = f.arg("n", (), i64)
    (y,) = f.for_loop(n, lambda _, a: a @ w, x)
    f.returns(y @ w)
    (made,) = interpret(m.build(), "main", [np.eye(2, dtype=np.float32), np.array(2)])
    np.testing.assert_array_equal(made, np.linalg.matrix_power(np.full((2, 2), 2.0), 3))


def test_a_tensor_of_a_region_is_refused_outside() -> None:
    kept: list[Tensor] = []

    def write(f: FunctionBuilder, x: Tensor) -> Sequence[Tensor]:
        def then() -> Tensor:
            kept.append(x + 1.0)
            return kept[0]

        f.branch(f.constant(np.bool_(True)), then, lambda: x)
        return [kept[0] + x]

    with pytest.raises(TensorIRError, match="used outside of it: return it there"):
        built(write, ("x", (2,), f32))


def test_regions_of_other_types_are_refused_at_the_line_of_the_caller() -> None:
    def write(f: FunctionBuilder, x: Tensor) -> Sequence[Tensor]:
        return f.branch(x > 0.0, lambda: x, lambda: f.constant(np.int32(0)))

    with pytest.raises(TensorIRError, match=r"test_control.py:\d+.*otherwise yields \(tensor<i32>\), then yields"):
        built(write, ("x", (), f32))


def test_a_condition_of_several_elements_is_refused() -> None:
    def write(f: FunctionBuilder, x: Tensor) -> Sequence[Tensor]:
        return f.branch(x > 0.0, lambda: x, lambda: x)

    with pytest.raises(TensorIRError, match=r"condition is tensor<2xi1>, should be tensor<i1>"):
        built(write, ("x", (2,), f32))
