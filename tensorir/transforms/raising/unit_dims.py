"""Dims of size 1 that ops carry along, such as a batch of one: each op without them, between reshapes that cancel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from tensorir.dialects.linalg import Broadcast, Contract, Fill, Generic, LayerNorm, Reduce, Softmax, Transpose
from tensorir.dialects.linalg.rows import RmsNorm, RowOp
from tensorir.dialects.tensor import Concat, ExtractSlice, Gather, InsertSlice, Pad
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, iteration_dim, iteration_dims_of, substitute
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, const, iteration_index, rewritten, with_operands
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, Refused, RegionView, Rewrite, pattern
from tensorir.transforms.raising.unit_views import again, needed, only

T = TypeVar("T")
Move = Transpose | Broadcast | Concat | Pad | ExtractSlice | InsertSlice | Fill


def _plain(op: Op) -> bool:
    """Whether no operand and no result has an encoding."""
    return all(v.type.encoding is None for v in (*op.operands, *op.results))


def _rest(dropped: Sequence[int], rank: int) -> tuple[int, ...]:
    return tuple(d for d in range(rank) if d not in dropped)


def _inside(map: AffineMap, dropped: Sequence[int]) -> AffineMap:
    """The map over the iteration dims that are left, with all its results; `dropped` ones are at 0."""
    rest = _rest(dropped, map.num_dims)
    values: dict[int, Dim] = dict.fromkeys(dropped, 0)
    values.update({d: iteration_dim(i) for i, d in enumerate(rest)})
    return AffineMap(len(rest), tuple(substitute(r, {}, values) for r in map.results))


def _narrowed(value: Value, map: AffineMap, ops: list[Op], op: Op) -> tuple[Value, AffineMap]:
    """`value` without the dims of size 1 that `map` reads at 0, and its map."""
    kept = [d for d, (s, at) in enumerate(zip(value.type.shape, map.results, strict=True)) if (s, at) != (1, 0)]
    made = only(value, kept, ops, op.loc)
    return made, AffineMap(map.num_dims, tuple(map.results[d] for d in kept))


@pattern(Generic)
def generic_with_unit_dims(op: Generic, view: RegionView) -> Rewrite:
    """generic(x) == expand(generic'(collapse(x))), which has no loop of size 1

    The body computes the same from the same elements; the position along such a loop is 0. The loops of a window stay
    if it would be a loop over part of a dim without them."""
    sizes, loops = op.iteration_shape, op.maps[-1].positions()
    stay = {loops[d] for d in needed(op.result.type.shape)}
    dropped = tuple(d for d in range(len(sizes)) if d not in stay)
    while windows := _windows(op, dropped):
        dropped = tuple(d for d in dropped if d not in windows)
    if not dropped or not _plain(op):
        return None
    ops: list[Op] = []
    read = [_narrowed(x, _inside(m, dropped), ops, op) for x, m in zip(op.inputs, op.maps, strict=False)]
    place = {d: i for i, d in enumerate(_rest(dropped, len(sizes)))}

    def moved(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
        if node.fn != "index":
            return with_operands(node, operands)
        return iteration_index(place[node.index]) if node.index in place else const(0, node.dtype)

    body = ScalarBody(op.body.args, rewritten(op.body.result, moved)) if op.body.iteration_dims else op.body
    out = op.maps[-1]
    kept = tuple(i for i, d in enumerate(loops) if d not in dropped)
    last = AffineMap(len(place), tuple(_inside(out, dropped).results[i] for i in kept))
    shape = tuple(sizes[d] for d in place)
    ops.append(made := Generic(tuple(x for x, _ in read), (*(m for _, m in read), last), body, shape, loc=op.loc))
    again(made.result, kept, op.result.type.shape, ops, op.loc)
    return ops


def _windows(op: Generic, dropped: Sequence[int]) -> set[int]:
    """Those of the dropped loops without which a window would be a loop over part of a dim."""
    sizes = op.iteration_shape
    zero = AffineMap(len(sizes), tuple(0 if d in dropped else iteration_dim(d) for d in range(len(sizes))))
    found: set[int] = set()
    for x, map in zip(op.inputs, op.maps, strict=False):
        left = map.compose(zero).dims
        for size, before, after, read in zip(x.type.shape, map.dims, left, map.results, strict=True):
            if before is None and after is not None and sizes[after] != size:
                found |= iteration_dims_of(read)
    return found.intersection(dropped)


@pattern(Contract)
def contraction_with_unit_dims(op: Contract, view: RegionView) -> Rewrite:
    """contract(x, y) == expand(contract'(collapse(x), collapse(y))), which has no batch dim of size 1

    Rows, columns and summed dims of size 1 go too, but for the last of each kind, which tiles need. The same products
    are summed in the same order."""
    if op.tiles is not None or not _plain(op):
        return None
    sizes = op.loops().sizes
    kinds: dict[tuple[bool, ...], list[int]] = {}
    for d in range(len(sizes)):
        kinds.setdefault(tuple(d in map.dims for map in op.maps), []).append(d)
    places = op.maps[2].positions()
    stay = {places[d] for d in needed(op.result.type.shape)}
    dropped: list[int] = []
    for kind, dims in kinds.items():
        units = [d for d in dims if sizes[d] == 1]
        if not all(kind) and len(units) == len(dims) and stay.isdisjoint(units):
            units = units[:-1]
        dropped += [d for d in units if d not in stay]
    if not dropped:
        left = next((d for d in range(len(sizes)) if sizes[d] == 1), None)
        side = "lhs" if left in op.maps[0].dims else "rhs"
        return (
            None if left is None else Refused(f"d{left} has the size 1 and stays: tiles need a dim of its kind", side)
        )
    ops: list[Op] = []
    made = [_narrowed(v, _inside(m, dropped), ops, op) for v, m in zip((op.lhs, op.rhs), op.maps, strict=False)]
    kept = tuple(i for i, d in enumerate(places) if d not in dropped)
    init = tuple(only(v, kept, ops, op.loc) for v in op.init)
    out = _inside(op.maps[2], dropped)
    (lhs, lhs_map), (rhs, rhs_map) = made
    maps = (lhs_map, rhs_map, AffineMap(out.num_dims, tuple(out.results[i] for i in kept)))
    ops.append(inner := Contract(lhs, rhs, init, maps, op.dtype, loc=op.loc))
    again(inner.result, kept, op.result.type.shape, ops, op.loc)
    return ops


@pattern(Reduce, Softmax, LayerNorm, RmsNorm)
def rows_with_unit_dims(op: Reduce | RowOp, view: RegionView) -> Rewrite:
    """rows(x) == expand(rows'(collapse(x))), where `rows` combines elements along dims, which stay"""
    shape = op.source.type.shape
    kept = tuple(sorted({*needed(shape), *op.dims}))
    if len(kept) == len(shape) or not _plain(op):
        return None
    ops: list[Op] = []
    x = only(op.source, kept, ops, op.loc)
    ops.append(made := op.evolve((x, *op.operands[1:]), dims=tuple(map(kept.index, op.dims))))
    left = [d for d in kept if not isinstance(op, Reduce) or d not in op.dims]
    names = [d for d in range(len(shape)) if not isinstance(op, Reduce) or d not in op.dims]
    again(made.result, tuple(map(names.index, left)), op.result.type.shape, ops, op.loc)
    return ops


@pattern(Transpose, Broadcast, Concat, Pad, ExtractSlice, InsertSlice, Fill)
def move_with_unit_dims(op: Move, view: RegionView) -> Rewrite:
    """move(x) == expand(move'(collapse(x))), if each element stays at the only position of a dim of size 1"""
    shape = op.result.type.shape
    dropped = {*_untouched(op)}.difference(needed(shape))
    if not dropped or not _plain(op):
        return None
    kept = tuple(d for d in range(len(shape)) if d not in dropped)
    ops: list[Op] = []

    def inner(x: Value, dims: Iterable[int]) -> Value:
        """`x`, whose dims are the dims `dims` of the result."""
        return only(x, tuple(i for i, d in enumerate(dims) if d in kept), ops, op.loc)

    def picked(values: Sequence[T]) -> tuple[T, ...]:
        return tuple(values[d] for d in kept)

    every = range(len(shape))
    match op:
        case Transpose(source=x, permutation=permutation):
            order = sorted(permutation[d] for d in kept)
            x = only(x, order, ops, op.loc)
            made: Op = Transpose(x, tuple(order.index(permutation[d]) for d in kept), loc=op.loc)
        case Broadcast(source=x, dims=dims):
            x = inner(x, (d for d in every if d not in dims))
            made = Broadcast(x, tuple(kept.index(d) for d in dims if d in kept), picked(shape), loc=op.loc)
        case Concat(inputs=inputs, dim=dim):
            made = Concat(tuple(inner(x, every) for x in inputs), kept.index(dim), loc=op.loc)
        case Pad(source=x, low=low, high=high, value=value):
            made = Pad(inner(x, every), picked(low), picked(high), value, loc=op.loc)
        case ExtractSlice(source=x, offsets=offsets, sizes=sizes, strides=strides):
            made = ExtractSlice(inner(x, every), picked(offsets), picked(sizes), picked(strides), loc=op.loc)
        case InsertSlice(source=x, dest=dest, offsets=offsets, strides=strides):
            made = InsertSlice(inner(x, every), inner(dest, every), picked(offsets), picked(strides), loc=op.loc)
        case Fill(value=value, type=type):
            made = Fill(value, type.with_shape(picked(shape)), loc=op.loc)
    ops.append(made)
    again(made.result, kept, shape, ops, op.loc)
    return ops


def _untouched(op: Move) -> Iterable[int]:
    """The dims of the result along which elements stay where they are."""
    every = range(op.result.type.rank)
    match op:
        case Concat(dim=dim):
            return (d for d in every if d != dim)
        case Pad(low=low, high=high):
            return (d for d in every if low[d] == 0 and high[d] == 0)
        case ExtractSlice(source=x, offsets=offsets):
            return (d for d in every if x.type.shape[d] == 1 and offsets[d] == 0)
        case InsertSlice(source=x, offsets=offsets):
            return (d for d in every if x.type.shape[d] == 1 and offsets[d] == 0)
        case Transpose() | Broadcast() | Fill():
            return every


@pattern(Gather)
def look_up_with_unit_dims(op: Gather, view: RegionView) -> Rewrite:
    """gather(x, i) == expand(gather(collapse(x), collapse(i))), but for the dim of x along which rows are looked up"""
    source, indices = op.source.type.shape, op.indices.type.shape
    stay = needed(op.result.type.shape)
    places = tuple(d for d in range(len(indices)) if d in stay)
    rows = (0, *(d for d in range(1, len(source)) if len(indices) + d - 1 in stay))
    if (len(rows), len(places)) == (len(source), len(indices)) or not _plain(op):
        return None
    ops: list[Op] = []
    x, i = only(op.source, rows, ops, op.loc), only(op.indices, places, ops, op.loc)
    ops.append(made := Gather(x, i, loc=op.loc))
    kept = (*places, *(len(indices) + d - 1 for d in rows[1:]))
    again(made.result, kept, op.result.type.shape, ops, op.loc)
    return ops


UNIT_DIMS: tuple[Pattern, ...] = (
    generic_with_unit_dims,
    contraction_with_unit_dims,
    rows_with_unit_dims,
    move_with_unit_dims,
    look_up_with_unit_dims,
)
