"""Views at the end of a launch that it could store only by a copy: its readers read them where their operand lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tensorir.analysis.movement import view_of
from tensorir.encoding.digits import NotRefinable, row_major, through
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed, View, inverse
from tensorir.ir.dims import Dim, product
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.transforms.dispatch.clusters import Cluster, Plan

Uses: TypeAlias = Mapping[Value, Sequence[Op]]

MOST_LEFT = 8
"""The most views that a launch leaves to its readers."""


def leave_to_readers(region: Region, plan: Plan) -> None:
    """Moves views from the end of launches to those who read them, as few as possible, where otherwise a copy would be
    needed: elements computed in rows have no place in a result that was split at other positions and transposed.

    Law: a chain of views between two launches moves nothing if, cut somewhere, its first part can be stored in place
    and its second part read in place."""
    kept = {*region.yields, *plan.written}
    for cluster in plan.clusters:
        for chain in _chains(cluster, region.uses, kept):
            readers = _read_through(chain[-1].result, plan, region.uses, kept)
            for op in chain[_stored(chain, readers) :] if readers is not None else ():
                plan.leave_to_readers(op, cluster)


def _chains(cluster: Cluster, uses: Uses, kept: set[Value]) -> list[list[Op]]:
    """Views of what a launch computes, each the only reader of the one before, up to one that nobody reads there."""
    makers = {r: op for op in cluster.ops for r in op.results}
    read = {v for op in cluster.ops for v in op.operands}
    chains: list[list[Op]] = []
    for op in cluster.ops:
        if view_of(op) is None or op.result in kept or op.result in read:
            continue
        chain = [op]
        while (before := makers.get(chain[0].operands[0])) is not None and view_of(before) is not None:
            if len(uses[before.result]) != 1 or before.result in kept:
                break
            chain.insert(0, before)
        if before is not None:
            chains.append(chain)
    return chains


def _read_through(value: Value, plan: Plan, uses: Uses, kept: set[Value]) -> list[list[View]] | None:
    """The views through which launches read a value, a list for each of them; None if anything else reads it."""
    found: list[list[View]] = []
    waiting: list[tuple[Value, list[View]]] = [(value, [])]
    while waiting:
        value, views = waiting.pop()
        for reader in uses.get(value, ()):
            if any(r in plan.cluster_of for r in reader.results):
                found.append(views)
            elif (view := view_of(reader)) is None or reader.result in kept or reader.result not in plan.free:
                return None
            else:
                waiting.append((reader.result, [*views, view]))
    return found


def _stored(chain: Sequence[Op], readers: Sequence[Sequence[View]]) -> int:
    """How many views of the chain the launch stores; all of them if no number spares the copy."""
    views = [view for op in chain if (view := view_of(op)) is not None]
    shapes = [op.operands[0].type.shape for op in chain] + [chain[-1].result.type.shape]
    for count in range(len(chain), max(-1, len(chain) - MOST_LEFT - 1), -1):
        backwards = [undo for view in reversed(views[:count]) if (undo := inverse(view)) is not None]
        onward = [[*views[count:], *rest] for rest in readers]
        if _lies(shapes[count], backwards) and all(_lies(shapes[count], one) for one in onward):
            return count
    return len(chain)


def _lies(shape: Sequence[Dim], views: Sequence[View]) -> bool:
    """Whether what views make of a row-major tensor lies in its memory as digits do."""
    layout = row_major(len(shape))
    for view in views:
        made = through(layout.simplest(shape), view, shape)
        if isinstance(made, NotRefinable):
            return False
        layout, shape = made.layout, _shape_of(view, shape)
    return True


def _shape_of(view: View, shape: Sequence[Dim]) -> Sequence[Dim]:
    match view:
        case Transposed(permutation):
            return [shape[d] for d in permutation]
        case Expanded():
            return view.shape
        case Collapsed(groups):
            return [product(shape[d] for d in group) for group in groups]
        case Projected(dims):
            return [shape[d] for d in dims]
