"""Slices of one dim as windows of its digits."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.encoding.digits.digit import NO_PADDING, UNSPECIFIED, Digit, NotRefinable, Padding
from tensorir.encoding.digits.layout import DigitLayout
from tensorir.encoding.digits.window import WHOLE, Window
from tensorir.ir.dims import Dim, floordiv, mod
from tensorir.ir.known import Known

SlicedDigits = dict[int, tuple[Digit | None, Window | None]]
"""Place of a digit → the digit of the slice that counts its window, if there is one."""


def sliced_dim(
    layout: DigitLayout, dim: int, part: tuple[Dim, Dim, int], size: Dim, known: Known
) -> tuple[Padding, SlicedDigits] | NotRefinable:
    """Slices a dim of `size` whose digits are cut at the step. `part`: offset, size, step.

    The digits below the step are fixed. Of the others one, which has the window, is open in the slice: the outermost
    one that begins where the slice does and does not end within it; digits outside of it are fixed, too."""
    chain = layout.chain(dim, known)
    if isinstance(chain, NotRefinable):
        return chain
    offset, count, step = part
    inner = [p for p in chain if not known.divides(step, layout.digits[p].stride) or layout.digits[p].extent == 1]
    outer = [p for p in chain if p not in inner]
    made: SlicedDigits = {p: (None, Window(_position(layout.digits[p], offset), 1)) for p in inner}
    first = floordiv(offset, step)
    strides = [known.quotient(layout.digits[p].stride, step) for p in outer]
    assert all(s is not None for s in strides)
    units = [s for s in strides if s is not None]
    at = next((k for k in range(len(outer) - 1, -1, -1) if _fits(units, k, first, count, known)), None)
    if at is None:
        if not outer:
            return NO_PADDING, {}
        return NotRefinable(dim, (*units, offset), "the slice does not begin and end where digits do")
    for k, p in enumerate(outer):
        digit, unit = layout.digits[p], units[k]
        if k < at:
            made[p] = Digit(dim, unit, digit.extent), WHOLE
        elif k == at:
            begin = _position(Digit(dim, unit, digit.extent), first)
            made[p] = Digit(dim, unit), Window(begin, known.ceildiv(count, unit))
        else:
            made[p] = None, Window(_position(Digit(dim, unit, digit.extent), first), 1)
    if known.divides(units[at], count):
        return NO_PADDING, made
    to_end = step == 1 and at == len(outer) - 1 and known.equal(offset + count, size)
    return layout.padding[dim] if to_end else UNSPECIFIED, made


def _position(digit: Digit, at: Dim) -> Dim:
    """The position of a digit at position `at` of its dim."""
    return floordiv(at if digit.extent is None else mod(at, digit.stride * digit.extent), digit.stride)


def _fits(units: Sequence[Dim], k: int, first: Dim, count: Dim, known: Known) -> bool:
    """Whether the positions from `first` on begin with a position of digit k, and lie in one of the next digit."""
    if not known.divides(units[k], first):
        return False
    if k == len(units) - 1:
        return True
    above = units[k + 1]
    if known.divides(above, first):
        return known.at_most(count, above)
    return all(isinstance(n, int) for n in (first, count, above)) and _block(first, above) == _block(
        first + count - 1, above
    )


def _block(at: Dim, size: Dim) -> Dim:
    return floordiv(at, size)
