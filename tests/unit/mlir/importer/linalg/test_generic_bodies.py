"""linalg.generic whose bodies read sizes or elements at computed positions, or give several results."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects import tensor
from tensorir.interp.interpreter import interpret
from tensorir.mlir import parse
from tests.support.generic_text import generic, only_op, op_names

_MEAN = """
func.func @main(%x: tensor<?x4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
    iterator_types = ["reduction", "parallel"]} ins(%x : tensor<?x4xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = arith.addf %o, %a : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(j) -> (j)>, affine_map<(j) -> (j)>],
    iterator_types = ["parallel"]} ins(%s : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    SIZE
    %i = arith.index_cast %m : index to i64
    %g = arith.sitofp %i : i64 to f32
    %t = arith.divf %a, %g : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}
"""


@pytest.mark.parametrize("size", ["%m = arith.addi %n, %c0 : index", "%m = tensor.dim %x, %c0 : tensor<?x4xf32>"])
def test_a_body_may_read_a_size(size: str) -> None:
    module = parse(_MEAN.replace("SIZE", size))
    for rows in (1, 5):
        x = np.random.default_rng(0).normal(size=(rows, 4)).astype(np.float32)
        np.testing.assert_allclose(interpret(module, "main", (x,))[0], x.mean(0), rtol=1e-5)


def test_extracts_may_follow_each_other() -> None:
    case = generic(
        "twice",
        ["5xi32"],
        ["5x3xf32"],
        ["d0", "d0, d1"],
        "pp",
        "%m = arith.andi %i0, %k : i32; %i = arith.index_cast %m : i32 to index;"
        "%p = tensor.extract %c0[%i] : tensor<8xi32>;"
        "%q = arith.andi %p, %k : i32; %n = arith.index_cast %q : i32 to index; %j = linalg.index 1 : index;"
        "%e = tensor.extract %c1[%n, %j] : tensor<8x3xf32>; linalg.yield %e : f32",
        captured=["8xi32", "8x3xf32"],
        before="%k = arith.constant 7 : i32",
    )
    a, t, u = case.arrays()
    np.testing.assert_array_equal(interpret(parse(case.text), "main", (a, t, u))[0], u[t[a & 7] & 7])
    assert op_names(case).count("tensor.gather") == 2


def test_a_position_of_few_dims_is_gathered_once_for_them() -> None:
    case = generic(
        "rows",
        ["2xi64"],
        ["2x5x3xf32"],
        ["d0", "d0, d1, d2"],
        "ppp",
        "%i = arith.index_cast %i0 : i64 to index; %j = linalg.index 2 : index;"
        "%e = tensor.extract %c0[%i, %j] : tensor<8x3xf32>; linalg.yield %e : f32",
        captured=["8x3xf32"],
    )
    gather = only_op(case, tensor.Gather)
    assert gather.result.type.shape == (2, 3)
    table = case.arrays()[1]
    (result,) = interpret(parse(case.text), "main", (np.array([7, 1]), table))
    np.testing.assert_array_equal(result, np.broadcast_to(table[[7, 1]][:, None], (2, 5, 3)))


def test_ops_with_two_results() -> None:
    body = (
        "%s, %c = arith.addui_extended %i0, %i1 : i32, i1; %l, %h = arith.mulsi_extended %i0, %i1 : i32;"
        "%m, %g = arith.mului_extended %i0, %i1 : i32; linalg.yield %s, %c, %l, %h, %g : i32, i1, i32, i32, i32"
    )
    outs = ["5xi32", "5xi1", "5xi32", "5xi32", "5xi32"]
    case = generic("pairs", ["5xi32", "5xi32"], outs, ["d0"] * 7, "p", body)
    a = np.array([-1, 2**31 - 1, -(2**31), 7, 123456789], np.int32)
    b = np.array([-1, -(2**31), -(2**31), -3, 987654321], np.int32)
    total, carry, low, high, high_unsigned = interpret(parse(case.text), "main", (a, b))
    signed = a.astype(np.int64) * b
    plain = a.view(np.uint32).astype(np.uint64) * b.view(np.uint32)
    np.testing.assert_array_equal(total, (a.astype(np.int64) + b).astype(np.int32))
    np.testing.assert_array_equal(carry, a.view(np.uint32).astype(np.int64) + b.view(np.uint32) >= 1 << 32)
    np.testing.assert_array_equal(low, signed.astype(np.int32))
    np.testing.assert_array_equal(high, (signed >> 32).astype(np.int32))
    np.testing.assert_array_equal(high_unsigned, (plain >> np.uint64(32)).astype(np.uint32).view(np.int32))


def test_sincos() -> None:
    body = "%s, %c = math.sincos %i0 : f32; linalg.yield %s, %c : f32, f32"
    case = generic("sincos", ["5xf32"], ["5xf32", "5xf32"], ["d0"] * 3, "p", body)
    (x,) = case.arrays()
    for result, expected in zip(interpret(parse(case.text), "main", (x,)), (np.sin(x), np.cos(x)), strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_two_results_outside_of_a_body() -> None:
    text = """
func.func @main(%a: tensor<3xi8>, %b: tensor<3xi8>) -> (tensor<3xi8>, tensor<3xi1>) {
  %d, %c = arith.subui_extended %a, %b : tensor<3xi8>, tensor<3xi1>
  return %d, %c : tensor<3xi8>, tensor<3xi1>
}
"""
    a, b = np.array([1, -1, 5], np.int8), np.array([2, 3, 5], np.int8)
    difference, borrow = interpret(parse(text), "main", (a, b))
    np.testing.assert_array_equal(difference, a - b)
    np.testing.assert_array_equal(borrow, [True, False, False])


def test_a_tensor_times_its_transpose_is_a_contraction() -> None:
    body = "%p = arith.mulf %i0, %i1 : f32; %s = arith.addf %o0, %p : f32; linalg.yield %s : f32"
    maps = ["d0, d2", "d1, d2", "d0, d1"]
    case = generic("gram", ["3x5xf32", "3x5xf32"], ["3x3xf32"], maps, "ppr", body)
    text = case.text.replace("ins(%a0, %a1 :", "ins(%a0, %a0 :")
    assert [op.NAME for op in parse(text).functions[0].body.walk()] == ["linalg.contract"]
    a, b = case.arrays()
    np.testing.assert_allclose(interpret(parse(text), "main", (a, b))[0], a @ a.T, rtol=1e-5, atol=1e-5)
