"""Writes coefficients.h, the constants of the vector functions: `python kernels/vector/generate_coefficients.py`.

Every polynomial is a minimax approximation, found by the exchange algorithm of Remez in decimal arithmetic on a fixed
grid of points, so the same text comes out on every machine. A polynomial of f32 is rounded one coefficient at a time,
from the lowest power up; what is lost by rounding one is made up for by fitting the others again.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal, getcontext
from pathlib import Path

import numpy as np

getcontext().prec = 60
Function = Callable[[Decimal], Decimal]

ONE, TWO = Decimal(1), Decimal(2)
LN2 = TWO.ln()


# ---- rounding to binary --------------------------------------------------------------------------------------------


def to_f64(value: Decimal) -> float:
    return float(value)


def to_f32(value: Decimal) -> float:
    return float(np.float32(float(value)))  # rounded twice, which matters by less than 2^-29 of the last place


def short(value: Decimal, bits: int) -> float:
    """`value` cut to its first `bits` bits, so that products with small integers are exact."""
    mantissa, exponent = math.frexp(float(value))
    return math.ldexp(math.floor(mantissa * 2**bits), exponent - bits)


# ---- Remez ---------------------------------------------------------------------------------------------------------


def _solve(rows: list[list[Decimal]]) -> list[Decimal]:
    """The solution of a linear system whose last column is the right side, by elimination with pivots."""
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    found = [Decimal(0)] * n
    for i in reversed(range(n)):
        rest = sum((rows[i][j] * found[j] for j in range(i + 1, n)), Decimal(0))
        found[i] = (rows[i][n] - rest) / rows[i][i]
    return found


def _value(coefficients: Sequence[Decimal], x: Decimal) -> Decimal:
    total = Decimal(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def remez(points: Sequence[Decimal], wanted: Sequence[Decimal], weight: Sequence[Decimal], count: int) -> list[Decimal]:
    """The `count` coefficients whose largest weighted error on the points is least."""
    last = len(points) - 1
    chosen = [round(last * (1 - math.cos(math.pi * i / count)) / 2) for i in range(count + 1)]
    best: list[Decimal] = []
    least = Decimal("Infinity")
    for _ in range(100):
        rows = [
            [*(points[p] ** k for k in range(count)), (-1) ** i / weight[p], wanted[p]] for i, p in enumerate(chosen)
        ]
        *found, level = _solve(rows)
        errors = [w * (_value(found, x) - y) for x, y, w in zip(points, wanted, weight, strict=True)]
        worst = max(range(last + 1), key=lambda p: abs(errors[p]))
        if abs(errors[worst]) < least:
            best, least = found, abs(errors[worst])
        if abs(errors[worst]) <= abs(level) * Decimal("1.001"):
            break
        peaks = _peaks(errors)
        while len(peaks) > count + 1:
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        chosen = peaks if len(peaks) == count + 1 and worst in peaks else _exchanged(chosen, worst, errors)
    return best


def _peaks(errors: Sequence[Decimal]) -> list[int]:
    """The largest error of each run of one sign."""
    peaks: list[int] = []
    for p, error in enumerate(errors):
        if not peaks or (errors[peaks[-1]] > 0) != (error > 0):
            peaks.append(p)
        elif abs(error) > abs(errors[peaks[-1]]):
            peaks[-1] = p
    return peaks


def _exchanged(chosen: list[int], worst: int, errors: Sequence[Decimal]) -> list[int]:
    """`chosen` with `worst` in the place of a neighbour, so that the signs still alternate."""
    same = [(errors[p] > 0) == (errors[worst] > 0) for p in chosen]
    if worst < chosen[0]:
        return [worst, *chosen[1:]] if same[0] else [worst, *chosen[:-1]]
    if worst > chosen[-1]:
        return [*chosen[:-1], worst] if same[-1] else [*chosen[1:], worst]
    below = max(i for i, p in enumerate(chosen) if p <= worst)
    at = below if same[below] else below + 1
    return [*chosen[:at], worst, *chosen[at + 1 :]]


def fit(
    function: Function,
    low: Decimal | float,
    high: Decimal | float,
    count: int,
    rounding: Callable[[Decimal], float],
    weight: Function = lambda _: ONE,
) -> list[float]:
    """A polynomial of `count` coefficients near `function` between `low` and `high`; the error is weighted."""
    low, high = Decimal(low), Decimal(high)
    cells = 24 * (count + 1)
    points = [low + (high - low) * Decimal((1 - math.cos(math.pi * (i + 0.5) / cells)) / 2) for i in range(cells)]
    wanted, weights = [function(x) for x in points], [weight(x) for x in points]
    if rounding is to_f64:
        return [to_f64(c) for c in remez(points, wanted, weights, count)]
    found: list[float] = []
    for left in range(count, 0, -1):
        found.append(rounding(remez(points, wanted, weights, left)[0]))
        wanted = [(y - Decimal(found[-1])) / x for x, y in zip(points, wanted, strict=True)]
        weights = [w * abs(x) for x, w in zip(points, weights, strict=True)]
    return found


# ---- the tables ----------------------------------------------------------------------------------------------------


def _exp_rest(x: Decimal) -> Decimal:
    """(e^x − 1 − x) / x²."""
    return (x.exp() - 1 - x) / (x * x)


def _exp_weight(x: Decimal) -> Decimal:
    return x * x / x.exp()


HALF_LN2 = LN2 / 2 * Decimal("1.0001")


def constants() -> dict[str, float | list[float]]:
    """Names in C to values; a name in upper case is a number, another one a polynomial from the lowest power up."""
    ln2_f, ln2_d = short(LN2, 15), short(LN2, 41)
    return {
        "LOG2E": to_f64(ONE / LN2),
        "LN2_HIGH_F": ln2_f,
        "LN2_LOW_F": to_f32(LN2 - Decimal(ln2_f)),
        "exp_f": fit(_exp_rest, -HALF_LN2, HALF_LN2, 5, to_f32, _exp_weight),
        "LN2_HIGH_D": ln2_d,
        "LN2_LOW_D": to_f64(LN2 - Decimal(ln2_d)),
        "exp_d": fit(_exp_rest, -HALF_LN2, HALF_LN2, 10, to_f64, _exp_weight),
    }


HEAD = """\
/* The constants of the vector functions. Written by generate_coefficients.py: change that, not this.
 * Polynomials begin with the lowest power. */
#ifndef TENSORIR_COEFFICIENTS_H
#define TENSORIR_COEFFICIENTS_H

"""


def _hex(number: float) -> str:
    mantissa, _, exponent = number.hex().partition("p")
    return f"{mantissa.rstrip('0').rstrip('.')}p{exponent}"


def header() -> str:
    """The text of coefficients.h."""
    lines: list[str] = []
    for name, value in constants().items():
        if isinstance(value, list):
            kind = "float" if name.endswith("_f") else "double"
            suffix = "f" if name.endswith("_f") else ""
            numbers = "".join(f"  {_hex(number)}{suffix},\n" for number in value)
            lines.append(f"static const {kind} tir_{name}[] = {{\n{numbers}}};\n")
        else:
            suffix = "f" if name.endswith("_F") else ""
            lines.append(f"#define TIR_{name} {_hex(value)}{suffix}\n")
    return HEAD + "".join(lines) + "\n#endif\n"


if __name__ == "__main__":
    target = Path(__file__).with_name("coefficients.h")
    target.write_text(header(), encoding="utf-8")
    sys.stdout.write(f"{target}\n")
