"""Compares results with expected ones of which no error bounds are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.dtype import dtype_of

TOLERANCE = 1e-5
"""A float may differ from the expected one by this fraction of the largest expected magnitude (at least 1), or by 2⁻⁷
of it where a 16-bit float was computed."""


def difference(result: npt.NDArray[Any], expected: npt.NDArray[Any]) -> str:
    """Says what is wrong with a result, or "". Integers must be equal, and NaN and infinities must be in the same
    places."""
    if (result.dtype, result.shape) != (expected.dtype, expected.shape):
        return f"{result.dtype}{result.shape}, expected {expected.dtype}{expected.shape}"
    if dtype_of(result.dtype).is_integer:
        wrong = result != expected
    else:
        got, want = result.astype(np.float64), expected.astype(np.float64)
        finite = np.isfinite(want)
        unit = TOLERANCE if result.itemsize >= 4 else 2.0**-7
        bound = unit * max(1.0, float(np.max(np.abs(want[finite]), initial=0)))
        with np.errstate(invalid="ignore"):
            close = np.where(finite, np.abs(got - want) <= bound, got == want)
        wrong = ~close & ~(np.isnan(got) & np.isnan(want))
    if not np.any(wrong):
        return ""
    place = tuple(int(p) for p in np.argwhere(wrong)[0])
    count = f"{np.count_nonzero(wrong)} of {wrong.size} differ"
    return f"{count}; {list(place)} is {result[place]}, expected {expected[place]}"
