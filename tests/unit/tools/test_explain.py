"""`tensorir explain`, and `--layouts` of the other commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorir.tools.cli import main

Capture = pytest.CaptureFixture[str]
PROGRAM = """global @w : tensor<64x64xf32> = dense<1.0>
func @main(%x: tensor<[S]x64xf32>) -> (tensor<[S]x64xf32>) {
  %w = global.load {symbol = @w, type = tensor<64x64xf32>} : () -> tensor<64x64xf32>
  %y = linalg.contract %x, %w {maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)],
    dtype = f32} : (tensor<[S]x64xf32>, tensor<64x64xf32>) -> tensor<[S]x64xf32>
  return %y : tensor<[S]x64xf32>
}
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "program.tir"
    path.write_text(PROGRAM, "utf-8")
    return str(path)


def test_the_whole_explanation(file: str, capsys: Capture) -> None:
    assert main(["explain", file, "--size", "S=16"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("layouts for cpu: ") and "@main, S = 16: " in out
    assert "program.tir:4:3: linalg.contract @main#2: #tiles<" in out


def test_single_values(file: str, capsys: Capture) -> None:
    assert main(["explain", file, "--value", "%y", "--value=@w"]) == 0
    first, second = capsys.readouterr().out.split("\n\n")
    assert first.startswith("%y : tensor<[S]x64xf32>, linalg.contract @main#2 at ") and "next best: " in first
    assert second.startswith("@w : tensor<64x64xf32>, global at ") and "kept " in second


def test_a_saved_program(file: str, tmp_path: Path, capsys: Capture) -> None:
    saved = str(tmp_path / "program.tirx")
    assert main(["compile", file, "-o", saved]) == 0
    assert main(["explain", saved]) == 0
    assert "compiled for cpu: a program from a file" in capsys.readouterr().out
    assert main(["explain", saved, "--value=%y"]) == 1
    assert "neither decisions nor remarks" in capsys.readouterr().err
    assert main(["explain", saved, "--save-layouts=-"]) == 2
    assert "holds no decision about layouts" in capsys.readouterr().err
    assert main(["explain", saved, "--layouts=x.json"]) == 2
    assert "--layouts is for programs that are compiled now" in capsys.readouterr().err


def test_saved_layouts_are_applied_again(file: str, tmp_path: Path, capsys: Capture) -> None:
    layouts, before, after = tmp_path / "layouts.json", tmp_path / "before.tir", tmp_path / "after.tir"
    assert main(["explain", file, "--save-layouts", str(layouts), "--value=%y"]) == 0
    assert main(["compile", file, "-o", str(before)]) == 0
    assert main(["compile", file, "-o", str(after), "--layouts", str(layouts)]) == 0
    assert before.read_text("utf-8") == after.read_text("utf-8")
    assert main(["run", file, "--input=3x64xf32=1", "--layouts", str(layouts)]) == 0
    capsys.readouterr()
    layouts.write_text(layouts.read_text("utf-8").replace("@main#2", "@main#7"), "utf-8")
    assert main(["run", file, "--input=3x64xf32=1", "--layouts", str(layouts)]) == 1
    assert "@main#7 linalg.contract, which is not here" in capsys.readouterr().err
    layouts.write_text("{}", "utf-8")
    assert main(["compile", file, "--layouts", str(layouts)]) == 1
    assert "layouts.json: error: not a decision about layouts" in capsys.readouterr().err


def test_the_page(file: str, tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "page.html"
    assert main(["explain", file, "--html", str(page)]) == 0
    assert capsys.readouterr().out == ""
    text = page.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>") and "specialize-encodings: +" in text and "program.tir" in text
