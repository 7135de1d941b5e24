"""What an op says of itself is what the interpreter computes: its loops, and its decomposition."""

from __future__ import annotations

import math
import random

import numpy as np
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.interp import IMPLEMENTATIONS, Context
from tensorir.interp.context import Array
from tensorir.interp.conversions import convert
from tensorir.interp.interpreter import run_decomposition
from tensorir.interp.scalar import evaluate_bodies
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.loops import Loops
from tensorir.ir.module import Module
from tensorir.ir.value import Value
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.bounds.operations import region_bounds
from tensorir.testing.programs.values import is_exact
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.executions import Execution, executions
from tests.support.targets import DEVICES

SEEDS = st.integers(0, 1 << 30)
STAGES = st.sampled_from(["input", "materialized"])

MOST_TERMS = 2000
"""An element that combines more positions than this is passed over: the naive loop would take long."""


def at_stage(module: Module, stage: str, device: str) -> Module:
    """The program itself, or packed."""
    note(print_module(module))
    return run_passes(module, pipeline("late", device, stage).passes, verify_each=False)


@given(programs(), SEEDS, STAGES, st.sampled_from(DEVICES))
def test_a_decomposition_computes_what_the_own_function_does(
    module: Module, seed: int, stage: str, device: str
) -> None:
    """Bit for bit where nothing is rounded, else within the error bounds of the decomposition."""
    physical = at_stage(module, stage, device)
    for run in executions(physical, seed):
        parts = run.op.decomposition()
        if parts is not None:
            note(f"{run.op.NAME} {run.op.attributes()}")
            _check_decomposition(physical, run, parts)


def _check_decomposition(module: Module, run: Execution, parts: Decomposition) -> None:
    assert parts.body.yield_types == tuple(r.type for r in run.op.results)
    assert parts.body.arg_types[: len(run.inputs)] == tuple(v.type for v in run.op.operands)
    ctx = Context(module, run.sizes)
    made = run_decomposition(parts, run.inputs, ctx)
    if type(run.op) not in IMPLEMENTATIONS:
        return  # that was the decomposition
    whole = all(np.all(np.trunc(a.astype(np.float64)) == a) for a in run.inputs)
    if is_exact(run.op) and whole:
        for own, other in zip(run.results, made, strict=True):
            np.testing.assert_array_equal(own, other, strict=True)
        return
    sizes = [np.asarray(ctx.dim(d), np.int64) for d in parts.sizes]
    bounds = region_bounds(module, parts.body, [*run.inputs, *sizes], run.sizes)
    for results in (run.results, made):
        for got, (exact, bound) in zip(results, bounds, strict=True):
            assert got.shape == exact.shape
            off = np.abs(got.astype(np.float64) - exact)
            assert np.all((off <= bound) | ~np.isfinite(bound) | (got == exact)), (off.max(), bound)


@given(programs(), SEEDS, STAGES, st.sampled_from(DEVICES))
def test_loops_compute_what_the_interpreter_does(module: Module, seed: int, stage: str, device: str) -> None:
    """Some elements of each result, by a loop over the positions that contribute to them."""
    choice = random.Random(seed)
    physical = at_stage(module, stage, device)
    for run in executions(physical, seed, widen=True):
        loops = run.op.loops()
        if loops is None:
            continue
        note(f"{run.op.NAME} {loops}")
        for index, result in enumerate(run.results):
            if not result.size:
                continue
            for _ in range(2):
                at = tuple(choice.randrange(n) for n in result.shape)
                _check_element(physical, run, loops, index, at)


def _check_element(module: Module, run: Execution, loops: Loops, index: int, at: tuple[int, ...]) -> None:
    ctx = Context(module, run.sizes, widen=True)
    sizes = ctx.shape(loops.sizes)
    fixed = dict(zip(loops.results[index].positions(), at, strict=True))
    combined = [d for d in range(len(sizes)) if d not in fixed]
    if math.prod(sizes[d] for d in combined) > MOST_TERMS:
        return
    arrays = dict(zip(run.op.operands, run.inputs, strict=True))
    totals = [_start(loops, i, fixed, arrays, ctx) for i in range(len(loops.starts))]
    scale = 1.0
    for point in np.ndindex(*(sizes[d] for d in combined)):
        here = {**fixed, **dict(zip(combined, map(int, point), strict=True))}
        position = [here[d] for d in range(len(sizes))]
        read = [arrays[v][m.apply(position)] for v, m in zip(loops.inputs, loops.maps, strict=True)]
        given = [np.asarray(x) for x in (*read, *totals)]
        made = evaluate_bodies(loops.bodies, given, ctx, lambda d, here=here: np.asarray(here[d], np.int64))
        totals = list(made)
        magnitudes: list[float] = [abs(float(t)) for t in made]
        scale = max([scale, *(s for s in magnitudes if math.isfinite(s))])
    result = run.op.results[index]
    expected = convert(np.asarray(totals[index]), result.type.dtype, ctx)
    got = run.results[index][at]
    if result.type.dtype.is_integer:
        assert got == expected, (index, at)
    else:
        np.testing.assert_allclose(float(got), float(expected), rtol=1e-9, atol=1e-9 * scale)


def _start(loops: Loops, index: int, fixed: dict[int, int], arrays: dict[Value, Array], ctx: Context) -> Array:
    """Where the total begins that contributes to the element whose parallel position is `fixed`."""
    start, dtype = loops.starts[index], loops.bodies[index].result.dtype
    if not isinstance(start, Value):
        return np.asarray(start, ctx.numpy(dtype))
    element = arrays[start][tuple(fixed[d] for d in loops.results[index].positions())]
    return convert(np.asarray(element), dtype, ctx)
