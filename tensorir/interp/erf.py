"""The error function in NumPy, by W. J. Cody's rational approximations (Math. Comp. 23, 1969); the error is below
1e-15."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_SMALL = 0.46875
_A = (
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
)
_B = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
_C = (
    *(2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1),
    *(2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3),
    1.23033935479799725e3,
)
_D = (
    *(1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3),
    *(3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)
_P = (
    *(1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1),
    *(1.60837851487422766e-2, 6.58749161529837803e-4),
)
_Q = (
    *(1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2),
    2.33520497626869185e-3,
)
_FLAT = 6.0
"""Beyond this erf is ±1 to double precision."""


def erf(x: Array) -> Array:
    """erf elementwise, in the type of `x`; computed in float64 and rounded once. NaN stays NaN."""
    wide = np.asarray(x, np.float64)
    z = np.minimum(np.abs(wide), _FLAT)
    out = np.empty_like(z)
    small = z <= _SMALL
    inner = z[small]
    square = inner * inner
    out[small] = inner * (_horner(_A, square) / _horner(_B, square))
    outer = z[~small]
    out[~small] = 1 - np.exp(-outer * outer) * (_horner(_C, outer) / _horner(_D, outer))
    return np.copysign(out, wide).astype(np.asarray(x).dtype, copy=False)


def erfc(x: Array) -> Array:
    """1 − erf elementwise, with full relative precision even where erf is almost 1; computed in float64 and rounded
    once."""
    wide = np.asarray(x, np.float64)
    z = np.minimum(np.abs(wide), 30.0)  # beyond this, the result is 0
    out = np.empty_like(z)
    small, large = z <= _SMALL, z > 4
    middle = ~small & ~large
    out[small] = 1 - erf(z[small])
    out[middle] = _exp_of_minus_square(z[middle]) * (_horner(_C, z[middle]) / _horner(_D, z[middle]))
    far = z[large]
    inverse = 1 / (far * far)
    tail = np.pi**-0.5 - inverse * (_horner(_P, inverse) / _horner(_Q, inverse))
    out[large] = _exp_of_minus_square(far) * tail / far
    return np.where(wide < 0, 2 - out, out).astype(np.asarray(x).dtype, copy=False)


def _exp_of_minus_square(z: Array) -> Array:
    """exp(−z²) with z² in two parts, because exp would magnify the rounding of z²."""
    head = np.trunc(z * 16) / 16
    return np.exp(-head * head) * np.exp(-(z - head) * (z + head))


def _horner(coefficients: tuple[float, ...], x: Array) -> Array:
    total = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        total *= x
        total += c
    return total
