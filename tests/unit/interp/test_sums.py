"""The order of sums, against a loop that does it one number after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.interp import sums
from tensorir.interp.context import Array


def one_by_one(row: Array, ufunc: Any) -> Array:
    """The rule as it is written down, for one row."""
    neutral = np.asarray(ufunc.identity, row.dtype)
    lanes = [list(row[lane :: sums.LANES]) for lane in range(sums.LANES)]
    while True:
        chains: list[list[Any]] = []
        for lane in lanes:
            parts = [lane[i : i + sums.CHAIN] for i in range(0, max(len(lane), 1), sums.CHAIN)]
            made: list[Any] = []
            for part in parts:
                total = neutral[()]
                for number in part:
                    total = ufunc(total, number)
                made.append(total)
            chains.append(made)
        lanes = chains
        if all(len(lane) == 1 for lane in lanes):
            break
    totals = [lane[0] for lane in lanes]
    while len(totals) > 1:
        half = len(totals) // 2
        totals = [ufunc(totals[i], totals[half + i]) for i in range(half)]
    return totals[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 100, 4095, 4096, 4097, 9000])
def test_the_order_is_the_rule(count: int, dtype: type[Any]) -> None:
    rng = np.random.default_rng(count)
    numbers = rng.standard_normal((2, 3, count)).astype(dtype)
    near_one = rng.uniform(0.9, 1.1, (2, 3, count)).astype(dtype)
    for at in np.ndindex(2, 3):
        assert sums.total(numbers)[at] == one_by_one(numbers[at], np.add)
        assert sums.product(near_one)[at] == one_by_one(near_one[at], np.multiply)


@pytest.mark.parametrize("rows", [1, 2, 16, 40])
def test_the_order_does_not_depend_on_memory(rows: int) -> None:
    """NumPy sums in pairs along the axis that is fastest in memory, whichever that is."""
    numbers = np.random.default_rng(rows).standard_normal((rows, 5000)).astype(np.float32)
    wanted = [one_by_one(row, np.add) for row in numbers]
    spread = np.zeros((rows, 10_000), np.float32)
    spread[:, ::2] = numbers
    for given in (numbers, np.asfortranarray(numbers), spread[:, ::2], numbers[:, ::-1].copy()[:, ::-1]):
        assert np.array_equal(sums.total(given), wanted)


def test_negative_zeros_sum_to_zero() -> None:
    assert not np.signbit(sums.total(np.full((3,), -0.0)))


def test_long_sums_are_accurate() -> None:
    """Ten million numbers of one sign, in float32; one chain of them would be wrong in the third digit."""
    numbers = np.random.default_rng(0).uniform(0, 1, 10_000_000).astype(np.float32)
    exact = float(np.sum(numbers, dtype=np.float64))
    assert abs(float(sums.total(numbers)) - exact) < 1e-6 * exact
