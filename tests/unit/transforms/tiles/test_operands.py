"""Operands that are read through maps: the digits along each loop reach what the map says, or the read is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, ceildiv, floordiv, iteration_dim, mod, symbol
from tensorir.transforms.tiles.access import Digit, UnfitError, row_major
from tensorir.transforms.tiles.emitter import Piece
from tensorir.transforms.tiles.operands import digits_along
from tests.support.accesses import BUFFER, Array, reached

I, J = iteration_dim(0), iteration_dim(1)
S = symbol("S")


def pieces(*sizes: Dim) -> list[Piece]:
    return [Piece(0, size, size) for size in sizes]


def numbers_at(shape: tuple[int, ...], read: Sequence[Dim], loops: Sequence[Piece], *, whole: bool = True) -> Array:
    """The elements of a row-major tensor that are read, by loop."""
    access, along = digits_along(row_major(BUFFER, shape), AffineMap(len(loops), tuple(read)), loops, whole=whole)
    return reached(access.offset, along)


ARRAY: Any = np.arange(12 * 6).reshape(12, 6)

READS: dict[str, tuple[Sequence[Dim], tuple[int, int], Any]] = {
    "as it is": ((I, J), (12, 6), ARRAY),
    "transposed": ((J, I), (6, 12), ARRAY.T),
    "the diagonal": ((I, I), (6, 1), np.diagonal(ARRAY)[:, None]),
    "one row for all": ((5, J), (1, 6), ARRAY[5:6]),
    "every second row": ((I * 2 + 1, J), (5, 6), ARRAY[1:11:2]),
    "windows": ((I * 2 + J, 3), (5, 4), np.stack([ARRAY[2 * i : 2 * i + 4, 3] for i in range(5)])),
    "rows of blocks": ((floordiv(I, 3), J), (12, 6), np.repeat(ARRAY[:4], 3, axis=0)),
    "rows in a circle": ((mod(I, 3), J), (12, 6), np.tile(ARRAY[:3], (4, 1))),
    "nothing": ((I, J), (0, 6), ARRAY[:0]),
}


@pytest.mark.parametrize("name", READS)
def test_what_a_map_reads(name: str) -> None:
    read, sizes, expected = READS[name]
    np.testing.assert_array_equal(numbers_at((12, 6), read, pieces(*sizes)), expected)


def test_a_unit_reads_its_piece_of_what_exists_as_a_whole() -> None:
    loops = [Piece(4, 3, 4), *pieces(6)]
    np.testing.assert_array_equal(numbers_at((12, 6), (I, J), loops), ARRAY[4:7])
    np.testing.assert_array_equal(numbers_at((12, 6), (I * 2, J), [Piece(2, 3, 4), *pieces(6)]), ARRAY[4:10:2])
    np.testing.assert_array_equal(
        numbers_at((12, 6), (floordiv(I, 2), J), [Piece(4, 6, 6), *pieces(6)]),
        np.repeat(ARRAY[2:5], 2, axis=0),
    )


def test_what_the_unit_itself_has_computed_begins_at_its_piece() -> None:
    loops = [Piece(4, 3, 4), *pieces(6)]
    np.testing.assert_array_equal(numbers_at((3, 6), (I, J), loops, whole=False), ARRAY[:3])
    with pytest.raises(UnfitError, match="more than a unit's piece of dim 0"):
        numbers_at((12, 6), (I * 2 + J, 0), [Piece(4, 3, 4), *pieces(2)], whole=False)


@pytest.mark.parametrize(
    ("read", "sizes", "why"),
    [
        ((ceildiv(I, 2), J), (12, 6), "neither along a loop nor with a stride"),
        ((floordiv(I, 5), J), (12, 6), "a loop of 12 is not cut by 5 without a rest"),
        ((floordiv(I, 4), J), (S, 6), "a loop of S is not cut by 4"),
        ((I * J, 0), (3, 4), "neither along a loop nor with a stride"),
    ],
)
def test_what_has_no_stride_per_loop_is_refused(read: Sequence[Dim], sizes: tuple[Dim, Dim], why: str) -> None:
    with pytest.raises(UnfitError, match=why):
        digits_along(row_major(BUFFER, (12, 6)), AffineMap(2, tuple(read)), pieces(*sizes), whole=True)


def test_two_dims_along_one_loop_must_both_be_evenly_spaced() -> None:
    merged = row_major(BUFFER, (2, 2, 2, 2)).transposed((0, 2, 1, 3)).collapsed(((0, 1), (2, 3)))
    assert len(merged.dims[0]) == 2
    with pytest.raises(UnfitError, match="two dims of an operand run along one loop"):
        digits_along(merged, AffineMap(1, (I, I)), pieces(4), whole=True)


def test_sizes_of_a_call_are_strides() -> None:
    access, along = digits_along(row_major(BUFFER, (S, S)), AffineMap(1, (I, I)), pieces(S), whole=True)
    assert access.offset == 0
    assert along == [(Digit(S, S + 1),)]
