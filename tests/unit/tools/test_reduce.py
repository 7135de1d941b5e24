"""`tensorir reduce` on files and commands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tensorir.tools.cli import main

Capture = pytest.CaptureFixture[str]

PROGRAM = """\
func @other(%a: tensor<2xi32>) -> (tensor<2xi32>) {
  return %a : tensor<2xi32>
}
func @main(%i: tensor<4xi32>, %j: tensor<4xi32>) -> (tensor<4xi32>) {
  %0 = linalg.generic %i {maps = [(d0) -> (d0), (d0) -> (d0)], body = (a0: i32) { v0 = mul a0, a0; yield v0 }} : (tensor<4xi32>) -> tensor<4xi32>
  %1 = linalg.generic %0, %j {maps = [(d0) -> (d0), (d0) -> (d0), (d0) -> (d0)], body = (a0: i32, a1: i32) { v0 = div a0, a1; yield v0 }} : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  %2 = linalg.generic %1 {maps = [(d0) -> (d0), (d0) -> (d0)], body = (a0: i32) { v0 = neg a0; yield v0 }} : (tensor<4xi32>) -> tensor<4xi32>
  return %2 : tensor<4xi32>
}
"""  # noqa: E501 (a line of a program stays whole)

TEST = """\
import pathlib, sys
text = pathlib.Path(sys.argv[1]).read_text()
if "div" in text:
    print("found a division")
    sys.exit(3)
if "mul" in text:
    sys.exit(4)
"""


@pytest.fixture
def test(tmp_path: Path) -> str:
    script = tmp_path / "test.py"
    script.write_text(TEST)
    return f"{sys.executable} {script}"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "program.tir"
    path.write_text(PROGRAM)
    return str(path)


def test_a_program_is_reduced_to_what_fails(file: str, test: str, capsys: Capture) -> None:
    assert main(["reduce", file, f"--test={test}", "--match=a division"]) == 0
    out, err = capsys.readouterr()
    assert "runs" in err
    assert out.count("linalg.") == 1
    assert "div" in out
    assert "@other" not in out


def test_the_result_is_written_as_its_file_is_named(file: str, test: str, tmp_path: Path) -> None:
    out = tmp_path / "small.mlir"
    assert main(["reduce", file, f"--test={test}", "-o", str(out)]) == 0
    assert "arith.divsi" in out.read_text()


def test_text_that_cannot_be_read_is_reduced_by_lines(tmp_path: Path, test: str, capsys: Capture) -> None:
    path = tmp_path / "broken.tir"
    path.write_text("one\ntwo div\nthree\n")
    assert main(["reduce", str(path), f"--test={test} {{}}"]) == 0
    out, err = capsys.readouterr()
    assert out == "two div\n"
    assert "can't be parsed" in err


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (["--test=true"], 1, "the test passes on the program"),
        (["--test=false", "--match=x"], 1, "its output does not match 'x'"),
        (["--test=false", "--match=("], 2, "--match:"),
        (["--test=/no/such/command"], 2, "/no/such/command: No such file"),
    ],
)
def test_what_is_no_failure_is_refused(flags: list[str], code: int, message: str, file: str, capsys: Capture) -> None:
    assert main(["reduce", file, *flags]) == code
    assert message in capsys.readouterr().err


def test_a_command_that_hangs_counts_as_failed(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "x.tir"
    path.write_text("hang\nfine\n")
    script = tmp_path / "test.py"
    script.write_text("import sys, time\nif 'hang' in open(sys.argv[1]).read(): time.sleep(60)\n")
    assert main(["reduce", str(path), "--lines", f"--test={sys.executable} {script}", "--timeout=3"]) == 0
    assert capsys.readouterr().out == "hang\n"


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--test='", "--test: No closing quotation"),
        ("--test=", "--test: no command"),
        ("--timeout=0", "--timeout: expected seconds above 0"),
        ("--timeout=-1", "--timeout: expected seconds above 0"),
        ("--timeout=nan", "--timeout: expected seconds above 0"),
        ("--timeout=inf", "at most 86400"),
    ],
)
def test_flags_that_make_no_sense(flag: str, message: str, file: str, test: str, capsys: Capture) -> None:
    assert main(["reduce", file, f"--test={test}", flag]) == 2
    assert message in capsys.readouterr().err
