"""Programs over several processes: results, messages, errors, and how they end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tensorir.ir.module import Module
from tensorir.text import print_module
from tests.support import mpi_children as children
from tests.support.device_programs import spread_programs
from tests.support.mpi import needs_mpi, run_in_processes

pytestmark = needs_mpi

PROGRAMS = 12
DIFFERENT = "do not do the same: all processes run the same script"


def drawn() -> list[str]:
    """Random programs over three devices."""
    found: list[str] = []

    @settings(
        max_examples=PROGRAMS, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(module=spread_programs(("a", "b", "c")))
    def collect(module: Module) -> None:
        found.append(print_module(module))

    collect()
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each of two processes found: two devices, errors, specs, random programs."""
    folder = tmp_path_factory.mktemp("processes")
    for number, text in enumerate(drawn()):
        (folder / f"{number}.tir").write_text(text)
    ran = run_in_processes(2, children.runs, folder)
    assert ran.status == 0, ran.output
    return ran.told


def test_two_devices(told: list[list[Any]]) -> None:
    for rank, ((equal, same, sent, of_first, of_second, transfers), *_) in enumerate(told):
        assert all(equal)
        assert same, "the statistics differ from those of two memories in one process"
        assert transfers == 2
        # To the other device, the result, and that nothing failed; back, and that nothing failed.
        assert sent == (3, 2)[rank]
        assert (of_first, of_second) == ([rank == 0], [rank == 1])


def test_errors_are_the_same_everywhere_and_the_next_call_is_right(told: list[list[Any]]) -> None:
    here = "mpi_children.py"
    for _, (found, right), *_ in told:
        assert found == [
            ["TensorIRError", "tensor.gather: the index 11 is outside of 0 … 9", here],
            ["TensorIRError", "linalg.generic: an integer is divided by zero", here],
            ["OutOfMemoryError", "@transfer_0: nothing left", here],
            ["OutOfMemoryError", "@transfer_0: nothing to write to", here],
            ["TensorIRError", "@transfer_0: RuntimeError: a broken device", here],
            ["TensorIRError", "a copy for tensor.cast: @transfer_1: ZeroDivisionError: a broken memory", here],
            ["TensorIRError", "can't do this", "<unknown>"],
        ]
        assert right


def test_specs(told: list[list[Any]]) -> None:
    for *_, (errors, spec, none, pickled), _ in told:
        assert [message for _, message, _ in errors] == [
            "'mpi:2/cpu': there are 2 processes, with the ranks 0 … 1; start more of them, as in mpiexec -n 3 python "
            "script.py",
            "device 'mpi:0/cpu' has no option 'own_memory'; it has: features",
            "device 'mpi:1/opencl': option items: expected a number above 0, got '0'",
            "unknown device 'nothing'; known: cpu, reference, vmvx, opencl, mpi:RANK/DEVICE",
            "MPI was opened before this process was forked, and does not survive that: start processes with "
            'multiprocessing.set_start_method("spawn")',
        ]
        assert (spec, none, pickled) == ("mpi:1/cpu{features=none}", True, True)


def test_random_programs_compute_what_one_process_does(told: list[list[Any]]) -> None:
    for *_, wrong in told:
        assert wrong == []


def test_a_copy_between_two_devices_does_not_bother_the_third_process(tmp_path: Path) -> None:
    """Then each waits for the next one, which no process can end but by finding that out."""
    ran = run_in_processes(3, children.three_processes, tmp_path)
    assert ran.status == 0, ran.output
    assert [told[:2] for told in ran.told] == [[True, 2 + 1 + 2], [True, 1 + 2], [True, 0]]
    messages = [told[2][1] for told in ran.told]
    assert any(DIFFERENT in m for m in messages)
    assert all(DIFFERENT in m or "has ended" in m for m in messages)


def test_a_process_that_is_killed_ends_all(tmp_path: Path) -> None:
    ran = run_in_processes(2, children.killed, tmp_path)
    assert ran.status != 0
    assert ran.told == [None, None]


def test_a_process_that_ends_by_an_error_ends_the_wait_for_it(tmp_path: Path) -> None:
    ran = run_in_processes(2, children.raising, tmp_path)
    assert ran.status != 0
    assert "ValueError: an error of the script" in ran.output
    (kind, message, _), nothing = ran.told
    assert (kind, nothing) == ("TensorIRError", None)
    assert message.endswith("the process 1 has ended, and the process 0 waits for it")


@pytest.mark.parametrize("what", [children.other_sizes, children.interrupted], ids=["sizes", "Ctrl-C in one of them"])
def test_processes_that_do_not_do_the_same(what: Any, tmp_path: Path) -> None:
    ran = run_in_processes(2, what, tmp_path)
    messages = [message for _, message, _ in ran.told]
    assert any(DIFFERENT in m for m in messages)
    assert all(DIFFERENT in m or "has ended" in m for m in messages)
