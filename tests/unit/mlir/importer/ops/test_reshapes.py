"""tensor: expand_shape, collapse_shape, reshape."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.mlir_programs import argument_types, result, run, same


def f32(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@pytest.mark.parametrize("shape", [(12,), (3, 4)])
def test_expand_and_collapse(shape: tuple[int, ...]) -> None:
    text = """
    func.func @f(%x: tensor<12xf32>) -> (tensor<3x4xf32>, tensor<12xf32>) {
      %a = tensor.expand_shape %x [[0, 1]] output_shape [3, 4] : tensor<12xf32> into tensor<3x4xf32>
      %b = tensor.collapse_shape %a [[0, 1]] : tensor<3x4xf32> into tensor<12xf32>
      return %a, %b : tensor<3x4xf32>, tensor<12xf32>
    }"""
    found = {a.shape: a for a in run(text, f32(12))}
    assert same(found[shape], f32(*shape))


def test_expand_and_collapse_of_scalars() -> None:
    text = """
    func.func @f(%x: tensor<1x1xf32>, %y: tensor<f32>) -> (tensor<f32>, tensor<1x1x1xf32>) {
      %a = tensor.collapse_shape %x [] : tensor<1x1xf32> into tensor<f32>
      %b = tensor.expand_shape %y [] output_shape [1, 1, 1] : tensor<f32> into tensor<1x1x1xf32>
      return %a, %b : tensor<f32>, tensor<1x1x1xf32>
    }"""
    a, b = run(text, np.full((1, 1), 3, np.float32), np.float32(4))
    assert same(a, np.float32(3))
    assert same(b, np.full((1, 1, 1), 4, np.float32))


def test_expand_by_a_quotient_is_checked_when_run() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> tensor<?x4xf32> {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %s = tensor.dim %x, %c0 : tensor<?xf32>
      %d = arith.divsi %s, %c4 : index
      %r = tensor.expand_shape %x [[0, 1]] output_shape [%d, 4] : tensor<?xf32> into tensor<?x4xf32>
      return %r : tensor<?x4xf32>
    }"""
    assert same(result(text, f32(12)), f32(3, 4))
    with pytest.raises(ValueError, match="cast"):
        run(text, f32(13))


def test_expand_with_a_size_that_the_argument_must_be_a_multiple_of() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?x4xf32> {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %y, %c0 : tensor<?xf32>
      %r = tensor.expand_shape %x [[0, 1]] output_shape [%d, 4] : tensor<?xf32> into tensor<?x4xf32>
      return %r : tensor<?x4xf32>
    }"""
    assert argument_types(text) == ["tensor<[4*y_0]xf32>", "tensor<[y_0]xf32>"]
    assert same(result(text, f32(12), f32(3)), f32(3, 4))


def test_reshape_takes_its_shape_from_sizes_and_literals() -> None:
    text = """
    func.func @f(%x: tensor<?x6xf32>) -> (tensor<?x2xf32>, tensor<3x?xf32>, tensor<2xf32>) {
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c3 = arith.constant 3 : index
      %s = tensor.dim %x, %c0 : tensor<?x6xf32>
      %d = arith.muli %s, %c3 : index
      %shape = tensor.from_elements %d, %c2 : tensor<2xindex>
      %a = tensor.reshape %x(%shape) : (tensor<?x6xf32>, tensor<2xindex>) -> tensor<?x2xf32>
      %other = arith.constant dense<[3, 2]> : tensor<2xi32>
      %small = tensor.extract_slice %x[0, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<1x6xf32>
      %b = tensor.reshape %small(%other) : (tensor<1x6xf32>, tensor<2xi32>) -> tensor<3x?xf32>
      %one = tensor.from_elements %c2 : tensor<1xindex>
      %c = tensor.extract_slice %b[0, 0] [1, 2] [1, 1] : tensor<3x?xf32> to tensor<1x2xf32>
      %e = tensor.reshape %c(%one) : (tensor<1x2xf32>, tensor<1xindex>) -> tensor<2xf32>
      return %a, %b, %e : tensor<?x2xf32>, tensor<3x?xf32>, tensor<2xf32>
    }"""
    a, b, c = run(text, f32(4, 6))
    assert same(a, f32(12, 2))
    assert same(b, f32(3, 2))
    assert same(c, f32(2))
