"""The copy from one layout to another: a nest of as few loops as possible, with one stride on either side.

Along each dim, positions are copied up to a limit: the size of the dim, or the end of the last common granule where the
padding of the source may be copied as well. What remains of the padding in the destination is filled, if a value must
lie there. Where a limit does not end with a loop, the nest has a mask, and several nests without masks do the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as all_of

from attrs import evolve, frozen

from tensorir.encoding.digits.boxes import Box, Loop, Part, Span, below, beyond, everything, merged_loop, nest
from tensorir.encoding.digits.digit import NotRefinable
from tensorir.encoding.digits.layout import DigitLayout
from tensorir.encoding.digits.refine import ordered, strides_of
from tensorir.ir.dims import Dim
from tensorir.ir.known import NOTHING, Known
from tensorir.ir.scalar import ScalarValue


@frozen(cache_hash=True)
class Mask:
    """Of the positions of dim `dim`, only those below `limit` are copied: where Σ `weights[l]` · position of loop l is
    less."""

    dim: int
    limit: Dim
    weights: tuple[Dim, ...]


@frozen(cache_hash=True)
class Fill:
    """A part of the destination in which `value` lies: padding that is not copied. The source does not matter."""

    box: Box
    value: ScalarValue


@frozen(cache_hash=True)
class Relayout:
    """`loops`, outer to inner in the order of the destination, copy the positions that all `masks` allow.

    `copies` do the same without masks; `fills` are the parts of the destination that then hold a value. All strides
    count elements. The sizes are those of both memories. `is_view`: they are the same, so nothing moves."""

    loops: tuple[Loop, ...]
    masks: tuple[Mask, ...]
    copies: tuple[Box, ...]
    fills: tuple[Fill, ...]
    source_size: Dim
    dest_size: Dim
    is_view: bool

    @property
    def rank(self) -> int:
        """The number of loops."""
        return len(self.loops)


def relayout(a: DigitLayout, b: DigitLayout, shape: Sequence[Dim], known: Known = NOTHING) -> Relayout | NotRefinable:
    """Returns the copy of a tensor of `shape` from layout `a` to layout `b`, or NotRefinable if the digits of a dim
    have no common ones. Law: afterwards each element lies where `b` says, and so does padding whose value `b` names.

    Raises InferError if a layout is not one of such tensors (`DigitLayout.check`)."""
    a.check(shape, known)
    b.check(shape, known)
    dims: list[_Along] = []
    for dim in range(b.rank):
        along = _along(a, b, dim, shape, known)
        if isinstance(along, NotRefinable):
            return along
        dims.append(along)
    loops, masks = _masked(dims, known)
    choices = all_of(*(below(x.parts, x.limit, known) for x in dims))
    copies = tuple(nest((span for spans in choice for span in spans), known) for choice in choices)
    sizes = a.storage_size(shape, known), b.storage_size(shape, known)
    fills = _fills(b, dims, shape, known)
    return Relayout(loops, masks, copies, fills, *sizes, _is_view(loops, bool(masks or fills), *sizes, known))


def _is_view(loops: Sequence[Loop], partial: bool, source: Dim, dest: Dim, known: Known) -> bool:
    if partial or not known.equal(source, dest):
        return False
    if dest == 0 or not loops:
        return dest in (0, 1)
    loop, *others = loops
    return not others and (loop.source, loop.dest) == (1, 1) and known.equal(loop.extent, dest)


@frozen
class _Along:
    """What is copied along one dim: the positions below `limit`, a multiple of `granule`. `parts`: inner to outer, none
    evenly spaced with the next. `fill`: whether what is behind the limit must be filled."""

    dim: int
    limit: Dim
    granule: Dim
    parts: list[Part]
    fill: bool


def _along(a: DigitLayout, b: DigitLayout, dim: int, shape: Sequence[Dim], known: Known) -> _Along | NotRefinable:
    size = shape[dim]
    from_digits, to_digits = _digits(a, dim, shape, known), _digits(b, dim, shape, known)
    if isinstance(from_digits, NotRefinable):
        return from_digits
    if isinstance(to_digits, NotRefinable):
        return to_digits
    if not to_digits:
        if from_digits and not known.equal(size, 1):
            strides = tuple(strides_of(a, dim))
            return NotRefinable(dim, strides, "the destination has one element for all positions of these digits")
        return _Along(dim, 1, 1, [], False)
    cuts = _cuts(a, b, dim, size, known)
    if isinstance(cuts, NotRefinable):
        return cuts
    granule, limit = _limit(a, b, dim, size, cuts, known)
    parts: list[Part] = []
    for k, cut in enumerate(cuts):
        extent = known.quotient(cuts[k + 1], cut) if k + 1 < len(cuts) else known.ceildiv(limit, cut)
        assert extent is not None
        source, _ = _stride(from_digits, cuts[: k + 1], known)
        dest, place = _stride(to_digits, cuts[: k + 1], known)
        part = Part(dim, cut, Loop(extent, source, dest), (place, -k))
        whole = merged_loop(part.loop, parts[-1].loop, known) if parts else None
        if whole is None:
            parts.append(part)
        else:
            parts[-1] = evolve(parts[-1], loop=whole)
    outermost = parts[-1]
    parts[-1] = evolve(outermost, loop=evolve(outermost.loop, extent=known.ceildiv(limit, outermost.weight)))
    fill = b.padding[dim].kind == "value" and not known.equal(limit, b.capacity(dim, shape, known))
    return _Along(dim, limit, granule, parts, fill)


def _cuts(a: DigitLayout, b: DigitLayout, dim: int, size: Dim, known: Known) -> list[Dim] | NotRefinable:
    """Returns where the positions of a dim are cut into loops, inner to outer. Positions beyond the size need not be
    told apart, unless both memories end at the same one, so that all of it may be copied."""
    strides = [1, *strides_of(a, dim), *strides_of(b, dim)]
    if a.positions(dim) and known.equal(a.granule(dim), b.granule(dim)):
        every = ordered(dim, strides, known)
        if not isinstance(every, NotRefinable):
            return every
    return ordered(dim, [c for c in strides if c == 1 or not known.at_most(size, c)], known)


Digits = list[tuple[Dim, Dim, int]]
"""Of one dim, inner to outer: the stride of the digit, its stride in memory, its place in the layout."""


def _digits(layout: DigitLayout, dim: int, shape: Sequence[Dim], known: Known) -> Digits | NotRefinable:
    chain = layout.chain(dim, known)
    if isinstance(chain, NotRefinable):
        return chain
    memory = layout.memory_strides(shape, known)
    return [(layout.digits[p].stride, memory[p], p) for p in chain if layout.digits[p].extent != 1]


def _stride(digits: Digits, cuts: Sequence[Dim], known: Known) -> tuple[Dim, int]:
    """Returns how far apart in memory positions lie that differ by the last of the cuts, and the place of the digit
    that counts them; (0, 0) where there are no digits."""
    found: tuple[Dim, int] = (0, 0)
    for stride, memory, place in digits:
        if any(known.equal(stride, cut) for cut in cuts):
            times = known.quotient(cuts[-1], stride)
            assert times is not None
            found = times * memory, place
    return found


def _limit(a: DigitLayout, b: DigitLayout, dim: int, size: Dim, cuts: Sequence[Dim], known: Known) -> tuple[Dim, Dim]:
    """Returns the largest granule that both memories have whole, and whose padding may be copied; and the end of the
    last of them."""
    wanted, given = b.padding[dim], a.padding[dim]
    moves = bool(a.positions(dim))
    if wanted.kind != "value" or (moves and (given.kind == "none" or given == wanted)):
        sides = [b.granule(dim), *([a.granule(dim)] if moves else [])]
        behind = [c for c in (*strides_of(a, dim), *strides_of(b, dim)) if not any(known.equal(c, k) for k in cuts)]
        granule = [c for c in cuts if all(known.divides(c, s) for s in (*sides, *behind))][-1]
    else:
        granule = 1
    return granule, size if known.divides(granule, size) else known.ceildiv(size, granule) * granule


def _masked(dims: Sequence[_Along], known: Known) -> tuple[tuple[Loop, ...], tuple[Mask, ...]]:
    """Returns the nest over all parts, and the masks of dims whose limit does not end with a loop."""
    masked: dict[int, list[Part]] = {}
    for x in dims:
        above = [p for p in x.parts if not known.divides(p.weight * p.loop.extent, x.granule)]
        if len(above) > 1 and not known.divides(x.parts[-1].weight, x.limit):
            masked[x.dim] = above
    loops: list[tuple[Loop, Part | None]] = []  # with the part, if a mask counts its positions
    for part in sorted((part for x in dims for part in x.parts), key=lambda part: part.place):
        outer, counted = loops[-1] if loops else (None, None), part in masked.get(part.dim, ())
        loop = None if counted or outer[0] is None or outer[1] is not None else merged_loop(outer[0], part.loop, known)
        if loop is not None:
            loops[-1] = loop, None
        elif part.loop.extent != 1:
            loops.append((part.loop, part if counted else None))
    limits = {x.dim: x.limit for x in dims}
    weights = ((dim, [p.weight if p is not None and p.dim == dim else 0 for _, p in loops]) for dim in masked)
    return tuple(loop for loop, _ in loops), tuple(Mask(dim, limits[dim], tuple(w)) for dim, w in weights)


def _fills(b: DigitLayout, dims: Sequence[_Along], shape: Sequence[Dim], known: Known) -> tuple[Fill, ...]:
    """Returns the padding of the destination that is not copied: of each dim, with all of the dims that are not filled,
    and the rest of those that were filled before."""
    parts = [_own_parts(b, x.dim, shape, known) for x in dims]
    made: list[Fill] = []
    for at, x in enumerate(dims):
        if not x.fill:
            continue
        spans: list[list[list[Span]]] = [
            below(p, y.limit, known) if y.fill and i < at else [everything(p)]
            for i, (p, y) in enumerate(zip(parts, dims, strict=True))
        ]
        spans[at] = beyond(parts[at], x.limit, known)
        for choice in all_of(*spans):
            made.append(Fill(nest((s for part in choice for s in part), known), b.padding[x.dim].value))
    return tuple(made)


def _own_parts(b: DigitLayout, dim: int, shape: Sequence[Dim], known: Known) -> list[Part]:
    """The digits of a dim in the destination alone."""
    chain, memory = b.chain(dim, known), b.memory_strides(shape, known)
    assert not isinstance(chain, NotRefinable)
    digits = ((p, b.digits[p]) for p in chain if b.digits[p].extent != 1)
    return [Part(dim, d.stride, Loop(b.extent(d, shape, known), 0, memory[p]), (p, 0)) for p, d in digits]
