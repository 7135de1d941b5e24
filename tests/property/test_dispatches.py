"""Dispatches follow from what depends on what: programs whose ops are written in another order have the same ones."""

from __future__ import annotations

from random import Random

from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.reordered import reordered


@given(module=programs(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_text_does_not_matter(module: Module, random: Random) -> None:
    module = run_passes(module, [PASSES[p]() for p in ("inline-calls", "canonicalize", "set-encodings")])
    other = reordered(module, random)
    verify(other)
    note(print_module(other))
    formed, of_other = (run_passes(m, [PASSES["form-dispatches"]()]) for m in (module, other))
    assert isomorphic(formed, of_other), print_module(formed)
