"""linalg.generic: what each body and its maps become, and that it computes what NumPy does."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from tensorir.dialects import linalg
from tensorir.interp.interpreter import interpret
from tensorir.ir.scalar import apply, arg, cast
from tensorir.mlir import parse
from tests.support.generic_text import generic, only_op, op_names
from tests.support.linalg_generics import GENERICS
from tests.support.linalg_programs import Case, Oracle, called

_G, _C, _R, _F = "linalg.generic", "linalg.contract", "linalg.reduce", "linalg.fold"

EXPECTED: Mapping[str, tuple[list[str], Oracle]] = {
    "transposed": ([_G], lambda a: a.T),
    "result_permuted": ([_G], lambda a: a.T),
    "unit_dims": ([_G], lambda a, b: a - b),
    "unit_result": ([_R, "linalg.broadcast"], lambda a: a.sum(1, keepdims=True)),
    "unit_result_init": ([_G, _R, _G, "linalg.broadcast"], lambda a, x: a.sum(1, keepdims=True) + x),
    "all_units": (["linalg.fill", _R, _G, "linalg.broadcast"], lambda a: a.sum(keepdims=True) + 2),
    "outs_read": ([_G], lambda a, x: a - x),
    "two_results": ([_G, _G], lambda a, b: (a + b, ((a + b) * a).T)),
    "index": ([_G], lambda: 10 * np.arange(3)[:, None] + np.arange(4)),
    "iota_affine": ([_G], lambda: 3 * np.arange(4) + 1),
    "captured": ([_G], lambda a, c: a * c + np.float32(1.5)),
    "embedding": ([_G, "tensor.gather"], lambda a, t: t[a & 7]),
    "gather_elements": ([_G, _G, "tensor.gather_nd", _G], lambda a, t: 2 * t[a & 7][:, ::-1]),
    "reversed": ([_G], lambda t: t[::-1]),
    "gather_summed": ([_G, "tensor.gather", _R], lambda a, t: t[a & 7].sum(1)),
    "sum": ([_R], lambda a: a.sum((0, 2))),
    "sum_init": (["linalg.fill", _R, _G], lambda a: a.sum((0, 2)) + 1),
    "sum_moved": ([_G, _R], lambda a: a.sum(1).T),
    "sum_repeated": ([_G], lambda a, x: a + x),
    "sum_broadcast": ([_G, _R], lambda a, b: a * 3),
    "sum_of_squares": ([_G, _R], lambda a: (a * a).sum(1)),
    "sum_negative": ([_G, _R], lambda a: -a.sum(1)),
    "max": ([_R], lambda a: a.max(1)),
    "max_finite": (["linalg.fill", _R, _G], lambda a: np.maximum(a.max(1), -1)),
    "maxnum": ([_R], lambda a: a.max(1)),
    "maxnum_below": (["linalg.fill", _R, _G], lambda a: a.max(1)),
    "min_unsigned": ([_G, _R, _G], lambda a: a.view(np.uint8).min(1).view(np.int8)),
    "product": ([_R], lambda a: a.prod(0, dtype=np.int32)),
    "any": ([_R], lambda a: a.any(0)),
    "all_bits": ([_R], lambda a: np.bitwise_and.reduce(a, 0)),
    "parity": ([_R], lambda a: np.bitwise_xor.reduce(a, 0)),
    "windows_summed": ([_G, _R], lambda a, w: np.array([a[2 * i : 2 * i + 5 : 2].sum() for i in range(4)])),
    "argmax": (["linalg.fill", "linalg.fill", _F], lambda a: (a.max(1), a.argmax(1))),
    "online_softmax": (
        ["linalg.fill", "linalg.fill", _R, _F],
        lambda a: (a.max(1), np.exp(a - a.max(1, keepdims=True)).sum(1)),
    ),
    "weighted_by_index": ([_G, _R], lambda a: a @ np.arange(4, dtype=np.float32)),
    "matmul": ([_C], lambda a, b: a @ b),
    "matmul_fma": ([_C], lambda a, b, x: a @ b + x),
    "matmul_mixed": ([_C], lambda a, b: a.astype(np.float32) @ b.astype(np.float32)),
    "matmul_narrow_product": ([_G, _R], lambda a, b: (a[:, :, None] * b).astype(np.int32).sum(1)),
    "matmul_dequantized": ([_G, _C], lambda a, b, s, z: a @ ((b.astype(np.int32) - z) * s).astype(np.float32)),
    "matmul_mixed_sign": ([_G, _C], lambda a, b: a.view(np.uint8).astype(np.int32) @ b.astype(np.int32)),
    "matmul_tiles_kn": (["linalg.mmt4d"], lambda a, b: np.einsum("mkac,nkcb->mnab", a, b)),
    "batch_tiles_kn": (
        ["linalg.batch_mmt4d"],
        lambda a, b, x: np.einsum("xmkac,xnkcb->xmnab", a.astype(np.int32), b.astype(np.int32)) + x,
    ),
    "gelu": ([_G], lambda a: a * 0.5 * (1 + np.vectorize(math.erf)(a * 0.5**0.5))),
    "attention_scores": ([_C], lambda a, b: np.einsum("bmk,bnk->bmn", a, b)),
    "division_unsigned": ([_G], lambda a, b: (a.view(np.uint8) // (b | 1).view(np.uint8)).view(np.int8)),
}
"""Case → ops that it becomes, results."""


@pytest.mark.parametrize("case", GENERICS, ids=lambda c: c.name)
def test_ops_and_results(case: Case) -> None:
    ops, oracle = EXPECTED[case.name]
    assert op_names(case) == ops
    args = case.arrays()
    expected = called(oracle, args)
    results = interpret(parse(case.text), "main", args)
    for result, wanted in zip(results, expected, strict=True):
        assert result.shape == np.shape(wanted)
        if result.dtype.kind == "f":
            np.testing.assert_allclose(result, wanted, rtol=2e-5, atol=1e-5)
        else:
            np.testing.assert_array_equal(result, wanted)


def test_every_case_has_its_oracle() -> None:
    assert {c.name for c in GENERICS} == set(EXPECTED)


# -- structure


def _case(name: str) -> Case:
    return next(c for c in GENERICS if c.name == name)


def test_a_zero_fill_is_no_init() -> None:
    assert only_op(_case("matmul"), linalg.Contract).init == ()
    assert len(only_op(_case("matmul_fma"), linalg.Contract).init) == 1


def test_minus_zero_is_kept() -> None:
    case = generic(
        "minus_zero",
        ["3x5xf32", "5x4xf32"],
        ["3x4xf32"],
        ["d0, d2", "d2, d1", "d0, d1"],
        "ppr",
        "%p = arith.mulf %i0, %i1 : f32; %s = arith.addf %p, %o0 : f32; linalg.yield %s : f32",
        inits=["-0"],
    )
    assert len(only_op(case, linalg.Contract).init) == 1


@pytest.mark.parametrize("name, smallest", [("maxnum", np.nan), ("maxnum_below", -np.inf)])
def test_where_nothing_is_a_number_the_init_is_the_result(name: str, smallest: float) -> None:
    rows = np.array([[np.nan] * 4, [1, np.nan, -3, np.nan], [-7] * 4], np.float32)
    (found,) = interpret(parse(_case(name).text), "main", (rows,))
    np.testing.assert_array_equal(found, np.array([smallest, 1, -7], np.float32))


def test_erf_gelu_is_one_function() -> None:
    body = only_op(_case("gelu"), linalg.Generic).body
    assert body.result is apply("gelu", arg(0, body.args[0]))


def test_unsigned_operands_are_converted_before() -> None:
    body = only_op(_case("matmul_mixed_sign"), linalg.Generic).body
    assert body.result is cast(arg(0, body.args[0]), body.result.dtype)
    assert body.result.dtype.name == "u8"


def test_written_inputs_stay_even_if_unread() -> None:
    case = generic("unread", ["4xf32", "4xf32"], ["4xf32"], ["d0", "d0", "d0"], "p", "linalg.yield %i0 : f32")
    assert len(only_op(case, linalg.Generic).inputs) == 2


def test_shape_is_stated_only_where_inputs_leave_it_open() -> None:
    assert only_op(_case("transposed"), linalg.Generic).shape == ()
    assert only_op(_case("index"), linalg.Generic).shape == (3, 4)


def test_dead_results_leave_nothing() -> None:
    text = _case("argmax").text.replace("return %r#0, %r#1 :", "return %r#0, %f1 :")
    names = [op.NAME for op in parse(text).functions[0].body.walk()]
    assert names == ["linalg.fill", "linalg.fill", "linalg.fold"]  # the maximum is a select, so still a fold
    online = _case("online_softmax").text.replace("return %r#0, %r#1 :", "return %r#0, %f1 :")
    assert "linalg.fold" not in [op.NAME for op in parse(online).functions[0].body.walk()]


@pytest.mark.parametrize("number", ["0.0", "-0.0", "nan"])
def test_nan_and_zero_in_maxima(number: str) -> None:
    case = _case("max")
    args = case.arrays()
    args[0][0, 1] = float(number)
    (result,) = interpret(parse(case.text), "main", args)
    np.testing.assert_array_equal(result, args[0].max(1))


# -- sizes


def test_sizes_that_maps_equate_become_one_symbol() -> None:
    case = generic(
        "dynamic",
        ["?x?xf32", "?xf32"],
        ["?x?xf32"],
        ["d0, d1", "d1", "d0, d1"],
        "pp",
        "%s = arith.addf %i0, %i1 : f32; linalg.yield %s : f32",
        inits=[None],
        sizes=(3, 4, 4, 3, 4),
    )
    body = parse(case.text).functions[0].body
    a, b, _ = body.args
    assert a.type.shape[1] == b.type.shape[0]
    assert [op.NAME for op in body.ops] == ["linalg.generic"]
    args = case.arrays()
    np.testing.assert_array_equal(interpret(parse(case.text), "main", args)[0], args[0] + args[1])


def test_static_sizes_win() -> None:
    case = generic(
        "half_static",
        ["?xf32", "4xf32"],
        ["?xf32"],
        ["d0", "d0", "d0"],
        "p",
        "%s = arith.addf %i0, %i1 : f32; linalg.yield %s : f32",
        inits=[None],
    )
    assert [v.type.shape for v in parse(case.text).functions[0].body.args] == [(4,), (4,), (4,)]


def test_sizes_of_the_result_alone() -> None:
    case = generic(
        "only_outs",
        ["4xf32"],
        ["?x4xf32"],
        ["d1", "d0, d1"],
        "pp",
        "linalg.yield %i0 : f32",
        inits=[None],
        sizes=(3,),
    )
    args = case.arrays()
    np.testing.assert_array_equal(interpret(parse(case.text), "main", args)[0], np.broadcast_to(args[0], (3, 4)))


def test_window_over_a_dynamic_image() -> None:
    case = generic(
        "dynamic_window",
        ["?xf32", "3xf32"],
        ["?xf32"],
        ["d0 + d1", "d1", "d0"],
        "pr",
        "%s = arith.addf %o0, %i0 : f32; linalg.yield %s : f32",
        inits=[None],
        sizes=(7, 5),
    )
    a, _, x = case.arrays()
    (result,) = interpret(parse(case.text), "main", (a, np.zeros(3, np.float32), x))
    np.testing.assert_allclose(result, [a[i : i + 3].sum() + x[i] for i in range(5)], rtol=1e-5)


# -- regions of other ops


def test_map_and_reduce_take_any_body() -> None:
    text = """
