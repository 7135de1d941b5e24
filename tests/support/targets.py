"""Devices that tests compile for: every level of this CPU's features, and tiles that nobody has kernels for."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path
from typing import cast

from attrs import frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Resolver, RhsOrder, Tiles
from tensorir.native.table import Features, cpu_features
from tensorir.targets.cpu import CpuResolver
from tensorir.targets.cpu_kernels import CpuKernels
from tensorir.targets.registry import register_target
from tensorir.targets.target import Target


@frozen
class FixedTiles:
    """The same tiles for every contraction that mmt4d can express, whatever the types."""

    tiles: Tiles

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        return self.tiles


def _fixed(m0: int, n0: int, k0: int, order: RhsOrder, swapped: bool = False) -> Resolver:
    return FixedTiles(Tiles(m0, n0, k0, order, swapped))


EXAMPLE = Path(__file__).parents[2] / "examples" / "own_device.py"
AVX2 = Features.X86_AVX2 & cpu_features()
TARGETS = (
    Target("cpu-generic", CpuResolver(Features.NONE), kernels=CpuKernels(Features.NONE)),
    Target("cpu-avx2", CpuResolver(AVX2), kernels=CpuKernels(AVX2)),
    Target("tiles-16x16x1-nk", _fixed(16, 16, 1, "nk"), kernels=CpuKernels()),  # packs in C, multiplies in NumPy
    Target("tiles-3x5x7-nk", _fixed(3, 5, 7, "nk")),
    Target("tiles-8x4x2-kn", _fixed(8, 4, 2, "kn")),
    Target("tiles-3x5x7-nk-swapped", _fixed(3, 5, 7, "nk", True)),
    Target("tiles-8x4x2-kn-swapped", _fixed(8, 4, 2, "kn", True)),
    cast(Target, run_path(str(EXAMPLE))["TARGET"]),
)

DEVICES = tuple(register_target(t).name for t in TARGETS)
