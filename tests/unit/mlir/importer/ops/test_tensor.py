"""tensor ops: made, measured, reshaped, joined; what they say about sizes."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.linalg import Fill
from tensorir.dialects.tensor import Cast, Concat, Constant, InsertSlice, Pad
from tests.support.mlir_programs import argument_types, function, ops, refusal, result, run, same


def f32(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def test_dim_of_a_static_and_of_a_dynamic_size() -> None:
    text = """
    func.func @f(%x: tensor<?x3xf32>) -> (index, index, index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %a = tensor.dim %x, %c0 : tensor<?x3xf32>
      %b = tensor.dim %x, %c1 : tensor<?x3xf32>
      %c = tensor.rank %x : tensor<?x3xf32>
      return %a, %b, %c : index, index, index
    }"""
    assert [int(a) for a in run(text, f32(5, 3))] == [5, 3, 2]


def test_empty_takes_its_sizes_from_expressions() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> tensor<?x2xf32> {
      %c0 = arith.constant 0 : index
      %c3 = arith.constant 3 : index
      %s = tensor.dim %x, %c0 : tensor<?xf32>
      %d = arith.muli %s, %c3 : index
      %e = tensor.empty(%d) : tensor<?x2xf32>
      %z = arith.constant 1.5 : f32
      %r = linalg.fill ins(%z : f32) outs(%e : tensor<?x2xf32>) -> tensor<?x2xf32>
      return %r : tensor<?x2xf32>
    }"""
    assert same(result(text, f32(4)), np.full((12, 2), 1.5, np.float32))


def test_a_cast_to_a_static_size_names_the_argument_s_size() -> None:
    text = """
    func.func @f(%x: tensor<?x?xf32>, %y: tensor<4x?xf32>) -> tensor<?x?xf32> {
      %a = tensor.cast %x : tensor<?x?xf32> to tensor<?x8xf32>
      %b = tensor.cast %y : tensor<4x?xf32> to tensor<?x?xf32>
      %r = arith.addf %a, %c : tensor<?x8xf32>
      return %b : tensor<?x?xf32>
    }""".replace("%r = arith.addf %a, %c", "%r = arith.addf %a, %a")
    assert argument_types(text) == ["tensor<[x_0]x8xf32>", "tensor<4x[y_1]xf32>"]


def test_elementwise_operands_have_equal_sizes() -> None:
    text = """
    func.func @f(%x: tensor<?x?xf32>, %y: tensor<?x8xf32>, %z: tensor<4x?xf32>) -> tensor<?x?xf32> {
      %b = tensor.cast %y : tensor<?x8xf32> to tensor<?x?xf32>
      %c = tensor.cast %z : tensor<4x?xf32> to tensor<?x?xf32>
      %s = arith.addf %x, %b : tensor<?x?xf32>
      %r = arith.addf %s, %c : tensor<?x?xf32>
      return %r : tensor<?x?xf32>
    }"""
    assert argument_types(text) == ["tensor<4x8xf32>"] * 3
    assert not [op for op in ops(text) if isinstance(op, Cast)]


def test_sizes_that_can_t_be_solved_are_checked_when_run() -> None:
    text = """
    func.func @f(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?xf32> {
      %a = tensor.collapse_shape %x [[0, 1]] : tensor<?x?xf32> into tensor<?xf32>
      %b = tensor.collapse_shape %y [[0, 1]] : tensor<?x?xf32> into tensor<?xf32>
      %r = arith.addf %a, %b : tensor<?xf32>
      return %r : tensor<?xf32>
    }"""
    assert same(result(text, f32(2, 6), f32(3, 4)), f32(12) * 2)
    with pytest.raises(ValueError, match=r"tensor\.cast"):
        run(text, f32(2, 6), f32(3, 5))


def test_splat_of_a_literal_and_of_a_value() -> None:
    text = """
    func.func @f(%s: f32) -> (tensor<2x3xf32>, tensor<2xf32>) {
      %c = arith.constant 2.5 : f32
      %a = tensor.splat %c : tensor<2x3xf32>
      %b = tensor.splat %s : tensor<2xf32>
      return %a, %b : tensor<2x3xf32>, tensor<2xf32>
    }"""
    a, b = run(text, np.float32(7))
    assert same(a, np.full((2, 3), 2.5, np.float32))
    assert same(b, np.full(2, 7, np.float32))
    assert any(isinstance(op, Fill) for op in ops(text))


