"""canonicalize-dispatches: one form for programs that do the same. Rules are shown in
tests/filetests/canonicalize-dispatches."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.text import parse
from tensorir.transforms.dispatch.canonicalize_dispatches import CanonicalizeDispatches
from tests.support.graphs import GRAPHS

TIDY = """
global @w : tensor<4xf32> = dense<2.0>
func @main(%x: tensor<4xf32>) -> (tensor<8xf32>) {
  %w = global.load {symbol = @w, type = tensor<4xf32>} : () -> tensor<4xf32>
  %0 = flow.dispatch %x, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32> (%a: tensor<4xf32>, %b: tensor<4xf32>) {
    %0 = linalg.softmax %a {dims = [0]} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = tensor.concat %0, %b {dim = 0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
    yield %1 : tensor<8xf32>
  }
  return %0 : tensor<8xf32>
}
"""

UNTIDY = """
global @w : tensor<4xf32> = dense<2.0>
func @main(%x: tensor<4xf32>) -> (tensor<8xf32>) {
  %same, %again = flow.dispatch %x : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) (%a: tensor<4xf32>) {
    %0 = linalg.transpose %a {permutation = [0]} : (tensor<4xf32>) -> tensor<4xf32>
    yield %a, %0 : tensor<4xf32>, tensor<4xf32>
  }
  %w = global.load {symbol = @w, type = tensor<4xf32>} : () -> tensor<4xf32>
  %v = global.load {symbol = @w, type = tensor<4xf32>} : () -> tensor<4xf32>
  %0, %1, %2 = flow.dispatch %v, %x, %w, %same
    : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<8xf32>, tensor<8xf32>)
      (%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>, %d: tensor<4xf32>) {
    %0 = linalg.softmax %d {dims = [0]} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = tensor.concat %0, %c {dim = 0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
    yield %0, %1, %1 : tensor<4xf32>, tensor<8xf32>, tensor<8xf32>
  }
  return %2 : tensor<8xf32>
}
"""


def tidied(module: Module) -> Module:
    return run_passes(module, (CanonicalizeDispatches(),))


def test_programs_that_do_the_same_have_one_form() -> None:
    a, b = parse(TIDY, OPS), parse(UNTIDY, OPS)
    assert not isomorphic(a, b)
    assert isomorphic(tidied(a), tidied(b))
    x = np.arange(4, dtype=np.float32)
    np.testing.assert_array_equal(interpret(tidied(b), "main", [x])[0], interpret(b, "main", [x])[0])


@pytest.mark.parametrize("name", GRAPHS)
def test_what_has_the_form_is_returned_itself(name: str) -> None:
    once = tidied(run_passes(GRAPHS[name](), pipeline("late", to="dispatch").passes))
    assert tidied(once) is once


@pytest.mark.parametrize("name", GRAPHS)
def test_borders_hold_nothing_twice_and_nothing_unused(name: str) -> None:
    module = tidied(run_passes(GRAPHS[name](), pipeline("late", to="dispatch").passes))
    for f in module.functions:
        read = {v for o in f.body.ops for v in o.operands} | {*f.body.yields}
        loads = [o.symbol for o in f.body.ops if isinstance(o, GlobalLoad)]
        assert len({*loads}) == len(loads)
        for op in f.body.ops:
            if isinstance(op, Dispatch):
                used = [v for o in op.body.ops for v in o.operands if v in op.body.args]
                assert [*dict.fromkeys(used)] == [*op.body.args]
                assert len({*op.inputs}) == len(op.inputs)
                assert {*op.results} <= read
                assert len({*op.body.yields}) == len(op.body.yields)
