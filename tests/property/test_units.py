"""The law of units: the pieces of a launch that run in parallel never read each other's results."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.ir.module import Module
from tensorir.testing.poison import assert_units
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.stages import materialized

SEEDS = st.integers(0, 1 << 30)


@given(module=programs(), seed=SEEDS)
def test_no_unit_reads_what_another_one_makes(module: Module, seed: int) -> None:
    note(print_module(module))
    assert_units(module, seed=seed)


@given(module=programs(), seed=SEEDS)
def test_no_unit_of_a_physical_program_reads_what_another_one_makes(module: Module, seed: int) -> None:
    physical = materialized(module)
    note(print_module(physical))
    assert_units(physical, seed=seed)
