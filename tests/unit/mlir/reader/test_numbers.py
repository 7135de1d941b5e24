"""Numbers of MLIR's types."""

from __future__ import annotations

import math
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from tensorir.mlir.reader.numbers import float_of_bits, round_float, round_floats, wrap


@pytest.mark.parametrize(
    ("value", "type", "width", "expected"),
    [
        (127, "i8", 8, 127),
        (255, "i8", 8, -1),
        (256, "i8", 8, None),
        (-129, "i8", 8, None),
        (255, "ui8", 8, 255),
        (-1, "ui8", 8, None),
        (128, "si8", 8, None),
        (2**63, "index", 64, None),
        (2**63, "i64", 64, -(2**63)),
        (-1, "i1", 1, 1),
        (2, "i1", 1, None),
    ],
)
def test_wrap(value: int, type: str, width: int, expected: int | None) -> None:
    assert wrap(value, type, width) == expected


def nearest_bfloat16(value: float) -> float:
    """Round to nearest even, by hand: the bits of neighbours in float32's upper half."""
    bits = int(np.float32(value).view(np.uint32)) >> 16
    candidates = [b for b in (bits - 1, bits, bits + 1) if 0 <= b < 0x7F80]
    numbers = {b: Fraction(float(np.array([b], np.uint16).view(ml_dtypes.bfloat16)[0])) for b in candidates}
    best = min(candidates, key=lambda b: (abs(numbers[b] - Fraction(value)), b % 2))
    return float(numbers[best])


def test_doubles_are_rounded_once() -> None:
    rng = np.random.default_rng(0)
    ties = 1 + (2 * rng.integers(0, 64, 500) + 1) / 256  # between two bf16 numbers
    values = np.concatenate([ties + 2.0**-40, ties - 2.0**-40, ties, rng.uniform(0, 10, 500)])
    rounded = round_floats(values, np.dtype(ml_dtypes.bfloat16)).astype(np.float64)
    np.testing.assert_array_equal(rounded, [nearest_bfloat16(float(v)) for v in values])


def test_special_values_stay() -> None:
    assert round_float(math.inf, "bf16") == math.inf
    assert math.isnan(round_float(math.nan, "bf16"))
    assert math.copysign(1, round_float(-0.0, "bf16")) == -1
    assert round_float(1e-300, "bf16") == 0
    assert round_float(1e300, "f16") == math.inf
    assert round_float(0.1, "f80") == 0.1


def test_bits() -> None:
    assert float_of_bits(0x3F80, "bf16") == 1
    assert float_of_bits(0xFF800000, "f32") == -math.inf
    assert float_of_bits(0, "f80") is None
