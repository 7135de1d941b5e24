"""Scalar functions of integers, on 64-bit arrays. Results are correct modulo 2^bits, where `bits` is the width of the
type.

i64 and narrower types are given as int64 (i1 as 0 and 1), u64 as uint64."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tensorir.interp.context import Array
from tensorir.ir.diagnostic import InferError

IntegerFn = Callable[..., Array]


def _divide(a: Array, b: Array) -> Array:
    quotient = np.asarray(_floor(a, b))
    inexact = (quotient * b != a) & ((a < 0) != (b < 0))
    return quotient + inexact.astype(quotient.dtype)


def _ceil(a: Array, b: Array) -> Array:
    quotient = np.asarray(_floor(a, b))
    return quotient + (quotient * b != a).astype(quotient.dtype)


def _floor(a: Array, b: Array) -> Array:
    _refuse_zero(b)
    return np.where(b == -1, 0 - a, a // b) if b.dtype == np.int64 else a // b  # −2^63 / −1 wraps


def _remainder(a: Array, b: Array) -> Array:
    _refuse_zero(b)
    return np.where(b == -1, 0, np.fmod(a, b)) if b.dtype == np.int64 else np.fmod(a, b)


def _refuse_zero(b: Array) -> None:
    if np.any(b == 0):
        raise InferError("an integer is divided by zero")


def _power(a: Array, b: Array) -> Array:
    """Squaring modulo 2^64. A negative exponent leaves ±1 as they are and makes larger numbers 0."""
    negative = b < 0
    if np.any(negative & (a == 0)):
        raise InferError("an integer is divided by zero: 0 to a negative power")
    one = np.asarray(1, a.dtype)
    a, b = np.broadcast_arrays(a, b)
    result = np.full(a.shape, one)
    rest, square = b.astype(np.uint64), a
    for _ in range(64):
        result = np.where(rest & np.uint64(1) == 1, result * square, result)
        square = square * square
        rest = rest >> np.uint64(1)
    unit = (a == 1) | ((a == -1) if a.dtype == np.int64 else False)
    return np.where(negative & ~unit, np.asarray(0, a.dtype), result)


def _outside(b: Array, bits: int) -> Array:
    return (b < 0) | (b >= bits)


def _shift_left(a: Array, b: Array, bits: int) -> Array:
    out = _outside(b, bits)
    return np.where(out, np.asarray(0, a.dtype), a << np.where(out, np.asarray(0, b.dtype), b))


def _shift_right(a: Array, b: Array, bits: int) -> Array:
    """Limits shifts to 63, which leaves the sign of a signed number, and 0 of an unsigned one unless it has 64 bits."""
    out = _outside(b, bits)
    shifted = a >> np.where(out, np.asarray(63, b.dtype), b)
    return np.where(out, np.asarray(0, a.dtype), shifted) if a.dtype == np.uint64 else shifted


def _masked(a: Array, bits: int) -> Array:
    return a.astype(np.uint64) & np.uint64((1 << bits) - 1)


def _ones(a: Array, bits: int) -> Array:
    count, rest = np.zeros(a.shape, np.int64), _masked(a, bits)
    for _ in range(bits):
        count += (rest & np.uint64(1)).astype(np.int64)
        rest = rest >> np.uint64(1)
    return count.astype(a.dtype)


def _leading_zeros(a: Array, bits: int) -> Array:
    rest = _masked(a, bits)
    length = np.zeros(a.shape, np.int64)
    for _ in range(bits):
        length += (rest != 0).astype(np.int64)
        rest = rest >> np.uint64(1)
    return (bits - length).astype(a.dtype)


def _trailing_zeros(a: Array, bits: int) -> Array:
    rest = _masked(a, bits)
    below = ~rest & (rest - np.uint64(1))  # sets the bits below the lowest set bit; all bits for 0
    return _ones(below, bits).astype(a.dtype)


def _plain(fn: Callable[..., Array]) -> IntegerFn:
    """Wraps a function that does not depend on the width."""
    return lambda *operands: fn(*operands[:-1])


INTEGER_FNS: Mapping[str, IntegerFn] = {
    **{
        name: _plain(fn)
        for name, fn in {
            "add": np.add,
            "sub": np.subtract,
            "mul": np.multiply,
            "div": _divide,
            "rem": _remainder,
            "floordiv": _floor,
            "ceildiv": _ceil,
            "max": np.maximum,
            "min": np.minimum,
            "neg": np.negative,
            "abs": np.abs,
            "and": np.bitwise_and,
            "or": np.bitwise_or,
            "xor": np.bitwise_xor,
            "ipow": _power,
        }.items()
    },
    "shl": _shift_left,
    "shr": _shift_right,
    "ctpop": _ones,
    "ctlz": _leading_zeros,
    "cttz": _trailing_zeros,
}
"""Name → function (operands…, bits) → result."""