def test_from_elements() -> None:
    text = """
    func.func @f(%s: i32) -> (tensor<2x2xi32>, tensor<3xi32>, tensor<i32>) {
      %c1 = arith.constant 1 : i32
      %c2 = arith.constant 2 : i32
      %a = tensor.from_elements %c1, %s, %c2, %s : tensor<2x2xi32>
      %b = tensor.from_elements %c1, %c2, %c1 : tensor<3xi32>
      %c = tensor.from_elements %s : tensor<i32>
      return %a, %b, %c : tensor<2x2xi32>, tensor<3xi32>, tensor<i32>
    }"""
    a, b, c = run(text, np.int32(9))
    assert same(a, np.asarray([[1, 9], [2, 9]], np.int32))
    assert same(b, np.asarray([1, 2, 1], np.int32))
    assert same(c, np.int32(9))
    assert sum(isinstance(op, Constant) for op in ops(text)) == 3  # %b, and the two literals of %a
    assert sum(isinstance(op, Concat) for op in ops(text)) == 1


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


def test_padding_that_depends_on_its_place_is_refused() -> None:
    text = """
    func.func @f(%x: tensor<2xindex>) -> tensor<3xindex> {
      %r = tensor.pad %x low[0] high[1] {
      ^bb0(%i: index):
        tensor.yield %i : index
      } : tensor<2xindex> to tensor<3xindex>
      return %r : tensor<3xindex>
    }"""
    assert refusal(text) == ("t.mlir:3:12: error: tensor.pad: padding that depends on its place is not supported")


def test_concat_says_that_the_other_sizes_are_equal() -> None:
    text = """
    func.func @f(%x: tensor<?x2xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %r = tensor.concat dim(0) %x, %y : (tensor<?x2xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
      return %r : tensor<?x?xf32>
    }"""
    assert argument_types(text) == ["tensor<[x_0]x2xf32>", "tensor<[y_0]x2xf32>"]
    assert same(result(text, f32(1, 2), f32(3, 2)), np.concatenate([f32(1, 2), f32(3, 2)]))


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


def test_bitcast_reads_unsigned_tensors() -> None:
    text = """
    func.func @f(%x: tensor<3xui8>, %y: tensor<3xf32>) -> (tensor<3xi8>, tensor<3xi32>) {
      %a = tensor.bitcast %x : tensor<3xui8> to tensor<3xi8>
      %b = tensor.bitcast %y : tensor<3xf32> to tensor<3xi32>
      return %a, %b : tensor<3xi8>, tensor<3xi32>
    }"""
    a, b = run(text, np.asarray([0, 127, 255], np.uint8), f32(3))
    assert same(a, np.asarray([0, 127, -1], np.int8))
    assert same(b, f32(3).view(np.int32))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%r = tensor.dim %x, %n : tensor<2x3xf32>", "tensor.dim: the number of the dim must be a constant"),
        ("%r = tensor.empty(%n) : tensor<?xf32>", "tensor.empty: %n is used as a size, and is no expression"),
        ('%r = "tensor.empty"() : () -> tensor<?xf32>', "tensor.empty: 1 sizes are missing"),
        ("%r = tensor.dim %x, %c5 : tensor<2x3xf32>", "tensor.dim: dim 5 is outside of rank 2"),
        ("%r = tensor.cast %x : tensor<2x3xf32> to tensor<3x2xf32>", "tensor.cast: the sizes 2 and 3 must be equal"),
        (
            "%r = tensor.cast %x {tensorir_shape = [2, 3]} : tensor<2x3xf32> to tensor<2x3xf32>",
            "tensor.cast: tensorir_shape must be a list of sizes as strings",
        ),
        (
            '%r = tensor.cast %x {tensorir_shape = ["2 +"]} : tensor<2x3xf32> to tensor<2x3xf32>',
            "tensor.cast: tensorir_shape: expected",
        ),
        (
            "%r = tensor.reshape %x(%s) : (tensor<2x3xf32>, tensor<2xindex>) -> tensor<?x?xf32>",
            "tensor.reshape: its shape is no expression of sizes",
        ),
        (
            "%r = tensor.expand_shape %x [[0, 1], [2]] output_shape [2, 2, 3] : tensor<2x3xf32> into tensor<2x2x3xf32>",
            "tensor.expand_shape: the sizes 2 and 4 must be equal",
        ),
        (
            "%r = tensor.concat dim(1) %x, %y : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x6xf32>",
            "tensor.concat: the sizes 3 and 2 must be equal",
        ),
    ],
)
def test_refusals(line: str, message: str) -> None:
    text = f"""func.func @f(%x: tensor<2x3xf32>, %y: tensor<3x3xf32>, %n: index, %s: tensor<2xindex>) {{
  %c5 = arith.constant 5 : index
  {line}
  return
}}"""
    found = refusal(text)
    assert found.startswith("t.mlir:3:")
    assert message in found
