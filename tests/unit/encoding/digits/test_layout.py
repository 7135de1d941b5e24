"""Layouts say what lies where, and can't contradict themselves."""

from __future__ import annotations

import re

import pytest

from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, Digit, DigitLayout, Padding, filled, row_major
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import ceildiv, floordiv, symbol
from tensorir.ir.known import SizeFact, known

S = symbol("S")
TILED = DigitLayout(2, (Digit(0, 8), Digit(1, 16), Digit(0, 1, 8), Digit(1, 4, 4), Digit(1, 1, 4)), (UNSPECIFIED,) * 2)
"""Tiles of 8×16, in which columns lie in fours."""


def test_the_physical_dims_are_the_digits() -> None:
    assert TILED.packed_shape((20, 33)) == (3, 3, 8, 4, 4)
    assert TILED.memory_strides((20, 33)) == (384, 128, 16, 4, 1)
    assert TILED.storage_size((20, 33)) == 24 * 48
    assert TILED.packed_shape((S, 32)) == (ceildiv(S, 8), 2, 8, 4, 4)
    assert TILED.packed_shape((S, 32), known(S=SizeFact(multiple=8))) == (floordiv(S, 8), 2, 8, 4, 4)
    assert TILED.packed_shape((S, 32), known(S=SizeFact(1, 8))) == (1, 2, 8, 4, 4)
    assert [TILED.capacity(d, (20, 33)) for d in (0, 1)] == [24, 48]


def test_a_promise_of_no_padding_is_checked() -> None:
    layout = DigitLayout(1, (Digit(0, 8), Digit(0, 1, 8)), (NO_PADDING,))
    layout.check((16,))
    layout.check((S,), known(S=SizeFact(multiple=16)))
    with pytest.raises(InferError, match="dim 0 of size S is said to have no padding, but is not known to be a multi"):
        layout.check((S,))
    with pytest.raises(InferError, match="a layout of rank 1 for a tensor of rank 2"):
        layout.check((16, 16))
    assert layout.with_padding((20,)).padding == (UNSPECIFIED,)
    assert TILED.with_padding((16, 20), filled(0.0)).padding == (NO_PADDING, filled(0.0))


@pytest.mark.parametrize(
    ("digits", "message"),
    [
        ((Digit(0, 1, 8), Digit(1, 1)), "dim 0 has 0 open digits"),
        ((Digit(0, 1), Digit(0, 1), Digit(1, 1)), "dim 0 has 2 open digits"),
        ((Digit(0, 8), Digit(0, 1, 4), Digit(1, 1)), "dim 0: the strides form no divisor chain: 1, 8"),
        ((Digit(0, 2), Digit(1, 1)), "dim 0: the strides form no divisor chain: 2"),
        ((Digit(2, 1),), "digit (2, 1, ?) of a tensor of rank 2"),
        ((Digit(0, 1), Digit(1, 0)), "digit (1, 0, ?): stride and extent are at least 1"),
        ((Digit(0, 1),), "dim 1 has no digits, and so no padding"),
    ],
)
def test_digits_that_leave_out_or_repeat_positions_are_refused(digits: tuple[Digit, ...], message: str) -> None:
    with pytest.raises(InferError, match=re.escape(message)):
        DigitLayout(2, digits, (UNSPECIFIED, UNSPECIFIED))


def test_padding_is_compared_by_its_bits() -> None:
    assert filled(0.0) == filled(0) != filled(-0.0)
    assert filled(float("nan")) == filled(float("nan"))
    assert filled(2**60) != filled(2**60 + 1)
    assert {NO_PADDING, Padding("none"), UNSPECIFIED} == {NO_PADDING, UNSPECIFIED}


def test_the_simplest_digits_of_the_same_memory() -> None:
    assert TILED.simplest((16, 16)) == row_major(2), "one tile of columns: whole rows follow each other"
    fours = (Digit(0, 8), Digit(0, 1, 8), Digit(1, 4), Digit(1, 1, 4))
    assert TILED.simplest((20, 15)).digits == fours, "15 columns need as many fours as 16"
    assert row_major(2).simplest((1, S)).digits == (Digit(1, 1),)
    tiles = DigitLayout(1, (Digit(0, 8), Digit(0, 1, 8)), (UNSPECIFIED,))
    assert tiles.simplest((24,)) == row_major(1)
    assert tiles.simplest((20,)) == tiles, "one digit would have no padding"
