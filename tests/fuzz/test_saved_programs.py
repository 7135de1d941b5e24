"""Some hundred files of the fuzz program, the same in every run; and that it would find something."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.fuzz import saved_programs


def test_changed_files_run_or_are_refused() -> None:
    outcome = saved_programs.run(seed=0, count=600)
    assert outcome.faults == ()
    assert outcome.ran > 50 and outcome.refused > 200


def crash(path: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(path: Path) -> None:
    raise KeyError(path)


@pytest.mark.parametrize(("calls", "how"), [(crash, "SIGKILL"), (fail, "exit status 3")])
def test_crashes_and_other_errors_are_faults(
    calls: object, how: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(saved_programs, "all_calls", calls)
    outcome = saved_programs.run(seed=0, count=2)
    assert outcome.faults == (f"0.tirx: {how}", f"1.tirx: {how}")
    capfd.readouterr()  # the children's tracebacks
