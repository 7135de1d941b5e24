"""Nests of loops over two memories, and the positions of a dim below or beyond a limit as nests.

The positions below a limit are not one nest if the limit does not end where a digit does: those below 20, in tiles of
8, are two whole tiles and half of a third. Each digit of the limit gives one nest; a limit known only at run time gives
nests that may be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from tensorir.ir.dims import Dim, floordiv, mod
from tensorir.ir.known import NOTHING, Known


@frozen(cache_hash=True)
class Loop:
    """`extent` positions, so many elements apart in the source and in the destination."""

    extent: Dim
    source: Dim
    dest: Dim


@frozen(cache_hash=True)
class Box:
    """A nest, and where it begins: element `source` of the one memory, element `dest` of the other."""

    source: Dim
    dest: Dim
    loops: tuple[Loop, ...]


@frozen(cache_hash=True)
class Place:
    """Every `times`-th position of the digit that stands at `digit` in a layout."""

    digit: int
    times: Dim

    def stride(self, strides: Sequence[Dim]) -> Dim:
        """How far apart positions lie if the digits of the memory have these strides."""
        return self.times * strides[self.digit]


@frozen(cache_hash=True)
class Part:
    """One digit of a dim in both memories: the positions of the dim are Σ `weight` · position of each part. Without a
    source, all positions are the same element. `level` counts the parts of the dim, inner to outer."""

    dim: int
    level: int
    weight: Dim
    extent: Dim
    source: Place | None
    dest: Place

    @property
    def order(self) -> tuple[int, int]:
        """Sorts parts by where they stand in the destination."""
        return self.dest.digit, -self.level


@frozen(cache_hash=True)
class Span:
    """The positions `begin` … `begin + count - 1` of a part."""

    part: Part
    begin: Dim
    count: Dim


def everything(parts: Sequence[Part]) -> list[Span]:
    """All positions of a dim."""
    return [Span(part, 0, part.extent) for part in parts]


def below(parts: Sequence[Part], limit: Dim, known: Known) -> list[list[Span]]:
    """The positions of a dim below `limit`. `parts`: those of the dim, inner to outer."""
    made: list[list[Span]] = []
    fixed: list[Span] = []
    rest = limit
    for k in range(len(parts) - 1, -1, -1):
        count = _floordiv(rest, parts[k].weight, known)
        made.append([*everything(parts[:k]), Span(parts[k], 0, count), *fixed])
        fixed.append(Span(parts[k], count, 1))
        if known.divides(parts[k].weight, rest):
            break
        rest = mod(rest, parts[k].weight)
    return [spans for spans in made if all(s.count != 0 for s in spans)] if parts else [[]]


def beyond(parts: Sequence[Part], limit: Dim, known: Known) -> list[list[Span]]:
    """The positions of a dim from `limit` on."""
    made: list[list[Span]] = []
    fixed: list[Span] = []
    rest = limit
    for k in range(len(parts) - 1, -1, -1):
        weight, extent = parts[k].weight, parts[k].extent
        used = known.ceildiv(limit, weight)
        if k == len(parts) - 1:
            begin, count = used, extent - used
        else:  # up to the next whole position of the part outside
            count = extent * known.ceildiv(limit, parts[k + 1].weight) - used
            begin = extent - count
        made.append([*everything(parts[:k]), Span(parts[k], begin, count), *fixed])
        if known.divides(weight, limit):
            break
        fixed.append(Span(parts[k], _floordiv(rest, weight, known), 1))
        rest = mod(rest, weight)
    return [spans for spans in made if all(s.count != 0 for s in spans)]


def _floordiv(a: Dim, b: Dim, known: Known) -> Dim:
    exact = known.quotient(a, b)
    return floordiv(a, b) if exact is None else exact


def nest(spans: Iterable[Span], source: Sequence[Dim], dest: Sequence[Dim], known: Known = NOTHING) -> Box:
    """Returns the nest that runs through all these positions, in the order of the destination. `source` and `dest` are
    the strides of the digits of both memories; without sources, a fill, the nest begins at 0 there."""
    from_offset: Dim = 0
    to_offset: Dim = 0
    loops: list[Loop] = []
    for span in sorted(spans, key=lambda s: s.part.order):
        part = span.part
        loop = Loop(span.count, 0 if part.source is None else part.source.stride(source), part.dest.stride(dest))
        from_offset, to_offset = from_offset + span.begin * loop.source, to_offset + span.begin * loop.dest
        loops.append(loop)
    return Box(from_offset, to_offset, joined(loops, known))


def joined(loops: Sequence[Loop], known: Known) -> tuple[Loop, ...]:
    """Merges neighbours that are evenly spaced together in both memories, and drops loops of one position."""
    made: list[Loop] = []
    for loop in loops:
        if loop.extent == 1:
            continue
        merged = merged_loop(made[-1], loop, known) if made else None
        if merged is None:
            made.append(loop)
        else:
            made[-1] = merged
    return tuple(made)


def merged_loop(outer: Loop, inner: Loop, known: Known) -> Loop | None:
    """Returns one loop that runs as the two do, or None."""
    if known.equal(outer.source, inner.extent * inner.source) and known.equal(outer.dest, inner.extent * inner.dest):
        return Loop(outer.extent * inner.extent, inner.source, inner.dest)
    return None
