"""Patterns on folds."""

from __future__ import annotations

from tensorir.dialects.linalg import Fold, Transpose
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, RegionView, Replacement, Rewrite, pattern


@pattern(Fold)
def fold_in_one_order(op: Fold, view: RegionView) -> Rewrite:
    """fold(x, a, b) == transpose(fold(x, a, transpose(b))), for a result b whose dims are in another order than a's

    Then the launch that makes x goes on along the same dim of all results."""
    first = op.result_maps[0]
    if all(m == first for m in op.result_maps) or any(v.type.encoding is not None for v in op.tensors):
        return None
    before: list[Op] = []
    after: list[Op] = []
    tensors, maps, results = list(op.inputs), list(op.maps[: len(op.inputs)]), list[Value]()
    orders = [tuple(m.dims.index(d) for d in first.dims) for m in op.result_maps]
    for init, order in zip(op.inits, orders, strict=True):
        if order != tuple(range(len(order))):
            before.append(turned := Transpose(init, order, loc=op.loc))
            init = turned.result
        tensors.append(init)
        maps.append(first)
    made = op.evolve(tensors, maps=tuple(maps))
    for result, order in zip(made.results, orders, strict=True):
        if order != tuple(range(len(order))):
            back = tuple(order.index(d) for d in range(len(order)))
            after.append(turned := Transpose(result, back, loc=op.loc))
            result = turned.result
        results.append(result)
    return Replacement((*before, made, *after), tuple(results))


FOLDS: tuple[Pattern, ...] = (fold_in_one_order,)
