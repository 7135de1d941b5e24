"""A value that changes its tiles by one copy is, bit for bit, what an unpack and a pack make of it."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from hypothesis import event, given, note
from hypothesis import strategies as st

from tensorir.dialects.linalg import Contract, Transpose
from tensorir.dialects.packing import Unpack
from tensorir.dialects.tensor import ExpandShape
from tensorir.ir.affine import select
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.native.table import cpu_features
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.programs.random import arguments
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tensorir.transforms.tiles.lower_to_tiles import LowerToTiles
from tests.support.graphs import Graph
from tests.support.relayouts import relayouts, through_row_major
from tests.support.tile_programs import execute, same_bits, with_smallest_units

S = symbol("S")
SIZES = st.sampled_from([5, 16, 20, 32])
LARGE = st.sampled_from([17, 32, 40, 64])
"""Sizes of which products are worth tiles."""

ROWS = LARGE | st.sampled_from([5, 20, S, 8 * S, 16 * S])
SEEDS = st.integers(0, 1 << 30)


@st.composite
def right_sides(draw: st.DrawFn) -> Module:
    """A product that is a right side of another product, as keys and values of an attention are: as it is or
    transposed, with or without heads. Its number of rows may be known only at run time, and need not fill tiles; a bias
    leaves other numbers than zero in the padding."""
    g = Graph()
    rows: Dim = draw(ROWS)
    heads = draw(st.sampled_from([0, 0, 2, 3]))
    depth, each, others = draw(LARGE), draw(SIZES), draw(LARGE)
    g.arg(S)
    width = each * max(heads, 1)
    y = g.elementwise("add", g.matmul(g.arg(rows, depth), g.weight("w", depth, width)), g.weight("bias", width))
    keys = draw(st.booleans())
    if not heads:
        return g.done(g.matmul(g.arg(others, width if keys else rows), y, transposed=keys))
    split = g.b.add(ExpandShape(y, ((0,), (1, 2)), (rows, heads, each))).result
    right = g.b.add(Transpose(split, (1, 2, 0) if keys else (1, 0, 2))).result
    left = g.arg(heads, others, each if keys else rows)
    maps = (select(4, (0, 1, 3)), select(4, (0, 3, 2)), select(4, (0, 1, 2)))
    return g.done(g.b.add(Contract(left, right, (), maps, f32)).result)


def check(module: Module, seed: int) -> None:
    """The program with its relayouts, in large and small units, and the one without."""
    one = run_passes(module, pipeline("late", "cpu", "materialized").passes)
    count = len(list(relayouts(one)))
    event(f"{count} relayouts")
    if not count:
        return
    two = through_row_major(one)
    args = arguments(module, seed)
    found: list[tuple[npt.NDArray[Any], ...]] = []
    for source in (one, two):
        low = run_passes(source, (LowerToTiles(),))
        note(print_module(low))
        for made, threads in ((low, 1), (with_smallest_units(low), 3)):
            found.append(execute(source, made, args, cpu_features(), threads))
    for other in found[1:]:
        same_bits(other, found[0])


@given(module=right_sides(), seed=SEEDS)
def test_sides_of_products(module: Module, seed: int) -> None:
    check(module, seed)


@given(module=programs(), seed=SEEDS)
def test_random_programs(module: Module, seed: int) -> None:
    check(module, seed)


def test_no_side_goes_through_row_major() -> None:
    """A right side of full tiles, and one of any number of rows."""
    for rows in (64, S):
        g = Graph()
        y = g.matmul(g.arg(rows, 64), g.weight("w", 64, 48))
        module = g.done(g.matmul(g.arg(32, 48), y, transposed=True))
        made = run_passes(module, pipeline("late", to="materialized").passes)
        unpacked = [op.result.type.shape for e in made.executables for op in e.body.ops if isinstance(op, Unpack)]
        assert len(list(relayouts(made))) == 1
        assert unpacked == [(32, rows)], "only the result"
