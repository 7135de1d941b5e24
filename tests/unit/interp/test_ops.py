"""The interpreter's ops against plain Python or NumPy written another way."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest

from tensorir.dialects.flow import Dispatch
from tensorir.dialects.linalg import Contract, Fill, Generic, LayerNorm, Reduce, Softmax, ZeroPadding
from tensorir.dialects.packing import Mmt4d
from tensorir.dialects.tensor import (
    Cast,
    CollapseShape,
    Concat,
    DimOp,
    Empty,
    ExpandShape,
    ExtractSlice,
    Gather,
    GatherNd,
    InsertSlice,
    Pad,
)
from tensorir.interp import Context, apply_op, interpret
from tensorir.interp.erf import erf
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import iteration_dim, symbol
from tensorir.ir.dtype import DTYPES, DType, bf16, dtype_of, f16, f32, f64, i1, i4, i8, i32, i64, u8, u64
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

Array = npt.NDArray[Any]
S = symbol("S")


def of(array: Array) -> Value:
    return Value(TensorType(array.shape, dtype_of(array.dtype)))


def run(op: Op, *inputs: Array, **sizes: int) -> Array:
    (result,) = apply_op(op, inputs, Context(Module(), sizes))
    assert dtype_of(result.dtype) == op.result.type.dtype
    return result


def body(fn: str, *types: DType) -> ScalarBody:
    return ScalarBody(types, apply(fn, *(arg(i, t) for i, t in enumerate(types))))


def elementwise(fn: str, *inputs: Array) -> Array:
    b = body(fn, *(dtype_of(a.dtype) for a in inputs))
    return run(Generic(tuple(map(of, inputs)), (identity(inputs[0].ndim),) * (len(inputs) + 1), b), *inputs)


def test_erf_is_exact_to_double_precision() -> None:
    x = np.concatenate([np.linspace(-7, 7, 20_001), [0.0, -0.0, 1e-300, 5e-324, np.inf, -np.inf]])
    expected = np.array([math.erf(v) for v in x])
    np.testing.assert_allclose(erf(x), expected, rtol=1e-15, atol=0)
    assert np.isnan(erf(np.array([np.nan])))[0]
    assert np.signbit(erf(np.array([-0.0])))[0]


def gelu(x: float) -> float:
    return x / 2 * (1 + math.erf(x / math.sqrt(2)))


FORMULAS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "tanh": math.tanh,
    "erf": math.erf,
    "gelu": gelu,
    "abs": abs,
    "neg": lambda x: -x,
    "floor": math.floor,
    "ceil": math.ceil,
    "sin": math.sin,
    "cos": math.cos,
}


@pytest.mark.parametrize("fn", FORMULAS)
def test_functions_of_one_number(fn: str) -> None:
    formula = FORMULAS[fn]
    x = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(elementwise(fn, x), [formula(v) for v in x], rtol=1e-14, atol=1e-15)
    single = x.astype(np.float32)
    np.testing.assert_allclose(elementwise(fn, single), [formula(float(v)) for v in single], rtol=3e-7, atol=1e-7)


def test_max_and_min_propagate_nan() -> None:
    a, b = np.array([1.0, np.nan, 3.0]), np.array([np.nan, 2.0, 2.0])
    np.testing.assert_array_equal(elementwise("max", a, b), [np.nan, np.nan, 3])
    np.testing.assert_array_equal(elementwise("min", a, b), [np.nan, np.nan, 2])


def test_integers_wrap_and_division_truncates() -> None:
    a, b = np.array([127, -128, -7, 7], np.int8), np.array([1, -1, 2, -2], np.int8)
    np.testing.assert_array_equal(elementwise("add", a, b), [-128, 127, -5, 5])
    np.testing.assert_array_equal(elementwise("div", a[2:], b[2:]), [-3, -3])
    np.testing.assert_array_equal(elementwise("rem", a[2:], b[2:]), [-1, 1])
    np.testing.assert_array_equal(elementwise("abs", np.array([-128], np.int8)), [-128])
    four = np.array([7, -8], ml_dtypes.int4)
    assert [int(x) for x in elementwise("add", four, four)] == [-2, 0]


def test_integer_division_by_zero_is_an_error() -> None:
    with pytest.raises(TensorIRError, match=r"linalg.generic: an integer is divided by zero"):
        elementwise("div", np.array([1], np.int32), np.array([0], np.int32))


@pytest.mark.parametrize(
    ("values", "source", "target", "expected"),
    [
        ([1.9, -1.9, 300.0, -300.0, float("nan"), float("inf")], f32, i8, [1, -1, 127, -128, 0, 127]),
        ([-1.0, 256.0, 3.5], f32, u8, [0, 255, 3]),
        ([300, -1, 128], i32, i8, [44, -1, -128]),
        ([300, -1], i32, u8, [44, 255]),
        ([9, -9], i32, i4, [-7, 7]),
        ([0, 2, -1], i32, i1, [False, True, True]),
        ([1 + 2**-9, 1 + 3 * 2**-9], f32, bf16, [1.0, 1 + 2**-7]),
        ([2**63 - 1024.0, 1e30], f64, i64, [2**63 - 1024, 2**63 - 1]),
    ],
)
def test_casts(values: list[float], source: DType, target: DType, expected: list[float]) -> None:
    given = np.array(values).astype(source.numpy)
    got = run(Generic((of(given),), (identity(1),) * 2, ScalarBody((source,), cast(arg(0, source), target))), given)
    assert [float(x) for x in got] == [float(x) for x in expected]


def test_generic_with_permuted_broadcast_and_strided_operands() -> None:
    rng = np.random.default_rng(0)
    a, b, c = rng.integers(0, 9, (2, 3)), rng.integers(0, 9, (3,)), rng.integers(0, 9, (7,))
    types = (i64, i64, i64)
    expr = apply("add", apply("mul", arg(0, i64), arg(1, i64)), arg(2, i64))
    strided = AffineMap(2, (2 * iteration_dim(0) + 3 * iteration_dim(1) - 0,))
    maps = (identity(2), select(2, (1,)), strided, select(2, (1, 0)))
    c = rng.integers(0, 9, (2 * 1 + 3 * 2 + 1,))
    got = run(Generic((of(a), of(b), of(c)), maps, ScalarBody(types, expr)), a, b, c)
    expected = np.array([[a[i, j] * b[j] + c[2 * i + 3 * j] for i in range(2)] for j in range(3)])
    np.testing.assert_array_equal(got, expected)


def test_a_body_that_reads_nothing_fills() -> None:
    op = Generic((), (identity(2),), ScalarBody((), const(2.5, f32)), (2, S))
    np.testing.assert_array_equal(run(op, S=3), np.full((2, 3), 2.5, np.float32))


@pytest.mark.parametrize(
    "spec", ["mk,kn->mn", "km,nk->nm", "bmk,bnk->mbn", "k,k->", "k,kn->n", "mk,k->m", "ab,cd->acbd", "mkj,kn->mn"]
)
@pytest.mark.parametrize(
    "types", [(f32, f32, f32), (i8, i8, i32), (f64, f64, f64), (bf16, bf16, f32), (i8, i8, i8)], ids=str
)
def test_contractions(spec: str, types: tuple[DType, DType, DType]) -> None:
    inputs, out = spec.split("->")
    lhs, rhs = inputs.split(",")
    letters = sorted(set(lhs + rhs + out))
    sizes = dict(zip(letters, itertools.cycle((2, 3, 4)), strict=False))
    rng = np.random.default_rng(1)
    a, b = (rng.integers(-9, 9, [sizes[x] for x in part]) for part in (lhs, rhs))
    maps = [select(len(letters), (letters.index(x) for x in part)) for part in (lhs, rhs, out)]
    x, y = a.astype(types[0].numpy), b.astype(types[1].numpy)
    got = run(Contract(of(x), of(y), (), (maps[0], maps[1], maps[2]), types[2]), x, y)
    expected = np.zeros([sizes[x] for x in out], np.int64)
    for point in itertools.product(*(range(sizes[x]) for x in letters)):
        at = dict(zip(letters, point, strict=True))
        product = a[tuple(at[x] for x in lhs)] * b[tuple(at[x] for x in rhs)]
        expected[tuple(at[x] for x in out)] += product
    wrapped = expected.astype(np.int8) if types[2] == i8 else expected
    np.testing.assert_array_equal(got.astype(np.float64), wrapped.astype(np.float64))


def strided(array: Array) -> Array:
    """The array as every other element of a larger one."""
    larger = np.zeros([2 * n for n in array.shape], array.dtype)
    view = larger[(slice(None, None, 2),) * array.ndim]
    view[...] = array
    return view


VIEWS: dict[str, Callable[[Array], Array]] = {
    "columns side by side": np.asfortranarray,
    "backwards": lambda a: np.flip(np.flip(a).copy()),
    "strided": strided,
    "first dim last": lambda a: np.moveaxis(np.moveaxis(a, 0, -1).copy(), -1, 0),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "spec", ["mk,kn->mn", "km,kn->mn", "mk,nk->nm", "bmk,bkn->bmn", "mk,k->m", "mkj,jk->m", "mkj,kn->mn"]
)
def test_a_contraction_of_views_has_the_bits_of_that_of_stored_tensors(spec: str, view: str) -> None:
    """The constants that a product reads are stored on one way through the compiler, and just made on another."""
    parts = spec.replace("->", ",").split(",")
    letters = sorted(set("".join(parts)))
    maps = tuple(select(len(letters), (letters.index(x) for x in part)) for part in parts)
    for sizes in ({"m": 3, "n": 1, "k": 24, "j": 5, "b": 2}, {"m": 1, "n": 4, "k": 130, "j": 3, "b": 1}):
        rng = np.random.default_rng(0)
        a, b = (rng.standard_normal([sizes[x] for x in part]).astype(np.float32) for part in parts[:2])
        op = Contract(of(a), of(b), (), (maps[0], maps[1], maps[2]), f32)
        expected = run(op, a, b)
        got = run(op, VIEWS[view](a), VIEWS[view](b))
        np.testing.assert_array_equal(got.view(np.int32), expected.view(np.int32))


def test_a_contraction_adds_its_init_and_an_empty_sum_is_zero() -> None:
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    a, b, c = np.zeros((2, 0), np.float32), np.zeros((0, 3), np.float32), np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(run(Contract(of(a), of(b), (), maps, f32), a, b), np.zeros((2, 3)))
    np.testing.assert_array_equal(run(Contract(of(a), of(b), (of(c),), maps, f32), a, b, c), c)


def test_16_bit_floats_accumulate_in_32_bits() -> None:
    ones = np.ones((1, 4096), np.float16)
    maps = (select(3, (0, 2)), select(3, (1, 2)), select(3, (0, 1)))
    got = run(Contract(of(ones), of(ones), (), maps, f16), ones, ones)
    assert float(got[0, 0]) == 4096


@pytest.mark.parametrize("order", ["nk", "kn"])
def test_mmt4d_by_its_definition(order: Any) -> None:
    rng = np.random.default_rng(2)
    lhs = rng.integers(-3, 3, (2, 3, 4, 5)).astype(np.float32)
    rhs = rng.integers(-3, 3, (2, 3, 6, 5)).astype(np.float32)
    expected = np.zeros((2, 2, 4, 6))
    for m1, n1, m0, n0 in np.ndindex(2, 2, 4, 6):
        expected[m1, n1, m0, n0] = sum(float(lhs[m1, k1, m0] @ rhs[n1, k1, n0]) for k1 in range(3))
    stored = rhs if order == "nk" else np.ascontiguousarray(rhs.swapaxes(2, 3))
    np.testing.assert_array_equal(run(Mmt4d(of(lhs), of(stored), (), f32, order), lhs, stored), expected)


@pytest.mark.parametrize("kind", ["add", "mul", "max", "min"])
@pytest.mark.parametrize("dtype", [f32, i8, i1, bf16], ids=str)
def test_reductions(kind: Any, dtype: DType) -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, (2, 3, 4)).astype(dtype.numpy)
    got = run(Reduce(of(x), kind, (2, 0)), x)
    for j in range(3):
        column = [int(v) for v in x[:, j].reshape(-1)]
        plain = {"add": sum(column), "mul": math.prod(column), "max": max(column), "min": min(column)}[kind]
        assert float(got[j]) == (plain % 2 if dtype == i1 and kind == "add" else plain)


def test_reductions_of_nothing_are_neutral() -> None:
    x = np.zeros((0, 2), np.float32)
    got = [float(run(Reduce(of(x), k, (0,)), x)[0]) for k in ("add", "mul", "max", "min")]
    assert got == [0, 1, -math.inf, math.inf]
    y = np.zeros((0, 2), np.int8)
    assert [int(run(Reduce(of(y), k, (0,)), y)[0]) for k in ("max", "min")] == [-128, 127]


def test_softmax_and_layer_norm_skip_padding() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((2, 3, 2, 4)).astype(np.float32)  # the axis is dims 1 and 3: 12 positions, 10 valid
    valid = x.transpose(0, 2, 1, 3).reshape(4, 12)[:, :10].astype(np.float64)
    poisoned = x.copy()
    poisoned[:, 2, :, 2:] = np.nan
    soft = run(Softmax(of(x), (1, 3), 10), poisoned).transpose(0, 2, 1, 3).reshape(4, 12)
    e = np.exp(valid - valid.max(1, keepdims=True))
    np.testing.assert_allclose(soft[:, :10], e / e.sum(1, keepdims=True), rtol=1e-6)
    assert not soft[:, 10:].any()
    scale, bias = (rng.standard_normal((3, 4)).astype(np.float32) for _ in range(2))
    normed = run(LayerNorm(of(x), of(scale), of(bias), (1, 3), 1e-5, 10), poisoned, scale, bias)
    got = normed.transpose(0, 2, 1, 3).reshape(4, 12)
    centered = valid - valid.mean(1, keepdims=True)
    flat_scale, flat_bias = scale.reshape(-1)[:10], bias.reshape(-1)[:10]
    expected = centered / np.sqrt((centered**2).mean(1, keepdims=True) + 1e-5) * flat_scale + flat_bias
    np.testing.assert_allclose(got[:, :10], expected, rtol=2e-5, atol=1e-6)
    assert not got[:, 10:].any()


def test_zero_padding_keeps_what_is_valid() -> None:
    x = np.full((2, 3), np.nan)
    x[0, :], x[1, 0] = 1, 1
    np.testing.assert_array_equal(run(ZeroPadding(of(x), (0, 1), 4), x), [[1, 1, 1], [1, 0, 0]])


@pytest.mark.parametrize("sizes", [(3, 4, 5), (5, 3, 4), (0, 2, 1)])
def test_each_dim_has_its_size(sizes: tuple[int, int, int]) -> None:
    x = np.zeros(sizes, np.float32)
    for d, size in enumerate(sizes):
        assert run(DimOp(of(x), d), x) == size


def test_moving_ops() -> None:
    x = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(run(ExtractSlice(of(x), (1, 0), (2, 2), (1, 3)), x), x[1:, ::3])
    np.testing.assert_array_equal(run(Pad(of(x), (1, 0), (0, 2), 9), x)[0], [9] * 6)
    np.testing.assert_array_equal(run(Concat((of(x), of(x)), 1), x, x), np.hstack([x, x]))
    rows = np.array([[2, 0]])
    np.testing.assert_array_equal(run(Gather(of(x), of(rows)), x, rows), [[x[2], x[0]]])
    np.testing.assert_array_equal(run(Fill(3, TensorType((S,), i8)), S=2), [3, 3])


def test_a_part_put_into_another_tensor() -> None:
    x, part = np.zeros((4, 6)), np.arange(1.0, 7).reshape(2, 3)
    expected = x.copy()
    expected[1:4:2, 0:5:2] = part
    np.testing.assert_array_equal(run(InsertSlice(of(part), of(x), (1, 0), (2, 2)), part, x), expected)
    assert not x.any()
    late = InsertSlice(Value(TensorType((S, 3), f64)), of(x), (3, 0), (1, 1))
    with pytest.raises(TensorIRError, match=r"tensor.insert_slice: dim 0: \[3 : 5 : 1\] is outside of the size 4"):
        run(late, part, x, S=2)


def test_elements_gathered_one_by_one() -> None:
    x = np.arange(12).reshape(3, 4)
    rows, columns = np.array([[0, 2], [1, 1]], np.uint8), np.array([[3, 0], [2, 2]])
    op = GatherNd(of(x), (of(rows), of(columns)))
    np.testing.assert_array_equal(run(op, x, rows, columns), [[3, 8], [6, 6]])
    with pytest.raises(TensorIRError, match=r"tensor.gather_nd: index 4 is outside of the size 4 of dim 1"):
        run(op, x, rows, columns + 1)


def test_scalars_have_no_groups() -> None:
    x = np.full((1, 1), 7.0)
    assert run(CollapseShape(of(x), ()), x).shape == ()
    assert run(ExpandShape(of(x[0, 0]), (), (1, 1, 1)), x[0, 0]).tolist() == [[[7]]]


@pytest.mark.parametrize(("kind", "expected"), [("and", 8), ("or", 15), ("xor", 6), ("maxnum", 3), ("minnum", 1)])
def test_reductions_by_bits_and_beside_nan(kind: Any, expected: int) -> None:
    x = np.array([3, np.nan, 1]) if "num" in kind else np.array([10, 12, 11, 11])
    assert run(Reduce(of(x), kind, (0,)), x) == expected
    nothing = x[:0]
    neutral = {"and": -1, "or": 0, "xor": 0}.get(kind, np.nan)
    np.testing.assert_equal(float(run(Reduce(of(nothing), kind, (0,)), nothing)), float(neutral))


def test_reductions_of_u64_are_not_signed() -> None:
    x = np.array([1 << 63, 3], np.uint64)
    kinds: list[Any] = ["add", "max", "min", "and", "mul"]
    got = [int(run(Reduce(of(x), k, (0,)), x)) for k in kinds]
    assert got == [(1 << 63) + 3, 1 << 63, 3, 0, 1 << 63]
    assert int(run(Reduce(of(x[:0]), "and", (0,)), x[:0])) == (1 << 64) - 1
    maps = (select(1, (0,)), select(1, (0,)), select(1, ()))
    assert int(run(Contract(of(x), of(x), (), maps, u64), x, x)) == 9


def test_bodies_read_positions() -> None:
    x = np.zeros((2, 3), np.int64)
    at = apply("add", apply("mul", iteration_index(0), const(10, i64)), iteration_index(1))
    got = run(Generic((of(x),), (identity(2), select(2, (1, 0))), ScalarBody((i64,), at)), x)
    assert got.tolist() == [[0, 10], [1, 11], [2, 12]]


def test_errors_that_show_only_when_run_name_the_op_and_the_place() -> None:
    x = np.zeros((3, 4))
    for bad in (3, -1):
        index = np.array([0, bad])
        with pytest.raises(TensorIRError, match=f"tensor.gather: index {bad} is outside of the 3 rows"):
            run(Gather(of(x), of(index)), x, index)
    slice_ = ExtractSlice(Value(TensorType((S, 4), f64)), (0, 0), (5, 4), (1, 1))
    with pytest.raises(TensorIRError, match=r"tensor.extract_slice: dim 0: \[0 : 5 : 1\] is outside of the size 3"):
        run(slice_, x, S=3)
    with pytest.raises(TensorIRError, match=r"tensor.cast: the tensor has sizes \(3, 4\), the cast says \(4, 4\)"):
        run(Cast(Value(TensorType((S, 4), f64)), (4, 4)), x, S=3)


def test_empty_tensors_are_poison() -> None:
    assert np.isnan(run(Empty(TensorType((2,), f32)))).all()
    assert (run(Empty(TensorType((2,), i8))) == 127).all()


def test_regions_nested_too_deep_are_an_error() -> None:
    x = Value(TensorType((1,), f32))
    region = Region((x,), (), (x,))
    for _ in range(2000):
        x = Value(TensorType((1,), f32))
        d = Dispatch((x,), region)
        region = Region((x,), (d,), d.results)
    with pytest.raises(TensorIRError, match="@main: regions are nested too deep to be run"):
        interpret(Module([Function("main", region)]), "main", [np.ones(1, np.float32)])


def test_widening_computes_every_float_type_in_float64() -> None:
    b = RegionBuilder()
    x = b.arg(TensorType((1,), f32))
    third = b.add(Generic((x,), (identity(1),) * 2, ScalarBody((f32,), apply("div", arg(0, f32), const(3, f32)))))
    module = Module([Function("main", b.finish([third.result]))])
    one = np.ones(1, np.float32)
    assert interpret(module, "main", [one], widen=True)[0][0] == 1 / 3
    assert interpret(module, "main", [one])[0][0] == np.float32(1 / 3)
    assert all(t.numpy.itemsize > 0 for t in DTYPES.values())
