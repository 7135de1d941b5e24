"""Names of devices of processes that are refused before there are any processes."""

from __future__ import annotations

import sys

import pytest

from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.targets.device import Device
from tensorir.targets.mpi.world import library


@pytest.mark.parametrize(
    "text", ["mpi", "mpi:0", "mpi:/cpu", "mpi:-1/cpu", "mpi:a/cpu", "mpi:0/mpi:1/cpu", "mpi:0/mpi"]
)
def test_what_is_not_a_device_of_a_process(text: str) -> None:
    with pytest.raises(TensorIRError, match="is written mpi:RANK/DEVICE, such as mpi:1/cpu, got '"):
        Device(text)


def test_python_runs_nothing_for_another_process() -> None:
    with pytest.raises(TensorIRError, match="'mpi:0/reference': Python runs the ops of 'reference'"):
        Device("mpi:0/reference")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    with pytest.raises(UnsupportedError, match=r"need MPI: pip install 'tensorir\[mpi\]'"):
        library()
