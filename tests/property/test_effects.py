"""The law of effects: what a program does besides giving its results stays, once each, in its order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.interp import interpret
from tensorir.interp.interpreter import IMPLEMENTATIONS
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import DATA_TILING, PASSES, pipeline
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.programs.random import arguments
from tensorir.text import parse, print_module
from tests.support.effect_ops import EFFECT_OPS, REGISTRY, observed, with_effects
from tests.support.levels import with_requirements

SEEDS = st.integers(0, 1 << 30)


@pytest.fixture(autouse=True, scope="module")
def effect_ops() -> Iterator[None]:
    with IMPLEMENTATIONS.extended(EFFECT_OPS):
        yield


def assert_same_to_see(module: Module, other: Module, seed: int, compiled: bool = False) -> None:
    args = arguments(module, seed)
    seen, results = observed(lambda: interpret(module, "main", args))
    program = compile(other, verify_each=True) if compiled else None
    seen_then, results_then = observed(lambda: program(*args) if program else interpret(other, "main", args))
    assert seen_then == seen
    assert isinstance(results, str) == isinstance(results_then, str)
    if not isinstance(results, str):
        assert_equivalent(module, lambda *_: results_then, args)


@pytest.mark.parametrize("name", PASSES)
@given(module=with_effects(), seed=SEEDS)
def test_every_pass_keeps_effects_and_their_order(name: str, module: Module, seed: int) -> None:
    note(print_module(module))
    after = run_passes(module, with_requirements(PASSES[name]()))
    note(print_module(after))
    assert_same_to_see(module, after, seed)


@given(module=with_effects(), seed=SEEDS, tiling=st.sampled_from(DATA_TILING), data=st.data())
def test_every_prefix_of_a_pipeline_keeps_effects_and_their_order(
    module: Module, seed: int, tiling: str, data: st.DataObject
) -> None:
    passes = pipeline(tiling).passes
    length = data.draw(st.integers(1, len(passes)), label="passes")
    note(print_module(module))
    partly = run_passes(module, passes[:length])
    note(print_module(partly))
    assert_same_to_see(module, partly, seed)
    assert_same_to_see(module, partly, seed, compiled=True)


@given(module=with_effects())
def test_programs_with_effects_print_and_read_back(module: Module) -> None:
    text = print_module(module)
    assert print_module(parse(text, REGISTRY)) == text
