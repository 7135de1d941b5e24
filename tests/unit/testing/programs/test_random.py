"""Random programs hold what a test asks for, and find what is planted."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tensorir.dialects.linalg import Contract, LayerNorm, Softmax, Transpose
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.verify import verify
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import RegionView, Rewrite, index, pattern
from tensorir.rewrite.symbols import map_regions
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.programs.random import programs
from tensorir.testing.programs.step import Step, step
from tensorir.testing.programs.steps import STEPS
from tensorir.testing.programs.writer import Writer

ONLY_DRAWN: Any = settings(
    max_examples=200,
    phases=[Phase.generate],
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def body(module: Module) -> Region:
    return module.lookup(Function, "main").body


def drawn(strategy: st.SearchStrategy[Module], count: int = 200) -> list[Module]:
    """So many programs, the same in each run."""
    found: list[Module] = []

    @settings(ONLY_DRAWN, max_examples=count)
    @given(strategy)
    def collect(module: Module) -> None:
        found.append(module)

    collect()
    return found


def test_programs_are_long_and_multiply_more_than_once() -> None:
    found = drawn(programs())
    assert statistics.median(len(body(m).ops) for m in found) >= 8
    twice = sum(sum(isinstance(o, Contract) for o in body(m).ops) >= 2 for m in found)
    assert twice >= 0.4 * len(found)


def test_every_step_is_drawn_and_every_program_verifies() -> None:
    names: Counter[str] = Counter()
    for module in drawn(programs(), 400):
        verify(module)
        names.update({o.NAME for o in body(module).walk()})
    for name in ("linalg.pack", "linalg.unpack", "linalg.mmt4d", "tensor.cast", "encode.set", "encode.unset"):
        assert names[name], name


def chained(region: Region, *classes: type[Op]) -> bool:
    """Whether ops of these classes follow from one another, with anything between them."""
    reached = {r for o in region.ops if isinstance(o, classes[0]) for r in o.results}
    for cls in classes[1:]:
        downstream = set(reached)
        found = set[Any]()
        for op in region.ops:
            if any(v in downstream for v in op.operands):
                downstream.update(op.results)
                if isinstance(op, cls):
                    found.update(op.results)
        reached = found
    return bool(reached)


@pytest.mark.parametrize(
    ("chain", "classes"),
    [
        (("transpose", "softmax"), (Transpose, Softmax)),
        (("contract", "layer_norm", "contract"), (Contract, LayerNorm, Contract)),
    ],
    ids=["moved rows", "projections"],
)
def test_a_program_contains_what_is_asked_for(chain: tuple[str, ...], classes: tuple[type[Op], ...]) -> None:
    found = drawn(programs(max_ops=3, contain=[chain]), 60)
    assert len(found) == 60
    assert all(chained(body(m), *classes) for m in found)


def test_weights_choose_the_steps() -> None:
    none = dict.fromkeys(STEPS, 0)
    found = drawn(programs(weights={**none, "transpose": 1}), 40)
    assert {o.NAME for m in found for o in body(m).ops} == {"linalg.transpose"}


def test_an_unknown_step_is_an_error() -> None:
    with pytest.raises(KeyError, match="transposed"):
        drawn(programs(contain=[("transposed",)]), 1)


@step(50)
def twice_normalised(w: Writer) -> None:
    """A step of somebody else."""
    x = w.pick(lambda v: v.type.rank == 2 and v.type.dtype.name == "f32")
    if x is not None:
        x = w.add(Softmax(w.within(x, 8), (0,)), 1)
        w.add(Softmax(x, (1,)), 1)


def test_a_step_of_ones_own_is_drawn_among_ours() -> None:
    assert isinstance(twice_normalised, Step)
    found = drawn(programs(contain=[("twice_normalised", "contract")], steps=[twice_normalised]), 20)
    assert all(chained(body(m), Softmax, Softmax, Contract) for m in found)


@pattern(Transpose)
def axes_forgotten(op: Transpose, view: RegionView) -> Rewrite:
    """transpose(softmax(x, dims), p) == softmax(transpose(x, p), dims): wrong, the dims move too"""
    match view.def_of(op.source):
        case Softmax(source=x, dims=dims, extent=None):
            moved = Transpose(x, op.permutation)
            return [moved, Softmax(moved.result, dims)]
        case _:
            return None


def test_a_planted_rule_is_found_in_the_programs_that_a_test_asks_for() -> None:
    table = index([axes_forgotten])

    @settings(ONLY_DRAWN)
    @given(programs(max_ops=2, contain=[("softmax", "transpose")]), st.integers(0, 99))
    def law(module: Module, seed: int) -> None:
        assert_equivalent(module, map_regions(module, lambda r: greedy(r, table)), seed=seed)

    with pytest.raises(AssertionError):
        law()
