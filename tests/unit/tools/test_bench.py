"""`tensorir bench`, and profiles on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tensorir.tools.cli import main

Capture = pytest.CaptureFixture[str]
PROGRAM = """func @main(%x: tensor<[S]x8xf32>, %i: tensor<[S]xi64>) -> (tensor<[S]x8xf32>) {
  %r = tensor.gather %x, %i : (tensor<[S]x8xf32>, tensor<[S]xi64>) -> tensor<[S]x8xf32>
  return %r : tensor<[S]x8xf32>
}
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "program.tir"
    path.write_text(PROGRAM, "utf-8")
    return str(path)


def test_times_and_a_profile_with_random_inputs(file: str, tmp_path: Path, capsys: Capture) -> None:
    trace = tmp_path / "trace.json"
    assert main(["bench", file, "--size", "S=16", "--calls=3", "--num-threads=1", f"--trace={trace}"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("3 calls of @main: fastest ")
    assert "@main, S=16, 1 thread:" in out and "program.tir:2" in out
    assert any(e["ph"] == "X" for e in json.loads(trace.read_text("utf-8"))["traceEvents"])


def test_a_saved_program_with_given_inputs(file: str, tmp_path: Path, capsys: Capture) -> None:
    saved = str(tmp_path / "program.tirx")
    assert main(["compile", file, "-o", saved]) == 0
    inputs = ["--input=2x8xf32=1", "--input=2xi64=1"]
    assert main(["bench", saved, *inputs, "--calls=1"]) == 0
    assert "@main, S=2," in capsys.readouterr().out
    assert main(["run", saved, *inputs, "--profile"]) == 0
    assert "@main, S=2," in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "@main has symbols: give --size S=…"),
        (["--size", "S=2", "--size", "T=3"], "--size: @main has no symbol T"),
        (["--size", "S=x"], "--size: expected NAME=NUMBER such as S=128, got 'S=x'"),
        (["--size", "S=2", "--calls=0"], "--calls: expected at least 1, got 0"),
        (["--size", "S=2", "--input=2x8xf32=1", "--input=2xi64=1"], "--size is for random inputs"),
    ],
)
def test_wrong_usage(flags: list[str], message: str, file: str, capsys: Capture) -> None:
    assert main(["bench", file, *flags]) == 2
    assert message in capsys.readouterr().err
