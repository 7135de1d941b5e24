"""Digits cut into smaller ones: the common digits of two layouts, and layouts of layouts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tensorir.encoding.digits.digit import NO_PADDING, UNSPECIFIED, Digit, NotRefinable, Padding
from tensorir.encoding.digits.layout import DigitLayout, made_of
from tensorir.ir.dims import Dim
from tensorir.ir.known import NOTHING, Known


def ordered(dim: int, cuts: Iterable[Dim], known: Known = NOTHING) -> list[Dim] | NotRefinable:
    """Returns the different cuts in such an order that each divides the next."""
    left: list[Dim] = []
    for cut in cuts:
        if not any(known.equal(cut, other) for other in left):
            left.append(cut)
    made: list[Dim] = []
    while left:
        least = next((c for c in left if all(known.divides(c, other) for other in left)), None)
        if least is None:
            return NotRefinable(dim, tuple(sorted((*made, *left), key=_order)))
        made.append(least)
        left.remove(least)
    return made


def _order(cut: Dim) -> tuple[bool, int, str]:
    return not isinstance(cut, int), cut if isinstance(cut, int) else 0, str(cut)


def strides_of(layout: DigitLayout, dim: int) -> list[Dim]:
    """The strides of the digits of a dim."""
    return [d.stride for d in layout.digits if d.dim == dim]


def cut_at(
    layout: DigitLayout, cuts: Sequence[Sequence[Dim]], shape: Sequence[Dim], known: Known = NOTHING
) -> DigitLayout | NotRefinable:
    """Returns the same memory with the digits of each dim also cut at `cuts[dim]`. An open digit can be cut where the
    size of the dim is known to be a multiple of the cut: otherwise there would be more padding."""
    parts: dict[int, list[Digit]] = {}
    for dim in range(layout.rank):
        chain = layout.chain(dim, known)
        if isinstance(chain, NotRefinable):
            return chain
        every = ordered(dim, [*strides_of(layout, dim), *cuts[dim]], known) if chain else []
        if isinstance(every, NotRefinable):
            return every
        if every and not known.equal(every[-1], layout.granule(dim)) and not known.divides(every[-1], shape[dim]):
            return NotRefinable(dim, (every[-1], shape[dim]), "the size is not known to be a multiple of the cut")
        for p in chain:
            digit = layout.digits[p]
            if digit.extent == 1:
                parts[p] = [digit]
                continue
            begin = next(i for i, c in enumerate(every) if known.equal(c, digit.stride))
            found = [Digit(dim, every[begin])]
            for cut in every[begin + 1 :]:
                if digit.extent is not None and known.equal(cut, digit.stride * digit.extent):
                    break
                found[-1] = Digit(dim, found[-1].stride, known.quotient(cut, found[-1].stride))
                found.append(Digit(dim, cut))
            if digit.extent is not None:
                found[-1] = Digit(dim, found[-1].stride, known.quotient(digit.stride * digit.extent, found[-1].stride))
            parts[p] = found[::-1]
    return DigitLayout(layout.rank, tuple(d for p in range(len(layout.digits)) for d in parts[p]), layout.padding)


def refine(
    a: DigitLayout, b: DigitLayout, shape: Sequence[Dim], known: Known = NOTHING
) -> tuple[DigitLayout, DigitLayout] | NotRefinable:
    """Returns both layouts of a tensor of `shape` in common digits: the order of those of a in that of b is the way
    from one memory to the other. Returns NotRefinable where there are none or where they would need more padding."""
    first = cut_at(a, [strides_of(b, d) for d in range(a.rank)], shape, known)
    if isinstance(first, NotRefinable):
        return first
    second = cut_at(b, [strides_of(a, d) for d in range(b.rank)], shape, known)
    return second if isinstance(second, NotRefinable) else (first, second)


def compose(outer: DigitLayout, inner: DigitLayout, known: Known = NOTHING) -> DigitLayout | NotRefinable:
    """Returns the layout of a tensor whose memory, laid out by `outer`, is laid out again by `inner`, a layout of one
    dim per digit of `outer`: packing twice is packing once by this.

    A digit that is cut where its extent does not end gives NotRefinable."""
    made: list[Digit] = []
    for digit in inner.digits:
        whole = outer.digits[digit.dim]
        extent = digit.extent
        if extent is None and whole.extent is not None:
            extent = known.quotient(whole.extent, digit.stride)
            if extent is None:
                return NotRefinable(whole.dim, (whole.stride * digit.stride, whole.stride * whole.extent))
        made.append(Digit(whole.dim, whole.stride * digit.stride, extent))
    if len({d.dim for d in inner.digits}) != len(outer.digits):
        missing = next(j for j in range(len(outer.digits)) if not inner.positions(j))
        return NotRefinable(outer.digits[missing].dim, (outer.digits[missing].stride,), "a digit is left out")
    return made_of(outer.rank, made, [_both(outer, inner, d) for d in range(outer.rank)])


def _both(outer: DigitLayout, inner: DigitLayout, dim: int) -> Padding:
    """What the padding of a dim holds after packing twice: that of both."""
    opens = [j for j, d in enumerate(outer.digits) if d.dim == dim and d.extent is None]
    states = {outer.padding[dim], *(inner.padding[j] for j in opens)} - {NO_PADDING}
    if not states:
        return NO_PADDING
    return states.pop() if len(states) == 1 else UNSPECIFIED


def inverse(layout: DigitLayout) -> DigitLayout | NotRefinable:
    """Returns the layout of the memory, one dim per digit, that puts the digits of each dim side by side again:
    `compose(layout, inverse(layout))` is row-major, with the padding of `layout`."""
    order: list[int] = []
    for dim in range(layout.rank):
        chain = layout.chain(dim)
        if isinstance(chain, NotRefinable):
            return chain
        order += reversed(chain)
    return DigitLayout(len(layout.digits), tuple(Digit(p, 1) for p in order), (NO_PADDING,) * len(layout.digits))
