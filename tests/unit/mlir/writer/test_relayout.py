"""Relayouts in MLIR: as they are, as an unpack and a pack, or refused."""

from __future__ import annotations

import pytest

from tensorir import mlir
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.mlir import print_mlir
from tensorir.text import parse

EIGHTS = "#digits<[(0, 8, ?), (1, 1, ?), (0, 1, 8)], padding = [unspecified, none]>"
SIXTEENS = "#digits<[(0, 16, ?), (1, 1, ?), (0, 1, 16)], padding = [2.5, none]>"
FOURS = "#digits<[(0, 16, ?), (1, 1, ?), (0, 4, 4), (0, 1, 4)], padding = [2.5, none]>"


def program(size: str, after: str, result: str) -> Module:
    eighths = f"ceildiv({size}, 8)" if size == "S" else "3"
    source = f"tensor<[{eighths}]x3x8xf32>" if size == "S" else "tensor<3x3x8xf32>"
    attributes = f"{{before = {EIGHTS}, after = {after}, shape = [{size}, 3]}}"
    return parse(
        f"func @main(%s: tensor<[S]xf32>, %x: {source}) -> ({result}) {{\n"
        f"  %0 = linalg.relayout %x {attributes} : ({source}) -> {result}\n"
        f"  return %0 : {result}\n}}\n",
        OPS,
    )


def test_a_relayout_of_known_sizes_is_read_again() -> None:
    module = program("20", SIXTEENS, "tensor<2x3x16xf32>")
    text = print_mlir(module)
    assert "linalg.unpack" in text
    assert "linalg.pack" in text
    assert isomorphic(mlir.parse(text), module)


def test_one_of_unknown_sizes_is_an_unpack_and_a_pack() -> None:
    text = print_mlir(program("S", SIXTEENS, "tensor<[ceildiv(S, 16)]x3x16xf32>"))
    assert [op.NAME for op in mlir.parse(text).functions[0].body.ops] == ["linalg.unpack", "linalg.pack"]


def test_layouts_that_no_pack_says_are_refused() -> None:
    with pytest.raises(TensorIRError, match=r"no MLIR form: linalg\.pack can't say one of its layouts"):
        print_mlir(program("20", FOURS, "tensor<2x3x4x4xf32>"))
