"""`tensorir bisect` on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tensorir import plugins
from tensorir.runtime.program import Program
from tensorir.tools.cli import main
from tests.support import wrong_passes
from tests.unit.testing.test_bisect import TEXT

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "program.tir"
    path.write_text(TEXT, "utf-8")
    return str(path)


def test_all_passes_and_the_executor_agree(file: str, capsys: Capture) -> None:
    assert main(["bisect", file]) == 0
    out = capsys.readouterr().out
    assert "passes: the interpreter agrees after each of them\nthe compiled program agrees\n" in out


def test_a_pass_of_a_plugin_is_found(file: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins._LOADED, "all", None)  # pyright: ignore[reportPrivateUsage]  # as in a new process
    flags = ["--plugin", wrong_passes.__file__, "bisect", file, "--seed=3"]
    assert main([*flags, "-p", "canonicalize,forget-maps,cse"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "pass 2 of 3, forget-maps, changes what the program computes"
    assert lines[1].startswith("  result 0[0, 0]: ") and " expected " in lines[1]
    assert lines[2].endswith("program.tir:5:3: linalg.generic @main#3, rewrite 1 of 1, forget-map")
    assert main([*flags, "-p", "canonicalize,cse"]) == 0
    assert capsys.readouterr().out == "2 passes: the interpreter agrees after each of them\n"


def test_given_inputs_and_expected_outputs(file: str, capsys: Capture) -> None:
    inputs = ["--input=4x8xf32=0", "--input=8x4xf32=1"]
    assert main(["bisect", file, *inputs, "--expected-output=4x4xf32=-1"]) == 0
    assert main(["bisect", file, *inputs, "--expected-output=4x4xf32=2"]) == 1
    assert "the given program is what differs, before any pass" in capsys.readouterr().out


def test_a_compiled_program_that_differs(file: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Program.call

    def wrong(self: Program, args: Sequence[Any], function: str | None = None) -> tuple[Any, ...]:
        return tuple(r + 1 for r in call(self, args, function))

    monkeypatch.setattr(Program, "call", wrong)
    assert main(["bisect", file]) == 1
    assert "it is not a pass but how cpu runs it\n  result 0[0, 0]: " in capsys.readouterr().out


def test_wrong_usage(file: str, capsys: Capture) -> None:
    assert main(["bisect", file, "--function=other"]) == 1
    assert "no function @other; known: @main" in capsys.readouterr().err
    assert main(["bisect", file, "--size=S=3"]) == 2
    assert main(["bisect", file, "--size=S=3", "--input=4x8xf32=0"]) == 2
    assert "--size is for random inputs" in capsys.readouterr().err
