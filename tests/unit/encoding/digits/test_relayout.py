"""Relayouts that one can follow by hand; the laws are in tests/property/test_digits.py."""

from __future__ import annotations

import pytest

from tensorir.encoding.digits import (
    NO_PADDING,
    UNSPECIFIED,
    Box,
    Digit,
    DigitLayout,
    Loop,
    Mask,
    NotRefinable,
    Relayout,
    compose,
    filled,
    from_pack,
    inverse,
    refine,
    relayout,
    row_major,
)
from tensorir.encoding.layout import Layout
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv, floordiv, mod, symbol
from tensorir.ir.known import NOTHING, Known, SizeFact, known

S = symbol("S")
RESULT = from_pack(Layout((0, 1), (8, 16), (0, 1)))
RIGHT = from_pack(Layout((0, 1), (16, 16), (1, 0)))


def exact(a: DigitLayout, b: DigitLayout, shape: tuple[Dim, ...], facts: Known = NOTHING) -> Relayout:
    found = relayout(a, b, shape, facts)
    assert isinstance(found, Relayout)
    return found


def boxes(copy: Relayout) -> list[Box]:
    return [c.box for c in copy.copies]


def test_a_result_becomes_a_right_side_by_one_copy_of_three_loops() -> None:
    copy = exact(RESULT, RIGHT, (1024, 1024))
    assert copy.loops == (Loop(64, 128, 16384), Loop(128, 8192, 128), Loop(128, 1, 1)), "whole tiles move"
    assert boxes(copy) == [Box(0, 0, copy.loops)]
    assert not copy.masks
    assert not copy.fills


def test_the_same_layout_moves_nothing() -> None:
    for shape in ((1024, 1024), (20, 33), (S, 7), (0, 3), (1, 1)):
        copy = exact(RESULT, RESULT, shape)
        assert copy.is_view
        assert copy.rank == (0 if copy.dest_size == 1 else 1)
    assert exact(row_major(2), RESULT, (8, 16)).is_view, "one tile"
    assert not exact(row_major(2), RESULT, (8, 15)).is_view, "one tile, with padding"
    assert exact(row_major(2), from_pack(Layout((1,), (8,), (1, 0))), (S, 8)).is_view


def test_rows_known_only_at_run_time_have_a_mask() -> None:
    """S rows in tiles of 8, whose padding is zero: whole tiles, what is left, and zeros."""
    layout = from_pack(Layout((0,), (8,), (0, 1)), filled(0.0))
    copy = exact(row_major(2), layout, (S, 4))
    assert copy.loops == (Loop(ceildiv(S, 8), 32, 32), Loop(4, 1, 8), Loop(8, 4, 1))
    assert copy.masks == (Mask(0, S, (8, 0, 1)),)
    whole, rest = boxes(copy)
    assert whole == Box(0, 0, (Loop(floordiv(S, 8), 32, 32), Loop(4, 1, 8), Loop(8, 4, 1)))
    assert rest == Box(32 * floordiv(S, 8), 32 * floordiv(S, 8), (Loop(4, 1, 8), Loop(mod(S, 8), 4, 1)))
    assert [fill.value for fill in copy.fills] == [0.0]
    unspecified = exact(row_major(2), from_pack(Layout((0,), (8,), (0, 1))), (S, 4))
    assert (unspecified.loops, unspecified.masks, unspecified.fills) == (copy.loops, copy.masks, ())


def test_a_fact_takes_the_mask_away() -> None:
    layout = from_pack(Layout((0,), (8,), (0, 1)), filled(0.0))
    copy = exact(row_major(2), layout, (S, 4), known(S=SizeFact(multiple=8)))
    assert copy.loops == (Loop(floordiv(S, 8), 32, 32), Loop(4, 1, 8), Loop(8, 4, 1))
    assert (copy.masks, copy.fills) == ((), ())
    promised = DigitLayout(2, layout.digits, (NO_PADDING, NO_PADDING))
    assert exact(row_major(2), promised, (S, 4), known(S=SizeFact(multiple=8))).loops == copy.loops
    with pytest.raises(InferError, match="dim 0 of size S is said to have no padding"):
        relayout(row_major(2), promised, (S, 4))


def test_a_fact_makes_one_tile_of_an_open_digit() -> None:
    layout = from_pack(Layout((0,), (512,), (0, 1)))
    copy = exact(row_major(2), layout, (S, 4), known(S=SizeFact(1, 512)))
    assert copy.loops == (Loop(4, 1, 512), Loop(S, 4, 1))
    assert not copy.masks


