"""Layouts behind views, one rule each; that the elements agree is a law in tests/property/test_digits.py."""

from __future__ import annotations

import pytest

from tensorir.encoding.digits import (
    NO_PADDING,
    UNSPECIFIED,
    Broadcast,
    Digit,
    DigitLayout,
    DigitView,
    NotRefinable,
    Padded,
    Sliced,
    Through,
    Window,
    filled,
    from_pack,
    row_major,
    through,
)
from tensorir.encoding.layout import Layout
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.known import NOTHING, Known, SizeFact, known

S = symbol("S")
TILED = from_pack(Layout((0, 1), (8, 16), (0, 1)))


def behind(layout: DigitLayout, view: DigitView, shape: tuple[Dim, ...], facts: Known = NOTHING) -> Through:
    found = through(layout, view, shape, facts)
    assert isinstance(found, Through), found
    return found


def test_names_of_dims_change_and_the_memory_does_not() -> None:
    found = behind(TILED, Transposed((1, 0)), (S, 32))
    assert found.is_view
    assert found.layout.digits == (Digit(1, 8), Digit(0, 16), Digit(1, 1, 8), Digit(0, 1, 16))
    assert behind(TILED, Broadcast((1,), (S, 4, 32)), (S, 32)).layout.digits == (
        Digit(0, 8),
        Digit(2, 16),
        Digit(0, 1, 8),
        Digit(2, 1, 16),
    )
    assert behind(TILED, Projected((1,)), (S, 32)).windows == (Window(0, 1), None, Window(0, 1), None)


def test_heads_are_split_where_tiles_end() -> None:
    found = behind(TILED, Expanded(((0,), (1, 2)), (S, 4, 32)), (S, 128))
    assert found.is_view
    assert found.layout.digits == (Digit(0, 8), Digit(1, 1), Digit(2, 16), Digit(0, 1, 8), Digit(2, 1, 16))
    assert found.layout.padding == (UNSPECIFIED, UNSPECIFIED, NO_PADDING)
    within = behind(TILED, Expanded(((0,), (1, 2)), (S, 16, 8)), (S, 128))
    assert within.layout.digits == (Digit(0, 8), Digit(1, 2), Digit(0, 1, 8), Digit(1, 1, 2), Digit(2, 1)), (
        "a tile may be cut where its parts are multiples"
    )
    cut = through(TILED, Expanded(((0,), (1, 2)), (S, 4, 24)), (S, 96))
    assert cut == NotRefinable(1, (1, 16, 24))


@pytest.mark.parametrize("n", [7, S], ids=str)
@pytest.mark.parametrize("groups", [((0, 1), (2,)), ((0,), (1, 2))], ids=str)
def test_dims_of_one_position_never_cut(n: Dim, groups: tuple[tuple[int, ...], ...]) -> None:
    """[n, 16] with a 1 before, between or behind, and back."""
    for shape in ((1, n, 16), (n, 1, 16), (n, 16, 1)):
        if len(groups[0]) == 1 and shape[0] == 1:
            continue
        if len(groups[0]) == 2 and shape[2] == 1:
            continue
        there = behind(TILED, Expanded(groups, shape), (n, 16))
        assert there.is_view
        back = behind(there.layout, Collapsed(groups, shape), shape)
        assert back.is_view
        assert back.layout == TILED


def test_a_tile_around_one_position_is_padding_behind_the_merged_dim() -> None:
    """One row, stored as a tile of 8 rows: as a vector it has seven times as much padding as elements."""
    found = behind(TILED, Collapsed(((0, 1),), (1, 32)), (1, 32))
    assert found.is_view
    assert found.layout.digits == (Digit(0, 256), Digit(0, 16, 2), Digit(0, 32, 8), Digit(0, 1, 16))
    assert found.layout.storage_size((32,)) == 256
    ragged = behind(TILED, Collapsed(((0, 1),), (1, S)), (1, S), known(S=SizeFact(multiple=16)))
    assert ragged.layout.storage_size((S,), known(S=SizeFact(1, multiple=16))) is not None


