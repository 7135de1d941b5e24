"""The copy from one layout to another: a nest of as few loops as possible, with one stride on either side.

Along each dim, positions are copied up to a limit: the size of the dim, or the end of the last common granule where the
padding of the source may be copied as well. What remains of the padding in the destination is filled, if a value must
lie there. Where a limit does not end with a loop, the nest has a mask, and several nests without masks do the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product as all_of

from attrs import evolve, frozen

from tensorir.encoding.digits.boxes import (
    Box,
    Loop,
    Part,
    Place,
    Span,
    below,
    beyond,
    everything,
    merged_loop,
    nest,
)
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

    spans: tuple[Span, ...]
    value: ScalarValue
    box: Box


@frozen(cache_hash=True)
class Copy:
    """A nest that copies: the positions `spans` of digits of both layouts, which are `box` in both memories."""

    spans: tuple[Span, ...]
    box: Box


@frozen(cache_hash=True)
class Relayout:
    """`loops`, outer to inner in the order of the destination, copy the positions that all `masks` allow.

    `copies` do the same without masks; `fills` are the parts of the destination that then hold a value. All strides
    count elements. The sizes are those of both memories. `is_view`: they are the same, so nothing moves. `whole`: the
    dims of which all positions are copied, padding included, by each of the copies; `parts[d]`: into what the positions
    of a dim are cut, inner to outer."""

    loops: tuple[Loop, ...]
    masks: tuple[Mask, ...]
    copies: tuple[Copy, ...]
    fills: tuple[Fill, ...]
    source_size: Dim
    dest_size: Dim
    is_view: bool
    whole: frozenset[int]
    parts: tuple[tuple[Part, ...], ...]

    @property
    def rank(self) -> int:
        """The number of loops."""
        return len(self.loops)


def relayout(a: DigitLayout, b: DigitLayout, shape: Sequence[Dim], known: Known = NOTHING) -> Relayout | NotRefinable:
    """Returns the copy of a tensor of `shape` from layout `a` to layout `b`, or NotRefinable if the digits of a dim
    have no common ones. Law: afterwards each element lies where `b` says, and so does padding whose value `b` names.

    Raises InferError if a layout is not one of such tensors (`DigitLayout.check`). The latest answers are kept: the
    layers of a model ask the same, and so do the passes."""
    return _relayout(a, b, tuple(shape), known)


@lru_cache(maxsize=1024)
def _relayout(a: DigitLayout, b: DigitLayout, shape: tuple[Dim, ...], known: Known) -> Relayout | NotRefinable:
    a.check(shape, known)
    b.check(shape, known)
    memory = _Memory(a.memory_strides(shape, known), b.memory_strides(shape, known), known)
    dims: list[_Along] = []
    for dim in range(b.rank):
        along = _along(a, b, dim, shape, memory)
        if isinstance(along, NotRefinable):
            return along
        dims.append(along)
    loops, masks = _masked(dims, memory)
    copies = [tuple(s for spans in choice for s in spans) for choice in all_of(*(x.below(known) for x in dims))]
    fills = _fills(b, dims, shape, memory)
    sizes = a.storage_size(shape, known), b.storage_size(shape, known)
    return Relayout(
        loops,
        masks,
        tuple(Copy(spans, memory.nest(spans)) for spans in copies),
        fills,
        *sizes,
        _is_view(loops, bool(masks or fills), *sizes, known),
        frozenset(x.dim for x in dims if x.whole),
        tuple(tuple(x.parts) for x in dims),
    )


@frozen
class _Memory:
    """The strides of the digits of both memories."""

    source: tuple[Dim, ...]
    dest: tuple[Dim, ...]
    known: Known

    def loop(self, part: Part) -> Loop:
        return Loop(
            part.extent, 0 if part.source is None else part.source.stride(self.source), part.dest.stride(self.dest)
        )

    def nest(self, spans: Sequence[Span]) -> Box:
        return nest(spans, self.source, self.dest, self.known)


def _is_view(loops: Sequence[Loop], partial: bool, source: Dim, dest: Dim, known: Known) -> bool:
    if partial or not known.equal(source, dest):
        return False
    if dest == 0 or not loops:
        return dest in (0, 1)
    loop, *others = loops
    return not others and (loop.source, loop.dest) == (1, 1) and known.equal(loop.extent, dest)


@frozen
class _Along:
    """What is copied along one dim: the positions below `limit`, a multiple of `granule`. `parts`: inner to outer.
    `whole`: they are all positions of both memories. `fill`: what is behind the limit must be filled."""

    dim: int
    limit: Dim
    granule: Dim
    parts: list[Part]
    whole: bool
    fill: bool

    def below(self, known: Known) -> list[list[Span]]:
        return [everything(self.parts)] if self.whole else below(self.parts, self.limit, known)


def _along(a: DigitLayout, b: DigitLayout, dim: int, shape: Sequence[Dim], memory: _Memory) -> _Along | NotRefinable:
    size, known = shape[dim], memory.known
    from_chain, to_chain = a.chain(dim, known), b.chain(dim, known)
    if isinstance(from_chain, NotRefinable):
        return from_chain
    if isinstance(to_chain, NotRefinable):
        return to_chain
    if not to_chain:
        if from_chain and not known.equal(size, 1):
            strides = tuple(strides_of(a, dim))
            return NotRefinable(dim, strides, "the destination has one element for all positions of these digits")
        return _Along(dim, 1, 1, [], not from_chain, False)
    cuts = _cuts(a, b, dim, size, known)
    if isinstance(cuts, NotRefinable):
        return cuts
    granule, limit = _limit(a, b, dim, size, cuts, known)
    parts: list[Part] = []
    for k, cut in enumerate(cuts):
        extent = known.quotient(cuts[k + 1], cut) if k + 1 < len(cuts) else known.ceildiv(limit, cut)
        source, dest = _place(a, from_chain, cuts[: k + 1], known), _place(b, to_chain, cuts[: k + 1], known)
        assert extent is not None  # the cuts are a divisor chain
        assert dest is not None
        parts.append(Part(dim, k, cut, extent, source, dest))
    end = b.capacity(dim, shape, known)
    whole = all(known.equal(limit, n) for n in (end, a.capacity(dim, shape, known))) and known.divides(cuts[-1], limit)
    if not whole:
        parts = _joined_parts(a, b, parts, limit, memory)
    fill = b.padding[dim].kind == "value" and not known.equal(limit, end)
    return _Along(dim, limit, granule, parts, whole, fill)


def _joined_parts(a: DigitLayout, b: DigitLayout, parts: Sequence[Part], limit: Dim, memory: _Memory) -> list[Part]:
    """Merges parts that are evenly spaced together, without digits of other dims between them: a limit has fewer boxes
    then."""
    made: list[Part] = []
    for part in parts:
        inner = made[-1] if made else None
        if (
            inner is not None
            and merged_loop(memory.loop(part), memory.loop(inner), memory.known) is not None
            and _are_neighbours(a, part.source, inner.source)
            and _are_neighbours(b, part.dest, inner.dest)
        ):
            made[-1] = evolve(inner, extent=inner.extent * part.extent)
        else:
            made.append(part)
    made[-1] = evolve(made[-1], extent=memory.known.ceildiv(limit, made[-1].weight))
    return made


def _are_neighbours(layout: DigitLayout, outer: Place | None, inner: Place | None) -> bool:
    if outer is None or inner is None:
        return True
    return len({x.dim for x in layout.digits[outer.digit : inner.digit + 1]}) == 1


def _cuts(a: DigitLayout, b: DigitLayout, dim: int, size: Dim, known: Known) -> list[Dim] | NotRefinable:
    """Returns where the positions of a dim are cut into loops, inner to outer. Positions beyond the size need not be
    told apart, unless both memories end at the same one, so that all of it may be copied."""
    strides = [1, *strides_of(a, dim), *strides_of(b, dim)]
    if a.positions(dim) and known.equal(a.granule(dim), b.granule(dim)):
        every = ordered(dim, strides, known)
        if not isinstance(every, NotRefinable):
            return every
    return ordered(dim, [c for c in strides if c == 1 or not known.at_most(size, c)], known)


def _place(layout: DigitLayout, chain: Sequence[int], cuts: Sequence[Dim], known: Known) -> Place | None:
    """Returns where positions that differ by the last of the cuts lie: in the last digit that begins with a cut."""
    found: Place | None = None
    for p in chain:
        stride = layout.digits[p].stride
        if layout.digits[p].extent != 1 and any(known.equal(stride, cut) for cut in cuts):
            times = known.quotient(cuts[-1], stride)
            assert times is not None  # the cuts are a divisor chain
            found = Place(p, times)
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


def _masked(dims: Sequence[_Along], memory: _Memory) -> tuple[tuple[Loop, ...], tuple[Mask, ...]]:
    """Returns the nest over all parts, and the masks of dims whose limit does not end with a loop."""
    known = memory.known
    masked: dict[int, list[Part]] = {}
    for x in dims:
        above = [p for p in x.parts if not known.divides(p.weight * p.extent, x.granule)]
        if len(above) > 1 and not known.divides(x.parts[-1].weight, x.limit):
            masked[x.dim] = above
    loops: list[tuple[Loop, Part | None]] = []  # with the part, if a mask counts its positions
    for part in sorted((part for x in dims for part in x.parts), key=lambda part: part.order):
        outer, counted = loops[-1] if loops else (None, None), part in masked.get(part.dim, ())
        here = memory.loop(part)
        loop = None if counted or outer[0] is None or outer[1] is not None else merged_loop(outer[0], here, known)
        if loop is not None:
            loops[-1] = loop, None
        elif here.extent != 1:
            loops.append((here, part if counted else None))
    limits = {x.dim: x.limit for x in dims}
    weights = ((dim, [p.weight if p is not None and p.dim == dim else 0 for _, p in loops]) for dim in masked)
    return tuple(loop for loop, _ in loops), tuple(Mask(dim, limits[dim], tuple(w)) for dim, w in weights)


def _fills(b: DigitLayout, dims: Sequence[_Along], shape: Sequence[Dim], memory: _Memory) -> tuple[Fill, ...]:
    """Returns the padding of the destination that is not copied: of each dim, with all of the dims that are not filled,
    and the rest of those that were filled before."""
    known = memory.known
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
            every = tuple(s for part in choice for s in part)
            made.append(Fill(every, b.padding[x.dim].value, memory.nest(every)))
    return tuple(made)


def _own_parts(b: DigitLayout, dim: int, shape: Sequence[Dim], known: Known) -> list[Part]:
    """The digits of a dim in the destination alone."""
    chain = b.chain(dim, known)
    assert not isinstance(chain, NotRefinable)
    digits = [(p, b.digits[p]) for p in chain if b.digits[p].extent != 1]
    return [Part(dim, k, d.stride, b.extent(d, shape, known), None, Place(p, 1)) for k, (p, d) in enumerate(digits)]
