"""Layouts through views: how the result of a view lies in the memory of its source, or in a part of it.

A transposition, a split, a merge and a broadcast give other names to the same digits. A slice is a window of each digit
and a pad is a window that may begin before the memory and end behind it, if both begin and end where digits do. Dims of
size 1 never cut a digit, not even tiled ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, Union

from attrs import frozen

from tensorir.encoding.digits.cuts import sliced_dim
from tensorir.encoding.digits.digit import NO_PADDING, UNSPECIFIED, Digit, NotRefinable, Padding, filled
from tensorir.encoding.digits.layout import DigitLayout, made_of
from tensorir.encoding.digits.refine import cut_at
from tensorir.encoding.digits.window import WHOLE, Window
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed, View
from tensorir.ir.dims import Dim, product
from tensorir.ir.known import NOTHING, Known
from tensorir.ir.scalar import ScalarValue


@frozen(cache_hash=True)
class Broadcast:
    """The new tensor has the shape `shape`; its dims `new` are repeated, the others are the old ones in order."""

    new: tuple[int, ...]
    shape: tuple[Dim, ...]


@frozen(cache_hash=True)
class Sliced:
    """Of each dim, `sizes[d]` positions from `offsets[d]` on, `strides[d]` apart."""

    offsets: tuple[Dim, ...]
    sizes: tuple[Dim, ...]
    strides: tuple[int, ...]


@frozen(cache_hash=True)
class Padded:
    """`low[d]` positions before each dim and `high[d]` behind it, which hold `value`."""

    low: tuple[Dim, ...]
    high: tuple[Dim, ...]
    value: ScalarValue


DigitView: TypeAlias = Union[View, Broadcast, Sliced, Padded]


@frozen(cache_hash=True)
class Through:
    """The result of a view lies as `layout` says in the memory that has, of each digit of `before`, the positions of
    its window. Positions that the memory does not have hold the value of the pad. `before` is the layout of the source,
    with digits cut where needed. `is_view`: all windows are whole, so nothing moves."""

    before: DigitLayout
    layout: DigitLayout
    windows: tuple[Window | None, ...]

    @property
    def is_view(self) -> bool:
        return all(w is WHOLE for w in self.windows)


def through(
    layout: DigitLayout, view: DigitView, shape: Sequence[Dim], known: Known = NOTHING
) -> Through | NotRefinable:
    """Returns how the result of a view of a tensor of `shape` in `layout` lies, or NotRefinable where it would cut a
    digit. Law: the windows of the memory are the memory of the result."""
    layout.check(shape, known)
    match view:
        case Transposed():
            return _projected(layout, view.permutation)
        case Projected():
            return _projected(layout, view.dims)
        case Broadcast():
            kept = [d for d in range(len(view.shape)) if d not in view.new]
            return _same_memory(layout, _renamed(layout, dict(enumerate(kept)), len(view.shape)))
        case Expanded():
            return _expanded(layout, view, shape, known)
        case Collapsed():
            return _collapsed(layout, view, known)
        case Sliced():
            return _sliced(layout, view, shape, known)
        case Padded():
            return _padded(layout, view, shape, known)


def _same_memory(before: DigitLayout, after: DigitLayout) -> Through:
    return Through(before, after, (WHOLE,) * len(before.digits))


def _renamed(layout: DigitLayout, new: dict[int, int], rank: int) -> DigitLayout:
    """The layout with dim d named `new[d]`, without the digits of other dims."""
    padding = [NO_PADDING] * rank
    for d, name in new.items():
        padding[name] = layout.padding[d]
    digits = tuple(Digit(new[x.dim], x.stride, x.extent) for x in layout.digits if x.dim in new)
    return DigitLayout(rank, digits, tuple(padding))


def _projected(layout: DigitLayout, dims: Sequence[int]) -> Through:
    """Position 0 is taken of all dims that are left out, along which the tensor is the same."""
    made = _renamed(layout, {d: i for i, d in enumerate(dims)}, len(dims))
    windows = tuple(WHOLE if x.dim in dims else Window(0, 1) for x in layout.digits)
    return Through(layout, made, windows)


def _expanded(layout: DigitLayout, view: Expanded, shape: Sequence[Dim], known: Known) -> Through | NotRefinable:
    weights: list[dict[int, Dim]] = []
    for group in view.groups:
        longer = [d for d in group if view.shape[d] != 1] or list(group[-1:])
        weights.append({d: product(view.shape[e] for e in longer[i + 1 :]) for i, d in enumerate(longer)})
    before = cut_at(layout, [list(w.values()) for w in weights], shape, known)
    if isinstance(before, NotRefinable):
        return before
    digits: list[Digit] = []
    for x in before.digits:
        to = next((d for d, w in weights[x.dim].items() if known.divides(w, x.stride)), None)
        if to is None:
            return NotRefinable(x.dim, (x.stride, *weights[x.dim].values()))
        stride = known.quotient(x.stride, weights[x.dim][to])
        assert stride is not None
        last = (
            x.extent is not None and known.equal(stride * x.extent, view.shape[to]) and to != next(iter(weights[x.dim]))
        )
        digits.append(Digit(to, stride, None if last else x.extent))
    padding = [NO_PADDING] * len(view.shape)
    for old, w in enumerate(weights):
        if w:
            padding[next(iter(w))] = before.padding[old]
    return _same_memory(before, made_of(len(view.shape), digits, padding))


def _collapsed(layout: DigitLayout, view: Collapsed, known: Known) -> Through | NotRefinable:
    made: dict[int, Digit | None] = {}
    padding: list[Padding] = []
    for new, group in enumerate(view.groups):
        states = _merge(layout, view.shape, group, new, made, known)
        if isinstance(states, NotRefinable):
            return states
        padding.append(states.pop() if len(states) == 1 else UNSPECIFIED if states else NO_PADDING)
    windows = tuple(WHOLE if made.get(p) is not None else Window(0, 1) for p in range(len(layout.digits)))
    kept = [d for p in range(len(layout.digits)) if (d := made.get(p)) is not None]
    return Through(layout, made_of(len(view.groups), kept, padding), windows)


def _merge(
    layout: DigitLayout,
    shape: Sequence[Dim],
    group: Sequence[int],
    new: int,
    made: dict[int, Digit | None],
    known: Known,
) -> set[Padding] | NotRefinable:
    """Sets in `made` what the digits of a group are as digits of dim `new`, and returns the states of its padding.

    Longer dims are merged row-major. Tiled dims of size 1 come outside of them: behind their only position there is
    nothing but padding, which then lies behind the last position of the merged dim."""
    longer = [d for d in group if shape[d] != 1]
    present = [d for d in longer if layout.positions(d)]
    if present and present != longer:
        return NotRefinable(longer[0], (), "it is merged with a dim along which the tensor is repeated")
    units = [d for d in group if shape[d] == 1 and known.quotient(layout.granule(d), 1) != 1]
    order = [*units, *present]
    if len(order) > 1 and any(shape[d] == 0 for d in order):
        return NotRefinable(order[0], (), "it is merged with a dim that has no positions")
    weight: Dim = 1
    states: set[Padding] = set()
    for i, d in reversed(list(enumerate(order))):
        inside = shape[d] if d in longer[1:] else layout.capacity(d, shape, known)
        if d in longer[1:] and not known.divides(layout.granule(d), shape[d]):
            return NotRefinable(d, (layout.granule(d), shape[d]), "its padding would lie within the merged dim")
        for p in layout.positions(d):
            x = layout.digits[p]
            extent = layout.extent(x, shape, known) if x.extent is None and i else x.extent
            made[p] = Digit(new, weight * x.stride, extent)
        weight = weight * inside
        states |= {layout.padding[d]} - {NO_PADDING}
    return states


def _sliced(layout: DigitLayout, view: Sliced, shape: Sequence[Dim], known: Known) -> Through | NotRefinable:
    before = cut_at(layout, [[step] for step in view.strides], shape, known)
    if isinstance(before, NotRefinable):
        return before
    digits: list[Digit | None] = list(before.digits)
    windows: list[Window | None] = [WHOLE] * len(digits)
    padding = list(before.padding)
    for d, (offset, size, step) in enumerate(zip(view.offsets, view.sizes, view.strides, strict=True)):
        if offset == 0 and step == 1 and known.equal(size, shape[d]):
            continue
        found = sliced_dim(before, d, (offset, size, step), shape[d], known)
        if isinstance(found, NotRefinable):
            return found
        padding[d], parts = found
        for p, (digit, window) in parts.items():
            digits[p], windows[p] = digit, window
    kept = [x for x in digits if x is not None]
    return Through(before, made_of(layout.rank, kept, padding), tuple(windows))


def _padded(layout: DigitLayout, view: Padded, shape: Sequence[Dim], known: Known) -> Through | NotRefinable:
    state = filled(view.value)
    windows: list[Window | None] = [WHOLE] * len(layout.digits)
    padding = list(layout.padding)
    for d, (low, high) in enumerate(zip(view.low, view.high, strict=True)):
        if low == 0 and high == 0:
            continue
        digit = layout.open_digit(d)
        if digit is None:
            return NotRefinable(d, (), "it has no digits in which the padding could lie")
        before = known.quotient(low, digit.stride)
        if before is None:
            return NotRefinable(d, (digit.stride, low), "the padding before it ends within a tile")
        if high != 0 and not known.divides(digit.stride, shape[d]) and padding[d] != state:
            return NotRefinable(d, (digit.stride, shape[d]), "what fills its last tile is not the value of the pad")
        size = low + shape[d] + high
        count = known.ceildiv(size, digit.stride)
        if not (low == 0 and known.equal(count, layout.extent(digit, shape, known))):
            windows[layout.digits.index(digit)] = Window(-1 * before, count)
        if known.divides(digit.stride, size):
            padding[d] = NO_PADDING
        elif high != 0:
            padding[d] = state
    for d in range(layout.rank):  # what is behind it along another dim that is padded holds the value of the pad
        others = (view.low[e] != 0 or view.high[e] != 0 for e in range(layout.rank) if e != d)
        if padding[d] not in (NO_PADDING, state) and any(others):
            padding[d] = UNSPECIFIED
    return Through(layout, made_of(layout.rank, layout.digits, padding), tuple(windows))
