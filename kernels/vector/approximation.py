"""Polynomials near functions: the exchange algorithm of Remez in decimal arithmetic, on a fixed grid of points, so the
same numbers come out on every machine.

A polynomial of f32 is rounded one coefficient at a time, from the lowest power up; what is lost by rounding one is made
up for by fitting the others again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal, getcontext

import numpy as np

getcontext().prec = 60
Function = Callable[[Decimal], Decimal]
ONE = Decimal(1)


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


def remez(basis: Sequence[Sequence[Decimal]], wanted: Sequence[Decimal], weight: Sequence[Decimal]) -> list[Decimal]:
    """The factors of the functions `basis`, given by their values at points in order, whose sum is nearest to
    `wanted`: the largest weighted error on the points is least."""
    count, last = len(basis), len(wanted) - 1
    chosen = [round(last * (1 - math.cos(math.pi * i / count)) / 2) for i in range(count + 1)]
    best: list[Decimal] = []
    least = Decimal("Infinity")
    for _ in range(100):
        rows = [[*(f[p] for f in basis), (-1) ** i / weight[p], wanted[p]] for i, p in enumerate(chosen)]
        *found, level = _solve(rows)
        sums = [
            sum((c * v for c, v in zip(found, values, strict=True)), Decimal(0)) for values in zip(*basis, strict=True)
        ]
        errors = [w * (total - y) for total, y, w in zip(sums, wanted, weight, strict=True)]
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


def _grid(cells: int, quarter: bool) -> list[Decimal]:
    """Numbers from 0 to 1, close to each other near both ends; with `quarter`, near 0 only."""
    if quarter:
        places = [1 - math.cos(math.pi * (i + 0.5) / cells / 2) for i in range(cells)]
    else:
        places = [(1 - math.cos(math.pi * (i + 0.5) / cells)) / 2 for i in range(cells)]
    return [Decimal(round(place, 12)) for place in places]  # the last digits of a cosine depend on the machine


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
    points = [low + (high - low) * place for place in _grid(24 * (count + 1), quarter=False)]
    wanted, weights = [function(x) for x in points], [weight(x) for x in points]
    powers = [[x**k for x in points] for k in range(count)]
    if rounding is to_f64:
        return [to_f64(c) for c in remez(powers, wanted, weights)]
    found: list[float] = []
    for left in range(count, 0, -1):
        found.append(rounding(remez(powers[:left], wanted, weights)[0]))
        wanted = [(y - Decimal(found[-1])) / x for x, y in zip(points, wanted, strict=True)]
        weights = [w * abs(x) for x, w in zip(points, weights, strict=True)]
    return found


def reciprocal(function: Function) -> Function:
    """The weight that makes an error relative."""
    return lambda x: 1 / abs(function(x))


def fit_ratio(function: Function, high: float, above: int, below: int) -> tuple[list[float], list[float]]:
    """Two polynomials of `above` and `below` coefficients whose ratio is near `function` from 0 to `high`, relatively,
    as floats; that below begins with 1.

    One linear fit after the other, each weighted with the divisor of the one before."""
    points = [Decimal(high) * place for place in _grid(24 * (above + below), quarter=True)]
    wanted = [function(x) for x in points]
    basis = [[x**k for x in points] for k in range(above)]
    basis += [[-y * x**k for x, y in zip(points, wanted, strict=True)] for k in range(1, below)]
    divisors = [ONE] * len(points)
    found: list[Decimal] = []
    for _ in range(8):
        found = remez(basis, wanted, [1 / (y * d) for y, d in zip(wanted, divisors, strict=True)])
        divisors = [_value([ONE, *found[above:]], x) for x in points]
    divisor = [1.0, *(to_f32(c) for c in found[above:])]

    def product(x: Decimal) -> Decimal:
        return function(x) * _value([Decimal(c) for c in divisor], x)

    return fit(product, 0, high, above, to_f32, reciprocal(product)), divisor
