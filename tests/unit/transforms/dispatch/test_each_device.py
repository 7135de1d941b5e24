"""What an op with effects makes is made once, whatever devices read it, and is moved to them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.interp.interpreter import IMPLEMENTATIONS
from tensorir.text import parse
from tests.support.effect_ops import EFFECT_OPS, REGISTRY, observed

READ_TWICE = """
func @main(%x: tensor<2x3xf32> on "a", %y: tensor<2x3xf32> on "b", %z: tensor<4xf32>)
    -> (tensor<2x3xf32> on "a", tensor<2x3xf32> on "b") {
  test.print %z {label = "z"} : (tensor<4xf32>) -> ()
  %0 = linalg.fill {value = 2.0, type = tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %1 = test.write %0 {state = "s"} : (tensor<2x3xf32>) -> tensor<f32>
  %2 = test.read {state = "s"} : () -> tensor<2x3xf32>
  %3 = linalg.generic %x, %2 {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1)],
    body = (a0: f32, a1: f32) { v0 = add a0, a1; yield v0 }} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = linalg.generic %y, %2 {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1)],
    body = (a0: f32, a1: f32) { v0 = mul a0, a1; yield v0 }} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>
}
"""


@pytest.fixture(autouse=True)
def effect_ops() -> Iterator[None]:
    with IMPLEMENTATIONS.extended(EFFECT_OPS):
        yield


def test_an_op_with_effects_runs_once_for_two_devices() -> None:
    program = compile(parse(READ_TWICE, REGISTRY), {"a": "cpu", "b": "vmvx"})
    x, y = np.full((2, 3), 3, np.float32), np.full((2, 3), 5, np.float32)
    effects, results = observed(lambda: program(x, y, np.zeros(4, np.float32)))
    assert effects == ["z", "s = 2.0"]
    np.testing.assert_array_equal(results[0], x + 2)
    np.testing.assert_array_equal(results[1], y * 2)
    assert sum("test.read" in str(op.NAME) for f in program.module.functions for op in f.body.ops) == 1
    assert program.stats.transfers == 2
