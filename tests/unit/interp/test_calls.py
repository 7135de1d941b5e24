"""Calls, transfers, parameters: what the interpreter does with whole modules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.text import parse

HELPER = """
func private @helper(%x: tensor<[N]x[M]xf32>, %y: tensor<[M]xf32>) -> (tensor<[M]x[N]xf32>, tensor<[2*N]x[M]xf32>) {
  %t = linalg.transpose %x {permutation = [1, 0]} : (tensor<[N]x[M]xf32>) -> tensor<[M]x[N]xf32>
  %c = tensor.concat %x, %x {dim = 0} : (tensor<[N]x[M]xf32>, tensor<[N]x[M]xf32>) -> tensor<[2*N]x[M]xf32>
  return %t, %c : tensor<[M]x[N]xf32>, tensor<[2*N]x[M]xf32>
}
"""


def test_a_call_binds_the_sizes_of_the_callee_anew() -> None:
    module = parse(
        HELPER
        + """
func @main(%x: tensor<3x[N]xf32>, %y: tensor<[N]xf32>) -> (tensor<[N]x3xf32>, tensor<6x[N]xf32>, tensor<6x[N]xf32>) {
  %a, %b = func.call %x, %y {callee = @helper, types = [tensor<[N]x3xf32>, tensor<6x[N]xf32>]}
    : (tensor<3x[N]xf32>, tensor<[N]xf32>) -> (tensor<[N]x3xf32>, tensor<6x[N]xf32>)
  %m = device.transfer %b {device = "other"} : (tensor<6x[N]xf32>) -> tensor<6x[N]xf32>
  return %a, %b, %m : tensor<[N]x3xf32>, tensor<6x[N]xf32>, tensor<6x[N]xf32>
}
""",
        OPS,
    )
    x, y = np.arange(12, dtype=np.float32).reshape(3, 4), np.zeros(4, np.float32)
    a, b, m = interpret(module, "main", [x, y])
    np.testing.assert_array_equal(a, x.T)
    np.testing.assert_array_equal(b, np.vstack([x, x]))
    np.testing.assert_array_equal(m, b)


def test_arguments_that_do_not_fit_the_callee_are_an_error_at_the_call() -> None:
    module = parse(
        HELPER
        + """
func @main(%x: tensor<3x4xf32>, %y: tensor<5xf32>) -> (tensor<4x3xf32>) {
  %a, %b = func.call %x, %y {callee = @helper, types = [tensor<4x3xf32>, tensor<6x4xf32>]}
    : (tensor<3x4xf32>, tensor<5xf32>) -> (tensor<4x3xf32>, tensor<6x4xf32>)
  return %a : tensor<4x3xf32>
}
""",
        OPS,
        file="f.tir",
    )
    with pytest.raises(TensorIRError, match=r"f.tir:9:3: error: func.call @helper: argument 1: dim 0 is 5, but M is 4"):
        interpret(module, "main", [np.zeros((3, 4), np.float32), np.zeros(5, np.float32)])


def test_functions_that_call_themselves_are_an_error_with_the_cycle() -> None:
    text = """
func @{0}(%x: tensor<2xf32>) -> (tensor<2xf32>) {{
  %y = func.call %x {{callee = @{1}, types = [tensor<2xf32>]}} : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}}
"""
    module = parse(text.format("even", "odd") + text.format("odd", "even"), OPS)
    with pytest.raises(TensorIRError, match=r"func\.call: @even calls itself: @even → @odd → @even"):
        interpret(module, "even", [np.zeros(2, np.float32)])


def test_a_parameter_without_data_is_an_error_that_names_it() -> None:
    module = parse(
        """global @w : tensor<2xf32> = parameter<"scope", "key">
func @main() -> (tensor<2xf32>) {
  %w = global.load {symbol = @w, type = tensor<2xf32>} : () -> tensor<2xf32>
  return %w : tensor<2xf32>
}""",
        OPS,
        file="f.tir",
    )
    with pytest.raises(TensorIRError, match=r'f\.tir:1:1: error: @w is the parameter "scope"::"key" without data'):
        interpret(module, "main", [])


ASSERTING = """
func private @positive(%c: tensor<[N]xi1>) -> () {
  func.assert %c {message = "all must be positive"} : (tensor<[N]xi1>) -> ()
  return
}
func @main(%c: tensor<[N]xi1>, %x: tensor<[N]xf32>) -> (tensor<[N]xf32>) {
  func.call %c {callee = @positive, types = []} : (tensor<[N]xi1>) -> ()
  return %x : tensor<[N]xf32>
}
"""


@pytest.mark.parametrize("tiling", ["interp", "late", "off"])
def test_an_assertion_that_fails_ends_the_call_with_its_message_and_place(tiling: str) -> None:
    module = parse(ASSERTING, OPS, file="f.tir")

    def run(*args: np.ndarray[Any, Any]) -> Any:
        return interpret(module, "main", args)[0] if tiling == "interp" else compile(module, data_tiling=tiling)(*args)

    x = np.arange(3, dtype=np.float32)
    np.testing.assert_array_equal(run(np.ones(3, np.bool_), x), x)
    with pytest.raises(TensorIRError, match=r"f\.tir:3:3: error: func\.assert: all must be positive"):
        run(np.array([True, False, True]), x)


def test_an_assertion_needs_a_truth_value() -> None:
    with pytest.raises(TensorIRError, match=r"condition is tensor<2xf32>, should be of element type i1"):
        parse(ASSERTING.replace("xi1>", "xf32>").replace("[N]", "2"), OPS)
