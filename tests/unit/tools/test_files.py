"""Reading and writing programs, whatever they are written in."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from tensorir.tools.files import format_of, output_format


@pytest.mark.parametrize(
    ("path", "text", "form"),
    [
        ("a.tir", "func.func @f()", "tir"),
        ("a.mlir", "func @f()", "mlir"),
        ("-", "func @f() -> () {", "tir"),
        ("-", "// a comment\n\n  global @w : tensor<2xf32> = dense<0>", "tir"),
        ("-", 'executable @e target("cpu") () ', "tir"),
        ("-", "func.func @f() {", "mlir"),
        ("-", "#map = affine_map<(d0) -> (d0)>", "mlir"),
        ("-", "module {\n}", "mlir"),
        ("-", '"func.func"() ({})', "mlir"),
        ("-", "", "tir"),
        ("a.txt", "util.func @f()", "mlir"),
    ],
)
def test_the_form_is_told_by_name_or_beginning(path: str, text: str, form: str) -> None:
    assert format_of(path, text) == form


@pytest.mark.parametrize(
    ("emit", "output", "form"),
    [
        (None, None, "mlir"),
        ("tir", "x.mlir", "tir"),
        (None, "x.tir", "tir"),
        (None, "x.mlir", "mlir"),
        (None, "x", "mlir"),
    ],
)
def test_what_is_written(emit: str | None, output: str | None, form: str) -> None:
    assert output_format(Namespace(emit=emit, output=output), "mlir") == form


def test_a_comment_without_end_is_not_slow(tmp_path: Path) -> None:
    assert format_of("-", "//" * 100_000) == "tir"
