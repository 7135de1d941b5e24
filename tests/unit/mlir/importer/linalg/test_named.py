"""Named ops of linalg against NumPy, and which ops of the core they become."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects import linalg, packing
from tensorir.interp.interpreter import interpret
from tensorir.ir.isomorphism import isomorphic
from tensorir.mlir import parse
from tests.support.linalg_named import NAMED, Named
from tests.support.linalg_programs import called


@pytest.mark.parametrize("named", NAMED, ids=lambda n: n.name)
def test_results(named: Named) -> None:
    args = named.case.arrays()
    (result,) = interpret(parse(named.case.text), "main", args)
    with np.errstate(all="ignore"):
        (expected,) = called(named.oracle, args)
    assert result.shape == np.shape(expected)
    if result.dtype.kind == "f":
        np.testing.assert_allclose(result, expected, rtol=2e-5, atol=2e-5)
    else:
        np.testing.assert_array_equal(result, expected)


def _ops(named: Named) -> list[str]:
    return [op.NAME for op in parse(named.case.text).functions[0].body.walk()]


@pytest.mark.parametrize("named", NAMED, ids=lambda n: n.name)
def test_ops(named: Named) -> None:
    name, ops = named.name, _ops(named)
    assert "linalg.fold" not in ops
    if name.startswith("elementwise"):
        assert ops == ["linalg.generic"]
    elif "mmt4d" in name:
        assert ops == [f"linalg.{'batch_' if name.startswith('batch') else ''}mmt4d"]
    elif name.startswith("pooling"):
        assert "linalg.reduce" in ops
    elif "conv" in name or "mat" in name:
        assert ops.count("linalg.contract") == 1
        assert "linalg.reduce" not in ops


def test_every_name_is_registered_once() -> None:
    names = [n.name for n in NAMED]
    assert len(set(names)) == len(names) >= 100


def test_a_window_is_read_once_and_summed_as_a_contraction() -> None:
    named = next(n for n in NAMED if n.name == "conv_2d_nhwc_hwcf")
    assert _ops(named) == ["linalg.generic", "linalg.contract"]
    read, total = parse(named.case.text).functions[0].body.ops
    assert isinstance(read, linalg.Generic)
    assert isinstance(total, linalg.Contract)
    assert read.shape == (2, 4, 6, 3, 2, 3)
    assert total.maps[1].is_projected_permutation


def test_zero_points_that_are_0_vanish() -> None:
    text = """
func.func @main(%a: tensor<5x7xi8>, %b: tensor<7x4xi8>, %c: tensor<5x4xi32>) -> tensor<5x4xi32> {
  %z = arith.constant 0 : i32
  %r = linalg.quantized_matmul ins(%a, %b, %z, %z : tensor<5x7xi8>, tensor<7x4xi8>, i32, i32)
                               outs(%c : tensor<5x4xi32>) -> tensor<5x4xi32>
  return %r : tensor<5x4xi32>
}
"""
    (op,) = parse(text).functions[0].body.ops
    assert isinstance(op, linalg.Contract)
    assert op.lhs.type.dtype.name == "i8"


def test_mmt4d_of_tiles_keeps_the_order_of_its_rhs() -> None:
    named = next(n for n in NAMED if n.name.startswith("mmt4d"))
    (op,) = parse(named.case.text).functions[0].body.ops
    assert isinstance(op, packing.Mmt4d)
    assert op.rhs_order == "nk"
    assert op.init == ()


@pytest.mark.parametrize(
    "old, new",
    [
        ("linalg.add", "linalg.elementwise <add>"),
        ("linalg.max", "linalg.elementwise <max_signed>"),
        ("linalg.min", "linalg.elementwise <min_signed>"),
        ("linalg.powf", "linalg.elementwise <powf>"),
    ],
)
def test_names_of_llvm_19(old: str, new: str) -> None:
    def text(op: str) -> str:
        return f"""
func.func @main(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {{
  %e = tensor.empty() : tensor<4xf32>
  %r = {op} ins(%a, %b : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}}
"""

    assert isomorphic(parse(text(old)), parse(text(new)))


@pytest.mark.parametrize(
    "op, lhs, rhs",
    [("matmul_transpose_a", (7, 5), (7, 4)), ("matmul_transpose_b", (5, 7), (4, 7))],
)
def test_transposed_products_of_llvm_19(op: str, lhs: tuple[int, int], rhs: tuple[int, int]) -> None:
    a, b = (f"tensor<{s[0]}x{s[1]}xf32>" for s in (lhs, rhs))
    text = f"""
func.func @main(%a: {a}, %b: {b}, %c: tensor<5x4xf32>) -> tensor<5x4xf32> {{
  %r = linalg.{op} ins(%a, %b : {a}, {b}) outs(%c : tensor<5x4xf32>) -> tensor<5x4xf32>
  return %r : tensor<5x4xf32>
}}
"""
    rng = np.random.default_rng(0)
    x, y, z = (rng.normal(size=s).astype(np.float32) for s in (lhs, rhs, (5, 4)))
    (result,) = interpret(parse(text), "main", (x, y, z))
    expected = (x.T if op.endswith("a") else x) @ (y if op.endswith("a") else y.T) + z
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def test_a_region_counts_more_than_the_name() -> None:
    text = """
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> tensor<f32>, sym_name = "main"}> ({
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<f32>):
    %0 = "linalg.dot"(%a, %b, %c) <{operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%x: f32, %y: f32, %o: f32):
      %1 = "arith.addf"(%x, %y) : (f32, f32) -> f32
      %2 = "arith.addf"(%o, %1) : (f32, f32) -> f32
      "linalg.yield"(%2) : (f32) -> ()
    }) : (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> tensor<f32>
    "func.return"(%0) : (tensor<f32>) -> ()
  }) : () -> ()
}) : () -> ()
"""
    x = np.arange(4, dtype=np.float32)
    (result,) = interpret(parse(text), "main", (x, x, np.float32(1)))
    assert result == 13
