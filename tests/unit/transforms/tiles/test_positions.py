"""Boxes of positions: digits that are neighbours are one, and positions are those of whole tiles where none is cut."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.dims import Dim, ceildiv, symbol
from tensorir.transforms.tiles.positions import Digits, are_apart, count, in_tiles, merged

S = symbol("S")


def positions(digits: Digits) -> list[int]:
    """The positions, for known sizes."""
    found: list[int] = []
    for point in product(*(range(number(first), number(first + size)) for _, (first, size) in digits)):
        at = 0
        for (extent, _), p in zip(digits, point, strict=True):
            at = at * number(extent) + p
        found.append(at)
    return found


def number(dim: Dim) -> int:
    assert isinstance(dim, int)
    return dim


@st.composite
def digits_of(draw: st.DrawFn) -> Digits:
    made: list[tuple[Dim, tuple[Dim, Dim]]] = []
    for extent in draw(st.lists(st.integers(1, 9), min_size=1, max_size=3)):
        first = draw(st.integers(0, extent - 1))
        made.append((extent, (first, draw(st.integers(1, extent - first)))))
    return tuple(made)


@given(digits_of())
def test_merged_digits_are_the_same_positions(digits: Digits) -> None:
    extent = 1
    for size, _ in digits:
        extent *= number(size)
    one = merged(digits, extent)
    assert positions(one) == positions(digits)
    assert count(one) == count(digits)
    there = positions(digits)
    neighbours = there == list(range(there[0], there[-1] + 1))
    assert len(one) == 1 or not neighbours


@given(digits_of(), st.integers(1, 4))
def test_positions_in_tiles_are_those_of_their_elements(digits: Digits, tile: int) -> None:
    """Of all elements of these tiles, if it is not the last tile of the tensor, which may be incomplete."""
    found = in_tiles(digits, tile)
    extent = 1
    for size, _ in digits:
        extent *= number(size)
    there = positions(digits)
    whole = {at // tile for at in there}
    fits = all(at in there for t in whole for at in range(t * tile, min((t + 1) * tile, extent)))
    if found is None:
        assert not fits or len(digits) > 1
    else:
        assert fits and positions(found) == sorted(whole)


def test_tiles_of_unknown_sizes_are_found_where_their_number_is_known() -> None:
    assert in_tiles(((8 * S, (8, 8 * S - 8)),), 8) == ((S, (1, S - 1)),)
    assert in_tiles(((S, (0, S)),), 8) == ((ceildiv(S, 8), (0, ceildiv(S, 8))),)
    assert in_tiles(((S, (8, S - 8)),), 8) is None  # ceildiv(S - 8, 8) is not known to be ceildiv(S, 8) - 1


@pytest.mark.parametrize(("first", "apart"), [(3, False), (4, True)])
def test_boxes_are_apart_along_one_digit(first: int, apart: bool) -> None:
    assert are_apart([((S, (0, S)),), ((9, (0, 4)),)], [((S, (0, S)),), ((9, (first, 2)),)]) == apart
