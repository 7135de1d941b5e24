"""Rewriting of whole modules: the same function is applied to every region, once to each distinct region."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.ir.module import Module, ModuleSymbol
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.rewrite.sweep import sweep

RegionFn = Callable[[Region], Region]
OpFilter = Callable[[Op], bool]


def in_order(op: Op) -> bool:
    """For `enter`: whether the regions of this op run one op after the other, not as parallel units."""
    return not op.is_(Trait.PARALLEL)


def map_regions(module: Module, fn: RegionFn, *kinds: type[ModuleSymbol], enter: OpFilter = lambda op: True) -> Module:
    """Applies `fn` to every region of the symbols of the `kinds` (by default all), inner regions first; returns the
    module itself if nothing changed. Shared regions stay shared. Regions of ops for which `enter` is false are left
    alone."""
    return module.map_regions(nested(fn, enter), *kinds)


def nested(fn: RegionFn, enter: OpFilter = lambda op: True) -> RegionFn:
    """Applies `fn` to a region after all regions within it (of the ops that `enter` allows), memoised by identity."""
    done: dict[Region, Region] = {}

    def visit(region: Region) -> Region:
        if region not in done:
            ops = tuple(
                o.with_regions(tuple(map(visit, o.regions))) if o.regions and enter(o) else o for o in region.ops
            )
            same = all(a is b for a, b in zip(ops, region.ops, strict=True))
            done[region] = fn(region if same else Region(region.args, ops, region.yields))
        return done[region]

    return visit


def rename_globals(module: Module, renamed: Mapping[str, str]) -> Module:
    """Returns `module` with every reference to a global in `renamed` replaced by the new name, of the same type."""

    def visit(op: Op, operands: tuple[Value, ...]) -> Op | None:
        changes = {n: renamed[getattr(op, n)] for n in op.SYMBOLS if getattr(op, n) in renamed}
        return op.evolve(operands, results=op.results, **changes) if changes else None

    return map_regions(module, lambda region: sweep(region, visit)) if renamed else module