func.func @main(%a: tensor<3x4xf32>, %b: tensor<3x4xf32>, %x: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<3x4xf32>
  %m = linalg.map ins(%a, %b : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>)
    (%p: f32, %q: f32, %o: f32) {
      %s = arith.subf %p, %q : f32
      linalg.yield %s : f32
    }
  %r = linalg.reduce ins(%m : tensor<3x4xf32>) outs(%x : tensor<4xf32>) dimensions = [0]
    (%p: f32, %o: f32) {
      %s = arith.maximumf %p, %o : f32
      linalg.yield %s : f32
    }
  return %m, %r : tensor<3x4xf32>, tensor<4xf32>
}
"""
    rng = np.random.default_rng(0)
    a, b, x = (rng.normal(size=s).astype(np.float32) for s in ((3, 4), (3, 4), (4,)))
    mapped, reduced = interpret(parse(text), "main", (a, b, x))
    np.testing.assert_array_equal(mapped, a - b)
    np.testing.assert_array_equal(reduced, np.maximum((a - b).max(0), x))


def test_reduce_of_several_inputs() -> None:
    text = """
func.func @main(%a: tensor<3x4xf32>, %b: tensor<3x4xi32>) -> (tensor<3xf32>, tensor<3xi32>) {
  %zf = arith.constant dense<0.0> : tensor<3xf32>
  %zi = arith.constant dense<1> : tensor<3xi32>
  %r:2 = linalg.reduce ins(%a, %b : tensor<3x4xf32>, tensor<3x4xi32>) outs(%zf, %zi : tensor<3xf32>, tensor<3xi32>)
    dimensions = [1]
    (%p: f32, %q: i32, %o: f32, %u: i32) {
      %s = arith.addf %p, %o : f32
      %t = arith.addi %q, %u : i32
      linalg.yield %s, %t : f32, i32
    }
  return %r#0, %r#1 : tensor<3xf32>, tensor<3xi32>
}
"""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 4)).astype(np.float32), rng.integers(-9, 9, (3, 4)).astype(np.int32)
    sums, counts = interpret(parse(text), "main", (a, b))
    np.testing.assert_allclose(sums, a.sum(1), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(counts, b.sum(1) + 1)
