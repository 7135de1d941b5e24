"""Accesses say where elements lie: views of them are what NumPy's views are, and common loops reach the same ones."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.dims import ceildiv, symbol
from tensorir.transforms.tiles.access import Access, Digit, UnfitError, common, joined, row_major, split
from tests.support.accesses import BUFFER, Array, number, positions

S = symbol("S")


@st.composite
def views(draw: st.DrawFn) -> tuple[Access, Array]:
    """An access after some views, and the same views of NumPy."""
    shape = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=1, max_size=4)))
    access, array = row_major(BUFFER, shape), np.arange(prod(shape)).reshape(shape)
    for _ in range(draw(st.integers(0, 4))):
        rank = array.ndim
        match draw(st.sampled_from(["transpose", "collapse", "expand", "slice", "broadcast"])):
            case "transpose":
                order = draw(st.permutations(range(rank)))
                access, array = access.transposed(order), array.transpose(order)
            case "collapse" if rank > 1:
                at = draw(st.integers(0, rank - 2))
                groups = tuple((d, d + 1) if d == at else (d,) for d in range(rank) if d != at + 1)
                access = access.collapsed(groups)
                array = array.reshape([prod(array.shape[d] for d in g) for g in groups])
            case "expand":
                at = draw(st.integers(0, rank - 1))
                outer = draw(st.sampled_from([n for n in (1, 2, 3) if array.shape[at] % n == 0]))
                parts = (*array.shape[:at], outer, array.shape[at] // outer, *array.shape[at + 1 :])
                groups = tuple((d,) if d < at else (d, d + 1) if d == at else (d + 1,) for d in range(rank))
                try:
                    access = access.expanded(groups, parts)
                except UnfitError:
                    continue  # a digit would be cut where the sizes have no common divisor
                array = array.reshape(parts)
            case "slice":
                begin = [draw(st.integers(0, n - 1)) for n in array.shape]
                size = [draw(st.integers(1, n - b)) for n, b in zip(array.shape, begin, strict=True)]
                try:
                    access = access.sliced(begin, size, [1] * rank)
                except UnfitError:
                    continue
                array = array[tuple(slice(b, b + n) for b, n in zip(begin, size, strict=True))]
            case "broadcast":
                access = access.broadcast((0,), (2, *array.shape))
                array = np.broadcast_to(array, (2, *array.shape))
            case _:
                pass
    return access, array


@given(views())
def test_a_view_of_an_access_is_the_view_of_the_array(made: tuple[Access, Array]) -> None:
    access, array = made
    assert access.shape == array.shape
    np.testing.assert_array_equal(positions(access), array)


@given(st.lists(st.sampled_from([2, 3, 4]), min_size=1, max_size=4), st.data())
def test_common_loops_reach_the_elements_of_each_tensor(sizes: list[int], data: st.DataObject) -> None:
    """The same dim in two arrangements of memory: cut at one set of places, and at more of them."""
    fine = [Digit(n, data.draw(st.integers(1, 50))) for n in sizes]
    whole = (Digit(prod(sizes), data.draw(st.integers(1, 50))),)
    loops = common([tuple(fine), whole])
    for i, digits in enumerate((tuple(fine), whole)):
        expected = positions(Access(BUFFER, 0, (digits,)))
        reached = [
            sum(p * number(strides[i]) for p, (_, strides) in zip(point, loops, strict=True))
            for point in product(*(range(number(n)) for n, _ in loops))
        ]
        assert reached == expected.tolist()


def test_digits_without_a_common_refinement_are_refused() -> None:
    with pytest.raises(UnfitError, match="no common refinement"):
        common([(Digit(2, 3), Digit(3, 1)), (Digit(3, 2), Digit(2, 1))])
    with pytest.raises(UnfitError, match="sizes of one dim differ"):
        common([(Digit(2, 1),), (Digit(4, 1),)])
    with pytest.raises(UnfitError, match="can't be cut"):
        split((Digit(4, 1),), (2, 3))


def test_neighbours_that_are_evenly_spaced_are_one_digit() -> None:
    assert joined((Digit(3, 4), Digit(1, 99), Digit(4, 1))) == (Digit(12, 1),)
    assert joined((Digit(3, 5), Digit(4, 1))) == (Digit(3, 5), Digit(4, 1))
    assert joined((Digit(3, 8), Digit(4, 2))) == (Digit(12, 2),)
    assert joined((Digit(1, 7),)) == (Digit(1, 0),)
    assert joined((Digit(S, 8), Digit(8, 1))) == (Digit(8 * S, 1),)


def test_sizes_that_are_rounded_up_are_split_at_their_tile() -> None:
    tiles = ceildiv(S, 8)
    assert split((Digit(8 * tiles, 1),), (tiles, 8)) == [(Digit(tiles, 8),), (Digit(8, 1),)]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), ()])
def test_a_tensor_without_elements_or_of_one_has_the_views_of_any_other(shape: tuple[int, ...]) -> None:
    access, array = row_major(BUFFER, shape), np.arange(prod(shape)).reshape(shape)
    np.testing.assert_array_equal(positions(access.transposed(range(len(shape))[::-1])), array.T)
    merged = access.collapsed((tuple(range(len(shape))),) if shape else ())
    np.testing.assert_array_equal(positions(merged), array.reshape(-1) if shape else array)
    repeated = access.broadcast((0,), (2, *shape))
    np.testing.assert_array_equal(positions(repeated), np.broadcast_to(array, (2, *shape)))


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_slice_with_a_stride_is_that_of_the_array(stride: int) -> None:
    array = np.arange(7 * 9).reshape(7, 9)
    sliced = row_major(BUFFER, (7, 9)).sliced((1, 0), (2, 3), (stride, stride))
    np.testing.assert_array_equal(positions(sliced), array[1 : 1 + 2 * stride : stride, : 3 * stride : stride])


def test_a_slice_of_a_dim_in_several_digits_is_refused_unless_it_is_all_of_it() -> None:
    merged = row_major(BUFFER, (3, 5, 4)).transposed((1, 0, 2)).collapsed(((0, 1), (2,)))
    assert positions(merged.sliced((0, 1), (15, 2), (1, 1))).shape == (15, 2)
    with pytest.raises(UnfitError, match="dim 0 is not evenly spaced"):
        merged.sliced((0, 0), (14, 4), (1, 1))


def test_sizes_that_are_known_only_in_a_call_are_merged_and_split_again() -> None:
    access = row_major(BUFFER, (S, 4, 8))
    assert access.collapsed(((0, 1, 2),)).dims == ((Digit(32 * S, 1),),)
    assert access.collapsed(((0, 1, 2),)).expanded(((0, 1, 2),), (S, 4, 8)) == access
    with pytest.raises(UnfitError, match="can't be cut"):
        row_major(BUFFER, (S,)).expanded(((0, 1),), (ceildiv(S, 8), 8))
