"""Results compared without error bounds."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.interp.differences import TOLERANCE, difference

X = np.array([[1.0, -200.0], [3.0, 4.0]], np.float32)


def test_what_is_equal_or_close_enough() -> None:
    assert difference(X, X.copy()) == ""
    assert difference(X + np.float32(0.9 * 200 * TOLERANCE), X) == ""
    odd = np.array([np.nan, np.inf, -np.inf], np.float32)
    assert difference(odd, odd) == ""
    assert difference(np.array([1, 2]), np.array([1, 2])) == ""


def test_what_differs_is_named_with_both_values() -> None:
    assert difference(X + np.float32(1.1 * 200 * TOLERANCE), X).startswith("4 of 4 differ; [0, 0] is 1.002")
    assert difference(np.array([1, 2]), np.array([1, 3])) == "1 of 2 differ; [1] is 2, expected 3"


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_nan_and_infinities_must_be_in_the_same_places(wrong: float) -> None:
    other = X.copy()
    other[1, 0] = wrong
    assert difference(other, X).startswith("1 of 4 differ; [1, 0] is ")
    assert difference(X, other).startswith("1 of 4 differ; [1, 0] is 3.0")


def test_types_and_shapes_must_be_equal() -> None:
    assert difference(X, X.astype(np.float64)) == "float32(2, 2), expected float64(2, 2)"
    assert difference(X, X[0]) == "float32(2, 2), expected float32(2,)"
