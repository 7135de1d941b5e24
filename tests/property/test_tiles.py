"""Tile programs: they mean what the program means, and their units don't depend on each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.ir.module import Module
from tensorir.native.table import Features, cpu_features
from tensorir.passes.runner import run_passes
from tensorir.pipelines import DATA_TILING, pipeline
from tensorir.targets.device import Device
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.programs.random import arguments
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tensorir.transforms.tiles.lower_to_tiles import LowerToTiles
from tests.support.tile_programs import execute, interpret_apart, same_bits, with_smallest_units

Array = npt.NDArray[Any]
SEEDS = st.integers(0, 1 << 30)
TILINGS = st.sampled_from(DATA_TILING)
LEVELS = [f for f in (Features.X86_AVX2, Features.X86_AVX2 | Features.X86_AVX512) if f & ~cpu_features() == 0]
"""Sets of features, of which each gives the same bits."""


def tiled(module: Module, tiling: str, features: Features | None = None) -> tuple[Module, Module]:
    """The program as it is before `lower-to-tiles`, and after it, for a CPU with some features (None: all)."""
    device = Device("cpu") if features is None else Device("cpu", features=features)
    before = run_passes(module, pipeline(tiling, device.name, "materialized").passes)
    after = run_passes(before, (LowerToTiles(),))
    note(print_module(after))
    return before, after


def real(args: list[Array], seed: int) -> list[Array]:
    """The arguments with floats that no sum keeps exactly."""
    rng = np.random.default_rng(seed)
    return [(a * rng.uniform(0.5, 1.5, a.shape)).astype(a.dtype) if a.dtype.kind == "f" else a for a in args]


@given(module=programs(), seed=SEEDS, tiling=TILINGS)
def test_they_mean_what_the_program_means(module: Module, seed: int, tiling: str) -> None:
    assert_equivalent(module, tiled(module, tiling)[1], seed=seed)


@given(module=programs(), seed=SEEDS, tiling=TILINGS, smallest=st.booleans())
def test_units_are_apart(module: Module, seed: int, tiling: str, smallest: bool) -> None:
    """NumPy rounds exp and the like differently at the end of an array, so not every bit is that of one large unit."""
    _, low = tiled(module, tiling)
    low = with_smallest_units(low) if smallest else low
    assert_equivalent(module, lambda *args: interpret_apart(low, args, seed), seed=seed)


@pytest.mark.parametrize("features", [Features.NONE, cpu_features()], ids=["none", "all"])
@given(module=programs(), seed=SEEDS, tiling=TILINGS)
def test_the_executor_gives_what_the_interpreter_gives(
    features: Features, module: Module, seed: int, tiling: str
) -> None:
    source, low = tiled(module, tiling, features)
    assert_equivalent(module, lambda *args: execute(source, low, args, features, 1), seed=seed)
    small = with_smallest_units(low)
    assert_equivalent(module, lambda *args: execute(source, small, args, features, 3), seed=seed)


@given(module=programs(), seed=SEEDS, tiling=TILINGS)
def test_the_bits_depend_neither_on_vectors_nor_on_units_nor_on_threads(module: Module, seed: int, tiling: str) -> None:
    args = real(arguments(module, seed), seed)
    first: tuple[Array, ...] | None = None
    for features in LEVELS:
        source, low = tiled(module, tiling, features)
        for version, threads in ((low, 1), (low, 3), (with_smallest_units(low), 3)):
            got = execute(source, version, args, features, threads)
            same_bits(got, first := got if first is None else first)
