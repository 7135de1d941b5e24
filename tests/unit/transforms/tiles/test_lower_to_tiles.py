"""Tile programs need the sizes that their launches state, in whatever order their steps mention them."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.registry import OPS
from tensorir.dialects.tile import Grid
from tensorir.interp import interpret
from tensorir.text import parse

SWAPPED = """func @main(%x: tensor<[T]xf32>, %s: tensor<[S]xf32>, %r: tensor<[R]xf32>) -> (tensor<[R]xf32>) {
  %0 = tensor.extract_slice %x {offsets = [S], sizes = [R], strides = [1]} : (tensor<[T]xf32>) -> tensor<[R]xf32>
  return %0 : tensor<[R]xf32>
}"""
"""The op mentions S first, its steps mention R first."""

UNUSED = """func @main(%x: tensor<[T]xf32>, %s: tensor<[S]xf32>, %r: tensor<[R]xf32>) -> (tensor<2xf32>) {
  %0 = tensor.extract_slice %x {offsets = [R], sizes = [S], strides = [1]} : (tensor<[T]xf32>) -> tensor<[S]xf32>
  %1 = tensor.extract_slice %0 {offsets = [1], sizes = [2], strides = [1]} : (tensor<[S]xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}"""
"""No step of one grid would mention S, because two elements are all that is read."""


@pytest.mark.parametrize("text", [SWAPPED, UNUSED], ids=["swapped", "unused"])
def test_sizes_keep_their_values(text: str) -> None:
    module = parse(text, OPS)
    program = compile(module, "cpu", verify_each=True)
    assert all(isinstance(op, Grid) for op in program.tiles.executables[0].body.ops)
    args = [np.arange(1, n + 1, dtype=np.float32) for n in (9, 4, 2)]
    expected = interpret(module, "main", args)
    np.testing.assert_array_equal(interpret(program.tiles, "main", args), expected)
    np.testing.assert_array_equal([program(*args)], expected)
