"""Costs from times, where they are kept, and what is measured anew."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from attrs import evolve

from tensorir.ir.diagnostic import TensorIRError
from tensorir.native.step_times import COLUMNS, DEPTH, LARGE, ROWS, WINDOWS_PRODUCTS, StepTimes
from tensorir.native.table import Features, Kernel
from tensorir.store.place import store_path
from tensorir.targets import calibration
from tensorir.targets.calibration import CalibrationWarning, calibrated, costs_of
from tensorir.targets.costs import CPU_COSTS, Costs
from tensorir.targets.cpu import CPU
from tensorir.targets.device import Device
from tests.support.stores import files

PRODUCTS = ROWS * COLUMNS * DEPTH
LARGE_BYTES = 4 * LARGE[0] * LARGE[1]
TIMES = StepTimes(
    product=PRODUCTS / 50,
    pack_left=1000.0,
    pack_right=4 * DEPTH * COLUMNS / 25,
    unpack_result=500.0,
    pack_large=LARGE_BYTES / 5,
    unpack_large=LARGE_BYTES / 15,
    copy_large=LARGE_BYTES / 10,
    windows=2 * WINDOWS_PRODUCTS / 50,
)

NONE, ALL = Features.NONE, CPU.executor or Features.NONE


def test_rates_follow_from_times() -> None:
    found = costs_of(TIMES, CPU_COSTS)
    assert found.multiply_adds_per_ns == 50.0
    assert found.bytes_per_ns == 15.0  # twice 2/15 µs a byte, in which two bytes are moved each time
    assert (found.received_bytes_per_ns, found.tiles_read_per_ns) == (10.0, 25.0)
    assert found.product_in_place == 2.0
    four_units = 4 * (TIMES.product + TIMES.pack_left + TIMES.pack_right + TIMES.unpack_result)
    moved = 2 * 4 * (2 * ROWS * DEPTH + 2 * COLUMNS * DEPTH + 4 * ROWS * COLUMNS) / found.bytes_per_ns
    assert found.row_major_product == pytest.approx(four_units / (4 * TIMES.product + moved), rel=5e-3)


def test_policies_and_what_a_device_can_not_do_stay() -> None:
    rates = ("multiply_adds_per_ns", "bytes_per_ns", "received_bytes_per_ns", "row_major_product")
    unable = Costs(stored_byte_ns=0.5, copied_byte_ns=0.25, rows_per_unit=7, tiles_read_ns=9.0, rows_in_place=3)
    found = costs_of(TIMES, unable)
    assert found == evolve(unable, **{name: found.rates()[name] for name in rates})
    assert all(found.rates()[name] != unable.rates()[name] for name in rates)


def test_more_than_three_digits_are_noise() -> None:
    found = costs_of(evolve(TIMES, product=PRODUCTS / 123.456, windows=WINDOWS_PRODUCTS / 123.3), CPU_COSTS)
    assert (found.multiply_adds_per_ns, found.product_in_place) == (123.0, 1.0)


Measured = list[tuple[str, Features]]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Measured:
    """What was measured so far, in a process that knows nothing yet and has a store."""
    monkeypatch.setenv("TENSORIR_CACHE", "1")
    monkeypatch.setenv("TENSORIR_CACHE_DIR", str(tmp_path / "cache"))
    found: Measured = []

    def step_times(kernel: Kernel, features: Features) -> StepTimes:
        found.append((kernel.isa, features))
        return evolve(TIMES, product=TIMES.product / len(found))

    monkeypatch.setattr(calibration, "step_times", step_times)
    forget(monkeypatch)
    return found


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another process would begin."""
    monkeypatch.setattr(calibration, "KNOWN", calibration.Known())


