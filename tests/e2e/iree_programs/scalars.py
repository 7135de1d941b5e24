"""Functions of single numbers, integers, conversions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import ml_dtypes
import numpy as np

from tests.e2e.iree_programs.case import Array, Case, ints

NAN, INF = float("nan"), float("inf")


def cases() -> Iterator[Case]:
    yield from functions()
    yield from two_arguments()
    yield from integers()
    yield from orders()
    yield from conversions()
    yield from small_types()
    yield from floats()


def _vector(fn: Callable[[float], float]) -> Callable[[Array], Array]:
    return lambda x: np.array([fn(v) for v in x.astype(np.float64).flat]).reshape(x.shape)


def _away_from_zero(x: Array) -> Array:
    return np.copysign(np.floor(np.abs(x) + 0.5), x)


ANY = (-3.5, -2.5, -1.0, -0.3, 0.0, 0.5, 1.5, 2.5, 3.75)
POSITIVE = (0.01, 0.3, 0.5, 1.0, 2.0, 7.5, 1000.0)
UNIT = (-0.95, -0.5, -0.1, 0.0, 0.2, 0.75, 0.99)
FUNCTIONS: dict[str, tuple[Callable[[Array], Array], tuple[float, ...]]] = {
    **{name: (getattr(np, name), ANY) for name in ("tanh", "exp", "exp2", "expm1", "sin", "cos", "sinh", "cosh")},
    **{name: (getattr(np, name), ANY) for name in ("cbrt", "ceil", "floor", "trunc")},
    **{name: (getattr(np, name), POSITIVE) for name in ("log", "log2", "log1p", "sqrt")},
    "tan": (np.tan, UNIT),
    "absf": (np.abs, ANY),
    "round": (_away_from_zero, ANY),
    "roundeven": (np.round, ANY),
    "rsqrt": (lambda x: 1 / np.sqrt(x), POSITIVE),
    "erf": (_vector(math.erf), ANY),
    "asin": (np.arcsin, UNIT),
    "acos": (np.arccos, UNIT),
    "atan": (np.arctan, ANY),
    "asinh": (np.arcsinh, ANY),
    "acosh": (np.arccosh, (1.0, 1.5, 4.0)),
    "atanh": (np.arctanh, UNIT),
}


def functions() -> Iterator[Case]:
    for name, (fn, values) in FUNCTIONS.items():
        x = np.array(values, np.float32)
        expected = np.asarray(fn(x.astype(np.float64))).astype(np.float32)
        exact = name in ("absf", "round", "roundeven", "trunc", "ceil", "floor")
        yield Case("functions", name, (x,), (expected,), 0.0 if exact else 2e-6)
    yield Case("functions", "single_tanh", (np.array(0.5, np.float32),), (np.array(np.tanh(0.5), np.float32),), 1e-6)
    h = np.linspace(-4, 4, 15, dtype=np.float16).reshape(3, 5)
    sigmoid = np.clip(1 / (1 + np.exp(-h.astype(np.float64))), 0.25, 0.75).astype(np.float16)
    yield Case("functions", "in_a_body", (h,), (sigmoid,), 2e-3)


def two_arguments() -> Iterator[Case]:
    x = np.array([2, 9, 0.5, 1, 2, 3], np.float32)
    y = np.array([3, 0.5, -2, 7, -2, -0.0], np.float32)
    expected = tuple(np.asarray(f(x, y)) for f in (np.power, np.arctan2, np.copysign))
    yield Case("functions", "powers", (x, y), expected, 2e-6)


LEFT = np.array([7, -7, 7, -7, 0, 2147483647, -2147483648, 100], np.int32)
RIGHT = np.array([2, 2, -2, -2, 5, 3, 7, 31], np.int32)
SHIFTS = np.array([0, 1, 2, 3, 5, 30, 31, 4], np.int32)


def unsigned(fn: Callable[[Array, Array], Any]) -> Callable[[Array, Array], Array]:
    """`fn` on the same bits without sign."""
    return lambda x, y: np.asarray(fn(x.view(np.uint32), y.view(np.uint32))).astype(np.uint32).view(np.int32)


def _up(x: Array, y: Array) -> Array:
    wide = x.astype(np.int64)
    return np.asarray(-(-wide // y)).astype(np.uint32)


BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "addi": np.add,
    "subi": np.subtract,
    "muli": np.multiply,
    "divsi": lambda x, y: np.trunc(x.astype(np.float64) / y).astype(np.int32),
    "divui": unsigned(np.floor_divide),
    "remsi": np.fmod,
    "remui": unsigned(np.fmod),
    "floordivsi": np.floor_divide,
    "ceildivsi": lambda x, y: np.asarray(-((-x.astype(np.int64)) // y)).astype(np.int32),
    "ceildivui": unsigned(_up),
    "andi": np.bitwise_and,
    "ori": np.bitwise_or,
    "xori": np.bitwise_xor,
    "maxsi": np.maximum,
    "minsi": np.minimum,
    "maxui": unsigned(np.maximum),
    "minui": unsigned(np.minimum),
}


def integers() -> Iterator[Case]:
    for name, fn in BINARY.items():
        with np.errstate(over="ignore"):
            yield Case("integers", name, (LEFT, RIGHT), (fn(LEFT, RIGHT),))
    with np.errstate(over="ignore"):
        yield Case("integers", "shli", (LEFT, SHIFTS), (np.left_shift(LEFT, SHIFTS),))
    yield Case("integers", "shrsi", (LEFT, SHIFTS), (np.right_shift(LEFT, SHIFTS),))
    yield Case("integers", "shrui", (LEFT, SHIFTS), (unsigned(np.right_shift)(LEFT, SHIFTS),))
    x, y = np.array([127, -128, 100, -1, 0, 64], np.int8), np.array([1, -1, 100, -128, 5, 4], np.int8)
    with np.errstate(over="ignore"):
        yield Case("integers", "bytes_wrap", (x, y), (x + y, x * y, np.abs(x)))
    z = np.array([0, 1, -1, 2**20, -(2**31)], np.int32)
    bits = [f"{int(v) & 0xFFFFFFFF:032b}" for v in z]
    lead = [len(b) - len(b.lstrip("0")) for b in bits]
    trail = [len(b) - len(b.rstrip("0")) for b in bits]
    counts = tuple(np.array(c, np.int32) for c in ([b.count("1") for b in bits], lead, trail))
    yield Case("integers", "counted_bits", (z,), counts)
    w = np.array([-1, -32768, 32767, 8], np.int16)
    yield Case("integers", "half_words_shifted", (w,), ((w.view(np.uint16) >> 3).view(np.int16),))


def orders() -> Iterator[Case]:
    x = np.array([0, 1, -1, -128, 127, 5, -5, 0], np.int8)
    y = np.array([0, -1, 1, 127, -128, 5, -6, -1], np.int8)
    u, v = x.view(np.uint8), y.view(np.uint8)
    expected = (x == y, x != y, x < y, x <= y, x > y, x >= y, u < v, u <= v, u > v, u >= v)
    yield Case("integers", "orders", (x, y), expected)
    z = np.array([0, 1, -1, 127, -128], np.int8)
    yield Case("integers", "above_zero", (z,), (z > 0,))
    a = np.array([1, 2, 2, NAN, NAN, -0.0], np.float32)
    b = np.array([2, 1, 2, 1, NAN, 0.0], np.float32)
    missing = np.isnan(a) | np.isnan(b)
    plain = (a == b, a > b, a >= b, a < b, a <= b, (a < b) | (a > b))
    yield Case("types", "float_orders", (a, b), (*plain, ~missing, *(p | missing for p in plain), missing))


def conversions() -> Iterator[Case]:
    x = np.array([0, 1, -1, 127, -128, 100], np.int8)
    u = x.view(np.uint8)
    expected = (x.astype(np.int32), u.astype(np.int32), x.astype(np.float32), u.astype(np.float32))
    yield Case("types", "widened", (x,), expected)
    w = np.array([0, 255, -129, 65537, -1, 2**31 - 1], np.int32)
    f = np.array([0.0, 2.75, -2.75, 1e5, 65504.0, -0.1], np.float32)
    with np.errstate(over="ignore"):
        narrow = (w.astype(np.int8), f.astype(np.int32), f.astype(np.float16), f.astype(ml_dtypes.bfloat16))
    yield Case("types", "narrowed", (w, f), narrow)
    g = np.array([-1.5, 0.0, -0.0, -INF], np.float32)
    yield Case("types", "same_bits", (g,), (g.view(np.int32), np.abs(g)))


def small_types() -> Iterator[Case]:
    x = np.array([0, 1, 7, 8, 15, 16.5, 20, 3.9], np.float32)
    nibbles = np.array([0, 1, 7, 8, 15, 0, 4, 3], np.int8)
    signed = np.where(nibbles > 7, nibbles - 16, nibbles).astype(np.int8)
    yield Case("types", "through_four_bits", (x,), (nibbles, signed))
    numbers = np.arange(-32, -16, dtype=np.int8).reshape(4, 4)
    yield Case("types", "four_bit_table", (numbers,), (np.arange(16, dtype=np.float32).reshape(4, 2, 2),))
    p, q = ints(5, dtype=np.int32), ints(5, dtype=np.int32, seed=1)
    which = np.array([True, False, False, True, True])
    yield Case("types", "chosen_by_constant", (p, q), (np.where(which, p, q),))
    m, n = np.array([False, False, True, True]), np.array([False, True, False, True])
    expected = (m & n, m | n, m ^ n, m.astype(np.int32), -m.astype(np.int32))
    yield Case("types", "masks", (m, n), expected)


def floats() -> Iterator[Case]:
    x = np.array([1, -2, NAN, 3, NAN, INF], np.float32)
    y = np.array([2, -3, 1, NAN, NAN, -INF], np.float32)
    expected = (np.maximum(x, y), np.minimum(x, y), np.fmax(x, y), np.fmin(x, y))
    yield Case("types", "extremes", (x, y), expected)
    product = np.array([NAN, NAN, -0.0, 0], np.float32)
    yield Case("types", "edges", (), (product, np.array([-INF, INF, 0.0, -1e-45], np.float32)))
