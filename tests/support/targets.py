"""Devices that tests compile for: every level of this CPU's features, and tiles that nobody has kernels for."""

from __future__ import annotations

from attrs import frozen

from tensorir.encoding.encoding import Contraction
from tensorir.encoding.resolver import Choice, Declined, Resolver, RhsOrder, Tiles
from tensorir.native.table import Features, cpu_features
from tensorir.targets.cpu import CpuResolver
from tensorir.targets.registry import register_target
from tensorir.targets.target import Target


@frozen
class FixedTiles:
    """The same tiles for every contraction that mmt4d can express, whatever the types."""

    tiles: Tiles

    def tiles_for(self, contraction: Contraction) -> Choice:
        one_each = len(contraction.m) == len(contraction.n) == len(contraction.k) == 1
        return self.tiles if one_each and len(contraction.batch) < 2 else Declined("no mmt4d")


def _fixed(m0: int, n0: int, k0: int, order: RhsOrder, swapped: bool = False) -> Resolver:
    return FixedTiles(Tiles(m0, n0, k0, order, swapped))


RESOLVERS: dict[str, tuple[Resolver, bool]] = {
    "cpu-generic": (CpuResolver(Features.NONE), True),
    "cpu-avx2": (CpuResolver(Features.X86_AVX2 & cpu_features()), True),
    "tiles-16x16x1-nk": (_fixed(16, 16, 1, "nk"), True),
    "tiles-3x5x7-nk": (_fixed(3, 5, 7, "nk"), False),
    "tiles-8x4x2-kn": (_fixed(8, 4, 2, "kn"), False),
    "tiles-3x5x7-nk-swapped": (_fixed(3, 5, 7, "nk", True), False),
    "tiles-8x4x2-kn-swapped": (_fixed(8, 4, 2, "kn", True), False),
}
"""Name → resolver, and whether packed ops run in C kernels (the reference kernels, where no other fits)."""

DEVICES = tuple(register_target(Target(name, r, name, kernels=k)).name for name, (r, k) in RESOLVERS.items())
