"""The law of every pass and of every prefix of every pipeline: it keeps what the program means."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.registry import OPS
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import DATA_TILING, PASSES, pipeline
from tensorir.testing.equivalence import Expected, assert_equivalent
from tensorir.testing.strategies import programs
from tensorir.text import parse, print_module
from tests.support.levels import after_each_pass, named
from tests.support.targets import DEVICES as MORE_DEVICES

SEEDS = st.integers(0, 1 << 30)
PROGRAMS = Path(__file__).parents[1] / "support" / "programs"
DEVICES = st.sampled_from(["cpu", "cpu", "reference", *MORE_DEVICES])
TILINGS = st.sampled_from(DATA_TILING)


def found(name: str) -> Module:
    """A program that a random one was reduced to, and that a law once failed for."""
    return parse((PROGRAMS / f"{name}.tir").read_text("utf-8"), OPS, file=name)


@settings(max_examples=max(300, settings().max_examples))
@given(module=programs(), seed=SEEDS)
def test_every_pass_alone_keeps_the_meaning(module: Module, seed: int) -> None:
    note(print_module(module))
    expected = Expected.of(module, seed=seed)
    for name, after in after_each_pass(module):
        if after is not module:
            with named(name, after):
                expected.assert_given_by(after)


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


@given(module=programs(), seed=SEEDS, device=DEVICES, tiling=TILINGS)
def test_compiled_programs_give_what_the_interpreter_gives(module: Module, seed: int, device: str, tiling: str) -> None:
    note(print_module(module))
    assert_equivalent(module, compile(module, (device,), tiling, verify_each=True), seed=seed)


@given(module=programs())
def test_every_pass_returns_the_module_itself_when_run_again_on_its_result(module: Module) -> None:
    """Simplifications are idempotent, and report "nothing changed" by identity."""
    for name in ("canonicalize", "cse", "symbol-dce", "set-encodings"):
        once = run_passes(module, (PASSES[name](),))
        again = run_passes(once, (PASSES[name](),))
        assert again is once or (name == "canonicalize" and isomorphic(again, once))


@example(module=found("constant_product_that_grows"))
@given(module=programs())
def test_late_has_at_most_the_dispatches_of_any_way(module: Module) -> None:
    note(print_module(module))
    found = {way: compile(module, data_tiling=way).stats for way in DATA_TILING}
    assert found["late"].dispatches <= min(stats.dispatches for stats in found.values())
    assert not any(stats.init_dispatches for stats in found.values())


@example(module=found("constant_computed_and_returned"))
@example(module=found("broadcast_that_is_a_view"))
@given(module=programs())
def test_on_a_device_that_declines_all_ways_are_one(module: Module) -> None:
    note(print_module(module))
    late, *others = (compile(module, ("reference",), way).module for way in DATA_TILING)
    for other in others:
        assert isomorphic(late, other)
        assert fingerprint(late) == fingerprint(other)
