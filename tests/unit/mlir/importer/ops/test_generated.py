"""tensor.generate and tensor.pad: regions that say an element by its place."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.tensor import InsertSlice, Pad
from tensorir.ir.diagnostic import TensorIRError
from tests.support.mlir_programs import function, ops, refusal, result, run, same


def f32(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def test_generate_reads_indices_sizes_and_scalars() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>, %s: f32) -> tensor<?x3xf32> {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %x, %c0 : tensor<?xf32>
      %r = tensor.generate %d {
      ^bb0(%i: index, %j: index):
        %a = arith.addi %i, %j : index
        %b = arith.index_cast %a : index to i32
        %f = arith.sitofp %b : i32 to f32
        %e = tensor.extract %x[%i] : tensor<?xf32>
        %g = arith.mulf %f, %e : f32
        %h = arith.addf %g, %s : f32
        tensor.yield %h : f32
      } : tensor<?x3xf32>
      return %r : tensor<?x3xf32>
    }"""
    x = np.asarray([1, 10, 100, 1000], np.float32)
    i, j = np.indices((4, 3))
    assert same(result(text, x, np.float32(0.5)), ((i + j) * x[:, None] + 0.5).astype(np.float32))


def test_pad_with_a_literal_and_with_a_value() -> None:
    text = """
    func.func @f(%x: tensor<?x2xi32>, %s: i32) -> (tensor<?x5xi32>, tensor<?x5xi32>) {
      %c7 = arith.constant 7 : i32
      %a = tensor.pad %x low[1, 0] high[2, 3] {
      ^bb0(%i: index, %j: index):
        tensor.yield %c7 : i32
      } : tensor<?x2xi32> to tensor<?x5xi32>
      %b = tensor.pad %x low[1, 0] high[2, 3] {
      ^bb0(%i: index, %j: index):
        tensor.yield %s : i32
      } : tensor<?x2xi32> to tensor<?x5xi32>
      return %a, %b : tensor<?x5xi32>, tensor<?x5xi32>
    }"""
    x = np.arange(6, dtype=np.int32).reshape(3, 2)
    a, b = run(text, x, np.int32(-1))
    assert same(a, np.pad(x, ((1, 2), (0, 3)), constant_values=7))
    assert same(b, np.pad(x, ((1, 2), (0, 3)), constant_values=-1))
    assert [type(op) for op in ops(text) if isinstance(op, Pad | InsertSlice)] == [Pad, InsertSlice]


def test_pad_by_a_size() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> tensor<8xf32> {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %z = arith.constant 0.0 : f32
      %d = tensor.dim %x, %c0 : tensor<?xf32>
      %h = arith.subi %c8, %d : index
      %r = tensor.pad %x low[0] high[%h] {
      ^bb0(%i: index):
        tensor.yield %z : f32
      } : tensor<?xf32> to tensor<8xf32>
      return %r : tensor<8xf32>
    }"""
    assert same(result(text, f32(5)), np.pad(f32(5), (0, 3)))
    assert function(text).body.yields[0].type.shape == (8,)


REFLECTED = """
func.func @f(%x: tensor<{source}>) -> tensor<{result}> {{
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c1 : tensor<{source}>
  %p = tensor.pad %x low[0, 2] high[0, 2] {{
  ^bb0(%i: index, %j: index):
    %c2 = arith.constant 2 : index
    %before = arith.cmpi slt, %j, %c2 : index
    %a = arith.subi %c2, %j : index
    %last = affine.apply affine_map<(j)[n] -> (2 * n - j)>(%j)[%n]
    %s = arith.select %before, %a, %last : index
    %v = tensor.extract %x[%i, %s] : tensor<{source}>
    tensor.yield %v : f32
  }} : tensor<{source}> to tensor<{result}>
  return %p : tensor<{result}>
}}"""


@pytest.mark.parametrize(
    ("source", "wanted"),
    [("3x6xf32", "3x10xf32"), ("3x?xf32", "3x?xf32"), ("?x6xf32", "?x10xf32"), ("?x?xf32", "?x?xf32")],
)
def test_padding_by_its_place_reads_only_where_it_pads(source: str, wanted: str) -> None:
    """In between, the positions that the region computes are outside of the source."""
    x = f32(3, 6)
    assert same(result(REFLECTED.format(source=source, result=wanted), x), np.pad(x, ((0, 0), (2, 2)), mode="reflect"))


def test_a_position_outside_where_it_pads_is_an_error() -> None:
    text = REFLECTED.format(source="3x?xf32", result="3x?xf32")
    with pytest.raises(TensorIRError, match=r"t\.mlir:5:8: .*gather_nd: index"):
        run(text, f32(3, 2))


@pytest.mark.parametrize(
    "arguments", ["", "(%i: index)", "(%i: index, %j: index, %k: index)", "(%i: index, %j: i64)", "(%i: f32, %j: f32)"]
)
def test_regions_must_take_one_index_per_dim(arguments: str) -> None:
    label = f"^bb0{arguments}:" if arguments else ""
    region = f"{{ {label} %v = arith.constant 1.0 : f32 tensor.yield %v : f32 }}"
    pad = f"tensor.pad %x low[0, 2] high[0, 2] {region} : tensor<3x6xf32> to tensor<3x10xf32>"
    generate = f"tensor.generate {region} : tensor<3x10xf32>"
    for op in (pad, generate):
        text = f"func.func @f(%x: tensor<3x6xf32>) -> tensor<3x10xf32> {{ %r = {op} return %r : tensor<3x10xf32> }}"
        wanted = "its region must take 2 arguments of type index, one per dim; it takes ("
        assert f"{op.split()[0]}: {wanted}" in refusal(text)
