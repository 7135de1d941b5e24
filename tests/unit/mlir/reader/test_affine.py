"""Affine maps of MLIR."""

from __future__ import annotations

import pytest

from tensorir.mlir.reader.affine import read_affine_map
from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.syntax import AffineMapAttr


def read(text: str) -> AffineMapAttr:
    lex = Lexer(f"affine_map<{text}>")
    attribute = read_affine_map(lex)
    lex.expect_end()
    return attribute


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("() -> ()", "() -> ()"),
        ("(d0, d1) -> (d1, d0)", "(d0, d1) -> (d1, d0)"),
        ("(i, j)[n] -> (j + n, i)", "(d0, d1)[s0] -> (d1 + s0, d0)"),
        ("(d0) -> (-d0 + 3, 7, -2)", "(d0) -> (-1*d0 + 3, 7, -2)"),
        ("(d0, d1) -> (d0 * 2 + d1 * -3)", "(d0, d1) -> (2*d0 + -3*d1)"),
        ("(d0)[s0] -> (s0 * d0 - (d0 - 1) floordiv 2)", "(d0)[s0] -> (d0*s0 + -1*floordiv(d0 + -1, 2))"),
        ("(d0) -> (d0 ceildiv 4 mod 3)", "(d0) -> (mod(ceildiv(d0, 4), 3))"),
        ("(d0) -> (6 mod 4 * 5)", "(d0) -> (10)"),
    ],
)
def test_maps(text: str, expected: str) -> None:
    assert str(read(text).map) == expected


def test_operators_compute_as_in_mlir() -> None:
    attribute = read("(d0, d1) -> (d0 - d1 - 1, d0 floordiv 4, d0 ceildiv 4, d0 mod 4, -(d0 + d1) * 2)")
    assert attribute.map.apply((-7, 2)) == (-10, -2, -1, 1, 10)


def test_symbols_are_counted() -> None:
    assert read("(d0)[a, b] -> (d0 + b)").num_symbols == 2
