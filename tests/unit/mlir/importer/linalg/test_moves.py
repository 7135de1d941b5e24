"""linalg.fill, transpose, broadcast, softmax, copy: ops of the core of the same meaning."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects import linalg
from tensorir.interp.interpreter import interpret
from tensorir.ir.module import Module
from tensorir.mlir import parse


def _names(module: Module) -> list[str]:
    return [op.NAME for op in module.functions[0].body.walk()]


def _main(signature: str, body: str, result: str) -> str:
    return f"func.func @main({signature}) -> {result} {{\n{body}\n  return %r : {result}\n}}\n"


@pytest.mark.parametrize(
    "element, value, expected",
    [("f32", "1.5", 1.5), ("i8", "-3", -3), ("i1", "true", True), ("f16", "0xFC00", -np.inf), ("index", "7", 7)],
)
def test_fill_with_a_literal(element: str, value: str, expected: float) -> None:
    constant = "true" if element == "i1" else f"{value} : {element}"
    body = f"""
  %c = arith.constant {constant}
  %e = tensor.empty() : tensor<2x3x{element}>
  %r = linalg.fill ins(%c : {element}) outs(%e : tensor<2x3x{element}>) -> tensor<2x3x{element}>"""
    module = parse(_main("", body, f"tensor<2x3x{element}>"))
    assert _names(module) == ["linalg.fill"]
    np.testing.assert_array_equal(interpret(module, "main", ())[0], np.full((2, 3), expected))


def test_fill_with_an_argument_is_a_broadcast() -> None:
    body = "  %r = linalg.fill ins(%v : f32) outs(%x : tensor<2x3xf32>) -> tensor<2x3xf32>"
    module = parse(_main("%v: f32, %x: tensor<2x3xf32>", body, "tensor<2x3xf32>"))
    assert _names(module) == ["linalg.broadcast"]
    (result,) = interpret(module, "main", (np.float32(2), np.zeros((2, 3), np.float32)))
    np.testing.assert_array_equal(result, np.full((2, 3), 2))


def test_fill_converts_the_value() -> None:
    body = "  %r = linalg.fill ins(%v : f64) outs(%x : tensor<3xf32>) -> tensor<3xf32>"
    module = parse(_main("%v: f64, %x: tensor<3xf32>", body, "tensor<3xf32>"))
    (result,) = interpret(module, "main", (np.float64(0.1), np.zeros(3, np.float32)))
    np.testing.assert_array_equal(result, np.full(3, np.float32(0.1)))


def test_transpose() -> None:
    body = """  %e = tensor.empty() : tensor<4x2x3xf32>
  %r = linalg.transpose ins(%x : tensor<2x3x4xf32>) outs(%e : tensor<4x2x3xf32>) permutation = [2, 0, 1]"""
    module = parse(_main("%x: tensor<2x3x4xf32>", body, "tensor<4x2x3xf32>"))
    assert _names(module) == ["linalg.transpose"]
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(interpret(module, "main", (x,))[0], x.transpose(2, 0, 1))


def test_broadcast_takes_its_sizes_from_outs() -> None:
    body = "  %r = linalg.broadcast ins(%x : tensor<3xf32>) outs(%o : tensor<?x3x2xf32>) dimensions = [0, 2]"
    module = parse(_main("%x: tensor<3xf32>, %o: tensor<?x3x2xf32>", body, "tensor<?x3x2xf32>"))
    assert _names(module) == ["linalg.broadcast"]
    x = np.arange(3, dtype=np.float32)
    (result,) = interpret(module, "main", (x, np.zeros((5, 3, 2), np.float32)))
    np.testing.assert_array_equal(result, np.broadcast_to(x[None, :, None], (5, 3, 2)))


def test_softmax() -> None:
    body = """  %e = tensor.empty() : tensor<3x4xf32>
  %r = linalg.softmax dimension(0) ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>"""
    module = parse(_main("%x: tensor<3x4xf32>", body, "tensor<3x4xf32>"))
    (op,) = module.functions[0].body.ops
    assert isinstance(op, linalg.Softmax)
    assert op.dims == (0,)
    x = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    expected = np.exp(x) / np.exp(x).sum(0)
    np.testing.assert_allclose(interpret(module, "main", (x,))[0], expected, rtol=1e-5)


def test_a_copy_is_its_source() -> None:
    body = "  %r = linalg.copy ins(%x : tensor<3xf32>) outs(%o : tensor<3xf32>) -> tensor<3xf32>"
    module = parse(_main("%x: tensor<3xf32>, %o: tensor<3xf32>", body, "tensor<3xf32>"))
    assert _names(module) == []
