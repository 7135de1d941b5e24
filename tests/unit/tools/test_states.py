"""Programs with states on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tensorir.tools.cli import main

Capture = pytest.CaptureFixture[str]
TEXT = """
global mutable @keys : tensor<64x32xf32> = dense<0.0>

func @main(%q: tensor<16x32xf32>, %row: tensor<1x32xf32>, %past: tensor<[P]xi8>, %keys: tensor<64x32xf32> state @keys) -> (tensor<16x64xf32>, tensor<64x32xf32> state @keys) {
  %0 = tensor.insert_slice %row, %keys {offsets = [P, 0], strides = [1, 1]} : (tensor<1x32xf32>, tensor<64x32xf32>) -> tensor<64x32xf32>
  %1 = linalg.contract %q, %0 {maps = [(m, n, k) -> (m, k), (m, n, k) -> (n, k), (m, n, k) -> (m, n)], dtype = f32} : (tensor<16x32xf32>, tensor<64x32xf32>) -> tensor<16x64xf32>
  return %1, %0 : tensor<16x64xf32>, tensor<64x32xf32>
}
"""  # noqa: E501  (one line per op)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "program.tir"
    path.write_text(TEXT, "utf-8")
    return str(path)


def test_run_begins_with_the_initial_values(file: str, tmp_path: Path, capsys: Capture) -> None:
    expected = np.zeros((16, 64), np.float32)
    expected[:, 3] = 64
    np.save(tmp_path / "expected.npy", expected)
    inputs = ["--input=16x32xf32=1", "--input=1x32xf32=2", "--input=3xi8=0"]
    assert main(["run", file, *inputs, f"--expected-output=@{tmp_path / 'expected.npy'}"]) == 0
    assert main(["run", file, *inputs, "--expected-output=16x64xf32=0"]) == 1
    assert "result 0" in capsys.readouterr().err


def test_bench_calls_a_session(file: str, capsys: Capture) -> None:
    assert main(["bench", file, "--size", "P=3", "--calls", "2"]) == 0
    assert "2 calls of @main" in capsys.readouterr().out


def test_bisect_gives_states_row_major_after_every_pass(file: str, capsys: Capture) -> None:
    assert main(["bisect", file, "--size", "P=3"]) == 0
    out = capsys.readouterr().out
    assert "passes: the interpreter agrees after each of them\nthe compiled program agrees\n" in out
