"""cf.assert: a call whose condition does not hold ends with the message, at the place of the op."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorir as ti
from tensorir.dialects.func import Assert
from tensorir.interp import interpret
from tensorir.ir.diagnostic import Remark, TensorIRError
from tensorir.mlir import parse
from tests.support.mlir_programs import module, ops

SIZE = """
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?xf32>
  %ok = arith.cmpi PREDICATE, %d, %c0 : index
  cf.assert %ok, "not \\22empty\\22"
  %r = arith.addf %x, %x : tensor<?xf32>
  return %r : tensor<?xf32>
}"""
BODY = """
func.func @main(%x: tensor<?xindex>, %t: tensor<4x2xf32>) -> tensor<?x2xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xindex>
  %e = tensor.empty(%n) : tensor<?x2xf32>
  %four = arith.constant 4 : index
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?xindex>) outs(%e : tensor<?x2xf32>) {
  ^bb0(%i: index, %o: f32):
    %below = arith.cmpi slt, %i, %four : index
    cf.assert %below, "too large"
    %not_below = arith.cmpi sge, %i, %c0 : index
    cf.assert %not_below, "too small"
    %j = linalg.index 1 : index
    %v = tensor.extract %t[%i, %j] : tensor<4x2xf32>
    linalg.yield %v : f32
  } -> tensor<?x2xf32>
  return %r : tensor<?x2xf32>
}"""
REDUCED = """
func.func @main(%x: tensor<?xf32>, %a: tensor<f32>) -> tensor<f32> {
  %r = linalg.reduce ins(%x : tensor<?xf32>) outs(%a : tensor<f32>) dimensions = [0] (%v: f32, %s: f32) {
    %k = arith.cmpf OPERANDS : f32
    cf.assert %k, "not a number"
    %t = arith.addf %v, %s : f32
    linalg.yield %t : f32
  }
  return %r : tensor<f32>
}"""


def calls(text: str, *args: Any) -> list[Any]:
    """The interpreter and every device, late and off, as functions without arguments."""
    program = module(text)
    made: list[Any] = [lambda: interpret(program, "main", args)[0]]
    for device in ("cpu", "reference"):
        for tiling in ("late", "off"):
            compiled = ti.compile(program, devices=(device,), data_tiling=tiling)
            made.append(lambda compiled=compiled: compiled(*args))
    return made


def test_a_condition_on_sizes() -> None:
    text = SIZE.replace("PREDICATE", "sgt")
    assert [type(o) for o in ops(text)].count(Assert) == 1
    for call in calls(text, np.ones(3, np.float32)):
        assert np.array_equal(call(), [2, 2, 2])
    for call in calls(text, np.ones(0, np.float32)):
        with pytest.raises(TensorIRError, match=r'^t\.mlir:6:3: error: func.assert: not "empty"'):
            call()


def test_what_always_holds_is_left_out() -> None:
    assert Assert not in [type(o) for o in ops(SIZE.replace("PREDICATE", "sge"))]


def test_what_never_holds_ends_every_call() -> None:
    for call in calls(SIZE.replace("PREDICATE", "slt"), np.ones(3, np.float32)):
        with pytest.raises(TensorIRError, match=r"not .empty."):
            call()


def test_assertions_of_elements_come_before_what_they_guard() -> None:
    table = np.arange(8, dtype=np.float32).reshape(4, 2)
    remarks: list[Remark] = []
    parse(BODY, remarks=remarks)
    assert not remarks
    for call in calls(BODY, np.asarray([3, 0]), table):
        assert np.array_equal(call(), table[[3, 0]])
    for indices, message in (
        ([3, 4], "11:5: error: func.assert: too large"),
        ([-1, 0], "13:5: error: func.assert: too small"),
    ):
        for call in calls(BODY, np.asarray(indices), table):
            with pytest.raises(TensorIRError, match=message):
                call()


def test_an_assertion_of_the_elements_that_are_reduced() -> None:
    text = REDUCED.replace("OPERANDS", "ord, %v, %v")
    for call in calls(text, np.asarray([1, 2], np.float32), np.float32(0)):
        assert float(call()) == 3
    for call in calls(text, np.asarray([1, np.nan], np.float32), np.float32(0)):
        with pytest.raises(TensorIRError, match=r"5:5: error: func\.assert: not a number"):
            call()


def test_an_assertion_of_a_total_is_dropped_with_a_remark() -> None:
    remarks: list[Remark] = []
    parse(REDUCED.replace("OPERANDS", "ord, %s, %s"), file="t.mlir", remarks=remarks)
    message = "an assertion of a total while it is reduced is not checked"
    assert [str(r) for r in remarks] == [f"t.mlir:5:5: remark: [mlir] cf.assert: dropped: {message}"]


def test_a_callee_ends_the_call() -> None:
    text = (
        SIZE.replace("PREDICATE", "sgt").replace("@main", "private @callee")
        + """
    func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
      %r = call @callee(%x) : (tensor<?xf32>) -> tensor<?xf32>
      return %r : tensor<?xf32>
    }"""
    )
    for call in calls(text, np.ones(0, np.float32)):
        with pytest.raises(TensorIRError, match=r"t\.mlir:6:3: error: .*not .empty."):
            call()
