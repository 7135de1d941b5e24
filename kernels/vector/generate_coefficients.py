"""Writes coefficients.h, the constants of the vector functions: `python kernels/vector/generate_coefficients.py`."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from decimal import Decimal, getcontext
from pathlib import Path

from approximation import ONE, fit, fit_ratio, reciprocal, short, to_f32, to_f64

TWO, HALF = Decimal(2), ONE / 2
LN2 = TWO.ln()


# ---- functions of Decimal ------------------------------------------------------------------------------------------


def _series(term: Decimal, ratio: Callable[[int], Decimal]) -> Decimal:
    """term + term·ratio(1) + term·ratio(1)·ratio(2) + …, until a term changes nothing."""
    total, n = term, 0
    while term and abs(term) > abs(total) * Decimal(10) ** -getcontext().prec:
        n += 1
        term *= ratio(n)
        total += term
    return total


def atan(x: Decimal) -> Decimal:
    """For |x| < 1/2."""
    square = -x * x
    total, power, n = x, x, 1
    while power and abs(power) > abs(total) * Decimal(10) ** -getcontext().prec:
        power *= square
        n += 2
        total += power / n
    return total


def asin(x: Decimal) -> Decimal:
    """For |x| <= 1/2."""
    return _series(x, lambda n: x * x * (2 * n - 1) ** 2 / (2 * n * (2 * n + 1)))


def sin(x: Decimal) -> Decimal:
    """For a small x."""
    return _series(x, lambda n: -x * x / (2 * n * (2 * n + 1)))


def cos(x: Decimal) -> Decimal:
    """For a small x."""
    return _series(ONE, lambda n: -x * x / (2 * n * (2 * n - 1)))


def erf(x: Decimal) -> Decimal:
    """2/sqrt(pi) e^-x² (x + 2 x³/3 + 4 x⁵/15 + …), whose terms have one sign."""
    return 2 / PI.sqrt() * (-x * x).exp() * _series(x, lambda n: 2 * x * x / (2 * n + 1))


def scaled_erfc(x: Decimal) -> Decimal:
    """e^x² erfc(x) for x >= 0: from erf, or for a large x by its continued fraction."""
    if x < 5:
        return (x * x).exp() * (1 - erf(x))
    tail = x
    for n in range(200, 0, -1):
        tail = x + Decimal(n) / 2 / tail
    return 1 / (tail * PI.sqrt())


def _pi(digits: int) -> Decimal:
    """Machin's formula."""
    before = getcontext().prec
    getcontext().prec = digits + 5
    found = 16 * atan(ONE / 5) - 4 * atan(ONE / 239)
    getcontext().prec = before
    return found


LONG_PI = _pi(480)
PI = +LONG_PI


# ---- the tables ----------------------------------------------------------------------------------------------------


def _exp_rest(x: Decimal) -> Decimal:
    """(e^x − 1 − x) / x²."""
    return (x.exp() - 1 - x) / (x * x)


def _exp_weight(x: Decimal) -> Decimal:
    return x * x / x.exp()


HALF_LN2 = LN2 / 2 * Decimal("1.0001")

LOG_LIMIT = (3 - 2 * TWO.sqrt()) ** 2 * Decimal("1.0001")
"""s² at the ends, where s = (m − 1)/(m + 1) and m runs from sqrt(1/2) to sqrt(2)."""


def _log_ratio(z: Decimal) -> Decimal:
    """log((1 + s)/(1 − s)) / s with s² = z."""
    s = z.sqrt()
    return ((1 + s) / (1 - s)).ln() / s


def _erfc_size(u: Decimal) -> Decimal:
    return ERFC_MIDDLE * (1 + u) / (1 - u)


ERFC_MIDDLE = Decimal(4)
QUARTER_PI = (PI / 4 * Decimal("1.0001")) ** 2
TAN_EIGHTH = (TWO.sqrt() - 1) ** 2 * Decimal("1.0001")


def _parts(value: Decimal, *bits: int) -> list[float]:
    """`value` as a sum: numbers of so many bits, and a last one for the rest."""
    found: list[float] = []
    for part in bits:
        found.append(short(value, part))
        value -= Decimal(found[-1])
    return [*found, to_f64(value)]


