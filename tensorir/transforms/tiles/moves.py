"""Ops that fill, look up and put together: fills, copies and gathers into parts of the result."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects import linalg, tensor, tile
from tensorir.dialects.linalg.rows import ZeroPadding
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, ceildiv, floordiv, mod
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import Access, UnfitError
from tensorir.transforms.tiles.emitter import Emitter, Loop, Piece, refined
from tensorir.transforms.tiles.operands import operand_digits, operands_digits


def copy_into(e: Emitter, value: Value, out: Access, pieces: Sequence[Piece]) -> None:
    """Copies a value to `out`, whose dims are `pieces`."""
    source = e.accesses[value]
    if value in e.whole:
        source = e.within(source, pieces)
    e.copy(source, out, pieces)


def fill(e: Emitter, op: linalg.Fill, out: Access) -> None:
    fill_at(e, out, op.value)


def zero_padding(e: Emitter, op: ZeroPadding, out: Access) -> None:
    """Copies, then zeroes the whole outer parts behind the extent, and the rest of the part that the extent cuts."""
    pieces = e.loop_pieces(op, op.source.type.shape)
    if not 1 <= len(op.dims) <= 2:
        raise UnfitError(f"a padded axis of {len(op.dims)} dims")
    copy_into(e, op.source, out, pieces)
    shape = op.source.type.shape
    if 0 in shape:
        return
    outer, *inside = op.dims
    inner = inside[0] if inside else None
    per = shape[inner] if inner is not None else 1
    if any(pieces[d].begin != 0 for d in op.dims):
        _zero_rest_of_unit(e, op, pieces, out)
        return
    first = ceildiv(op.extent, per)
    cut_part, used = floordiv(op.extent, per), mod(op.extent, per)
    behind: dict[int, tuple[Dim, Dim]] = {outer: (first, shape[outer] - first)}
    rest: dict[int, tuple[Dim, Dim]] = {outer: (cut_part, first - cut_part)}
    if inner is not None:
        rest[inner] = (used, per - used)
    for part in (behind, rest):
        spans = [part.get(d, (0, p.size)) for d, p in enumerate(pieces)]
        fill_at(e, out.sliced([b for b, _ in spans], [n for _, n in spans], [1] * len(spans)), 0)


def _zero_rest_of_unit(e: Emitter, op: ZeroPadding, pieces: Sequence[Piece], out: Access) -> None:
    """Zeroes what the last tile of a unit along the tiles of the axis has beyond the extent."""
    outer, *inside = op.dims
    k = next((k for k, u in enumerate(e.units) if (at := u.ops.get(op)) is not None and at.dim == outer), None)
    if k is None or len(inside) != 1 or pieces[inside[0]].begin != 0 or e.units[k].total != op.extent:
        raise UnfitError("units run along a padded axis")
    per, tiles = op.source.type.shape[inside[0]], pieces[outer].size
    used = e.piece(k, e.units[k].granule, op.extent).size - (tiles - 1) * per
    spans: list[tuple[Dim, Dim]] = [(0, p.size) for p in pieces]
    spans[outer], spans[inside[0]] = (tiles - 1, 1), (used, per - used)
    fill_at(e, out.sliced([b for b, _ in spans], [n for _, n in spans], [1] * len(spans)), 0)


def fill_at(e: Emitter, out: Access, value: ScalarValue) -> None:
    """Fills a tensor with one value."""
    flat = [(digit.size, (digit.stride,)) for digits in out.dims for digit in digits]
    e.emit(tile.Fill, [], [out], flat, value=value)


def gather(e: Emitter, op: tensor.Gather, out: Access) -> None:
    """Rows of a table that exists as a whole."""
    if 0 in op.source.type.shape[1:]:
        raise UnfitError("rows have no elements: no step would look at the indices, which must be valid all the same")
    if op.source not in e.whole and e.units:
        raise UnfitError("the table of a gather is computed in the same launch, piece by piece")
    rank = op.indices.type.rank
    row_rank = op.source.type.rank - 1
    pieces = e.loop_pieces(op, op.result.type.shape)
    total = rank + row_rank
    table = e.accesses[op.source]
    rows = table.single(0)
    access, along = operand_digits(
        e, op.source, AffineMap(total, (0, *select(total, range(rank, total)).results)), pieces
    )
    index, index_along = operand_digits(e, op.indices, select(total, range(rank)), pieces)
    loops = refined([Loop(p, (along[i], index_along[i], out.dims[i])) for i, p in enumerate(pieces)])
    tables = e.unit_map(rows.stride, op.source.type.shape[0])
    e.emit(tile.Gather, [access, index], [out], [loop for part in loops for loop in part], tables=tables)


def gather_nd(e: Emitter, op: tensor.GatherNd, out: Access) -> None:
    """Single elements of a table that exists as a whole."""
    if op.source not in e.whole and e.units:
        raise UnfitError("the table of a gather is computed in the same launch, piece by piece")
    pieces = e.loop_pieces(op, op.result.type.shape)
    rank = len(pieces)
    table = e.accesses[op.source]
    accesses, digits = operands_digits(e, op.indices, [identity(rank)] * len(op.indices), pieces)
    loops = refined([Loop(p, (None, *(d[i] for d in digits), out.dims[i])) for i, p in enumerate(pieces)])
    tables = [n for d, size in enumerate(op.source.type.shape) for n in (table.single(d).stride, size)]
    flat = [loop for part in loops for loop in part]
    e.emit(tile.Gather, [table, *accesses], [out], flat, tables=e.unit_map(*tables))


def concat(e: Emitter, op: tensor.Concat, out: Access) -> None:
    """Each input is copied to its part."""
    pieces = e.value_pieces(op.result)
    if pieces[op.dim].begin != 0:
        raise UnfitError("units run along the dim of a concat")
    begin: Dim = 0
    for value in op.inputs:
        size = value.type.shape[op.dim]
        part = [Piece(0, size, size) if d == op.dim else p for d, p in enumerate(pieces)]
        offsets: list[Dim] = [begin if d == op.dim else 0 for d in range(len(pieces))]
        place = out.sliced(offsets, [p.size for p in part], [1] * len(part))
        copy_into(e, value, place, part)
        begin = begin + size


def pad(e: Emitter, op: tensor.Pad, out: Access) -> None:
    """Fills everything, then copies the source to its place. If it was made there, or if other units have other pieces
    of it, only the padding is filled."""
    pieces, shape = e.value_pieces(op.result), op.source.type.shape
    padded = [d for d in range(len(shape)) if (op.low[d], op.high[d]) != (0, 0)]
    cut = [d for d in padded if any(d == at.dim for u in e.units if (at := u.values.get(op.result)) is not None)]
    inside = [Piece(0, s, s) if d in padded and d not in cut else pieces[d] for d, s in enumerate(shape)]
    sizes, steps = [p.size for p in inside], [1] * len(shape)
    place = out.sliced(op.low, sizes, steps)
    if not cut and (op.source in e.whole or not e.accesses[op.source].is_at(place)):
        fill_at(e, out, op.value)
        copy_into(e, op.source, place, inside)
        return
    ends = [e.ends(op.result, d) for d in range(len(shape))]
    begins = [low - low * first for low, (first, _) in zip(op.low, ends, strict=True)]
    spans = [
        low * first + n + high * last for low, n, high, (first, last) in zip(op.low, sizes, op.high, ends, strict=True)
    ]
    for d in padded:
        first, last = ends[d]
        for begin, count in ((0, op.low[d] * first), (op.low[d] + sizes[d], op.high[d] * last)):
            if count != 0:
                begins[d], spans[d] = begin, count
                fill_at(e, out.sliced(begins, spans, steps), op.value)
        begins[d], spans[d] = op.low[d], sizes[d]
    copy_into(e, op.source, place, inside)


def insert_slice(e: Emitter, op: tensor.InsertSlice, out: Access) -> None:
    """Copies the destination, then the source over it."""
    pieces = e.value_pieces(op.result)
    copy_into(e, op.dest, out, pieces)
    source = op.source.type.shape
    inside = [
        p if (o, st, s) == (0, 1, whole) else Piece(0, s, s)
        for p, o, st, s, whole in zip(pieces, op.offsets, op.strides, source, op.dest.type.shape, strict=True)
    ]
    copy_into(e, op.source, out.sliced(op.offsets, [p.size for p in inside], op.strides), inside)
