"""tensor: slices and single elements."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import GatherNd, InsertSlice
from tensorir.ir.diagnostic import InferError
from tensorir.mlir.importer.ops.slices import dropped_dims
from tests.support.mlir_programs import ops, refusal, result, run, same


def f32(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def test_slices_by_literals_sizes_and_strides() -> None:
    text = """
    func.func @f(%x: tensor<?x10xf32>) -> (tensor<?x3xf32>, tensor<3xf32>, tensor<f32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %s = tensor.dim %x, %c0 : tensor<?x10xf32>
      %n = arith.subi %s, %c1 : index
      %a = tensor.extract_slice %x[1, 2] [%n, 3] [1, 3] : tensor<?x10xf32> to tensor<?x3xf32>
      %b = tensor.extract_slice %x[%n, 0] [1, 3] [1, 1] : tensor<?x10xf32> to tensor<3xf32>
      %c = tensor.extract_slice %x[%c1, 4] [1, 1] [1, 1] : tensor<?x10xf32> to tensor<f32>
      return %a, %b, %c : tensor<?x3xf32>, tensor<3xf32>, tensor<f32>
    }"""
    x = f32(4, 10)
    a, b, c = run(text, x)
    assert same(a, x[1:, 2:11:3])
    assert same(b, x[3, :3])
    assert same(c, x[1, 4])


def test_a_slice_outside_is_refused_or_found_when_run() -> None:
    head = "func.func @f(%x: tensor<{}xf32>) -> tensor<3xf32> {{\n"
    line = "%r = tensor.extract_slice %x[2] [3] [1] : tensor<{}xf32> to tensor<3xf32>\nreturn %r : tensor<3xf32>\n}}"
    assert "outside of the size 4" in refusal((head + line).format(4, 4))
    text = (head + line).format("?", "?")
    assert same(result(text, f32(5)), f32(5)[2:])
    with pytest.raises(ValueError, match="outside of the size 4"):
        run(text, f32(4))


def test_slices_put_in() -> None:
    text = """
    func.func @f(%x: tensor<3xf32>, %d: tensor<?x8xf32>, %s: tensor<f32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
      %a = tensor.insert_slice %x into %d[1, 1] [1, 3] [1, 2] : tensor<3xf32> into tensor<?x8xf32>
      %b = tensor.insert_slice %s into %d[0, 7] [1, 1] [1, 1] : tensor<f32> into tensor<?x8xf32>
      return %a, %b : tensor<?x8xf32>, tensor<?x8xf32>
    }"""
    x, d = f32(3) + 100, f32(2, 8)
    a, b = run(text, x, d, np.float32(-1))
    first, second = d.copy(), d.copy()
    first[1, 1:7:2] = x
    second[0, 7] = -1
    assert same(a, first)
    assert same(b, second)


def test_elements_taken_out() -> None:
    text = """
    func.func @f(%x: tensor<?x3xf32>, %i: index, %t: tensor<f32>) -> (f32, f32, f32, f32) {
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %z = arith.constant dense<4.0> : tensor<2xf32>
      %a = tensor.extract %x[%c1, %c2] : tensor<?x3xf32>
      %b = tensor.extract %x[%i, %c2] : tensor<?x3xf32>
      %c = tensor.extract %t[] : tensor<f32>
      %d = tensor.extract %z[%i] : tensor<2xf32>
      return %a, %b, %c, %d : f32, f32, f32, f32
    }"""
    x = f32(4, 3)
    assert [float(v) for v in run(text, x, np.int64(3), np.float32(9))] == [x[1, 2], x[3, 2], 9, 4]
    assert sum(isinstance(op, GatherNd) for op in ops(text)) == 1
    with pytest.raises(ValueError, match="outside"):
        run(text, x, np.int64(4), np.float32(9))


def test_elements_of_a_list_of_sizes_are_sizes() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %s = tensor.dim %x, %c0 : tensor<?xf32>
      %list = tensor.from_elements %c1, %s : tensor<2xindex>
      %n = tensor.extract %list[%c1] : tensor<2xindex>
      %e = tensor.empty(%n) : tensor<?xf32>
      %z = arith.constant 1.0 : f32
      %r = linalg.fill ins(%z : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
      return %r : tensor<?xf32>
    }"""
    assert same(result(text, f32(3)), np.ones(3, np.float32))


def test_elements_put_in() -> None:
    text = """
    func.func @f(%s: f32, %x: tensor<2x?xf32>, %i: index, %t: tensor<f32>)
        -> (tensor<2x?xf32>, tensor<2x?xf32>, tensor<f32>) {
      %c1 = arith.constant 1 : index
      %a = tensor.insert %s into %x[%c1, %c1] : tensor<2x?xf32>
      %b = tensor.insert %s into %x[%c1, %i] : tensor<2x?xf32>
      %c = tensor.insert %s into %t[] : tensor<f32>
      return %a, %b, %c : tensor<2x?xf32>, tensor<2x?xf32>, tensor<f32>
    }"""
    x = f32(2, 4)
    a, b, c = run(text, np.float32(50), x, np.int64(2), np.float32(0))
    first, second = x.copy(), x.copy()
    first[1, 1] = second[1, 2] = 50
    assert same(a, first)
    assert same(b, second)
    assert same(c, np.float32(50))
    assert sum(isinstance(op, InsertSlice) for op in ops(text)) == 1
    assert sum(isinstance(op, Generic) for op in ops(text)) == 1


def test_dropped_dims() -> None:
    assert dropped_dims((1, 4, 1), (4,)) == (0, 2)
    assert dropped_dims((1, 4, 1), (1, 4)) == (2,)
    assert dropped_dims((1, 4, 1), (4, 1)) == (0,)
    assert dropped_dims((1, 1), ()) == (0, 1)
    assert dropped_dims((1, 1, 4), (None, 4)) == (0,)
    assert dropped_dims((2, 3), (2, 3)) == ()
    with pytest.raises(InferError, match="more than dims of size 1"):
        dropped_dims((2, 3), (3,))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%r = tensor.extract_slice %x[0] [%n] [1] : tensor<8xf32> to tensor<?xf32>", "%n is used as a size"),
        ("%r = tensor.extract_slice %x[0] [2] [%n] : tensor<8xf32> to tensor<2xf32>", "%n is used as a size"),
        ("%r = tensor.extract_slice %x[0] [2] [-1] : tensor<8xf32> to tensor<2xf32>", "strides must be constants"),
        (
            "%r = tensor.extract_slice %x[0] [2] [1] : tensor<8xf32> to tensor<3xf32>",
            "slices sizes [2], the result is tensor<3xf32>",
        ),
        ("%r = tensor.extract_slice %x[0] [2] [1] : tensor<8xf32> to tensor<f32>", "more than dims of size 1"),
    ],
)
def test_refusals(line: str, message: str) -> None:
    found = refusal(f"func.func @f(%x: tensor<8xf32>, %n: index) {{\n  {line}\n  return\n}}")
    assert found.startswith("t.mlir:2:8: error: tensor.extract_slice: ")
    assert message in found
