"""Rewriting whole modules: the same function on every region, each distinct region once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.ir.module import Module, Symbol
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.rewrite.sweep import sweep

RegionFn = Callable[[Region], Region]
OpFilter = Callable[[Op], bool]


def in_order(op: Op) -> bool:
    """For `enter`: the regions of this op run one op after the other, not as units side by side."""
    return not op.is_(Trait.PARALLEL)


def map_regions(module: Module, fn: RegionFn, *kinds: type[Symbol], enter: OpFilter = lambda op: True) -> Module:
    """`fn` on every region of the symbols of the `kinds` (by default all), inner regions first; the module itself
    if nothing changed. Regions that are one object stay one object. Regions of ops that `enter` denies are left."""
    return module.map_regions(nested(fn, enter), *kinds)


def nested(fn: RegionFn, enter: OpFilter = lambda op: True) -> RegionFn:
    """`fn` on a region after all regions within it (of the ops that `enter` allows), memoised by identity."""
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
    """`module` in which every op that names a global of `renamed` names the other one, of the same type."""

    def visit(op: Op, operands: tuple[Value, ...]) -> Op | None:
        changes = {n: renamed[getattr(op, n)] for n in op.SYMBOLS if getattr(op, n) in renamed}
        return op.evolve(operands, results=op.results, **changes) if changes else None

    return map_regions(module, lambda region: sweep(region, visit)) if renamed else module
