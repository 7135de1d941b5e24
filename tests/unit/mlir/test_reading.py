"""MLIR files and texts as programs: places of errors, and what can't be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorir.ir.diagnostic import ParseError, TensorIRError
from tensorir.mlir import load, parse

TEXT = "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n  return %x : tensor<4xf32>\n}\n"


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "a.mlir"
    path.write_text(TEXT, encoding="utf-8")
    assert load(path).functions[0].name == "f"
    assert load(str(path)).functions[0].loc.file == str(path)


def test_files_that_can_t_be_read(tmp_path: Path) -> None:
    with pytest.raises(TensorIRError, match="no such file"):
        load(tmp_path / "missing.mlir")
    with pytest.raises(TensorIRError, match="no such file, or not a regular file"):
        load(tmp_path)
    (tmp_path / "latin.mlir").write_bytes(b"// \xe9\n")
    with pytest.raises(TensorIRError, match="not UTF-8"):
        load(tmp_path / "latin.mlir")
    with pytest.raises(TensorIRError):
        load("a\0b")


def test_an_error_shows_its_line() -> None:
    text = "\n".join(
        ["func.func @f(%x: tensor<2xf32>) {", "  %r = math.exp %x : tensor<2xf32>", '  "a.b"() : () -> ()']
    )
    with pytest.raises(ParseError) as caught:
        parse(text + "\n  return\n}", file="t.mlir", first_line=10)
    assert str(caught.value).splitlines() == [
        "t.mlir:12:3: error: a.b: this op is not supported",
        '    "a.b"() : () -> ()',
        "    ^",
    ]


def test_long_lines_are_cut_around_the_place() -> None:
    spaces = " " * 500
    with pytest.raises(ParseError) as caught:
        parse(f'func.func @f() {{{spaces}"a.b"() : () -> (){spaces}return }}', file="t.mlir")
    lines = str(caught.value).splitlines()
    assert len(lines[1]) <= 110
    assert lines[1][lines[2].index("^") :].startswith('"a.b"')


def test_the_empty_program() -> None:
    assert parse("").functions == ()
