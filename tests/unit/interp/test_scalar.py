"""Every scalar function against Python's integers and math module, on all small and many large values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.interp import Context
from tensorir.interp.floats import FLOAT_FNS
from tensorir.interp.integers import INTEGER_FNS
from tensorir.interp.scalar import evaluate_body
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DTYPES, DType, bf16, f16, f32, f64, i1, i4, i8, i16, i32, i64, u4, u8, u16, u32, u64
from tensorir.ir.module import Module
from tensorir.ir.scalar import SCALAR_FNS, ScalarBody, apply, arg, bitcast, cast, const, iteration_index

Array = npt.NDArray[Any]
CTX = Context(Module(), {})
INTEGERS = [t for t in DTYPES.values() if t.is_integer]


def call(fn: str, *inputs: Array, dtype: DType) -> Array:
    body = ScalarBody((dtype,) * len(inputs), apply(fn, *(arg(i, dtype) for i in range(len(inputs)))))
    got = evaluate_body(body, inputs, CTX)
    assert got.dtype == body.result.dtype.numpy
    return got


def converted(array: Array, source: DType, target: DType) -> Array:
    got = evaluate_body(ScalarBody((source,), cast(arg(0, source), target)), (array,), CTX)
    assert got.dtype == target.numpy
    return got


def signed(dtype: DType) -> bool:
    return dtype.kind == "signed"


def bounds(dtype: DType) -> tuple[int, int]:
    low = -(1 << (dtype.bits - 1)) if signed(dtype) else 0
    return low, low + (1 << dtype.bits) - 1


def values(dtype: DType) -> list[int]:
    """All of a narrow type; of a wide one the borders, powers of two and their neighbours, and a few others."""
    low, high = bounds(dtype)
    if dtype.bits <= 4:
        return list(range(low, high + 1))
    near = {0, 1, 2, 3, 7, 10, 63, 64, 65, low, low + 1, high, high - 1, high // 3}
    near |= {(1 << k) + d for k in range(0, dtype.bits, 5) for d in (-1, 0, 1)}
    near |= {-v for v in near}
    return sorted(v for v in near if low <= v <= high)


def wrapped(value: int, dtype: DType) -> int:
    low, _ = bounds(dtype)
    return (value - low) % (1 << dtype.bits) + low


def quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)


def power(a: int, b: int, dtype: DType) -> int:
    if b >= 0:
        return pow(a, b, 1 << dtype.bits)
    return {1: 1, -1: -1 if b % 2 else 1}.get(a, 0)


def bits_of(a: int, dtype: DType) -> str:
    return format(a % (1 << dtype.bits), f"0{dtype.bits}b")


BINARY: dict[str, Callable[[int, int, DType], int]] = {
    "add": lambda a, b, _: a + b,
    "sub": lambda a, b, _: a - b,
    "mul": lambda a, b, _: a * b,
    "div": lambda a, b, _: quotient(a, b),
    "rem": lambda a, b, _: a - quotient(a, b) * b,
    "floordiv": lambda a, b, _: a // b,
    "ceildiv": lambda a, b, _: -(-a // b),
    "max": lambda a, b, _: max(a, b),
    "min": lambda a, b, _: min(a, b),
    "and": lambda a, b, _: a & b,
    "or": lambda a, b, _: a | b,
    "xor": lambda a, b, _: a ^ b,
    "shl": lambda a, b, t: a << b if 0 <= b < t.bits else 0,
    "shr": lambda a, b, t: a >> (b if 0 <= b < t.bits else t.bits),
    "ipow": power,
}
UNARY: dict[str, Callable[[int, DType], int]] = {
    "neg": lambda a, _: -a,
    "abs": lambda a, _: abs(a),
    "ctpop": lambda a, t: bits_of(a, t).count("1"),
    "ctlz": lambda a, t: t.bits - len(bits_of(a, t).lstrip("0")),
    "cttz": lambda a, t: t.bits - len(bits_of(a, t).rstrip("0")),
}


def test_every_function_of_integers_and_of_floats_is_there() -> None:
    assert set(BINARY) | set(UNARY) == set(INTEGER_FNS)
    other = {"select", "cast", "bitcast", "eq", "ne", "lt", "le", "gt", "ge"}
    assert set(INTEGER_FNS) == {f.name for f in SCALAR_FNS.values() if f.domain != "float"} - other
    assert set(FLOAT_FNS) | {"fma"} == {f.name for f in SCALAR_FNS.values() if f.domain != "integer"} - other


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
@pytest.mark.parametrize("fn", BINARY)
def test_functions_of_two_integers(fn: str, dtype: DType) -> None:
    pairs = list(itertools.product(values(dtype), repeat=2))
    if fn in ("div", "rem", "floordiv", "ceildiv"):
        pairs = [(a, b) for a, b in pairs if b]
    if fn == "ipow":
        pairs = [(a, b) for a, b in pairs if a or b >= 0]
    a, b = (
        np.array(list(side), np.uint64 if dtype == u64 else np.int64).astype(dtype.numpy)
        for side in zip(*pairs, strict=True)
    )
    expected = [wrapped(BINARY[fn](x, y, dtype), dtype) for x, y in pairs]
    assert [int(v) for v in call(fn, a, b, dtype=dtype)] == expected


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
@pytest.mark.parametrize("fn", UNARY)
def test_functions_of_one_integer(fn: str, dtype: DType) -> None:
    given = values(dtype)
    array = np.array(given, np.uint64 if dtype == u64 else np.int64).astype(dtype.numpy)
    assert [int(v) for v in call(fn, array, dtype=dtype)] == [wrapped(UNARY[fn](x, dtype), dtype) for x in given]


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
def test_comparisons_and_casts_of_integers(dtype: DType) -> None:
    pairs = list(itertools.product(values(dtype), repeat=2))
    a, b = (
        np.array(list(side), np.uint64 if dtype == u64 else np.int64).astype(dtype.numpy)
        for side in zip(*pairs, strict=True)
    )
    assert [bool(v) for v in call("lt", a, b, dtype=dtype)] == [x < y for x, y in pairs]
    for target in INTEGERS:
        expected = [bool(x) if target == i1 else wrapped(x, target) for x, _ in pairs]
        assert [int(v) for v in converted(a, dtype, target)] == expected


@pytest.mark.parametrize("fn", ["div", "rem", "floordiv", "ceildiv"])
@pytest.mark.parametrize("dtype", [i8, i64, u8, u64], ids=str)
def test_a_division_by_zero_is_an_error(fn: str, dtype: DType) -> None:
    one, zero = np.ones(2, dtype.numpy), np.array([1, 0], dtype.numpy)
    with pytest.raises(InferError, match="an integer is divided by zero"):
        call(fn, one, zero, dtype=dtype)


def test_zero_to_a_negative_power_is_an_error() -> None:
    with pytest.raises(InferError, match="0 to a negative power"):
        call("ipow", np.array([0], np.int8), np.array([-1], np.int8), dtype=i8)


MATH: dict[str, Callable[[float], float]] = {
    "exp2": lambda x: 2.0**x,
    "expm1": math.expm1,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "rsqrt": lambda x: 1 / math.sqrt(x),
    "cbrt": lambda x: x ** (1 / 3),
    "erfc": math.erfc,
    "tan": math.tan,
    "asin": lambda x: math.asin(x / 8),
    "acos": lambda x: math.acos(x / 8),
    "atan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "asinh": math.asinh,
    "acosh": lambda x: math.acosh(1 + x),
    "atanh": lambda x: math.atanh(x / 8),
    "trunc": math.trunc,
    "round": lambda x: math.floor(x + 0.5),
    "roundeven": round,
}
SHIFTED: dict[str, Callable[[Array], Array]] = {
    "asin": lambda x: x / 8,
    "acos": lambda x: x / 8,
    "atanh": lambda x: x / 8,
    "acosh": lambda x: x + 1,
}


@pytest.mark.parametrize("fn", MATH)
def test_functions_of_one_float(fn: str) -> None:
    x = np.linspace(0.0625, 7, 112)
    expected = [MATH[fn](float(v)) for v in x]
    given = SHIFTED.get(fn, lambda x: x)(x)
    np.testing.assert_allclose(call(fn, given, dtype=f64), expected, rtol=1e-14)
    np.testing.assert_allclose(call(fn, given.astype(np.float32), dtype=f32), expected, rtol=1e-5)


def test_erfc_keeps_its_precision_in_the_tail() -> None:
    x = np.concatenate([np.linspace(-6, 26, 5001), [np.inf, -np.inf, 0.0]])
    np.testing.assert_allclose(call("erfc", x, dtype=f64), [math.erfc(v) for v in x], rtol=2e-15)
    assert np.isnan(call("erfc", np.array([np.nan]), dtype=f64))[0]


@pytest.mark.parametrize(
    ("fn", "given", "expected"),
    [
        (
            "round",
            [0.5, -0.5, 1.5, 2.5, 0.49999999999999994, 2.0**52 + 1, -np.inf],
            [1, -1, 2, 3, 0, 2.0**52 + 1, -np.inf],
        ),
        ("roundeven", [0.5, -0.5, 1.5, 2.5, 3.5], [0, -0.0, 2, 2, 4]),
        ("trunc", [-1.5, 1.5, np.inf], [-1, 1, np.inf]),
        ("sqrt", [-1.0, 4.0], [np.nan, 2]),
        ("cbrt", [-8.0, -0.0, np.inf], [-2, -0.0, np.inf]),
        ("log", [0.0, -1.0], [-np.inf, np.nan]),
    ],
)
def test_special_cases_of_one_float(fn: str, given: list[float], expected: list[float]) -> None:
    got = call(fn, np.array(given), dtype=f64)
    np.testing.assert_array_equal(got, expected)
    numbers = ~np.isnan(got)
    np.testing.assert_array_equal(np.signbit(got)[numbers], np.signbit(expected)[numbers])


@pytest.mark.parametrize(
    ("fn", "a", "b", "expected"),
    [
        ("rem", [5.5, -5.5, 5.5, 1.0], [2.0, 2.0, -2.0, 0.0], [1.5, -1.5, 1.5, np.nan]),
        ("maxnum", [1.0, np.nan, np.nan], [np.nan, 2.0, np.nan], [1, 2, np.nan]),
        ("minnum", [1.0, np.nan, -np.inf], [np.nan, 2.0, 0.0], [1, 2, -np.inf]),
        ("pow", [2.0, 4.0, -2.0, 0.0], [10.0, 0.5, 3.0, 0.0], [1024, 2, -8, 1]),
        ("atan2", [1.0, -1.0, 0.0], [0.0, 0.0, -1.0], [math.pi / 2, -math.pi / 2, math.pi]),
        ("copysign", [1.0, -2.0, np.inf], [-0.0, 1.0, -1.0], [-1, 2, -np.inf]),
        ("ne", [1.0, np.nan], [1.0, np.nan], [False, True]),
        ("ge", [1.0, np.nan], [1.0, np.nan], [True, False]),
    ],
)
def test_functions_of_two_floats(fn: str, a: list[float], b: list[float], expected: list[float]) -> None:
    np.testing.assert_array_equal(call(fn, np.array(a), np.array(b), dtype=f64), expected)
    single = call(fn, np.array(a, np.float32), np.array(b, np.float32), dtype=f32)
    np.testing.assert_array_equal(single, np.array(expected).astype(single.dtype))


def nearest(exact: Fraction, dtype: DType) -> float:
    """The float of a type nearest to a number, ties to even, by its definition: for normal results."""
    digits = {f64: 53, f32: 24, f16: 11, bf16: 8}[dtype]
    if not exact:
        return 0.0
    exponent = math.floor(math.log2(abs(exact))) if abs(exact) < 2**1000 else exact.numerator.bit_length()
    while abs(exact) >= Fraction(2) ** (exponent + 1):
        exponent += 1
    while abs(exact) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (exponent - digits + 1)
    return float(round(exact / unit) * unit)  # round() of a Fraction is half to even


@pytest.mark.parametrize("dtype", [f64, f32, f16, bf16], ids=str)
def test_fma_rounds_once(dtype: DType) -> None:
    rng = np.random.default_rng(5)
    scale = 2.0 ** rng.integers(-3, 4, (3, 4000))
    a, b, c = (rng.standard_normal((3, 4000)) * scale).astype(dtype.numpy)
    digits = {f64: 53, f32: 24, f16: 11, bf16: 8}[dtype]
    tie = (1 + 2.0 ** (1 - digits)), 2.0**-digits, 2.0 ** (-3 * digits if dtype != f16 else -14)
    a[:2], b[:2], c[:2] = tie[0], 1.0, (tie[1], -tie[1])
    a[2:4], b[2:4], c[2:4] = tie[1], (1.0, 1 + 2.0 ** (1 - digits)), 1.0
    exact = [Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z)) for x, y, z in zip(a, b, c, strict=True)]
    got = call("fma", a, b, c, dtype=dtype)
    assert [float(v) for v in got] == [nearest(e, dtype) for e in exact]


def test_fma_of_float64_at_the_edges() -> None:
    big, tiny = 1.5e308, 5e-324
    a = np.array([big, big, np.inf, np.nan, tiny, -tiny, 0.0, 3.0, big])
    b = np.array([2.0, 2.0, 0.0, 1.0, 0.25, 0.25, -1.0, 4.0, big])
    c = np.array([-big, -np.inf, 1.0, 1.0, 0.0, 0.0, 0.0, -12.0, 0.0])
    got = call("fma", a, b, c, dtype=f64)
    np.testing.assert_array_equal(got, [big, -np.inf, np.nan, np.nan, 0, -0.0, 0, 0, np.inf])
    assert [bool(s) for s in np.signbit(got[4:8])] == [False, True, False, False]


def test_conversions_to_bf16_round_once() -> None:
    just_above = 1 + 2.0**-8 + 2.0**-40  # a tie in float32, not in float64
    assert float(converted(np.array([just_above]), f64, bf16)[0]) == 1 + 2.0**-7
    large = np.array([(1 << 60) + (1 << 52) + 1, -((1 << 60) + (1 << 52) + 1), (1 << 60) + (1 << 52)])
    expected = [nearest(Fraction(int(v)), bf16) for v in large]
    assert [float(v) for v in converted(large, i64, bf16)] == expected
    top = np.array([(1 << 64) - 1, 1 << 63], np.uint64)
    assert [float(v) for v in converted(top, u64, bf16)] == [2.0**64, 2.0**63]


@pytest.mark.parametrize("dtype", [u64, i64, u32, i32, u16, u4], ids=str)
def test_floats_saturate(dtype: DType) -> None:
    low, high = bounds(dtype)
    given = np.array([-np.inf, -1.5, np.nan, 0.9, 7.9, float(high) + 1, 1e30, np.inf])
    expected = [low, -1 if low else 0, 0, 0, 7, high, high, high]
    assert [int(v) for v in converted(given, f64, dtype)] == expected


def test_u64_is_not_signed() -> None:
    top = np.array([(1 << 64) - 1, 1 << 63], np.uint64)
    assert [float(v) for v in converted(top, u64, f64)] == [2.0**64, 2.0**63]
    assert [int(v) for v in converted(np.array([2.0**63 + 2048]), f64, u64)] == [(1 << 63) + 2048]
    body = ScalarBody((), const((1 << 64) - 1, u64))
    assert int(evaluate_body(body, (), CTX)) == (1 << 64) - 1


@pytest.mark.parametrize(("source", "target"), [(f32, i32), (f16, bf16), (f64, u64), (bf16, u16), (i16, f16)], ids=str)
def test_bitcasts_keep_the_bits(source: DType, target: DType) -> None:
    bits = np.random.default_rng(6).integers(0, 1 << min(source.bits, 63), 500, np.uint64)
    given = bits.astype(f"u{source.itemsize}").view(source.numpy)
    body = ScalarBody((source,), bitcast(arg(0, source), target))
    got = evaluate_body(body, (given[::2],), CTX)
    assert got.dtype == target.numpy
    assert got.tobytes() == np.ascontiguousarray(given[::2]).tobytes()


def test_a_widened_float_has_the_bits_of_its_type() -> None:
    wide = Context(Module(), {}, widen=True)
    to, back = ScalarBody((f32,), bitcast(arg(0, f32), i32)), ScalarBody((i32,), bitcast(arg(0, i32), f32))
    given = np.array([1.5, -0.0, 1e-40, np.inf], np.float32)
    bits = evaluate_body(to, (given.astype(np.float64),), wide)
    assert bits.tobytes() == given.tobytes()
    assert evaluate_body(back, (bits,), wide).tobytes() == given.astype(np.float64).tobytes()


def test_bitcasts_of_small_integers() -> None:
    body = ScalarBody((i4,), bitcast(arg(0, i4), u4))
    assert [int(v) for v in evaluate_body(body, (np.array([-1, 7]).astype(i4.numpy),), CTX)] == [15, 7]


def test_indices_need_an_iteration_space() -> None:
    with pytest.raises(InferError, match="reads the index of d1, but there is no iteration space"):
        evaluate_body(ScalarBody((), iteration_index(1)), (), CTX)
