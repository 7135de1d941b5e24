"""tensor ops: made, measured, reshaped, joined; what they say about sizes."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.linalg import Fill
from tensorir.dialects.tensor import Cast, Concat, Constant
from tests.support.mlir_programs import argument_types, ops, refusal, result, run, same


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


def test_concat_says_that_the_other_sizes_are_equal() -> None:
    text = """
    func.func @f(%x: tensor<?x2xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %r = tensor.concat dim(0) %x, %y : (tensor<?x2xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
      return %r : tensor<?x?xf32>
    }"""
    assert argument_types(text) == ["tensor<[x_0]x2xf32>", "tensor<[y_0]x2xf32>"]
    assert same(result(text, f32(1, 2), f32(3, 2)), np.concatenate([f32(1, 2), f32(3, 2)]))


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
        ("%r = tensor.empty(%n) : tensor<?xf32>", "tensor.empty: %n is used as a size, but is not an expression"),
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
            "tensor.reshape: its shape is not an expression of sizes",
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


def test_a_tensor_of_unknown_rank_is_what_it_was() -> None:
    text = """
    func.func @f(%a: tensor<?x3xf32>) -> (tensor<4x3xf32>, index, index) {
      %u = tensor.cast %a : tensor<?x3xf32> to tensor<*xf32>
      %v = tensor.cast %u : tensor<*xf32> to tensor<*xf32>
      %c0 = arith.constant 0 : index
      %n = tensor.dim %v, %c0 : tensor<*xf32>
      %k = tensor.rank %u : tensor<*xf32>
      %r = tensor.cast %v : tensor<*xf32> to tensor<4x3xf32>
      return %r, %n, %k : tensor<4x3xf32>, index, index
    }"""
    assert argument_types(text) == ["tensor<4x3xf32>"]
    r, n, k = run(text, f32(4, 3))
    assert same(r, f32(4, 3))
    assert (int(n), int(k)) == (4, 2)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "%r = tensor.cast %u : tensor<*xf32> to tensor<5x3xf32>",
            "4:1: error: tensor.cast: the sizes 4 and 5 must be equal",
        ),
        (
            "%r = tensor.cast %u : tensor<*xf32> to tensor<4xf32>",
            "4:1: error: tensor.cast: the result is tensor<4x3xf32>",
        ),
        (
            "%r = tensor.cast %u : tensor<*xf32> to tensor<4x3xf64>",
            "4:1: error: tensor.cast: a cast of tensor<*xf32> to",
        ),
        (
            "%r = tensor.cast %a : tensor<4x3xf32> to tensor<*xi32>",
            "4:1: error: tensor.cast: a cast of tensor<4x3xf32> to",
        ),
        (
            "%r = arith.addf %u, %u : tensor<*xf32>",
            "4:1: error: arith.addf: tensor<*xf32>: tensors of unknown rank are not",
        ),
    ],
)
def test_casts_of_unknown_rank_that_are_refused(lines: str, message: str) -> None:
    text = f"""
func.func @f(%a: tensor<4x3xf32>) {{
%u = tensor.cast %a : tensor<4x3xf32> to tensor<*xf32>
{lines}
return
}}"""
    assert refusal(text).startswith(f"t.mlir:{message}".replace(":1:", ":6:", 1))


def test_an_argument_of_unknown_rank_is_refused() -> None:
    text = "func.func @f(%a: tensor<*xf32>) { return }"
    assert "@f: tensor<*xf32>: tensors of unknown rank are not supported" in refusal(text)
