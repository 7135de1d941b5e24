"""Bounds of scalar functions hold for every function and type, and are not wider than they must be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.interp.context import Context
from tensorir.interp.scalar import evaluate_body
from tensorir.ir.dtype import DType, bf16, f16, f32, f64, i1, i8, i32, i64
from tensorir.ir.module import Module
from tensorir.ir.scalar import SCALAR_FNS, Scalar, ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.testing.bounds.scalars import Bounded, body_bounds, is_exact, rounded, roundoff

Array = npt.NDArray[Any]
WIDE = Context(Module(()), {}, widen=True)
NARROW = Context(Module(()), {})

FLOAT = [f for f in SCALAR_FNS.values() if f.domain != "integer" and f.name not in ("cast", "bitcast", "select")]
INSIDE = {"asin": (-0.9, 0.9), "acos": (-0.9, 0.9), "atanh": (-0.9, 0.9), "acosh": (1.1, 9.0), "tan": (-1.2, 1.2)}
POSITIVE = ("log", "log2", "log10", "sqrt", "rsqrt", "pow")
ABOVE_MINUS_ONE = ("log1p",)


def operands(fn: str, arity: int) -> list[Array]:
    rng = np.random.default_rng(len(fn))
    low, high = INSIDE.get(fn, (0.1, 9.0) if fn in POSITIVE else (-0.9, 9.0) if fn in ABOVE_MINUS_ONE else (-9.0, 9.0))
    return [rng.uniform(low, high, 500).astype(np.float32) for _ in range(arity)]


def bounded(arrays: list[Array], error: float) -> list[Bounded]:
    return [(a.astype(np.float64), np.full(a.shape, error)) for a in arrays]


def application(fn: str, arity: int, dtype: DType) -> ScalarBody:
    return ScalarBody((dtype,) * arity, apply(fn, *(arg(i, dtype) for i in range(arity))))


@pytest.mark.parametrize("fn", FLOAT, ids=[f.name for f in FLOAT])
@pytest.mark.parametrize("dtype", [f32, f64])
def test_rounding_stays_within_the_bound(fn: Any, dtype: DType) -> None:
    body = application(fn.name, fn.arity, dtype)
    given = [a.astype(dtype.numpy) for a in operands(fn.name, fn.arity)]
    computed = evaluate_body(body, given, NARROW)
    exact, error = body_bounds(body, bounded(given, 0.0), (500,), WIDE)
    assert np.all(np.isfinite(error))
    assert np.all(np.abs(computed.astype(np.float64) - exact) <= error)
    assert np.all(error <= 64 * roundoff(dtype) * np.maximum(np.abs(exact.astype(np.float64)), 16))


@pytest.mark.parametrize("fn", FLOAT, ids=[f.name for f in FLOAT])
@pytest.mark.parametrize("off", [1e-6, 1e-3, 0.02])
def test_errors_of_the_inputs_are_carried(fn: Any, off: float) -> None:
    """Anything that the inputs may be gives a result within the bound."""
    body = application(fn.name, fn.arity, f64)
    given = [a.astype(np.float64) for a in operands(fn.name, fn.arity)]
    exact, error = body_bounds(body, bounded(given, off), (500,), WIDE)
    rng = np.random.default_rng(1)
    for _ in range(5):
        moved = [a + rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], a.shape) * off for a in given]
        got = evaluate_body(body, moved, WIDE)
        off_by = np.abs(got.astype(np.float64) - exact.astype(np.float64))
        assert np.all(off_by <= error * (1 + 1e-9))  # corners are met exactly, up to the rounding of f64


@pytest.mark.parametrize("fn", ["add", "sub", "mul", "max", "min", "neg", "abs", "fma"])
@pytest.mark.parametrize("dtype", [f32, f16, bf16])
def test_small_integers_are_exact(fn: str, dtype: DType) -> None:
    arity = SCALAR_FNS[fn].arity
    given = [np.arange(-7, 8).astype(dtype.numpy) for _ in range(arity)]
    _, error = body_bounds(application(fn, arity, dtype), bounded(given, 0.0), (15,), WIDE)
    assert not np.any(error)


def test_integers_that_the_type_does_not_hold_are_not_exact() -> None:
    body = application("add", 2, bf16)
    given = [np.full(3, 256.0), np.array([0.0, 1.0, 2.0])]
    _, error = body_bounds(body, bounded(given, 0.0), (3,), WIDE)
    assert error[0] == 0
    assert error[1] >= 1


@pytest.mark.parametrize("fn", ["lt", "le", "gt", "ge", "eq", "ne"])
def test_a_comparison_that_may_go_either_way_is_unsure(fn: str) -> None:
    body = application(fn, 2, f32)
    a, b = np.array([1.0, 1.0, 1.0]), np.array([1.0, 1.1, 3.0])
    _, error = body_bounds(body, [(a, np.full(3, 0.1)), (b, np.full(3, 0.1))], (3,), WIDE)
    assert error.tolist() == [1, 1, 0]
    _, error = body_bounds(body, [(a, np.zeros(3)), (b, np.zeros(3))], (3,), WIDE)
    assert not np.any(error)


def test_a_choice_that_may_go_either_way_is_off_by_the_other() -> None:
    x, y = arg(0, f32), arg(1, f32)
    body = ScalarBody((f32, f32), apply("select", apply("lt", x, const(0, f32)), y, const(5, f32)))
    given: list[Bounded] = [(np.array([0.01, 1.0]), np.full(2, 0.1)), (np.array([2.0, 2.0]), np.zeros(2))]
    _, error = body_bounds(body, given, (2,), WIDE)
    assert error.tolist() == [3, 0]


def test_integers_from_uncertain_floats_may_be_one_off_more() -> None:
    body = ScalarBody((f32,), cast(arg(0, f32), i32))
    x = np.array([2.9, 2.5, 7.0])
    exact, error = body_bounds(body, [(x, np.array([0.2, 0.0, 0.0]))], (3,), WIDE)
    assert exact.tolist() == [2, 2, 7]
    assert error.tolist() == [1, 0, 0]
    further = ScalarBody((f32,), apply("mul", cast(arg(0, f32), i32), const(3, i32)))
    assert body_bounds(further, [(x, np.array([0.2, 0.0, 0.0]))], (3,), WIDE)[1].tolist() == [np.inf, 0, 0]
    flag = ScalarBody((f32,), cast(arg(0, f32), i1))
    assert body_bounds(flag, [(x, np.array([0.2, 0.0, 0.0]))], (3,), WIDE)[1].tolist() == [np.inf, 0, 0]


def test_uncertain_integers_stay_so_in_a_type_that_holds_them() -> None:
    body = ScalarBody((f32,), cast(cast(arg(0, f32), i64), i8))
    x = np.array([2.9, 126.5, 127.5, 300.0])
    exact, error = body_bounds(body, [(x, np.array([0.2, 0.2, 0.7, 0.0]))], (4,), WIDE)
    assert exact.tolist() == [2, 126, 127, 300 - 256]
    assert error.tolist() == [1, 1, np.inf, 0]


def test_iteration_indices_are_exact() -> None:
    node: Scalar = apply("add", iteration_index(1), apply("mul", iteration_index(0), const(10, i64)))
    exact, error = body_bounds(ScalarBody((), node), (), (2, 3), WIDE)
    assert exact.tolist() == [[0, 1, 2], [10, 11, 12]]
    assert not np.any(error)


def test_a_divisor_that_may_be_zero_leaves_nothing_to_say() -> None:
    body = application("div", 2, f32)
    given: list[Bounded] = [(np.ones(2), np.zeros(2)), (np.array([0.05, 4.0]), np.full(2, 0.1))]
    _, error = body_bounds(body, given, (2,), WIDE)
    assert error[0] == np.inf
    assert 1 / 3.9 - 1 / 4 <= error[1] < 0.01


def test_what_may_overflow_is_unknown() -> None:
    body = application("mul", 2, f32)
    given: list[Bounded] = [(np.array([1e30, 1.0]), np.zeros(2)), (np.array([1e30, 1.0]), np.zeros(2))]
    _, error = body_bounds(body, given, (2,), WIDE)
    assert error.tolist() == [np.inf, 0]


def test_rounding_to_an_integer_type_adds_nothing() -> None:
    assert rounded(np.array([2.0]), np.array([0.25]), i8).tolist() == [0.25]
    assert is_exact(f32, np.array([2.0**24]), (np.array([3.0]), np.zeros(1)))
    assert not is_exact(f32, np.array([2.0**24 + 2]), (np.array([3.0]), np.zeros(1)))
    assert not is_exact(f32, np.array([4.0]), (np.array([0.5]), np.zeros(1)))
    assert not is_exact(f32, np.array([4.0]), (np.array([3.0]), np.ones(1)))
