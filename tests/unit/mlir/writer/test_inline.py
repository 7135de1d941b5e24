"""Dispatches, launches and initializers in place: the program means the same and has only plain ops."""

from __future__ import annotations

import pytest
from hypothesis import given

from tensorir.dialects.flow import Dispatch, GlobalLoad, Launch
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Function, Module
from tensorir.ir.verify import verify
from tensorir.mlir.writer.inline import inlined
from tensorir.passes.runner import run_passes
from tensorir.pipelines import STAGES, pipeline
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.strategies import programs
from tensorir.text import parse

T = "tensor<2xf32>"
LOOP = f"""
global @a : {T} = {{ %0 = global.load {{symbol = @b, type = {T}}} : () -> {T} yield %0 : {T} }}
global @b : {T} = {{ %0 = global.load {{symbol = @a, type = {T}}} : () -> {T} yield %0 : {T} }}
func @main() -> ({T}) {{
  %0 = global.load {{symbol = @a, type = {T}}} : () -> {T}
  return %0 : {T}
}}
"""

BODY = "(a0: f32, a1: f32) { v0 = add a0, a1; yield v0 }"
N = "tensor<[N]xf32>"
SHARED = f"""
executable @twice target("cpu") (%x: {N}) -> ({N}) {{
  %0 = linalg.generic %x, %x {{maps = [(d0) -> (d0), (d0) -> (d0), (d0) -> (d0)], body = {BODY}}} : ({N}, {N}) -> {N}
  yield %0 : {N}
}}
func @main(%x: tensor<[S]xf32>, %y: tensor<4xf32>) -> (tensor<[S]xf32>, tensor<4xf32>) {{
  %0 = flow.launch %x {{executable = @twice, types = [tensor<[S]xf32>]}} : (tensor<[S]xf32>) -> tensor<[S]xf32>
  %1 = flow.launch %y {{executable = @twice, types = [tensor<4xf32>]}} : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<[S]xf32>, tensor<4xf32>
}}
"""


def flat(module: Module) -> Module:
    """All functions inlined. Globals with initializers stay, but nothing loads them."""
    return Module(
        tuple(Function(f.name, inlined(module, f.body), private=f.private) for f in module.functions), module.globals
    )


@given(programs())
def test_it_means_the_same_at_every_stage(module: Module) -> None:
    for stage in STAGES:
        staged = module if stage == "input" else run_passes(module, pipeline("late", to=stage).passes)
        made = flat(staged)
        verify(made)
        computed = {g.name for g in made.globals if not hasattr(g.value, "digest")}
        for op in (o for f in made.functions for o in f.body.ops):
            assert not isinstance(op, Dispatch | Launch)
            assert not (isinstance(op, GlobalLoad) and op.symbol in computed)
        assert_equivalent(module, made)


def test_what_holds_nothing_is_the_same_object() -> None:
    module = parse("func @main(%x: tensor<2xf32>) -> (tensor<2xf32>) { return %x : tensor<2xf32> }", OPS)
    assert inlined(module, module.functions[0].body) is module.functions[0].body


def test_an_executable_takes_the_sizes_of_each_launch() -> None:
    module = parse(SHARED, OPS)
    made = flat(module)
    verify(made)
    assert [str(o.result.type) for o in made.functions[0].body.ops] == ["tensor<[S]xf32>", "tensor<4xf32>"]


def test_an_initializer_that_needs_itself_is_refused() -> None:
    module = parse(LOOP, OPS)
    with pytest.raises(TensorIRError, match="the initializer of @a depends on itself"):
        inlined(module, module.functions[0].body)