def test_a_merge_needs_whole_tiles_inside() -> None:
    rows = from_pack(Layout((1,), (8,), (0, 1)))
    assert behind(rows, Collapsed(((0, 1),), (S, 16)), (S, 16)).layout.digits == (
        Digit(0, 16),
        Digit(0, 8, 2),
        Digit(0, 1, 8),
    )
    found = through(rows, Collapsed(((0, 1),), (S, 12)), (S, 12))
    assert isinstance(found, NotRefinable)
    assert (found.dim, found.strides) == (1, (8, 12))
    assert isinstance(through(rows, Collapsed(((0, 1),), (4, S)), (4, S)), NotRefinable)
    eights = known(S=SizeFact(multiple=8))
    assert behind(rows, Collapsed(((0, 1),), (4, S)), (4, S), eights).layout.digits[0] == Digit(0, S)


def test_a_slice_of_whole_tiles_is_a_window() -> None:
    found = behind(TILED, Sliced((16, 0), (S, 32), (1, 1)), (16 + S, 32))
    assert found.windows[0] is not None
    assert found.windows[0].begin == 2
    assert found.layout == TILED
    cut = through(TILED, Sliced((4, 0), (8, 32), (1, 1)), (64, 32))
    assert cut == NotRefinable(0, (1, 8, 4), "the slice does not begin and end where digits do")
    inside = behind(TILED, Sliced((3, 0), (1, 32), (1, 1)), (64, 32))
    assert inside.windows == (Window(0, 1), None, Window(3, 1), None), "one row of one tile"
    assert inside.layout.digits == (Digit(1, 16), Digit(0, 1), Digit(1, 1, 16))
    every = behind(row_major(1), Sliced((1,), (8,), (2,)), (16,))
    assert every.before.digits == (Digit(0, 2), Digit(0, 1, 2))
    assert every.windows == (Window(0, 8), Window(1, 1)), "the second of each pair"


def test_a_slice_leaves_what_follows_as_padding() -> None:
    zeros = from_pack(Layout((0,), (8,), (0,)), filled(0.0))
    assert behind(zeros, Sliced((8,), (5,), (1,)), (20,)).layout.padding == (UNSPECIFIED,), "elements follow"
    assert behind(zeros, Sliced((8,), (12,), (1,)), (20,)).layout.padding == (filled(0.0),), "it goes to the end"
    assert behind(zeros, Sliced((0,), (8,), (1,)), (20,)).layout.padding == (NO_PADDING,)


def test_a_pad_up_to_the_end_of_the_last_tile_moves_nothing() -> None:
    zeros = from_pack(Layout((0,), (8,), (0,)), filled(0.0))
    assert behind(zeros, Padded((0,), (3,), 0.0), (20,)).is_view
    assert behind(zeros, Padded((8,), (4,), 0.0), (20,)).windows == (Window(-1, 4), None)
    assert behind(zeros, Padded((0,), (4,), 0.0), (20,)).layout.padding == (NO_PADDING,)
    ones = through(zeros, Padded((0,), (3,), 1.0), (20,))
    assert ones == NotRefinable(0, (8, 20), "what fills its last tile is not the value of the pad")
    assert isinstance(through(zeros, Padded((4,), (0,), 0.0), (20,)), NotRefinable)


def test_a_pad_may_lie_in_the_padding_of_another_dim() -> None:
    """Where rows that hold ones behind the end go through columns of zeros, the padding of the rows holds both."""
    ones = from_pack(Layout((0,), (8,), (0, 1)), filled(1.0))
    assert behind(ones, Padded((0, 0), (0, 4), 0.0), (20, 4)).layout.padding == (UNSPECIFIED, NO_PADDING)
    assert behind(ones, Padded((0, 0), (0, 4), 1.0), (20, 4)).layout.padding == (filled(1.0), NO_PADDING)
    assert behind(ones, Padded((0, 0), (0, 0), 0.0), (20, 4)).layout.padding == (filled(1.0), NO_PADDING)
