"""`tensorir calibrate`: the costs that were measured, beside those of the device."""

from __future__ import annotations

import re

import pytest

from tensorir.native.step_times import COUNT, StepTimes
from tensorir.native.table import Features, Kernel
from tensorir.targets import calibration
from tensorir.targets.calibration import Known
from tensorir.targets.costs import CPU_COSTS
from tensorir.tools.cli import main


def test_it_prints_a_line_for_each_number(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "KNOWN", Known())

    def step_times(kernel: Kernel, features: Features) -> StepTimes:
        return StepTimes(*[1e6 * (i + 1) for i in range(COUNT)])

    monkeypatch.setattr(calibration, "step_times", step_times)
    assert main(["calibrate", "--device", "vmvx"]) == 0
    head, *rows, note = capsys.readouterr().out.splitlines()
    assert head.split() == ["before", "measured"]
    assert [row.split()[0] for row in rows] == list(CPU_COSTS.rates())
    assert re.fullmatch(r"multiply_adds_per_ns +64 +12\.6", rows[0])
    assert re.fullmatch(r"stored_byte_ns +0\.01 +0\.01", rows[list(CPU_COSTS.rates()).index("stored_byte_ns")])
    assert note == "not kept: TENSORIR_CACHE=0"


def test_a_device_that_can_not_be_measured_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--device", "reference"]) == 1
    assert "tensorir calibrate: error: device 'reference' has no executor" in capsys.readouterr().err
