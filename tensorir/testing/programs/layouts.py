"""Random layouts of digits."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, Digit, DigitLayout, Padding, filled

VALUES = (0.0, 1.0, -2.0)
"""What padding may hold; elements are other numbers."""

FACTORS = (1, 2, 2, 3, 4)


@st.composite
def digit_layouts(draw: st.DrawFn, shape: Sequence[int], broadcast: Sequence[int] = ()) -> DigitLayout:
    """Any layout of a tensor of this shape: up to three digits per dim, in any order, with any true padding. Dims of
    size 1 and those in `broadcast` may have no digits."""
    digits: list[Digit] = []
    padding: list[Padding] = []
    for dim, size in enumerate(shape):
        if dim in broadcast or (size == 1 and draw(st.booleans())):
            padding.append(NO_PADDING)
            continue
        stride = 1
        for factor in draw(st.lists(st.sampled_from(FACTORS), max_size=2)):
            digits.append(Digit(dim, stride, factor))
            stride *= factor
        digits.append(Digit(dim, stride))
        states = [UNSPECIFIED, *map(filled, VALUES), *([NO_PADDING] if size % stride == 0 else [])]
        padding.append(draw(st.sampled_from(states)))
    return DigitLayout(len(shape), tuple(draw(st.permutations(digits))), tuple(padding))
