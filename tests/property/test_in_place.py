"""The laws of results in the memory of inputs: the same bits, no larger arena, and no unit or step in the way."""

from __future__ import annotations

from itertools import product

from attrs import evolve
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.interp import bind_arguments
from tensorir.ir.dims import evaluate
from tensorir.ir.module import Module
from tensorir.native.plans import Plan as NativePlan
from tensorir.native.table import cpu_features
from tensorir.pipelines import DATA_TILING
from tensorir.runtime.finish import finished
from tensorir.runtime.in_place import may_lie_in
from tensorir.runtime.plan import LaunchCommand, Plan
from tensorir.testing.programs.random import arguments
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.memory_order import conflict
from tests.support.tile_programs import apart, run_plan, same_bits

TILINGS = st.sampled_from(DATA_TILING)
SEEDS = st.integers(0, 1 << 30)
MODULES = programs() | programs(contain=[("softmax", "softmax", "softmax")])
"""Rows along other dims in turn are launches of their own, which often work in place."""


def arena(plan: Plan, sizes: dict[str, int], threads: int) -> int:
    function = finished(plan)
    native = NativePlan(function.image, function.constants, cpu_features())
    return native.frame([sizes[name] for name in plan.symbols[1:]], threads).arena_bytes


@given(module=MODULES, seed=SEEDS, tiling=TILINGS)
def test_results_are_the_same_and_the_arena_is_no_larger(module: Module, seed: int, tiling: str) -> None:
    note(print_module(module))
    program = compile(module, "cpu", tiling)
    plan = program.plans["main"]
    args = arguments(module, seed)
    _, sizes = bind_arguments(plan.function.signature, args)
    for threads in (1, 3):
        got, expected = (run_plan(p, program.module, args, cpu_features(), threads) for p in (plan, apart(plan)))
        same_bits(got, expected)
        assert arena(plan, dict(sizes), threads) <= arena(apart(plan), dict(sizes), threads)


@given(module=MODULES, tiling=TILINGS)
def test_no_element_is_written_before_it_is_read(module: Module, tiling: str) -> None:
    """For each result and each input of as many bytes, whether they are shared in this plan or not."""
    note(print_module(module))
    plan = compile(module, "cpu", tiling).plans["main"]
    _, sizes = bind_arguments(plan.function.signature, arguments(module, 0))
    for command in plan.commands:
        if not isinstance(command, LaunchCommand):
            continue
        grid = command.grid
        bound = {name: evaluate(dim, sizes) for name, dim in command.bound.items()}
        smallest = evolve(grid, blocks=(1,) * len(grid.blocks), least=())
        for i, r in product(range(len(grid.inputs)), range(len(grid.results))):
            given, made = grid.inputs[i].type, grid.results[r].type
            if given.dtype.itemsize == made.dtype.itemsize and may_lie_in(grid, [i], r):
                assert not conflict(grid, [i], r, bound), (i, r)
                assert not conflict(smallest, [i], r, bound), (i, r)
