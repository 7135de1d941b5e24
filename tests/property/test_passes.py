"""Every prefix of every pipeline keeps what the program means, and simplifications are done at once."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import DATA_TILING, PASSES, pipeline
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.targets import DEVICES as MORE_DEVICES

SEEDS = st.integers(0, 1 << 30)
DEVICES = st.sampled_from(["cpu", "cpu", "reference", *MORE_DEVICES])
TILINGS = st.sampled_from(DATA_TILING)


@given(module=programs(), seed=SEEDS, device=DEVICES, tiling=TILINGS, data=st.data())
def test_every_prefix_of_a_pipeline_keeps_the_meaning(
    module: Module, seed: int, device: str, tiling: str, data: st.DataObject
) -> None:
    passes = pipeline(tiling, device).passes
    length = data.draw(st.integers(1, len(passes)), label="passes")
    note(print_module(module))
    partly = run_passes(module, passes[:length])
    note(print_module(partly))
    assert_equivalent(module, partly, seed=seed)
    assert_equivalent(module, compile(partly, (device,), tiling), seed=seed)


@given(module=programs())
def test_every_pass_returns_the_module_itself_when_run_again_on_its_result(module: Module) -> None:
    """Simplifications are idempotent, and report "nothing changed" by identity."""
    for name in ("canonicalize", "cse", "symbol-dce", "set-encodings"):
        once = run_passes(module, (PASSES[name](),))
        again = run_passes(once, (PASSES[name](),))
        assert again is once or (name == "canonicalize" and isomorphic(again, once))
