"""Relayouts: copies of strided nests, and fills where padding must hold a value."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from attrs import evolve

from tensorir.dialects import tile
from tensorir.dialects.relayout import Relayout
from tensorir.encoding.digits import Digit, Part, Segment, nest, segments
from tensorir.ir.dims import Dim, quotient
from tensorir.transforms.tiles.access import Access, UnfitError
from tensorir.transforms.tiles.emitter import Emitter, Piece, moved
from tensorir.transforms.tiles.packs import row_major_memory


def relayout(e: Emitter, op: Relayout, out: Access) -> None:
    """A unit has a piece of the outermost digits of some segments; the others are copied as the nests say."""
    copy = op.copy()
    made = e.value_pieces(op.result)
    given = [Piece(0, s, s) for s in op.source.type.shape]
    counts: dict[Part, Dim] = {}
    for segment in segments(copy):
        _cut(e, op, segment, given, counts)
    if any(p.begin != 0 and all(q != part.dest.digit for part in counts) for q, p in enumerate(made)):
        raise UnfitError("units run along a digit that is copied in parts")
    source, place = e.accesses[op.source], out
    if op.source in e.whole:
        source = e.within(source, given)
    if not _continue(op.before.digits, source, given):
        whole = row_major_memory(e, given, op.source)
        e.copy(source, whole, given)
        source = whole
    if not _continue(op.after.digits, out, made):
        place = row_major_memory(e, made, op.result)
    strides = [d[0].stride for d in source.dims], [d[0].stride for d in place.dims]
    for part in copy.copies:
        spans = [evolve(s, count=counts.get(s.part, s.count)) for s in part.spans]
        box = nest(spans, *strides)
        loops = [(loop.extent, (loop.source, loop.dest)) for loop in box.loops]
        e.emit(tile.Copy, [moved(source, box.source)], [moved(place, box.dest)], loops)
    sizes = {part.dest.digit: made[part.dest.digit].size for part in counts}
    for part in copy.fills:
        spans = [evolve(s, count=sizes.get(s.part.dest.digit, s.count)) for s in part.spans]
        box = nest(spans, *strides)
        e.emit(tile.Fill, [], [moved(place, box.dest)], [(x.extent, (x.dest,)) for x in box.loops], value=part.value)
    e.copy(place, out, made)


def _cut(e: Emitter, op: Relayout, segment: Segment, given: list[Piece], counts: dict[Part, Dim]) -> None:
    """If units run along the outermost digit of a segment, finds the piece of the source and how many positions of the
    outermost part a unit has."""
    q, outer = segment.dest[0], segment.parts[0]
    at = next(((k, a.factor) for k, u in enumerate(e.units) if (a := u.values.get(op.result)) and a.dim == q), None)
    if at is None:
        return
    unit, factor = at
    granule = factor * op.after.digits[q].stride
    counts[outer] = e.piece(unit, _whole(granule, outer.weight), outer.extent).size
    if segment.source:
        p = segment.source[0]
        given[p] = e.piece(unit, _whole(granule, op.before.digits[p].stride), op.source.type.shape[p])


def _whole(granule: Dim, stride: Dim) -> int:
    """How many positions of a digit a granule has."""
    found = quotient(granule, stride)
    if not isinstance(found, int):
        raise UnfitError(f"granules of {granule} positions cut a digit of stride {stride}")
    return found


def _continue(digits: Sequence[Digit], memory: Access, pieces: Sequence[Piece]) -> bool:
    """Whether each digit has one stride, and neighbours that are digits of the same dim continue each other, so that
    nests may run through both."""
    if any(len(d) != 1 for d in memory.dims):
        return False
    places = zip(digits, (d[0].stride for d in memory.dims), (p.size for p in pieces), strict=True)
    long = [place for place in places if place[2] != 1]
    return all(
        outer.dim != inner.dim or stride == size * inner_stride
        for (outer, stride, _), (inner, inner_stride, size) in pairwise(long)
    )