def _two_over_pi() -> list[int]:
    """The bits of 2/pi in words of 32, behind 64 zeros."""
    getcontext().prec = 470
    value = 2 / LONG_PI
    words: list[int] = []
    for _ in range(42):
        value *= 1 << 32
        words.append(int(value))
        value -= words[-1]
    getcontext().prec = 60
    return [0, 0, *words]


def numbers() -> dict[str, float]:
    """Names in C to values; one that ends in F is a float."""
    ln2_f = short(LN2, 15)
    half_pi = _parts(PI / 2, 33, 33, 33)
    pairs = {
        "LN2": _parts(LN2, 41),
        "LOG2E": _parts(1 / LN2, 21),
        "LOG10E": _parts(1 / Decimal(10).ln(), 21),
        "LOG10_2": _parts(TWO.log10(), 41),
        "HALF_PI": _parts(PI / 2, 53),
        "PI": _parts(PI, 53),
        "POW_FIRST": _parts(2 / LN2, 53),
        "POW_THIRD": _parts(2 / (3 * LN2), 53),
    }
    return {
        "LN2_HIGH_F": ln2_f,
        "LN2_LOW_F": to_f32(LN2 - Decimal(ln2_f)),
        "TWICE_LN2_HIGH_F": 2 * ln2_f,
        "TWICE_LN2_LOW_F": to_f32(2 * (LN2 - Decimal(ln2_f))),
        "HALF_LOG2E_F": to_f32(1 / LN2 / 2),
        "LN2": to_f64(LN2),
        "LOG2E": to_f64(1 / LN2),
        "SQRT_HALF": to_f64((ONE / 2).sqrt()),
        "TWO_OVER_PI": to_f64(2 / PI),
        "CBRT_2": to_f64(TWO ** (ONE / 3)),
        "CBRT_4": to_f64(TWO ** (TWO / 3)),
        "ERFC_MIDDLE": to_f64(ERFC_MIDDLE),
        **{f"HALF_PI_{i + 1}": part for i, part in enumerate(half_pi)},
        **{f"{name}_HIGH": high for name, (high, _) in pairs.items()},
        **{f"{name}_LOW": low for name, (_, low) in pairs.items()},
    }


