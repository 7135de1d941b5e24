"""A real calibration, of which only that is known which holds on every machine."""

from __future__ import annotations

from math import isfinite

import pytest

import tensorir as ti
from tensorir.targets.costs import CPU_COSTS


def test_all_rates_are_numbers_above_zero() -> None:
    costs = ti.calibrate("vmvx")
    rates = costs.rates()
    assert all(isfinite(rate) and rate > 0 for rate in rates.values())
    assert {name for name in rates if rates[name] == CPU_COSTS.rates()[name]} >= {"stored_byte_ns", "rows_in_place"}
    assert ti.Device("vmvx", costs="calibrated").costs == costs
    assert ti.Device("vmvx").costs == CPU_COSTS


def test_a_device_without_our_kernels_is_refused() -> None:
    with pytest.raises(ti.TensorIRError, match="device 'reference' has no executor, so there is nothing to measure"):
        ti.calibrate("reference")
    with pytest.raises(ti.TensorIRError, match="unknown device"):
        ti.calibrate("none")
