"""The first wrong pass is found, and within it the op or the rewrite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass
from tensorir.pipelines import pipeline
from tensorir.testing.bisect import Check, WrongPass, as_expected, first_wrong_pass, within_bounds
from tensorir.testing.programs.random import arguments
from tensorir.text import parse
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tensorir.transforms.simplify.cse import CommonSubexpressions
from tests.support.models.bert import bert
from tests.support.wrong_passes import DropSoftmax, ForgetMaps, LoseGlobals

TEXT = """
func @main(%x: tensor<4x8xf32>, %y: tensor<8x4xf32>) -> (tensor<4x4xf32>) {
  %s = linalg.softmax %x {dims = [1]} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %t = linalg.transpose %s {permutation = [0, 1]} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %n = linalg.generic %t {maps = [(i, j) -> (i, j), (i, j) -> (i, j)],
    body = (a: f32) { v = neg a; yield v }, shape = [4, 8]} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %u = linalg.transpose %n {permutation = [0, 1]} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %r = linalg.contract %u, %y {maps = [(m, n, k) -> (m, k), (m, n, k) -> (k, n), (m, n, k) -> (m, n)], dtype = f32} :
    (tensor<4x8xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}
"""
ARGUMENTS = (np.arange(32, dtype=np.float32).reshape(4, 8) % 5, np.arange(32, dtype=np.float32).reshape(8, 4) % 3)


def program() -> Module:
    return parse(TEXT, OPS, file="p.tir")


def found(passes: Sequence[Pass], check: Check | None = None) -> WrongPass | None:
    module = program()
    return first_wrong_pass(module, passes, "main", ARGUMENTS, check or within_bounds(module, "main", ARGUMENTS))


def test_right_passes_are_not_suspected() -> None:
    assert found([Canonicalize(), CommonSubexpressions()]) is None


@pytest.mark.parametrize("data_tiling", ["late", "off"])
def test_the_compiler_is_right(data_tiling: str) -> None:
    module = bert(1, 8)
    args: list[npt.NDArray[Any]] = arguments(module, 0)
    passes = pipeline(data_tiling).passes
    assert first_wrong_pass(module, passes, "main", args, within_bounds(module, "main", args)) is None


def test_a_wrong_sweep_is_found_with_the_op_whose_value_differs() -> None:
    wrong = found([CommonSubexpressions(), DropSoftmax(), Canonicalize(), ForgetMaps()])
    assert wrong is not None
    assert (wrong.number, wrong.name) == (2, "drop-softmax")
    assert wrong.result.startswith("result 0[0, 0]: ") and "expected" in wrong.result
    (suspect,) = wrong.suspects
    assert str(suspect).startswith("p.tir:4:3: linalg.transpose @main#2: 32 of 32 differ; [0, 0] is 0.0, before ")


def test_a_wrong_pattern_is_found_with_its_rewrite() -> None:
    wrong = found([Canonicalize(), ForgetMaps()])
    assert wrong is not None and (wrong.number, wrong.name) == (2, "forget-maps")
    assert str(wrong.suspects[0]) == "p.tir:5:3: linalg.generic @main#3, rewrite 1 of 1, forget-map"
    among = found([ForgetMaps()])
    assert among is not None
    assert str(among.suspects[0]) == "p.tir:5:3: linalg.generic @main#3, rewrite 2 of 3, forget-map"


def test_a_program_that_the_interpreter_refuses() -> None:
    wrong = found([LoseGlobals()])
    assert wrong is not None and wrong.name == "lose-globals"
    assert wrong.result.startswith("the interpreter refuses the program: ")


def test_the_given_program_may_be_what_differs() -> None:
    results = interpret(program(), "main", ARGUMENTS)
    assert found([Canonicalize()], as_expected(results)) is None
    wrong = found([Canonicalize()], as_expected([results[0] + 1]))
    assert wrong is not None and (wrong.number, wrong.name) == (0, "")
    assert "16 of 16 differ; [0, 0] is " in wrong.result
    assert as_expected(results)([]) == "0 results, expected 1"
