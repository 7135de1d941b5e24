"""Scalar functions of floats, on float32 and float64 arrays; 16-bit types are computed in float32 (`fma` in
float64)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from tensorir.interp.context import Array
from tensorir.interp.erf import erf, erfc

_EXACT = 1 << 53


def _rsqrt(x: Array) -> Array:
    return 1 / np.sqrt(x)


def _gelu(x: Array) -> Array:
    return x * 0.5 * (1 + erf(x * np.asarray(2**-0.5, x.dtype)))


def _round(x: Array) -> Array:
    """Rounds half away from zero: x − trunc(x) is exact, x + 0.5 is not."""
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.copysign(np.asarray(1, x.dtype), x), whole)


def fma64(a: Array, b: Array, c: Array) -> Array:
    """a·b + c of float64, rounded once."""
    a, b, c = np.broadcast_arrays(a, b, c)
    near = np.asarray(a * b + c)
    finite = np.isfinite(a) & np.isfinite(b)
    near = np.where(finite & ~np.isfinite(c), c, near)  # a·b alone overflows there
    whole = (a == np.trunc(a)) & (b == np.trunc(b)) & (c == np.trunc(c)) & (np.abs(a * b) + np.abs(c) <= _EXACT)
    hard = finite & np.isfinite(c) & ~whole & (a != 0) & (b != 0)
    if np.any(hard):
        near[hard] = [_fma(*map(float, t)) for t in zip(a[hard], b[hard], c[hard], strict=True)]
    return near


def fma(a: Array, b: Array, c: Array) -> Array:
    """a·b + c of narrower types given as float64, such that rounding the result to the type is correct.

    The product is exact. Where the sum is not, its last bit is made odd, so that it is never a tie."""
    product = a * b
    total = np.asarray(product + c)
    part = total - product
    error = (product - (total - part)) + (c - part)
    bits = total.view(np.int64)
    up = np.where(error > 0, np.inf, -np.inf)
    inexact = np.isfinite(total) & (error != 0) & (bits & 1 == 0)
    return np.where(inexact, np.nextafter(total, up), total)


def _fma(a: float, b: float, c: float) -> float:
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    try:
        return float(exact) if exact else 0.0
    except OverflowError:
        return np.inf if exact > 0 else -np.inf


FLOAT_FNS: Mapping[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "rem": np.fmod,
    "max": np.maximum,
    "min": np.minimum,
    "maxnum": np.fmax,
    "minnum": np.fmin,
    "neg": np.negative,
    "abs": np.abs,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "rsqrt": _rsqrt,
    "cbrt": np.cbrt,
    "erf": erf,
    "erfc": erfc,
    "gelu": _gelu,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "round": _round,
    "roundeven": np.rint,
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
    "pow": np.power,
    "atan2": np.arctan2,
    "copysign": np.copysign,
}
