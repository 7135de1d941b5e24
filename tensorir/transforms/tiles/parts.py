"""Ops that can compute some positions of their result alone, of some positions of their operands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

from tensorir.analysis.placed_products import is_placed
from tensorir.dialects.linalg import Contract, Generic
from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.dialects.tensor import CollapseShape, ExpandShape, ExtractSlice
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import ceildiv, never_negative, product
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.transforms.tiles.positions import Digits, all_of, count, in_tiles, is_whole, merged
from tensorir.transforms.tiles.sides import contraction_sizes

Cuttable: TypeAlias = Contract | Generic | Mmt4d | BatchMmt4d | Pack | Unpack

COLUMNS = 32
"""So many columns of a contraction that is read in place share what is read of its left side: two of the longest
vectors. Fewer at once take longer than copying what is computed."""


def positions_read(op: Cuttable, cut: Sequence[Digits], maker: Op | None) -> list[Digits] | None:
    """Returns what an op reads for the positions `cut` of its result: positions of its loops, of the plain side of a
    pack, or of tiles. None if it can't compute them alone, or not as fast. `maker`: what makes its first operand."""
    match op:
        case Contract():
            return _of_contraction(op, cut) if op.encoding is None and is_placed(op, maker) else None
        case Generic():
            return None if op.encoding is not None or op.body.iteration_dims else _of_loops(op, cut)
        case Pack():
            return _of_plain(op, cut)
        case Unpack():
            return _of_tiles(op, cut)
        case _:
            return list(cut) if is_whole(cut[-2]) and is_whole(cut[-1]) else None


def part_of(op: Cuttable, cut: Sequence[Digits], read: Sequence[Digits], ops: list[Op]) -> Op:
    """Returns the op that computes the positions `cut` of the result of `op` alone, for which it reads `read`; adds
    the slices that it reads to `ops`."""
    match op:
        case Contract():
            lhs, rhs = (_along(v, map, read, op, ops) for v, map in zip((op.lhs, op.rhs), op.maps, strict=False))
            return op.evolve((lhs, rhs, *(_sliced(v, cut, op, ops) for v in op.init)))
        case Generic():
            inputs = [_along(v, map, read, op, ops) for v, map in zip(op.inputs, op.maps, strict=False)]
            return op.evolve(inputs, shape=tuple(map(count, read)))
        case Pack():
            return op.evolve((_sliced(op.source, read, op, ops),))
        case Unpack():
            return op.evolve((_sliced(op.source, read, op, ops),), shape=tuple(map(count, cut)))
        case _:
            *batch, rows, columns, _, _ = read
            lhs, rhs = (
                _sliced(v, [*batch, side, *map(all_of, v.type.shape[len(batch) + 1 :])], op, ops)
                for v, side in ((op.lhs, rows), (op.rhs, columns))
            )
            return op.evolve((lhs, rhs, *(_sliced(v, cut, op, ops) for v in op.init)))


def _of_loops(op: Generic, cut: Sequence[Digits]) -> list[Digits] | None:
    if not all(m.is_projected_permutation for m in op.maps):
        return None
    of_loop = dict(zip(op.maps[-1].positions(), cut, strict=True))
    return [of_loop[loop] for loop in range(len(of_loop))]


def _of_contraction(op: Contract, cut: Sequence[Digits]) -> list[Digits] | None:
    """Positions of the loops of one that packs nothing, which would be done for each slice: rows, and columns that are
    computed together."""
    loops = [all_of(size) for size in contraction_sizes(op)]
    for loop, digits in zip(op.maps[2].positions(), cut, strict=True):
        loops[loop] = digits
    columns = [loops[d] for d in op.maps[2].positions() if d in op.space().n]
    if not all(map(is_whole, columns)):
        digits = [digit for dim in columns for digit in dim]
        if in_tiles(merged(digits, product(size for size, _ in digits)), COLUMNS) is None:
            return None
    return loops


def _of_plain(op: Pack, cut: Sequence[Digits]) -> list[Digits] | None:
    """Of whole tiles, the last of which may be incomplete."""
    shape, layout = op.source.type.shape, op.layout
    plain = [all_of(extent) for extent in shape]
    for i, digits in enumerate(cut):
        if is_whole(digits):
            continue
        if i >= layout.rank or len(digits) != 1:
            return None
        d = layout.outer_perm[i]
        tiles, (first, size) = digits[0]
        tile, extent = layout.tile(d) or 1, shape[d]
        rest = extent - (first + size) * tile
        if not never_negative(rest) and first + size != tiles:
            return None
        kept = size * tile if never_negative(rest) else extent - first * tile
        if ceildiv(kept, tile) != size:
            return None  # it is the same for all sizes, but this is not known
        plain[d] = ((extent, (first * tile, kept)),)
    return plain


def _of_tiles(op: Unpack, cut: Sequence[Digits]) -> list[Digits] | None:
    """Of whole tiles, the last of which may be incomplete."""
    layout = op.layout
    tiles = [all_of(size) for size in op.source.type.shape]
    for d, digits in enumerate(cut):
        if is_whole(digits):
            continue
        found = in_tiles(digits, layout.tile(d) or 1)
        if found is None:
            return None
        tiles[layout.outer_position(d)] = found
    return tiles


def _along(value: Value, map: AffineMap, loops: Sequence[Digits], op: Op, ops: list[Op]) -> Value:
    return _sliced(value, [loops[d] for d in map.positions()], op, ops)


def _sliced(value: Value, cut: Sequence[Digits], op: Op, ops: list[Op]) -> Value:
    """The positions `cut` of an operand of `op`."""
    if all(map(is_whole, cut)):
        return value
    digits = [digit for dim in cut for digit in dim]
    ends = list(accumulate(map(len, cut), initial=0))
    groups = tuple(tuple(range(a, b)) for a, b in pairwise(ends))
    if len(digits) > len(cut):
        value = _added(ExpandShape(value, groups, tuple(extent for extent, _ in digits), loc=op.loc), ops)
    offsets, sizes = tuple(first for _, (first, _) in digits), tuple(size for _, (_, size) in digits)
    value = _added(ExtractSlice(value, offsets, sizes, (1,) * len(digits), loc=op.loc), ops)
    return _added(CollapseShape(value, groups, loc=op.loc), ops) if len(digits) > len(cut) else value


def _added(op: Op, ops: list[Op]) -> Value:
    ops.append(op)
    return op.results[0]
