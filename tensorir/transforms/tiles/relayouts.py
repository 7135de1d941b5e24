"""Relayouts: copies of strided nests, and fills where padding must hold a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from attrs import evolve

from tensorir.dialects import tile
from tensorir.dialects.relayout import Relayout
from tensorir.encoding.digits import Digit, Span, nest
from tensorir.ir.dims import Dim
from tensorir.transforms.tiles.access import Access, UnfitError
from tensorir.transforms.tiles.emitter import Emitter, Piece, moved
from tensorir.transforms.tiles.packs import row_major_memory


def relayout(e: Emitter, op: Relayout, out: Access) -> None:
    """A unit has a piece of some digits that both memories have; all others are copied as the nests say."""
    common, free = op.common_digits(), op.free_digits()
    made = e.value_pieces(op.result)
    if any(p.begin != 0 for q, p in enumerate(made) if q not in free):
        raise UnfitError("units run along a digit that is copied in parts")
    given = [Piece(0, s, s) for s in op.source.type.shape]
    for q, p in common.items():
        given[p] = made[q]
    source, place = e.accesses[op.source], out
    if op.source in e.whole:
        source = e.within(source, given)
    if not _continue(op.before.digits, source, given):
        whole = row_major_memory(e, given, op.source)
        e.copy(source, whole, given)
        source = whole
    if not _continue(op.after.digits, out, made):
        place = row_major_memory(e, made, op.result)
    copy, sizes = op.copy(), {q: made[q].size for q in free}
    strides = [d[0].stride for d in source.dims], [d[0].stride for d in place.dims]
    for q, part in free.items():
        if q not in common and part.source is not None:
            source = moved(source, made[q].begin * part.source.stride(strides[0]))
    for part in copy.copies:
        box = nest(_pieces(part.spans, sizes), *strides)
        loops = [(loop.extent, (loop.source, loop.dest)) for loop in box.loops]
        e.emit(tile.Copy, [moved(source, box.source)], [moved(place, box.dest)], loops)
    for part in copy.fills:
        box = nest(_pieces(part.spans, sizes), *strides)
        e.emit(tile.Fill, [], [moved(place, box.dest)], [(x.extent, (x.dest,)) for x in box.loops], value=part.value)
    e.copy(place, out, made)


def _pieces(spans: Sequence[Span], sizes: Mapping[int, Dim]) -> list[Span]:
    """The spans of a unit, which has so many positions of some digits of the result; without pieces these are whole."""
    return [evolve(s, count=sizes.get(s.part.dest.digit, s.count)) for s in spans]


def _continue(digits: Sequence[Digit], memory: Access, pieces: Sequence[Piece]) -> bool:
    """Whether each digit has one stride, and neighbours that are digits of the same dim continue each other, so that
    nests may run through both."""
    if any(len(d) != 1 for d in memory.dims):
        return False
    strides = [d[0].stride for d in memory.dims]
    return all(
        outer.dim != inner.dim
        or 1 in (pieces[i].size, pieces[i + 1].size)
        or strides[i] == pieces[i + 1].size * strides[i + 1]
        for i, (outer, inner) in enumerate(pairwise(digits))
    )
