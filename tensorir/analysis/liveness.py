"""Liveness: which ops a set of values depends on, and after which op a value is no longer needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tensorir.ir.effects import EffectsIn
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value


def needed_ops(
    region: Region, wanted: Iterable[Value] | None = None, keep: Callable[[Op], bool] = lambda op: False
) -> list[Op]:
    """Returns, in order, the ops on which `wanted` (by default the yields) depend, and those that must stay because of
    `keep`, with their dependencies. An op with several results is kept as a whole."""
    live = set(region.yields if wanted is None else wanted)
    kept: list[Op] = []
    for op in reversed(region.ops):
        if any(r in live for r in op.results) or keep(op):
            live.update(op.operands)
            kept.append(op)
    return kept[::-1]


def without_dead(region: Region) -> Region:
    """Returns the region without the ops on which nothing depends, apart from those with effects."""
    effects = EffectsIn()
    kept = needed_ops(region, keep=lambda op: not effects(op).only_reads)
    return region if len(kept) == len(region.ops) else Region(region.args, tuple(kept), region.yields)


def dying_values(region: Region) -> list[tuple[Value, ...]]:
    """Returns, per op, the values that are not read after it: operands used for the last time, and unused results.

    Yields stay alive. Arguments are included where an op reads them for the last time."""
    last = {v: i for i, op in enumerate(region.ops) for v in (*op.results, *op.operands)}
    yielded = set(region.yields)
    dying: list[list[Value]] = [[] for _ in region.ops]
    for value, i in last.items():
        if value not in yielded:
            dying[i].append(value)
    return [tuple(values) for values in dying]
