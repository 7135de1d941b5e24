"""Structured ops by their loops, against loops in Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.dialects.linalg import Fold
from tensorir.interp import Context, apply_op
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import iteration_dim
from tensorir.ir.dtype import DType, bf16, dtype_of, f32, f64, i1, i8, i32, i64, u8, u64
from tensorir.ir.module import Module
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

Array = npt.NDArray[Any]


def of(array: Array) -> Value:
    return Value(TensorType(array.shape, dtype_of(array.dtype)))


def run(op: Fold, *inputs: Array) -> tuple[Array, ...]:
    results = apply_op(op, inputs, Context(Module(), {}))
    assert [r.dtype for r in results] == [r.type.dtype.numpy for r in op.results]
    return results


def combine(fn: str, x: Array, init: Array, dims: tuple[int, ...], *, turned: bool = False) -> Array:
    """One combiner, its operands in either order; the result's dims are `dims`."""
    t = dtype_of(x.dtype)
    a, b = (1, 0) if turned else (0, 1)
    body = ScalarBody((t, t), apply(fn, arg(a, t), arg(b, t)))
    return run(Fold((of(x), of(init)), (identity(x.ndim), select(x.ndim, dims)), (body,)), x, init)[0]


@pytest.mark.parametrize("fn", ["add", "mul", "max", "min", "and", "or", "xor", "sub"])
@pytest.mark.parametrize("dtype", [i8, u8, i32, u64, i1], ids=str)
@pytest.mark.parametrize("dims", [(), (1,), (2, 0), (0, 1, 2)], ids=str)
def test_integers_in_order(fn: str, dtype: DType, dims: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 1 << min(dtype.bits, 62), (3, 2, 4)).astype(dtype.numpy)
    init = rng.integers(0, 1 << min(dtype.bits, 62), [x.shape[d] for d in dims]).astype(dtype.numpy)
    functions: dict[str, Callable[[int, int], int]] = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: b - a,
        "mul": lambda a, b: a * b,
        "max": max,
        "min": min,
        "and": lambda a, b: a & b,
        "or": lambda a, b: a | b,
        "xor": lambda a, b: a ^ b,
    }
    low = -(1 << (dtype.bits - 1)) if dtype.kind == "signed" else 0
    for index in np.ndindex(*init.shape):
        total = int(init[index])
        for point in np.ndindex(*x.shape):
            if tuple(point[d] for d in dims) == index:
                total = (functions[fn](int(x[point]), total) - low) % (1 << dtype.bits) + low
        got = combine(fn, x, init, dims, turned=fn == "sub")
        assert int(got[index]) == total


def test_floats_are_added_one_after_the_other() -> None:
    x = np.array([1e8, 1.0, -1e8, 1.0] * 50, np.float32)
    total = np.float32(0.5)
    for v in x:
        total = np.float32(total + v)
    assert combine("add", x, np.array(0.5, np.float32), ())[()] == total
    half = np.full(300, 1.0).astype(bf16.numpy)
    assert float(combine("add", half, np.array(0.0).astype(bf16.numpy), ())[()]) == 256  # 256 + 1 rounds to 256


def test_largest_element_and_its_first_position() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 4, (3, 5, 2)).astype(np.float64)
    types = (f64, f64, i64)
    a, most, at = (arg(i, t) for i, t in enumerate(types))
    more = apply("gt", a, most)
    bodies = (
        ScalarBody(types, apply("select", more, a, most)),
        ScalarBody(types, apply("select", more, iteration_index(1), at)),
    )
    maps = (identity(3), select(3, (0, 2)), select(3, (2, 0)))
    best, where = np.full((3, 2), -np.inf), np.zeros((2, 3), np.int64)
    values, positions = run(Fold((of(x), of(best), of(where)), maps, bodies), x, best, where)
    np.testing.assert_array_equal(values, x.max(axis=1))
    np.testing.assert_array_equal(positions, x.argmax(axis=1).T)


def test_all_results_are_made_from_the_values_before() -> None:
    """(a, b) becomes (b, a + b): Fibonacci."""
    x, one = np.zeros(10, np.int64), np.ones((), np.int64)
    types = (i64, i64, i64)
    bodies = (ScalarBody(types, arg(2, i64)), ScalarBody(types, apply("add", arg(1, i64), arg(2, i64))))
    op = Fold((of(x), of(one), of(one)), (identity(1), select(1, ()), select(1, ())), bodies)
    assert [int(r) for r in run(op, x, one, one)] == [89, 144]


def test_parallel_indices_windows_and_a_shape_of_its_own() -> None:
    x, init = np.arange(7.0), np.zeros(5)
    window = AffineMap(2, (iteration_dim(0) + iteration_dim(1),))
    scaled = apply("mul", arg(0, f64), cast(apply("add", iteration_index(0), iteration_index(1)), f64))
    body = ScalarBody((f64, f64), apply("add", arg(1, f64), scaled))
    op = Fold((of(x), of(init)), (window, select(2, (0,))), (body,), (5, 3))
    expected = [sum(x[i + k] * (i + k) for k in range(3)) for i in range(5)]
    np.testing.assert_array_equal(run(op, x, init)[0], expected)


def test_nothing_to_reduce_gives_the_initial_tensor_and_nothing_parallel_gives_nothing() -> None:
    init = np.array([3.0, 4.0], np.float32)
    for fn in ("add", "max"):
        np.testing.assert_array_equal(combine(fn, np.zeros((2, 0), np.float32), init, (0,)), init)
        assert combine(fn, np.zeros((0, 3), np.float32), np.zeros(0, np.float32), (0,)).shape == (0,)
    assert combine("add", init, init, (0,)).tolist() == [6, 8]  # no dim is reduced: elementwise


def test_max_propagates_nan_and_maxnum_skips_it() -> None:
    x, low = np.array([1.0, np.nan, 3.0]), np.array(-np.inf)
    assert np.isnan(combine("max", x, low, ()))
    assert combine("maxnum", x, low, ()) == 3


def test_a_division_by_zero_names_the_op() -> None:
    x, one = np.array([2, 0]), np.ones((), np.int64)
    with pytest.raises(TensorIRError, match=r"linalg.fold: an integer is divided by zero"):
        combine("div", x, one, (), turned=True)
    assert combine("div", np.array([2, 3]), np.array(12), (), turned=True) == 2


def test_a_mapped_operand_of_another_rank() -> None:
    """A dot product with a column that is the same for all rows."""
    x, y, init = np.arange(6.0).reshape(2, 3), np.array([1.0, 10, 100]), np.array([0.0, 0.5])
    types = (f64, f64, f64)
    total = apply("add", arg(2, f64), apply("mul", arg(0, f64), apply("max", arg(1, f64), const(2, f64))))
    op = Fold((of(x), of(y), of(init)), (identity(2), select(2, (1,)), select(2, (0,))), (ScalarBody(types, total),))
    np.testing.assert_array_equal(run(op, x, y, init)[0], x @ np.maximum(y, 2) + init)


def test_f32_sums_differ_by_order() -> None:
    """So the order is observable, and it is row-major over the reduced dims."""
    x = np.array([[1e8, -1e8], [1.0, 1.0]], np.float32)
    zero = np.zeros((), np.float32)
    by_rows = combine("add", x, zero, ())
    expected = np.float32(0)
    for i, j in itertools.product(range(2), repeat=2):
        expected = np.float32(expected + x[i, j])
    assert by_rows == expected == 2
    assert dtype_of(by_rows.dtype) == f32
    assert combine("add", np.ascontiguousarray(x.T), zero, ()) == 1
