"""The law of effects: what a program does besides giving its results stays, once each, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy.typing as npt
import pytest
from attrs import frozen
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.interp import interpret
from tensorir.interp.interpreter import IMPLEMENTATIONS
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import DATA_TILING, pipeline
from tensorir.testing.equivalence import Expected
from tensorir.testing.programs.random import arguments
from tensorir.text import parse, print_module
from tests.support.effect_ops import EFFECT_OPS, REGISTRY, observed, with_effects
from tests.support.levels import after_each_pass, named

SEEDS = st.integers(0, 1 << 30)

Array = npt.NDArray[Any]


@pytest.fixture(autouse=True, scope="module")
def effect_ops() -> Iterator[None]:
    with IMPLEMENTATIONS.extended(EFFECT_OPS):
        yield


@frozen
class Seen:
    """What one sees of a run of a program: what it does besides giving results, and these or its error."""

    module: Module
    args: Sequence[Array]
    effects: list[str]
    expected: Expected | None

    @classmethod
    def of(cls, module: Module, seed: int) -> Seen:
        args = arguments(module, seed)
        effects, results = observed(lambda: interpret(module, "main", args))
        return cls(module, args, effects, None if isinstance(results, str) else Expected.of(module, args))

    def assert_seen_of(self, run: Callable[..., tuple[Array, ...]]) -> None:
        effects, results = observed(lambda: run(*self.args))
        assert effects == self.effects
        assert isinstance(results, str) == (self.expected is None)
        if self.expected is not None:
            self.expected.assert_given_by(lambda *_: results)


def interpreted(module: Module) -> Callable[..., tuple[Array, ...]]:
    return lambda *args: interpret(module, "main", args)


@given(module=with_effects(), seed=SEEDS)
def test_every_pass_keeps_effects_and_their_order(module: Module, seed: int) -> None:
    note(print_module(module))
    seen = Seen.of(module, seed)
    for name, after in after_each_pass(module):
        if after is not module:
            with named(name, after):
                seen.assert_seen_of(interpreted(after))


@given(module=with_effects(), seed=SEEDS, tiling=st.sampled_from(DATA_TILING), data=st.data())
def test_every_prefix_of_a_pipeline_keeps_effects_and_their_order(
    module: Module, seed: int, tiling: str, data: st.DataObject
) -> None:
    passes = pipeline(tiling).passes
    length = data.draw(st.integers(1, len(passes)), label="passes")
    note(print_module(module))
    partly = run_passes(module, passes[:length])
    note(print_module(partly))
    seen = Seen.of(module, seed)
    seen.assert_seen_of(interpreted(partly))
    seen.assert_seen_of(compile(partly, verify_each=True))


@given(module=with_effects())
def test_programs_with_effects_print_and_read_back(module: Module) -> None:
    text = print_module(module)
    assert print_module(parse(text, REGISTRY)) == text
