"""Rewriting whole modules: the same function on every region, each distinct region once."""

from __future__ import annotations

from collections.abc import Callable

from tensorir.ir.module import Module
from tensorir.ir.region import Region

RegionFn = Callable[[Region], Region]


def map_regions(module: Module, fn: RegionFn) -> Module:
    """`fn` on every region of functions, initializers and executables, inner regions first; the module itself
    if nothing changed. Regions that are one object stay one object."""
    return module.map_regions(nested(fn))


def nested(fn: RegionFn) -> RegionFn:
    """`fn` on a region after all regions within it, memoised by identity."""
    done: dict[Region, Region] = {}

    def visit(region: Region) -> Region:
        if region not in done:
            ops = tuple(o.with_regions(tuple(map(visit, o.regions))) if o.regions else o for o in region.ops)
            same = all(a is b for a, b in zip(ops, region.ops, strict=True))
            done[region] = fn(region if same else Region(region.args, ops, region.yields))
        return done[region]

    return visit
