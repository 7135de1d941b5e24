"""Each op of arith and math, for each type that it takes, against NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from tensorir.mlir.importer.scalars.table import SCALAR_RULES
from tests.support.mlir_programs import Array, refusal, result, same

INTEGERS = {"i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64}
UNSIGNED = {"i8": np.uint8, "i16": np.uint16, "i32": np.uint32, "i64": np.uint64}
FLOATS: dict[str, Any] = {"f16": np.float16, "bf16": ml_dtypes.bfloat16, "f32": np.float32, "f64": np.float64}
NUMPY: dict[str, Any] = {**INTEGERS, **FLOATS, "i1": np.bool_}


def program(op: str, types: list[str], out: str, attributes: str = "") -> str:
    """A function that applies `op`, in generic form, to tensors."""
    tensors = [f"tensor<?x{t}>" for t in types]
    args = ", ".join(f"%a{i}: {t}" for i, t in enumerate(tensors))
    names = ", ".join(f"%a{i}" for i in range(len(types)))
    made = f'%r = "{op}"({names}) <{{{attributes}}}> : ({", ".join(tensors)}) -> tensor<?x{out}>'
    return f"func.func @f({args}) -> tensor<?x{out}> {{\n  {made}\n  return %r : tensor<?x{out}>\n}}"


def pairs(dtype: str, *, nonzero: bool = False) -> tuple[Array, Array]:
    """Every pair of interesting integers: the ends of the range, numbers around 0, some between."""
    info = np.iinfo(INTEGERS[dtype])
    values = [info.min, info.min + 1, -100, -7, -3, -2, -1, 0, 1, 2, 3, 5, 7, 100, info.max - 1, info.max]
    a, b = np.meshgrid(np.asarray(values, INTEGERS[dtype]), np.asarray(values, INTEGERS[dtype]))
    a, b = a.ravel(), b.ravel()
    kept = (b != 0) & ~((a == info.min) & (b == -1)) if nonzero else np.ones(a.shape, bool)
    return a[kept], b[kept]


def exact(fn: Callable[[int, int], int]) -> Callable[[Array, Array], Array]:
    """A function of Python ints on arrays, wrapped to their type."""

    def wrapped(a: Array, b: Array) -> Array:
        bits, signed = a.dtype.itemsize * 8, a.dtype.kind == "i"
        low = [fn(int(x), int(y)) & ((1 << bits) - 1) for x, y in zip(a, b, strict=True)]
        return np.asarray([v - (1 << bits) if signed and v >> (bits - 1) else v for v in low], a.dtype)

    return wrapped


def truncated(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


SIGNED_OPS: dict[str, Callable[[int, int], int]] = {
    "addi": lambda a, b: a + b,
    "subi": lambda a, b: a - b,
    "muli": lambda a, b: a * b,
    "andi": lambda a, b: a & b,
    "ori": lambda a, b: a | b,
    "xori": lambda a, b: a ^ b,
    "maxsi": max,
    "minsi": min,
}
DIVISIONS: dict[str, Callable[[int, int], int]] = {
    "divsi": truncated,
    "remsi": lambda a, b: a - b * truncated(a, b),
    "floordivsi": lambda a, b: a // b,
    "ceildivsi": lambda a, b: -(-a // b),
}
UNSIGNED_OPS: dict[str, Callable[[int, int], int]] = {"maxui": max, "minui": min}
UNSIGNED_DIVISIONS: dict[str, Callable[[int, int], int]] = {
    "divui": lambda a, b: a // b,
    "remui": lambda a, b: a % b,
    "ceildivui": lambda a, b: -(-a // b),
}


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", [*SIGNED_OPS, *DIVISIONS])
def test_signed_integers(name: str, dtype: str) -> None:
    a, b = pairs(dtype, nonzero=name in DIVISIONS)
    fn = {**SIGNED_OPS, **DIVISIONS}[name]
    assert same(result(program(f"arith.{name}", [dtype, dtype], dtype), a, b), exact(fn)(a, b))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", [*UNSIGNED_OPS, *UNSIGNED_DIVISIONS])
def test_unsigned_integers(name: str, dtype: str) -> None:
    a, b = pairs(dtype, nonzero=name in UNSIGNED_DIVISIONS)
    wide = UNSIGNED[dtype]
    expected = exact({**UNSIGNED_OPS, **UNSIGNED_DIVISIONS}[name])(a.view(wide), b.view(wide)).view(a.dtype)
    assert same(result(program(f"arith.{name}", [dtype, dtype], dtype), a, b), expected)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", ["shli", "shrsi", "shrui"])
def test_shifts(name: str, dtype: str) -> None:
    bits = np.iinfo(INTEGERS[dtype]).bits
    a, _ = pairs(dtype)
    b = np.resize(np.arange(bits), a.shape).astype(a.dtype)
    as_read = a.view(UNSIGNED[dtype]) if name == "shrui" else a
    fn: Callable[[int, int], int] = (lambda x, n: x << n) if name == "shli" else (lambda x, n: x >> n)
    expected = exact(fn)(as_read, b).view(a.dtype)
    assert same(result(program(f"arith.{name}", [dtype, dtype], dtype), a, b), expected)


SIGNED_ORDER = (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("predicate", range(10))
def test_integer_comparisons(predicate: int, dtype: str) -> None:
    a, b = pairs(dtype)
    compare = SIGNED_ORDER[predicate if predicate < 6 else predicate - 4]
    given = (a, b) if predicate < 6 else (a.view(UNSIGNED[dtype]), b.view(UNSIGNED[dtype]))
    text = program("arith.cmpi", [dtype, dtype], "i1", f"predicate = {predicate} : i64")
    assert same(result(text, a, b), compare(*given))


def special(dtype: str) -> tuple[Array, Array]:
    values = [0.0, -0.0, 1.0, -1.0, 2.5, -3.0, math.inf, -math.inf, math.nan, 0.1, 100.0]
    a, b = np.meshgrid(np.asarray(values).astype(FLOATS[dtype]), np.asarray(values).astype(FLOATS[dtype]))
    return a.ravel(), b.ravel()


def unordered(a: Array, b: Array) -> Array:
    return np.isnan(a) | np.isnan(b)


FLOAT_PREDICATES: tuple[Callable[[Array, Array], Array], ...] = (
    lambda a, b: np.zeros(a.shape, bool),
    lambda a, b: ~unordered(a, b) & (a == b),
    lambda a, b: ~unordered(a, b) & (a > b),
    lambda a, b: ~unordered(a, b) & (a >= b),
    lambda a, b: ~unordered(a, b) & (a < b),
    lambda a, b: ~unordered(a, b) & (a <= b),
    lambda a, b: ~unordered(a, b) & (a != b),
    lambda a, b: ~unordered(a, b),
    lambda a, b: unordered(a, b) | (a == b),
    lambda a, b: unordered(a, b) | (a > b),
    lambda a, b: unordered(a, b) | (a >= b),
    lambda a, b: unordered(a, b) | (a < b),
    lambda a, b: unordered(a, b) | (a <= b),
    lambda a, b: unordered(a, b) | (a != b),
    unordered,
    lambda a, b: np.ones(a.shape, bool),
)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("predicate", range(16))
def test_float_comparisons(predicate: int, dtype: str) -> None:
    a, b = special(dtype)
    text = program("arith.cmpf", [dtype, dtype], "i1", f"predicate = {predicate} : i64")
    assert same(result(text, a, b), FLOAT_PREDICATES[predicate](a.astype(np.float64), b.astype(np.float64)))


FLOAT_OPS: dict[str, Callable[[Array, Array], Array]] = {
    "addf": np.add,
    "subf": np.subtract,
    "mulf": np.multiply,
    "divf": np.divide,
    "remf": np.fmod,
    "maximumf": np.maximum,
    "minimumf": np.minimum,
    "maxnumf": np.fmax,
    "minnumf": np.fmin,
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", FLOAT_OPS)
def test_float_arithmetic(name: str, dtype: str) -> None:
    a, b = special(dtype)
    wide = np.float64 if dtype == "f64" else np.float32
    with np.errstate(all="ignore"):
        expected = FLOAT_OPS[name](a.astype(wide), b.astype(wide)).astype(a.dtype)
    assert same(result(program(f"arith.{name}", [dtype, dtype], dtype), a, b).astype(wide), expected.astype(wide))


MATH: dict[str, Callable[[Array], Array]] = {
    "absf": np.abs,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "cbrt": np.cbrt,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "roundeven": np.round,
    "round": lambda x: np.copysign(np.floor(np.abs(x) + 0.5), x),
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "erf": np.vectorize(math.erf),
    "erfc": np.vectorize(math.erfc),
}


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize("name", MATH)
def test_math(name: str, dtype: str) -> None:
    a = np.asarray([-2.5, -1.5, -0.5, -0.25, 0.0, 0.3, 0.5, 1.0, 1.5, 2.5, 4.0]).astype(FLOATS[dtype])
    with np.errstate(all="ignore"):
        expected = MATH[name](a.astype(np.float64))
    found = result(program(f"math.{name}", [dtype], dtype), a)
    assert found.dtype == a.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5 if dtype == "f32" else 1e-12, atol=1e-7, equal_nan=True)


def test_math_of_two_and_three() -> None:
    a, b = np.asarray([1.5, -2.0, 0.25], np.float32), np.asarray([2.0, 3.0, -1.0], np.float32)
    two = ["f32", "f32"]
    np.testing.assert_allclose(result(program("math.powf", two, "f32"), a, b), np.power(a, b), rtol=1e-6)
    np.testing.assert_allclose(result(program("math.atan2", two, "f32"), a, b), np.arctan2(a, b), rtol=1e-6)
    assert same(result(program("math.copysign", two, "f32"), a, b), np.copysign(a, b))
    c = np.asarray([10.0, 20.0, 30.0], np.float32)
    np.testing.assert_allclose(result(program("math.fma", [*two, "f32"], "f32"), a, b, c), a * b + c, rtol=1e-6)
    low, high = np.full(3, -1.0, np.float32), np.full(3, 1.0, np.float32)
    assert same(result(program("math.clampf", [*two, "f32"], "f32"), a, low, high), np.clip(a, -1, 1))


def test_integer_math() -> None:
    a = np.asarray([0, 1, -1, 6, 1 << 20, -(1 << 31)], np.int32)
    raw = [int(x) for x in a.view(np.uint32)]
    assert same(result(program("math.absi", ["i32"], "i32"), a), np.abs(a))
    ones = np.asarray([x.bit_count() for x in raw], np.int32)
    assert same(result(program("math.ctpop", ["i32"], "i32"), a), ones)
    leading = np.asarray([32 - x.bit_length() for x in raw], np.int32)
    assert same(result(program("math.ctlz", ["i32"], "i32"), a), leading)
    trailing = np.asarray([(x & -x).bit_length() - 1 if x else 32 for x in raw], np.int32)
    assert same(result(program("math.cttz", ["i32"], "i32"), a), trailing)
    base, exponent = np.asarray([2, -3, 7, -1], np.int32), np.asarray([10, 3, 0, 5], np.int32)
    assert same(result(program("math.ipowi", ["i32", "i32"], "i32"), base, exponent), np.power(base, exponent))


@pytest.mark.parametrize("dtype", ["f16", "f32", "f64"])
def test_fpowi_takes_the_sign_from_the_exponents_low_bit(dtype: str) -> None:
    a = np.asarray([-1.0, -1.0, -2.0, -2.0, 3.0, -0.0, 0.0, -2.0]).astype(FLOATS[dtype])
    n = np.asarray([(1 << 62) + 1, 1 << 62, 3, 2, -1, 3, 0, -3], np.int64)
    expected = np.asarray([-1.0, 1.0, -8.0, 4.0, 1 / 3, -0.0, 1.0, -0.125]).astype(FLOATS[dtype])
    found = result(program("math.fpowi", [dtype, "i64"], dtype), a, n)
    assert same(found, expected)
    assert np.array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.parametrize("dtype", FLOATS)
def test_kinds_of_floats(dtype: str) -> None:
    tiny = {"f16": 2.0**-15, "bf16": 2.0**-127, "f32": 2.0**-127, "f64": 2.0**-1023}[dtype]
    a = np.asarray([0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, tiny]).astype(FLOATS[dtype])
    wide = a.astype(np.float64)
    assert same(result(program("math.isnan", [dtype], "i1"), a), np.isnan(wide))
    assert same(result(program("math.isinf", [dtype], "i1"), a), np.isinf(wide))
    assert same(result(program("math.isfinite", [dtype], "i1"), a), np.isfinite(wide))
    normal = [False, True, True, False, False, False, False]
    assert same(result(program("math.isnormal", [dtype], "i1"), a), normal)


def test_negf_flips_the_sign_of_zero() -> None:
    found = result(program("arith.negf", ["f32"], "f32"), np.asarray([0.0, -0.0, 1.0], np.float32))
    assert [math.copysign(1, x) for x in found] == [-1, 1, -1]


@pytest.mark.parametrize(
    ("op", "types", "out", "attributes", "message"),
    [
        ("arith.addf", ["i32", "i32"], "i32", "", "takes floats"),
        ("arith.addi", ["f32", "f32"], "f32", "", "takes integers"),
        ("arith.divsi", ["i1", "i1"], "i1", "", "not supported on i1"),
        ("arith.cmpi", ["i32", "i32"], "i1", "predicate = 10 : i64", "predicate"),
        ("arith.cmpf", ["f32", "f32"], "i1", "", "predicate"),
        ("arith.addf", ["f32", "f64"], "f32", "", "its operands must have one type"),
        ("arith.addf", ["f32"], "f32", "", "takes 2 operands"),
        ("arith.bitcast", ["f32"], "i64", "", "bits"),
        ("arith.truncf", ["f64"], "f32", "roundingmode = 1 : i32", "nearest even"),
        ("arith.sitofp", ["f32"], "f32", "", "converts integer to float elements"),
        ("arith.extf", ["f32"], "i64", "", "converts float to float elements"),
        ("math.exp", ["i32"], "i32", "", "takes floats"),
        ("arith.addi", ["i32", "i32"], "i64", "", "the result must be tensor<?xi32> as the operand is"),
        ("arith.addi", ["i128", "i128"], "i128", "", "i128"),
        ("arith.addi", ["i2", "i2"], "i2", "", "i2"),
    ],
)
def test_refusals_name_op_and_place(op: str, types: list[str], out: str, attributes: str, message: str) -> None:
    found = refusal(program(op, types, out, attributes))
    assert found.startswith("t.mlir:")
    assert message in found


def test_every_rule_is_an_op_of_a_known_dialect() -> None:
    assert {name.split(".")[0] for name in SCALAR_RULES} == {"arith", "math", "affine", "util"}
