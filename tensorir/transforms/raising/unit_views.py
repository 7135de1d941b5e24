"""Dims of size 1 as views: a value without them, the value with them again, and reshapes that only add or drop them.

The normal form of a reshape that adds and drops such dims is a collapse to a value without any, and an expand."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.tensor import CollapseShape, Constant, ExpandShape
from tensorir.encoding.views import Groups, groups_around
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, RegionView, Rewrite, pattern

View = ExpandShape | CollapseShape


def longer(shape: Sequence[Dim]) -> tuple[int, ...]:
    """The dims whose size is not known to be 1."""
    return tuple(d for d, s in enumerate(shape) if s != 1)


def needed(shape: Sequence[Dim]) -> tuple[int, ...]:
    """The dims of a value that an op computes: the longer ones, and one of size 1 if fewer than two are longer.

    A row of one token stays a row: the loop over the only position is what its launch goes along."""
    dims = longer(shape)
    units = [d for d in range(len(shape)) if d not in dims]
    if len(dims) > 1 or not units:
        return dims
    before = [d for d in units if not dims or d < dims[0]]
    return tuple(sorted((*dims, before[-1] if before else units[0])))


def only(x: Value, kept: Sequence[int], ops: list[Op], loc: Location) -> Value:
    """`x` without the dims other than `kept`, all of size 1; appends the op that drops them."""
    if len(kept) == x.type.rank:
        return x
    ops.append(made := CollapseShape(x, groups_around(kept, x.type.rank), loc=loc))
    return made.result


def again(x: Value, kept: Sequence[int], shape: tuple[Dim, ...], ops: list[Op], loc: Location) -> Value:
    """`x`, whose dims are the dims `kept` of `shape`, with the other dims of `shape`, all of size 1."""
    if len(kept) == len(shape):
        return x
    ops.append(made := ExpandShape(x, groups_around(kept, len(shape)), shape, loc=loc))
    return made.result


def reshaped(x: Value, shape: tuple[Dim, ...], ops: list[Op], loc: Location) -> Value:
    """`x` in a shape that has other dims of size 1, in normal form."""
    if x.type.shape == shape:
        return x
    return again(only(x, longer(x.type.shape), ops, loc), longer(shape), shape, ops, loc)


@pattern(ExpandShape, CollapseShape)
def view_of_unit_dims(op: View, view: RegionView) -> Rewrite:
    """reshape(x) == expand(reshape'(collapse(x))), where reshape' sees no dim of size 1

    Two reshapes that only add and drop such dims become one. No element moves."""
    source, shape = op.source.type.shape, op.result.type.shape
    kept = _kept_groups(op)
    if kept is None or op.encoding is not None or op.source.type.encoding is not None:
        return None
    ops: list[Op] = []
    if all(len(group) == 1 for group in kept):
        return _of_units_only(op, view)
    if len(longer(source)) == len(source) and len(longer(shape)) == len(shape):
        return None
    x = only(op.source, longer(source), ops, op.loc)
    if isinstance(op, ExpandShape):
        made: Op = ExpandShape(x, kept, tuple(shape[d] for d in longer(shape)), loc=op.loc)
    else:
        made = CollapseShape(x, kept, loc=op.loc)
    ops.append(made)
    again(made.result, longer(shape), shape, ops, op.loc)
    return ops


def _kept_groups(op: View) -> Groups | None:
    """The groups of the reshape without dims of size 1 on either side; None if dims that only a call knows to be 1
    meet such dims."""
    few, many = op.source.type.shape, op.result.type.shape
    if isinstance(op, CollapseShape):
        few, many = many, few
    place = {d: i for i, d in enumerate(longer(many))}
    kept: list[tuple[int, ...]] = []
    for size, group in zip(few, op.groups, strict=False):
        inside = tuple(place[d] for d in group if d in place)
        if bool(inside) != (size != 1):
            return None
        if inside:
            kept.append(inside)
    return tuple(kept)


def _of_units_only(op: View, view: RegionView) -> Rewrite:
    """The normal form of a reshape that only adds and drops dims of size 1."""
    shape = op.result.type.shape
    base = _before_unit_views(op.source, view)
    joins = base is not op.source
    if joins and base.type == op.result.type:
        return base
    has_units = len(longer(op.source.type.shape)) < op.source.type.rank
    if not has_units or (not joins and len(longer(shape)) == len(shape)):
        return None
    ops: list[Op] = []
    made = reshaped(base, shape, ops, op.loc)
    return ops or made


def _before_unit_views(x: Value, view: RegionView) -> Value:
    """What `x` reshapes, if it only adds or drops dims of size 1; otherwise `x`."""
    match view.def_of(x):
        case (ExpandShape() | CollapseShape()) as op if op.encoding is None and op.source.type.encoding is None:
            kept = _kept_groups(op)
            return op.source if kept is not None and all(len(group) == 1 for group in kept) else x
        case _:
            return x


@pattern(Constant)
def constant_with_unit_dims(op: Constant, view: RegionView) -> Rewrite:
    """constant == expand(the constant without its dims of size 1)"""
    shape = op.result.type.shape
    kept = longer(shape)
    if len(kept) == len(shape):
        return None
    array = op.value.array.reshape(tuple(op.value.shape[d] for d in kept))
    ops: list[Op] = [made := Constant(Dense(array), loc=op.loc)]
    again(made.result, kept, shape, ops, op.loc)
    return ops


UNIT_VIEWS: tuple[Pattern, ...] = (view_of_unit_dims, constant_with_unit_dims)