def polynomials() -> dict[str, list[float]]:
    """Names to coefficients from the lowest power up; the name ends in the suffix of its type."""
    pow_first, pow_third = 2 / LN2, 2 / (3 * LN2)
    erfc_top = (28 - ERFC_MIDDLE) / (28 + ERFC_MIDDLE)

    def sin_rest(z: Decimal) -> Decimal:
        return (sin(z.sqrt()) / z.sqrt() - 1) / z

    def cos_rest(z: Decimal) -> Decimal:
        return (cos(z.sqrt()) - 1 + z / 2) / (z * z)

    def erfc(u: Decimal) -> Decimal:
        return (1 + 2 * _erfc_size(u)) * scaled_erfc(_erfc_size(u))

    def erf_ratio(z: Decimal) -> Decimal:
        return erf(z.sqrt()) / z.sqrt()

    def cbrt(x: Decimal) -> Decimal:
        return x ** (ONE / 3)

    def itself(x: Decimal) -> Decimal:
        return x

    def square(x: Decimal) -> Decimal:
        return x * x

    def exp2_rest(x: Decimal) -> Decimal:
        return (TWO**x - 1) / x

    def half_exp_rest(x: Decimal) -> Decimal:
        return ((-x / 2).exp() - 1) / x

    def log_rest(x: Decimal) -> Decimal:
        return ((1 + x).ln() - x + x * x / 2) / x**3

    def log2_erfc(x: Decimal) -> Decimal:
        return ((-x * x).exp() * scaled_erfc(x)).ln() / LN2

    def tanh_rest(z: Decimal) -> Decimal:
        e = (2 * z.sqrt()).exp()
        return ((e - 1) / (e + 1) / z.sqrt() - 1) / z

    gelu_above, gelu_below = fit_ratio(lambda t: scaled_erfc(t / TWO.sqrt()) / 2, 14.5, 5, 6)
    return {
        "gelu_above_f": [math.ldexp(c, -64) for c in gelu_above],  # see tir_gelu_f32
        "gelu_below_f": gelu_below,
        "exp2_f": fit(exp2_rest, -HALF, HALF, 6, to_f32, lambda x: abs(x) / TWO**x),
        "half_exp_f": fit(half_exp_rest, -2 * HALF_LN2, 2 * HALF_LN2, 6, to_f32, lambda x: abs(x) * (x / 2).exp()),
        "log_f": fit(log_rest, Decimal("-0.2929"), Decimal("0.4143"), 9, to_f32, lambda x: x * x),
        "tanh_f": fit(tanh_rest, 0, Decimal("0.391"), 5, to_f32, itself),
        "erf_f": fit(lambda z: erf_ratio(z) - 1, 0, Decimal("0.767"), 6, to_f32),
        "log2_erfc_f": fit(log2_erfc, Decimal("0.875"), 4, 8, to_f32, lambda x: (-x * x).exp() * scaled_erfc(x)),
        "exp_f": fit(_exp_rest, -HALF_LN2, HALF_LN2, 5, to_f32, _exp_weight),
        "exp_d": fit(_exp_rest, -HALF_LN2, HALF_LN2, 11, to_f64, _exp_weight),
        "log_d": fit(lambda z: (_log_ratio(z) - 2) / z, 0, LOG_LIMIT, 7, to_f64, itself),
        "pow_d": fit(
            lambda z: (_log_ratio(z) / LN2 - pow_first - pow_third * z) / (z * z), 0, LOG_LIMIT, 8, to_f64, square
        ),
        "cbrt_d": fit(cbrt, 1, 2, 7, to_f64, reciprocal(cbrt)),
        "erf_d": fit(erf_ratio, 0, 1, 14, to_f64, reciprocal(erf_ratio)),
        "erfc_d": fit(erfc, -1, erfc_top, 23, to_f64, reciprocal(erfc)),
        "sin_d": fit(sin_rest, 0, QUARTER_PI, 7, to_f64, itself),
        "cos_d": fit(cos_rest, 0, QUARTER_PI, 7, to_f64, square),
        "sin_narrow_d": fit(sin_rest, 0, QUARTER_PI, 4, to_f64, itself),
        "cos_narrow_d": fit(cos_rest, 0, QUARTER_PI, 4, to_f64, square),
        "atan_d": fit(lambda z: (atan(z.sqrt()) / z.sqrt() - 1) / z, 0, TAN_EIGHTH, 12, to_f64, itself),
        "asin_d": fit(lambda z: (asin(z.sqrt()) / z.sqrt() - 1) / z, 0, Decimal("0.25"), 14, to_f64, itself),
    }


HEAD = """\
/* The constants of the vector functions. Written by generate_coefficients.py: change that, not this.
 * Polynomials begin with the lowest power. */
#ifndef TENSORIR_COEFFICIENTS_H
#define TENSORIR_COEFFICIENTS_H

#include <stdint.h>

"""


def _hex(number: float) -> str:
    mantissa, _, exponent = number.hex().partition("p")
    return f"{mantissa.rstrip('0').rstrip('.')}p{exponent}"


def header() -> str:
    """The text of coefficients.h."""
    lines: list[str] = []
    for name, value in numbers().items():
        lines.append(f"#define TIR_{name} {_hex(value)}{'f' if name.endswith('_F') else ''}\n")
    for name, coefficients in polynomials().items():
        kind, suffix = ("float", "f") if name.endswith("_f") else ("double", "")
        rows = "".join(f"  {_hex(number)}{suffix},\n" for number in coefficients)
        lines.append(f"static const {kind} tir_{name}[] = {{\n{rows}}};\n")
    rows = "".join(f"  0x{word:08x},\n" for word in _two_over_pi())
    lines.append(f"static const uint32_t tir_two_over_pi[] = {{\n{rows}}};\n")
    return HEAD + "".join(lines) + "\n#endif\n"


if __name__ == "__main__":
    target = Path(__file__).with_name("coefficients.h")
    target.write_text(header(), encoding="utf-8")
    sys.stdout.write(f"{target}\n")
