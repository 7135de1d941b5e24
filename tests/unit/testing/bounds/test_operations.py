"""Error bounds of whole programs: they hold for the interpreter and for compiled programs, and are narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import Contract, Fill, Fold, Generic, LayerNorm, Reduce, ReductionKind, Softmax
from tensorir.interp import interpret
from tensorir.ir.affine import identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType, bf16, f16, f32, f64, i8, i32
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.bounds.loops import SUM_ROUNDOFFS
from tensorir.testing.bounds.operations import error_bounds
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.programs.random import arguments, programs

Array = npt.NDArray[Any]


def module_of(types: list[TensorType], make: Callable[[list[Value]], Op]) -> Module:
    """@main of one op."""
    b = RegionBuilder()
    values = [b.arg(t, f"x{i}") for i, t in enumerate(types)]
    return Module([Function("main", b.finish(list(b.add(make(values)).results)))])


def matmul(m: int, n: int, k: int, dtype: DType, result: DType | None = None) -> Module:
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    types = [TensorType((m, k), dtype), TensorType((k, n), dtype)]
    return module_of(types, lambda v: Contract(v[0], v[1], (), maps, result or dtype))


def reals(module: Module, seed: int) -> list[Array]:
    """Arguments that are no integers, where they are floats."""
    rng = np.random.default_rng(seed)

    def real(array: Array) -> Array:
        if array.dtype.kind in "iub" or "int" in array.dtype.name:
            return array
        return (array.astype(np.float64) * rng.uniform(0.5, 1, array.shape)).astype(array.dtype)

    return [real(a) for a in arguments(module, seed)]


@given(programs(), st.integers(0, 1 << 16), st.booleans())
def test_the_interpreter_is_within_the_bounds(module: Module, seed: int, whole: bool) -> None:
    args = arguments(module, seed) if whole else reals(module, seed)
    assert_agrees(module, "main", args, interpret(module, "main", args))


@pytest.mark.parametrize("dtype", [f64, f32, f16, bf16])
@pytest.mark.parametrize("k", [1, 7, 300])
def test_a_contraction_may_be_off_by_units_of_the_sum_of_magnitudes(dtype: DType, k: int) -> None:
    module = matmul(5, 6, k, dtype)
    args = [np.random.default_rng(k).standard_normal(s).astype(dtype.numpy) for s in ((5, k), (k, 6))]
    ((exact, bound),) = error_bounds(module, "main", args)
    magnitude = np.abs(args[0].astype(np.float64)) @ np.abs(args[1].astype(np.float64))
    roundoffs = {"f64": 2.0**-53, "f32": 2.0**-24, "f16": 2.0**-11, "bf16": 2.0**-8}[dtype.name]
    assert np.all(bound >= min(k, SUM_ROUNDOFFS) * roundoffs * magnitude)
    assert np.all(bound <= (min(k, SUM_ROUNDOFFS) + 4) * roundoffs * magnitude + 1e-4)
    assert_agrees(module, "main", args, [exact.astype(dtype.numpy)])
    assert_agrees(module, "main", args, compile(module).call(args))


@pytest.mark.parametrize(("dtype", "result"), [(i8, i32), (i32, i32), (f32, f32), (bf16, f32)])
def test_sums_of_integers_are_exact(dtype: DType, result: DType) -> None:
    module = matmul(4, 4, 9, dtype, result)
    ((_, bound),) = error_bounds(module, "main", arguments(module, 1))
    assert not np.any(bound)


def test_integers_too_large_for_the_type_are_not_exact() -> None:
    module = matmul(2, 2, 9, bf16)
    args = [np.full((2, 9), 7.0).astype(bf16.numpy), np.full((9, 2), 7.0).astype(bf16.numpy)]
    ((_, bound),) = error_bounds(module, "main", args)
    assert np.all(bound > 1)


@pytest.mark.parametrize("kind", ["add", "mul", "max", "min"])
def test_reductions(kind: ReductionKind) -> None:
    module = module_of([TensorType((30, 4), f32)], lambda v: Reduce(v[0], kind, (0,)))
    x = np.random.default_rng(0).uniform(0.5, 1.5, (30, 4)).astype(np.float32)
    ((exact, bound),) = error_bounds(module, "main", [x])
    assert np.all(bound == 0) if kind in ("max", "min") else np.all((bound > 0) & (bound < 1e-4 * np.abs(exact)))
    assert_agrees(module, "main", [x], interpret(module, "main", [x]))


def through(first: Callable[[Value], Op], second: Callable[[Value], Op]) -> Module:
    b = RegionBuilder()
    x = b.arg(TensorType((6, 40), f32), "x")
    return Module([Function("main", b.finish([b.add(second(b.add(first(x)).result)).result]))])


@pytest.mark.parametrize("dim", [0, 1])
def test_softmax_and_layer_norm_bound_what_f32_gives(dim: int) -> None:
    size = (6, 40)[dim]
    x = (np.random.default_rng(dim).standard_normal((6, 40)) * 5).astype(np.float32)

    soft = module_of([TensorType((6, 40), f32)], lambda v: Softmax(v[0], (dim,)))
    ((exact, bound),) = error_bounds(soft, "main", [x])
    assert np.all(bound < 1e-4 * exact + 1e-9)
    assert_agrees(soft, "main", [x], interpret(soft, "main", [x]))
    twice = through(lambda v: Softmax(v, (dim,)), lambda v: Softmax(v, (1 - dim,)))
    assert_agrees(twice, "main", [x], interpret(twice, "main", [x]))

    b = RegionBuilder()
    v = b.arg(TensorType((6, 40), f32), "x")
    scale = b.add(Fill(1.5, TensorType((size,), f32))).result
    normed = b.add(LayerNorm(v, scale, scale, (dim,), 1e-5)).result
    layer = Module([Function("main", b.finish([normed]))])
    ((exact, bound),) = error_bounds(layer, "main", [x])
    assert np.all(bound < 1e-4 * (np.abs(exact) + 2))
    assert_agrees(layer, "main", [x], interpret(layer, "main", [x]))


def fold(fn: str, dtype: DType, turned: bool = False) -> Module:
    """`total = fn(total, -x)`, summed over the second of three dims."""
    a, total = arg(0, dtype), arg(1, dtype)
    operands = (total, apply("neg", a))
    body = ScalarBody((dtype, dtype), apply(fn, *operands))
    order = (2, 0) if turned else (0, 2)
    sizes = (4, 20, 3)
    return module_of(
        [TensorType(sizes, dtype), TensorType(tuple(sizes[d] for d in order), dtype)],
        lambda v: Fold((v[0], v[1]), (identity(3), select(3, order)), (body,)),
    )


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("fn", ["add", "sub", "max", "min"])
def test_folds_of_one_combiner_are_bounded(fn: str, turned: bool) -> None:
    module = fold(fn, f32, turned)
    rng = np.random.default_rng(2)
    args = [rng.standard_normal((4, 20, 3)).astype(np.float32), rng.standard_normal((3, 4) if turned else (4, 3))]
    args[1] = args[1].astype(np.float32)
    ((_, bound),) = error_bounds(module, "main", args)
    assert np.all(bound == 0) if fn in ("max", "min") else np.all((bound > 0) & (bound < 1e-4))
    assert assert_agrees(module, "main", args, interpret(module, "main", args))
    whole = [np.round(a) for a in args]
    assert not np.any(error_bounds(module, "main", whole)[0][1])


def test_products_are_bounded() -> None:
    module = fold("mul", f32)
    rng = np.random.default_rng(3)
    args = [rng.uniform(0.5, 1.5, (4, 20, 3)).astype(np.float32), rng.uniform(0.5, 1.5, (4, 3)).astype(np.float32)]
    ((exact, bound),) = error_bounds(module, "main", args)
    assert np.all((bound > 0) & (bound < 1e-5 * np.abs(exact)))
    assert assert_agrees(module, "main", args, interpret(module, "main", args))


def test_a_fold_that_is_not_understood_is_unknown() -> None:
    module = fold("div", f32)
    args = [np.full((4, 20, 3), 0.5, np.float32), np.ones((4, 3), np.float32)]
    ((_, bound),) = error_bounds(module, "main", args)
    assert np.all(np.isinf(bound))
    assert not assert_agrees(module, "main", args, interpret(module, "main", args))


def test_folds_of_integers_are_exact() -> None:
    module = fold("mul", i32)
    args = [np.full((4, 20, 3), 3, np.int32), np.ones((4, 3), np.int32)]
    ((_, bound),) = error_bounds(module, "main", args)
    assert not np.any(bound)


def test_parameters_must_be_bound_first() -> None:
    type = TensorType((2,), f32)
    b = RegionBuilder()
    loaded = b.add(GlobalLoad("w", type)).result
    module = Module([Function("main", b.finish([loaded]))], [Global("w", type, Parameter("model", "w"))])
    with pytest.raises(TensorIRError, match='@w = "model"::"w" has no data: bind it first'):
        error_bounds(module, "main", [])


def checked(x: float) -> Module:
    """@main(v) returns v after it has asserted that tanh(v) < x."""
    b = RegionBuilder()
    v = b.arg(TensorType((3,), f32), "v")
    body = ScalarBody((f32,), apply("lt", apply("tanh", arg(0, f32)), const(x, f32)))
    less = b.add(Generic((v,), (identity(1),) * 2, body)).result
    b.add(Assert(less, "it is too large", loc=Location("checked.tir", 4, 3)))
    return Module([Function("main", b.finish([v]))])


def test_an_assertion_that_holds_says_nothing_of_the_results() -> None:
    args = [np.array([-1, 0.25, 0.5], np.float32)]
    ((exact, bound),) = error_bounds(checked(0.75), "main", args)
    assert exact.tolist() == [-1, 0.25, 0.5]
    assert not np.any(bound)


@pytest.mark.parametrize("others", [-1, 2])
def test_an_assertion_that_fails_fails_here_too(others: float) -> None:
    with pytest.raises(TensorIRError, match=r"checked.tir:4:3: error: func.assert: it is too large"):
        error_bounds(checked(0.75), "main", [np.array([others, 2, np.arctanh(0.75)], np.float32)])


def test_an_assertion_that_rounding_decides_is_refused() -> None:
    args = [np.array([-1, 0.25, np.arctanh(0.75)], np.float32)]
    with pytest.raises(TensorIRError, match=r"checked.tir:4:3: error: func.assert: rounding decides whether"):
        error_bounds(checked(0.75), "main", args)