def test_a_process_measures_once(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    first = calibrated(NONE, CPU_COSTS)
    assert first == calibrated(NONE, CPU_COSTS) == costs_of(TIMES, CPU_COSTS)
    assert calibrated(NONE, evolve(CPU_COSTS, rows_in_place=4)) == evolve(first, rows_in_place=4)
    assert measured == [("generic", NONE)]
    monkeypatch.setenv("TENSORIR_CACHE", "0")
    assert calibrated(NONE, CPU_COSTS) == first


def test_another_process_finds_it_in_the_store(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    first = calibrated(NONE, CPU_COSTS)
    forget(monkeypatch)
    assert calibrated(NONE, CPU_COSTS) == first
    assert len(measured) == len(files(store_path(), "data")) == 1


@pytest.mark.parametrize("other", ["cpu_model", "installation"])
def test_another_processor_or_installation_measures_anew(
    other: str, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated(NONE, CPU_COSTS)
    forget(monkeypatch)
    monkeypatch.setattr(calibration, other, lambda: "another")
    calibrated(NONE, CPU_COSTS)
    assert len(measured) == 2


@pytest.mark.skipif(not ALL, reason="this machine has portable kernels only")
def test_other_features_are_measured_by_themselves(measured: Measured) -> None:
    slow, fast = calibrated(NONE, CPU_COSTS), calibrated(ALL, CPU_COSTS)
    assert slow != fast
    assert [features for _, features in measured] == [NONE, ALL]


def test_again_replaces_what_is_kept(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    calibrated(NONE, CPU_COSTS)
    second = calibrated(NONE, CPU_COSTS, again=True)
    assert second.multiply_adds_per_ns == 100.0
    assert calibrated(NONE, CPU_COSTS) == second
    forget(monkeypatch)
    assert calibrated(NONE, CPU_COSTS) == second
    assert len(measured) == 2


@pytest.mark.parametrize("kind", ["data", "entry"])
def test_what_is_damaged_is_measured_anew_with_a_warning(
    kind: str, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated(NONE, CPU_COSTS)
    for path in files(store_path(), kind):
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    forget(monkeypatch)
    with pytest.warns(CalibrationWarning, match=r"calibration: .* was altered.*; it is made again"):
        again = calibrated(NONE, CPU_COSTS)
    assert again.multiply_adds_per_ns == 100.0
    forget(monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert calibrated(NONE, CPU_COSTS) == again
    assert len(measured) == 2


def test_without_a_store_that_can_be_used_it_is_measured(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TENSORIR_CACHE_DIR", str(tmp_path / "file"))
    with pytest.warns(CalibrationWarning, match="the store of constants is not used"):
        assert calibrated(NONE, CPU_COSTS) == costs_of(TIMES, CPU_COSTS)
    monkeypatch.setenv("TENSORIR_CACHE", "0")
    forget(monkeypatch)
    calibrated(NONE, CPU_COSTS)
    assert len(measured) == 2
    monkeypatch.setenv("TENSORIR_CACHE", "perhaps")
    forget(monkeypatch)
    with pytest.raises(TensorIRError, match="TENSORIR_CACHE: expected 0"):
        calibrated(NONE, CPU_COSTS)


@pytest.mark.parametrize("spec", ["cpu{costs=calibrated,features=none}", "cpu{features=none,costs=calibrated}"])
def test_a_device_is_measured_with_its_features(spec: str, measured: Measured) -> None:
    device = Device(spec)
    assert measured == [("generic", NONE)]
    assert device.costs == costs_of(TIMES, CPU_COSTS)
    assert device.spec == "cpu{costs=calibrated,features=none}"
    assert device == Device("cpu", features="none", costs="calibrated")


def test_fixed_costs_measure_nothing(measured: Measured) -> None:
    for spec in ("cpu", "cpu{costs=fixed}", "vmvx", "vmvx{costs=fixed}"):
        assert Device(spec).costs == CPU_COSTS
    assert not measured
    assert Device("vmvx{costs=calibrated}").costs == costs_of(TIMES, CPU_COSTS)
    assert measured == [("generic", NONE)]


def test_another_word_is_an_error() -> None:
    with pytest.raises(TensorIRError, match="option costs: expected fixed or calibrated, got 'measured'"):
        Device("cpu{costs=measured}")
