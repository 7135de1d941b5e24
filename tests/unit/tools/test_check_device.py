"""`tensorir check-device`: a device that is right, one that is not, and the limit of time."""

from __future__ import annotations

import re
from itertools import count

import pytest
from attrs import evolve

from tensorir.targets import registry
from tensorir.targets.registry import register_target
from tensorir.targets.vmvx import VMVX
from tensorir.tools import check_device
from tensorir.tools.cli import main
from tests.support.opencl import needs_opencl


@pytest.fixture(autouse=True)
def _a_second_each_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock moves on by a second whenever it is read: the speed of this machine does not matter."""
    monkeypatch.setattr(check_device, "monotonic", count().__next__)


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_a_device_that_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-device", "vmvx", "--examples=2", "--seconds=12"]) == 0
    assert re.fullmatch(r"vmvx: 12 programs checked in \d+ s, [1-9]\d* left out, 0 findings", last_line(capsys))


@needs_opencl
def test_the_device_opencl(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-device", "opencl", "--examples=1", "--seconds=8"]) == 0
    assert re.fullmatch(r"opencl: 8 programs checked in \d+ s, [1-9]\d* left out, 0 findings", last_line(capsys))


def test_nothing_is_begun_when_the_time_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-device", "vmvx", "--examples=2", "--seconds=0"]) == 0
    assert "vmvx: 0 programs checked" in last_line(capsys)


def test_a_device_that_is_wrong(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", {})  # no other test may meet it

    class Broken:
        """Asks for tiles of another size each time."""

        def __init__(self) -> None:
            self.asked = 0

        def tiles_for(self, contraction: object) -> object:
            self.asked += 1
            return self.asked

    register_target(evolve(VMVX, name="broken", resolver=Broken()))
    assert main(["check-device", "broken", "--examples=1", "--seconds=20"]) == 1
    assert re.search(r"[1-9]\d* findings$", last_line(capsys))
