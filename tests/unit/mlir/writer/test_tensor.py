"""Slices of dims that have no positions."""

from __future__ import annotations

import pytest

from tensorir.dialects.registry import OPS
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.mlir import parse, print_mlir
from tensorir.text import parse as parse_text
from tests.support.mlir_tools import iree_opt, mlir_opt_19, needs_iree, needs_mlir_opt_19

TAKEN = """func @main(%x: tensor<4x3xf32>) -> (tensor<2x0xf32>) {
  %0 = tensor.extract_slice %x {offsets = [1, 3], sizes = [2, 0], strides = [1, 1]}
    : (tensor<4x3xf32>) -> tensor<2x0xf32>
  return %0 : tensor<2x0xf32>
}
"""
PUT = """func @main(%x: tensor<2x0xf32>, %y: tensor<4x0xf32>) -> (tensor<4x0xf32>) {
  %0 = tensor.insert_slice %x, %y {offsets = [1, 0], strides = [1, 1]}
    : (tensor<2x0xf32>, tensor<4x0xf32>) -> tensor<4x0xf32>
  return %0 : tensor<4x0xf32>
}
"""


def program(text: str) -> Module:
    return parse_text(text, OPS)


@pytest.mark.parametrize("text", [TAKEN, PUT])
def test_an_offset_at_the_end_of_a_dim_is_a_value(text: str) -> None:
    written = print_mlir(program(text))
    assert "[1, %" in written
    assert isomorphic(parse(written), program(text))


@needs_iree
@pytest.mark.parametrize("text", [TAKEN, PUT])
def test_iree_accepts_it(text: str) -> None:
    """As an attribute the offset would be out of bounds."""
    iree_opt(print_mlir(program(text)))


@needs_mlir_opt_19
def test_mlir_opt_19_accepts_it() -> None:
    mlir_opt_19([print_mlir(program(text), dialect="llvm19") for text in (TAKEN, PUT)])
