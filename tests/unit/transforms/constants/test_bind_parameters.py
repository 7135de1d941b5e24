"""Data for parameters: what is bound, what is refused."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import tensorir
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.ir.module import Module
from tensorir.text import parse
from tensorir.transforms.constants.bind_parameters import bind_parameters

MODULE = """global @w : tensor<2x3xf32> = parameter<"model", "w">
global @b : tensor<3xbf16> = parameter<"model", "b">
global @c : tensor<f32> = parameter<"other", "c">
func @main() -> (tensor<2x3xf32>) {
  %w = global.load {symbol = @w, type = tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %t = linalg.transpose %w {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %u = linalg.transpose %t {permutation = [1, 0]} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %u : tensor<2x3xf32>
}"""
W = np.arange(6, dtype=np.float32).reshape(2, 3)
DATA = {"model": {"w": W, "b": np.zeros(3, ml_dtypes.bfloat16), "more": W}, "other": {"c": np.float32(1)}}


@pytest.fixture
def module() -> Module:
    return parse(MODULE, OPS, file="f.tir")


def test_bound_parameters_are_data(module: Module) -> None:
    bound = bind_parameters(module, DATA)
    np.testing.assert_array_equal(interpret(bound, "main", [])[0], W)
    assert bind_parameters(bound, {}) is bound
    np.testing.assert_array_equal(tensorir.compile(module, parameters=DATA)(), W)


def test_read_only_data_is_not_copied(module: Module) -> None:
    fixed = W.copy()
    fixed.flags.writeable = False
    bound = bind_parameters(module, {**DATA, "model": {**DATA["model"], "w": fixed}})
    value = bound.globals[0].value
    assert isinstance(value, Dense)
    assert np.shares_memory(value.array, fixed)


def test_everything_that_is_missing_or_wrong_is_said_at_once(module: Module) -> None:
    with pytest.raises(TensorIRError) as e:
        bind_parameters(module, {"model": {"w": W.T, "b": W[0]}})
    assert str(e.value).splitlines() == [
        'f.tir:1:1: error: @w, the parameter "model"::"w": its data should have the shape [2, 3], got [3, 2]',
        'f.tir:2:1: error: @b, the parameter "model"::"b": its data should be bf16 (bfloat16), got float32',
        'f.tir:3:1: error: @c, the parameter "other"::"c": there is no such scope; given: \'model\'',
    ]
    with pytest.raises(TensorIRError, match="there is no such key among the 1 of that scope"):
        bind_parameters(module, {"model": {"b": W}, "other": {}})


def test_what_is_left_unbound_is_not_compiled(module: Module) -> None:
    with pytest.raises(UnsupportedError) as e:
        tensorir.compile(module)
    assert str(e.value).startswith('f.tir:1:1: error: @w is the parameter "model"::"w" without data: pass it to')
    assert len(e.value.diagnostics) == 1  # the others are read by nobody
