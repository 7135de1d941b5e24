"""Laws of arguments that are not row-major: a program gives the bits that it gives for row-major copies of them, it
reads nothing outside of the elements between the lowest and the highest one, and it writes none of them."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.ir.module import Module
from tensorir.pipelines import DATA_TILING
from tensorir.runtime.program import Program
from tensorir.runtime.strides import strided
from tensorir.testing.programs.random import arguments
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.kernels.guard import guarded_like
from tests.support.strided_arguments import run_checked
from tests.support.tile_programs import same_bits

Array = npt.NDArray[Any]
SEEDS = st.integers(0, 1 << 30)
STEPS = (1, 1, 1, 2, 3)
"""How many elements apart neighbours lie, in units of what lies inside of them."""


def laid_out(rng: np.random.Generator, values: Array) -> Array:
    """The values between two pages without access rights, with drawn strides: dims in any order, gaps, backwards, and
    dims that stand still, whose positions then have one value."""
    shape = values.shape
    kind = rng.choice(["row-major", "outer", "any"])
    if kind == "row-major":
        return np.ascontiguousarray(values) if values.ndim else values
    strides = [0] * len(shape)
    order = list(reversed(range(len(shape)))) if kind == "outer" else [int(d) for d in rng.permutation(len(shape))]
    distance = 1
    for place, d in enumerate(order):
        distance *= int(rng.choice(STEPS)) if kind == "any" else 1 + (place > 0 and rng.random() < 0.5)
        strides[d] = distance
        distance *= max(shape[d], 1)
        if kind == "any" and rng.random() < 0.2:
            strides[d] = -strides[d]
        if kind == "any" and rng.random() < 0.1 and shape[d] > 0:
            strides[d] = 0
            values = np.broadcast_to(np.take(values, [0], axis=d), shape)
    return guarded_like(values, tuple(strides), at_end=bool(rng.random() < 0.5), seal=True)[1]


def real(args: list[Array], rng: np.random.Generator) -> list[Array]:
    """The arguments with floats that no sum keeps exactly."""
    return [(a * rng.uniform(0.5, 1.5, a.shape)).astype(a.dtype) if a.dtype.kind == "f" else a for a in args]


def drawn(module: Module, tiling: str, seed: int) -> tuple[Program, list[Array], tuple[Array, ...]]:
    """A program, arguments with drawn strides, and its results for row-major copies of them."""
    rng = np.random.default_rng(seed)
    program = compile(module, data_tiling=tiling)
    note(print_module(program.tiles))
    given = [laid_out(rng, a) for a in real(arguments(module, seed), rng)]
    note(str([(a.shape, a.strides) for a in given]))
    plain = program.call([np.array(a, order="C") for a in given])
    assert not program.stats.read_in_place and not program.stats.copied_arguments
    return program, given, plain


@given(module=programs(), seed=SEEDS, tiling=st.sampled_from(DATA_TILING), threads=st.sampled_from([1, 3]))
def test_the_bits_are_those_of_row_major_copies(module: Module, seed: int, tiling: str, threads: int) -> None:
    """The arguments are small: the rule for such ones is left out, so that plans read some of them in place."""
    program, given, plain = drawn(module, tiling, seed)
    with patch("tensorir.runtime.copy_or_in_place.FEW_BYTES", 0):
        same_bits(program.call(given, num_threads=threads), plain)
        stats = program.stats
        assert len(stats.read_in_place) + len(stats.copied_arguments) == len(strided(given))
        same_bits(program.call(given, num_threads=threads), plain)
        program.num_threads = threads
        for _ in range(3):  # the repeated ones as well
            results: Array | tuple[Array, ...] = program(*given)
            same_bits(results if isinstance(results, tuple) else (results,), plain)


@given(module=programs(), seed=SEEDS, threads=st.sampled_from([1, 3]))
def test_no_step_leaves_the_reach_of_an_argument(module: Module, seed: int, threads: int) -> None:
    program, given, plain = drawn(module, "late", seed)
    if strided(given):
        same_bits(run_checked(program, given, threads), plain)
