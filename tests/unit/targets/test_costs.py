"""The costs of a device: which numbers they may have."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.costs import CPU_COSTS, Costs


@pytest.mark.parametrize("name", list(CPU_COSTS.rates()))
def test_numbers_without_meaning_are_refused(name: str) -> None:
    values: tuple[Any, ...] = (-1, inf, nan)
    for value in values:
        with pytest.raises(TensorIRError, match=rf"costs: {name} must be a finite number (above|at least) 0, got"):
            Costs(**{name: value})


@pytest.mark.parametrize(
    "name", ["multiply_adds_per_ns", "bytes_per_ns", "received_bytes_per_ns", "rows_per_unit", "row_major_product"]
)
def test_what_is_divided_by_is_not_zero(name: str) -> None:
    with pytest.raises(TensorIRError, match=rf"costs: {name} must be a finite number above 0, got 0"):
        Costs(**{name: 0})


def test_what_a_device_can_not_do_is_zero() -> None:
    assert Costs(tiles_read_per_ns=0.0, product_in_place=0.0, rows_in_place=0, folded_run_bytes=0) == Costs()


def test_they_say_all_their_numbers() -> None:
    assert str(CPU_COSTS).startswith("multiply_adds_per_ns 64, bytes_per_ns 16, relayout_ns 1, ")
    assert str(CPU_COSTS).endswith("row_major_product 1.1, product_in_place 1, rows_in_place 8, folded_run_bytes 192")
