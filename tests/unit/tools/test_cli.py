"""The command line: what it prints, where, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tensorir.pipelines import DATA_TILING
from tensorir.tools.cli import main

MATMUL = """\
func @main(%a: tensor<[M]x3xf32>, %b: tensor<3x2xf32>) -> (tensor<[M]x2xf32>) {
  %0 = linalg.contract %a, %b {maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], dtype = f32} : (tensor<[M]x3xf32>, tensor<3x2xf32>) -> tensor<[M]x2xf32>
  return %0 : tensor<[M]x2xf32>
}
func @twice(%a: tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>) {
  return %a, %a : tensor<2xi32>, tensor<2xi32>
}
"""  # noqa: E501 (a line of a program stays whole)

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "matmul.tir"
    path.write_text(MATMUL, "utf-8")
    return str(path)


def test_run_prints_results(file: str, capsys: Capture) -> None:
    assert main(["run", file, "--input=2x3xf32=1,2,3,4,5,6", "--input=3x2xf32=1"]) == 0
    out, err = capsys.readouterr()
    assert out == "2x2xfloat32=[[ 6.  6.]\n [15. 15.]]\n"
    assert err == ""


@pytest.mark.parametrize("tiling", DATA_TILING)
@pytest.mark.parametrize("device", ["cpu", "cpu{features=none}", "reference"])
def test_run_reads_and_writes_arrays(tiling: str, device: str, file: str, tmp_path: Path, capsys: Capture) -> None:
    a = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.save(tmp_path / "a.npy", a)
    out = tmp_path / "y.npy"
    flags = [f"--data-tiling={tiling}", f"--device={device}", "--stats=json", f"--output=@{out}"]
    assert main(["run", file, f"--input=@{tmp_path / 'a.npy'}", "--input=3x2xf32=1,0,0,1,0,0", *flags]) == 0
    np.testing.assert_array_equal(np.load(out), a[:, :2])
    stats = json.loads(capsys.readouterr().err)
    assert stats["dispatches"] == 1
    assert stats["init_dispatches"] == 0
    assert {"copies", "kernels", "weights_bytes", "transient_bytes", "compile_s"} <= set(stats)
    assert ("tile.matmul" in stats["kernels"]) == (device != "reference")


def test_run_takes_a_function_by_name(file: str, capsys: Capture) -> None:
    assert main(["run", file, "--function=twice", "--input=2xi32=7"]) == 0
    assert capsys.readouterr().out == "2xint32=[7 7]\n" * 2


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        ([], 1, "@main takes 2 arguments, got 0"),
        (["--input=2x3xf32=1"], 1, "@main takes 2 arguments, got 1"),
        (["--input=2x3xf64=1", "--input=3x2xf32=1"], 1, "argument 0 (%a) should be f32 (float32), got float64"),
        (
            ["--input=2x4xf32=1", "--input=3x2xf32=1"],
            1,
            "matmul.tir:1:1: error: @main: argument 0 (%a): dim 1 should be",
        ),
        (["--input=2x3xf32=1,2"], 2, "2 values for 2x3 = 6 elements"),
        (["--input=2x3xf99=1"], 2, "expected @file.npy or SHAPExTYPE=values"),
        (["--input=nonsense"], 2, "got 'nonsense'"),
        (["--input=2xi8=300,1"], 2, "300 does not fit into i8"),
        (["--input=2xf32=1,1e400"], 2, "1e400 is too large for f32; infinity is written inf"),
        (["--input=2xf32=1,-1e39"], 2, "-1e39 is too large for f32; infinity is written inf"),
        (["--input=2xf16=1,70000"], 2, "70000 is too large for f16; infinity is written inf"),
        (["--input=2xf32=a,b"], 2, "could not convert string to float"),
        (["--input=99999999999x3xf32=1"], 2, "over the limit of 2**31"),
        (["--input=" + "1x" * 65 + "f32=1"], 2, "at most 64 dims"),
        (["--input=0x99999999999999999999xf32=1"], 2, "dims below 2**63"),
        (["--input=@missing.npy"], 1, "missing.npy: error: no such file, or not a regular file"),
        (["--function=other"], 1, "no function @other in the module; known: @main, @twice"),
        (["--device=gpu"], 2, "unknown device 'gpu'; known: cpu, reference"),
        (["--device=cpu{threads=2}"], 2, "device 'cpu' has no option 'threads'; it has: features"),
        (["--device=cpu{features"], 2, "a device is written name or name{option=value"),
        (["--data-tiling=never"], 2, "invalid choice: 'never'"),
        (["--input=2x3xf32=1", "--input=3x2xf32=1", "--output=-", "--output=-"], 2, "2 --output for 1 results"),
        (["--input=2x3xf32=1", "--input=3x2xf32=1", "--output=y.npy"], 2, "expected @file.npy or -"),
        (["--input=2x3xf32=1", "--input=3x2xf32=1", "--output=@no/such/y.npy"], 1, "can't be written"),
    ],
)
def test_run_refuses_with_the_right_code(flags: list[str], code: int, message: str, file: str, capsys: Capture) -> None:
    assert main(["run", file, *flags]) == code
    out, err = capsys.readouterr()
    assert message in err
    assert "Traceback" not in err
    assert out == ""


NO_ARRAYS = {
    "empty.npy": b"",
    "zip.npy": b"PK\x03\x04junk",
    "words.npy": b"\x93NUMPY\x01\x00\x16\x00" + b"nothing but some words",
    "open.npy": b"\x93NUMPY\x01\x00\x16\x00" + b"{'shape': ((((((((((((",
    "large.npy": b"\x93NUMPY\x01\x00\x50\x00"
    + b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999,)}".ljust(79)
    + b"\n",
}


@pytest.mark.parametrize("name", [*NO_ARRAYS, "archive.npz"])
def test_run_refuses_what_is_no_array(name: str, file: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / name
    if name in NO_ARRAYS:
        path.write_bytes(NO_ARRAYS[name])
    else:
        np.savez(path, a=np.ones(3))
    for flag in ("--input", "--expected-output"):
        assert main(["run", file, f"{flag}=@{path}"]) == 1
        assert capsys.readouterr().err.startswith(f"{path}: error: not a readable .npy file")


def test_run_takes_the_largest_unsigned_number(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "same.tir"
    path.write_text("func @f(%a: tensor<1xu64>) -> (tensor<1xu64>) {\n  return %a : tensor<1xu64>\n}\n")
    assert main(["run", str(path), f"--input=1xu64={2**64 - 1}"]) == 0
    assert capsys.readouterr().out == f"1xuint64=[{2**64 - 1}]\n"


def test_a_program_without_functions_is_no_program_to_run(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "empty.mlir").touch()
    assert main(["run", str(tmp_path / "empty.mlir")]) == 1
    assert "tensorir run: error: the program has no public function" in capsys.readouterr().err


def test_infinity_is_given_by_its_name(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "f.tir"
    path.write_text("func @f(%x: tensor<4xf32>) -> (tensor<4xf32>) {\n  return %x : tensor<4xf32>\n}")
    assert main(["run", str(path), "--input=4xf32=inf,-Infinity,nan,3e38"]) == 0
    assert capsys.readouterr().out.split() == ["4xfloat32=[", "inf", "-inf", "nan", "3.e+38]"]


def test_programs_and_arrays_are_regular_files(tmp_path: Path, capsys: Capture, file: str) -> None:
    for name, flags in (("p.tir", []), ("x.npy", [file, "--input=@"]), ("w.npz", [file, "--parameters=model="])):
        fifo = tmp_path / name
        os.mkfifo(fifo)
        words = [*flags[:-1], flags[-1] + str(fifo)] if flags else [str(fifo)]
        assert main(["run", *words]) == 1
        assert f"{fifo}: error: no such file, or not a regular file" in capsys.readouterr().err


def test_more_memory_than_there_is(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "large.mlir"
    large = "tensor<10000000x10000000xf32>"
    path.write_text(
        f"func.func @f() -> {large} {{\n  %a = arith.constant dense<1.0> : {large}\n  return %a : {large}\n}}"
    )
    assert main(["run", str(path)]) == 1
    assert ": error: @f: intermediates take 400 TB, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("redirection", "message"),
    [
        ("- <&-", "<stdin>: error: closed"),
        ("FILE >&-", "standard output is closed"),
        ("FILE >/dev/full", "standard output can't be written: No space left on device"),
        ("NAMES", "standard output can't hold all characters"),
    ],
)
def test_standard_streams_that_fail(redirection: str, message: str, file: str, tmp_path: Path) -> None:
    names = tmp_path / "names.mlir"
    names.write_text('func.func @"\\C3\\A9"() {\n  return\n}')
    words = redirection.replace("FILE", file).replace("NAMES", f"{names} --emit=tir")
    command = f"{sys.executable} -c 'from tensorir.tools.cli import main; raise SystemExit(main())' opt {words}"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_opt_runs_passes_and_prints(file: str, capsys: Capture) -> None:
    assert main(["opt", file, "-p", "set-encodings", "--print-after-each", "--timing"]) == 0
    out, err = capsys.readouterr()
    assert out.count("encode.set") == 2
    assert "// after set-encodings" in err
    assert "ms  set-encodings" in err
    assert main(["opt", file, "-p", "set-encodings,canonicalize", "--timing"]) == 0
    assert "fold-unset-of-set: 0 applied, 0 refused of 1" in capsys.readouterr().err


def test_opt_prints_remarks(file: str, capsys: Capture) -> None:
    assert main(["opt", file, "-p", "set-encodings{min-parallel=64},late", "--remarks"]) == 0
    assert main(["opt", file, "-p", "set-encodings,specialize-encodings{device=reference}", "--remarks"]) == 0
    err = capsys.readouterr().err
    head = "remark: [specialize-encodings] declined: reference: this device does no data-tiling\n"
    assert f"{head}  {file}:2:3: linalg.contract @main#1\n" in err


def test_opt_writes_what_it_can_read(file: str, tmp_path: Path, capsys: Capture) -> None:
    out = str(tmp_path / "late.tir")
    assert main(["opt", file, "-p", "late", "-o", out]) == 0
    assert main(["opt", out]) == 0
    assert capsys.readouterr().out == Path(out).read_text("utf-8")
    assert main(["run", out, "--function=main", "--input=2x3xf32=1", "--input=3x2xf32=1"]) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"func @f(", ":1:9: error:"),
        (b"\xff\xfe", "not UTF-8"),
        (b"func @f() -> () {\n  %0 = linalg.contrct : () -> tensor<f32>\n  return\n}\n", ":2:8: error:"),
    ],
)
def test_files_that_are_no_programs(content: bytes, message: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bad.tir"
    path.write_bytes(content)
    assert main(["opt", str(path)]) == 1
    assert message in capsys.readouterr().err


def test_files_that_cannot_be_read(tmp_path: Path, capsys: Capture) -> None:
    assert main(["opt", str(tmp_path)]) == 1
    assert main(["opt", str(tmp_path / "none.tir")]) == 1
    os.mkfifo(tmp_path / "pipe")
    assert main(["opt", str(tmp_path / "pipe")]) == 1  # would wait for ever if it were opened
    assert capsys.readouterr().err.count("no such file, or not a regular file") == 3


@pytest.mark.parametrize("argv", [[], ["frobnicate"], ["opt"], ["run"]])
def test_wrong_usage_is_code_2(argv: list[str], capsys: Capture) -> None:
    assert main(argv) == 2
    assert "usage: tensorir" in capsys.readouterr().err


def test_unknown_passes_are_code_1_with_a_hint(file: str, capsys: Capture) -> None:
    assert main(["opt", file, "-p", "canonicalise"]) == 1
    assert "did you mean canonicalize" in capsys.readouterr().err


def test_expected_errors_are_checked(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "e.tir"
    path.write_text("func @f(  // expected-error {{found the end}}\n", "utf-8")
    wrong = main(["opt", str(path), "--verify-diagnostics"])
    assert wrong == 1
    assert "did not occur" in capsys.readouterr().err
    path.write_text("nonsense  // expected-error {{expected func, global or executable}}\n", "utf-8")
    assert main(["opt", str(path), "--verify-diagnostics"]) == 0
    path.write_text("nonsense\n", "utf-8")
    assert main(["opt", str(path), "--verify-diagnostics"]) == 1


def test_many_parts_are_split_in_time(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "parts.tir"
    path.write_text("// -----\n" * 20_000 + "nonsense\n", "utf-8")
    assert main(["opt", str(path), "--split-input-file"]) == 1
    assert ":20001:1: error:" in capsys.readouterr().err


def test_info_lists_kernels_and_devices(capsys: Capture) -> None:
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    assert "tir_mmt4d_f32f32f32_any_ref" in out
    assert "reference: NumPy; declines every encoding" in out
    assert "    option features: the CPU features that may be used: a+b, or none" in out


def test_demo_ranks_lines_of_files(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("A cat sleeps on the sofa.\n\nThe stock market fell today.\n", "utf-8")
    assert main(["demo", str(path), "--query", "a pet at home", "--top", "1"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1].endswith("A cat sleeps on the sofa.")
    assert "The stock market" not in out
    assert "dispatches per sentence     off 42, late 42" in out
    assert err == ""  # no progress bar: stderr is not a terminal


def test_demo_without_sentences_is_wrong_usage(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("\n", "utf-8")
    assert main(["demo", str(path)]) == 2
    assert "contain no sentences" in capsys.readouterr().err


def test_what_has_no_place_is_said_by_the_command(file: str, capsys: Capture) -> None:
    assert main(["run", file, "--function=foo"]) == 1
    assert capsys.readouterr().err.startswith("tensorir run: error: no function @foo in the module")
    assert main(["opt", file, "-p", "cse{"]) == 1
    assert capsys.readouterr().err.startswith("tensorir opt: error: pass spec, column 1: expected name")
    assert main(["run", file, "--parameters=weights.txt"]) == 1
    assert capsys.readouterr().err.startswith("weights.txt: error: parameters are read from")