def test_padding_is_copied_where_it_is_what_is_wanted() -> None:
    zeros = from_pack(Layout((0,), (8,), (0,)), filled(0.0))
    ones = from_pack(Layout((0,), (8,), (0,)), filled(1.0))
    anything = from_pack(Layout((0,), (8,), (0,)))
    larger = from_pack(Layout((0,), (16,), (0,)), filled(0.0))
    assert exact(zeros, zeros, (20,)).is_view
    assert exact(zeros, anything, (20,)).is_view
    for other in (ones, anything):
        copy = exact(other, zeros, (20,))
        assert boxes(copy) == [Box(0, 0, (Loop(20, 1, 1),))]
        assert [(fill.box, fill.value) for fill in copy.fills] == [(Box(0, 20, (Loop(4, 0, 1),)), 0.0)]
    grown = exact(zeros, larger, (20,))
    assert boxes(grown) == [Box(0, 0, (Loop(24, 1, 1),))]
    assert [(fill.box, fill.value) for fill in grown.fills] == [(Box(0, 24, (Loop(8, 0, 1),)), 0.0)]


def test_a_broadcast_has_a_stride_of_zero() -> None:
    bias = DigitLayout(2, (Digit(1, 1),), (NO_PADDING,) * 2)
    copy = exact(bias, RESULT, (24, 32))
    assert copy.source_size == 32
    assert copy.loops == (Loop(3, 0, 256), Loop(2, 16, 128), Loop(8, 0, 16), Loop(16, 1, 1))
    back = relayout(RESULT, bias, (24, 32))
    assert isinstance(back, NotRefinable)
    assert back.dim == 0


def test_strides_without_a_divisor_chain_are_named() -> None:
    sixes = from_pack(Layout((0, 1), (8, 6), (0, 1)))
    found = relayout(RESULT, sixes, (64, 96))
    assert found == NotRefinable(1, (1, 6, 16))
    assert str(found) == "dim 1: the strides form no divisor chain: 1, 6, 16"
    assert refine(RESULT, sixes, (64, 96)) == NotRefinable(1, (1, 6, 16))
    assert exact(RESULT, sixes, (64, 5)).loops == (Loop(64, 16, 6), Loop(5, 1, 1)), (
        "5 columns are in one tile of either"
    )


def test_no_padding_is_copied_beyond_a_digit_that_was_not_needed() -> None:
    """Positions behind the fourth lie elsewhere in the destination, so the second three can't be copied whole."""
    threes = DigitLayout(1, (Digit(0, 3), Digit(0, 1, 3)), (UNSPECIFIED,))
    turned = DigitLayout(1, (Digit(0, 1, 4), Digit(0, 4, 3), Digit(0, 12)), (UNSPECIFIED,))
    assert boxes(exact(threes, turned, (4,))) == [Box(0, 0, (Loop(4, 1, 3),))]


def test_common_digits_are_the_strides_of_both() -> None:
    fours = from_pack(Layout((0, 1), (4, 16), (0, 1)))
    refined = refine(RESULT, fours, (64, 64))
    assert not isinstance(refined, NotRefinable)
    a, b = refined
    assert a.digits == (Digit(0, 8), Digit(1, 16), Digit(0, 4, 2), Digit(0, 1, 4), Digit(1, 1, 16))
    assert b.digits == (Digit(0, 8), Digit(0, 4, 2), Digit(1, 16), Digit(0, 1, 4), Digit(1, 1, 16))
    assert refine(RESULT, fours, (S, 64)) == NotRefinable(
        0, (8, S), "the size is not known to be a multiple of the cut"
    )


def test_a_pack_of_a_pack_has_two_levels_of_tiles() -> None:
    """Columns in fours within sixteens, as dot products of bytes need them."""
    inner = from_pack(Layout((3,), (4,), (0, 1, 3, 2)), UNSPECIFIED)
    both = compose(RESULT, DigitLayout(4, inner.digits, (NO_PADDING,) * 3 + (UNSPECIFIED,)))
    assert isinstance(both, DigitLayout)
    assert both.digits == (Digit(0, 8), Digit(1, 16), Digit(1, 4, 4), Digit(0, 1, 8), Digit(1, 1, 4))
    back = inverse(RESULT)
    assert isinstance(back, DigitLayout)
    assert back.digits == (Digit(0, 1), Digit(2, 1), Digit(1, 1), Digit(3, 1))
    sixes = from_pack(Layout((3,), (6,), (0, 1, 2, 3)))
    assert compose(RESULT, sixes) == NotRefinable(1, (6, 16))
