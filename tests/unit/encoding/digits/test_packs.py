"""Packs are layouts of at most one tile per dim; what they can't say has no record."""

from __future__ import annotations

import pytest

from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, Digit, DigitLayout, as_pack, filled, from_pack
from tensorir.encoding.layout import Layout

PACK = Layout((2, 0), (4, 8), (1, 0, 2))


def test_a_pack_is_its_digits() -> None:
    digits = from_pack(PACK, filled(0))
    assert digits.digits == (Digit(1, 1), Digit(0, 8), Digit(2, 4), Digit(2, 1, 4), Digit(0, 1, 8))
    assert digits.padding == (filled(0), NO_PADDING, filled(0))
    assert as_pack(digits) == PACK


@pytest.mark.parametrize(
    "digits",
    [
        (Digit(0, 16), Digit(1, 1), Digit(0, 4, 4), Digit(0, 1, 4)),  # two levels of tiles
        (Digit(0, 8), Digit(0, 1, 8), Digit(1, 1)),  # a tile outside of an open digit
        (Digit(1, 1),),  # a broadcast
    ],
    ids=str,
)
def test_what_a_pack_cannot_say_has_no_record(digits: tuple[Digit, ...]) -> None:
    states = tuple(UNSPECIFIED if any(x.dim == d for x in digits) else NO_PADDING for d in range(2))
    assert as_pack(DigitLayout(2, digits, states)) is None
