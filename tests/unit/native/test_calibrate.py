"""The calibration as Python functions: what they refuse, and how much memory is read."""

from typing import Any

import pytest

from tensorir.native import Features, calibrate


def test_features_that_the_machine_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="features: this CPU lacks"):
        calibrate.multiply_add_rate(Features(1 << 40))
    with pytest.raises(ValueError, match="features: this CPU lacks"):
        calibrate.read_rate(512, Features(1 << 40))


def test_without_repeats_or_bytes_there_is_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="repeats: expected at least 1, got 0"):
        calibrate.multiply_add_rate(repeats=0)
    with pytest.raises(ValueError, match="repeats: expected at least 1, got -1"):
        calibrate.read_rate(512, repeats=-1)
    with pytest.raises(ValueError, match="bytes: expected at least 1, got 0"):
        calibrate.read_rate(0)


@pytest.mark.parametrize(("asked", "read"), [(1, 512), (512, 512), (513, 1024), (5000, 5120)])
def test_whole_blocks_are_read_from_a_page_on(monkeypatch: pytest.MonkeyPatch, asked: int, read: int) -> None:
    calls: list[tuple[int, int]] = []

    class Library:
        def tir_calibrate_read(self, features: int, memory: Any, bytes: int, repeats: int) -> float:
            calls.append((int(calibrate.ffi.cast("intptr_t", memory)), bytes))
            return 1.0

    monkeypatch.setattr(calibrate, "lib", Library())
    assert calibrate.read_rate(asked) == 1.0
    ((address, bytes),) = calls
    assert (address % 4096, bytes) == (0, read)
