"""`tensorir compile`: stages, forms, weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tensorir.pipelines import STAGES
from tensorir.tools.cli import main

Capture = pytest.CaptureFixture[str]

MLIR = """
func.func @main(%x: tensor<32x64xf32>) -> tensor<32x32xf32> {
  %w = arith.constant dense<"0x@"> : tensor<64x32xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x32xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<32x32xf32>) -> tensor<32x32xf32>
  %y = linalg.matmul ins(%x, %w : tensor<32x64xf32>, tensor<64x32xf32>)
      outs(%i : tensor<32x32xf32>) -> tensor<32x32xf32>
  return %y : tensor<32x32xf32>
}
"""
WEIGHT = (np.arange(64 * 32).reshape(64, 32) % 7).astype(np.float32)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "matmul.mlir"
    path.write_text(MLIR.replace('@"', WEIGHT.tobytes().hex() + '"'))
    return str(path)


def _runs(path: Path, tmp_path: Path, *flags: str) -> bool:
    x = np.eye(32, 64, dtype=np.float32)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", x @ WEIGHT)
    given = [f"--input=@{tmp_path / 'x.npy'}", f"--expected-output=@{tmp_path / 'y.npy'}"]
    return main(["run", str(path), *given, *flags]) == 0


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("emit", ["tir", "mlir"])
def test_every_stage_runs_again(stage: str, emit: str, file: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / f"out.{emit}"
    code = main(["compile", file, f"--compile-to={stage}", f"-o{out}"])
    if emit == "mlir" and stage in ("specialized", "tiles"):
        assert code == 1
        message = capsys.readouterr().err
        assert "error: " in message
        assert "specialized ones (#layout) and tile programs can't" in message
    else:
        assert code == 0
        assert _runs(out, tmp_path)


@pytest.mark.parametrize("stage", ["input", "materialized"])
def test_weights_stand_beside_the_text(stage: str, file: str, tmp_path: Path) -> None:
    out = tmp_path / "out.mlir"
    assert main(["compile", file, f"--compile-to={stage}", "--weights=external", f"-o{out}"]) == 0
    assert "#flow.parameter.named" in out.read_text()
    assert out.stat().st_size < 4000
    assert _runs(out, tmp_path, f"--parameters=model={out.with_suffix('.safetensors')}")


@pytest.mark.parametrize("flags", [[], ["-o-"], ["--emit=tir", "-oout.tir"]])
def test_external_weights_need_a_file(flags: list[str], file: str, capsys: Capture) -> None:
    assert main(["compile", file, "--weights=external", *flags]) == 2
    assert "give -o OUT.mlir" in capsys.readouterr().err


def test_a_folder_that_is_not_there(file: str, tmp_path: Path, capsys: Capture) -> None:
    for flags in ([], ["--weights=external"]):
        assert main(["compile", file, *flags, f"-o{tmp_path / 'no' / 'out.mlir'}"]) == 1
        assert "can't be written" in capsys.readouterr().err


def test_a_compiled_program_is_saved_and_run(file: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out.tirx"
    assert main(["compile", file, f"-o{out}", "--remarks"]) == 0
    assert capsys.readouterr().out == ""
    assert _runs(out, tmp_path)
    assert main(["run", str(out), "--input=32x64xf32=1", "--stats=json", "--output=-"]) == 0
    assert '"weights_bytes": 8192' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compile", "FILE", "-oOUT", "--compile-to=tiles"], "leave out --compile-to"),
        (["compile", "FILE", "-oOUT", "--emit=tir"], "leave out --compile-to"),
        (["compile", "FILE", "-oOUT", "--weights=external"], "leave out --compile-to"),
        (["run", "OUT", "--device=cpu"], "--device is for programs that are compiled now"),
        (["run", "OUT", "--data-tiling=late"], "--data-tiling is for programs that are compiled now"),
        (["run", "OUT", "--parameters=FILE"], "--parameters is for programs that are compiled now"),
    ],
)
def test_flags_that_do_not_fit_a_compiled_program(
    words: list[str], said: str, file: str, tmp_path: Path, capsys: Capture
) -> None:
    out = str(tmp_path / "out.tirx")
    assert main([w.replace("FILE", file).replace("OUT", out) for w in words]) == 2
    assert said in capsys.readouterr().err


def test_a_saved_program_that_can_not_be_read_is_an_error(file: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out.tirx"
    assert main(["run", str(out)]) == 1
    assert capsys.readouterr().err == f"{out}: error: can't be read: No such file or directory\n"
    assert main(["compile", file, f"-o{out}"]) == 0
    out.write_bytes(out.read_bytes()[:-1])
    assert main(["run", str(out)]) == 1
    assert "is cut off" in capsys.readouterr().err


def test_the_plan_names_buffers_and_commands(file: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "plan.txt"
    assert main(["compile", file, "--emit=plan", "-o", str(out)]) == 0
    plan = out.read_text("utf-8")
    assert plan.startswith("plan @") and "\nbuffers:\n  b0 " in plan and "\ncommands:\n  #0: " in plan
    assert "argument 0" in plan and "result 0" in plan and "      units: " in plan
    assert main(["compile", file, "--emit=plan", "--device=reference"]) == 2
    assert main(["compile", file, "--emit=plan", "--compile-to=input"]) == 2
    assert "leave out --compile-to" in capsys.readouterr().err
