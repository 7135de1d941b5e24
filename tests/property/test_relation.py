"""The law of `Op.relation()`: what an op says of its dims is what it does to data."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.ir.module import Module
from tensorir.testing.poison import assert_relations
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.stages import materialized

SEEDS = st.integers(0, 1 << 30)


@given(module=programs(), seed=SEEDS)
def test_a_change_reaches_only_what_the_relation_lets_it_reach(module: Module, seed: int) -> None:
    note(print_module(module))
    assert_relations(module, seed=seed)


@given(module=programs(), seed=SEEDS)
def test_the_relations_of_physical_programs(module: Module, seed: int) -> None:
    physical = materialized(module)
    note(print_module(physical))
    assert_relations(physical, seed=seed)
