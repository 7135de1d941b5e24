"""pack and unpack of any rank: the bit pattern of padding, and what of an array goes to C at once."""

from __future__ import annotations

from itertools import product
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest

from tensorir.native.arrays.copy_plan import Fill, plan_copy, run_pack, run_unpack
from tensorir.native.table import Features


@pytest.mark.parametrize(
    ("value", "dtype", "bits"),
    [
        (0, np.float32, 0),
        (-0.0, np.float32, 0x80000000),
        (1.0, np.float32, 0x3F800000),
        (1, np.float64, 0x3FF0000000000000),
        (1.5, ml_dtypes.bfloat16, 0x3FC0),
        (0.1, np.float16, 0x2E66),  # floats are rounded
        (-1, np.int8, 0xFF),
        (255, np.uint8, 0xFF),
        (True, np.bool_, 1),
        (2.0, np.int32, 2),
    ],
)
def test_padding_is_a_bit_pattern_of_the_element_type(value: complex, dtype: npt.DTypeLike, bits: int) -> None:
    assert Fill.of(value, np.dtype(dtype)) == Fill(bits)


@pytest.mark.parametrize(("value", "dtype"), [(256, np.uint8), (-1, np.uint8), (0.5, np.int32), (1j, np.float32)])
def test_padding_that_the_type_can_not_hold_is_refused(value: complex, dtype: npt.DTypeLike) -> None:
    with pytest.raises(ValueError, match="padding: expected a value of dtype"):
        Fill.of(value, np.dtype(dtype))


def packed_by_numpy(x: npt.NDArray[Any], dims: tuple[int, ...], tiles: tuple[int, ...], perm: tuple[int, ...]) -> Any:
    """linalg.pack, in other words: pad with 7, split each tiled dim, bring the dims in their order."""
    by_dim = dict(zip(dims, tiles, strict=True))
    padded = np.pad(x, [(0, -s % by_dim.get(d, 1)) for d, s in enumerate(x.shape)], constant_values=7)
    split = [n for d, s in enumerate(padded.shape) for n in (s // by_dim.get(d, 1), by_dim.get(d, 1))]
    outer, inner = [2 * d for d in perm], [2 * d + 1 for d in dims]
    rest = [2 * d + 1 for d in range(x.ndim) if d not in dims]
    turned = padded.reshape(split).transpose(*outer, *inner, *rest)
    return turned.reshape(turned.shape[: x.ndim + len(dims)])


RANKS = [
    ((5,), (0,), (2,), (0,)),
    ((5, 7), (1,), (4,), (0, 1)),
    ((5, 7), (0, 1), (2, 4), (1, 0)),
    ((5, 7), (1, 0), (4, 2), (0, 1)),
    ((2, 5, 7), (2, 1), (4, 3), (0, 2, 1)),
    ((2, 5, 7), (0,), (2,), (2, 0, 1)),
    ((3, 5, 4, 2), (0, 1, 2), (2, 2, 3), (3, 1, 0, 2)),
    ((0, 5), (1,), (4,), (0, 1)),
]


@pytest.mark.parametrize(("shape", "dims", "tiles", "perm"), RANKS, ids=str)
@pytest.mark.parametrize("order", ["C", "F"])
def test_packs_of_any_rank_are_those_of_numpy(
    shape: tuple[int, ...], dims: tuple[int, ...], tiles: tuple[int, ...], perm: tuple[int, ...], order: Any
) -> None:
    x = np.asarray(np.arange(np.prod(shape), dtype=np.float32).reshape(shape), order=order)
    expected = packed_by_numpy(x, dims, tiles, perm)
    out = np.full(expected.shape, np.nan, np.float32)
    run_pack(x, out, dims, perm, Fill.of(7, x.dtype), Features.NONE)
    np.testing.assert_array_equal(out, expected)
    back = np.full(shape, np.nan, np.float32)
    run_unpack(out, back, dims, perm, Features.NONE)
    np.testing.assert_array_equal(back, x)


def steps(shape: tuple[int, ...], tiles: tuple[int, ...], dims: tuple[int, ...]) -> int:
    by_dim = dict(zip(dims, tiles, strict=True))
    packed = (*(-(-s // by_dim.get(d, 1)) for d, s in enumerate(shape)), *tiles)
    strides = [tuple(int(n) for n in np.empty(s, np.float32).strides) for s in (shape, packed)]
    found = plan_copy(("source", "out"), (shape, strides[0]), (packed, strides[1]), 4, dims, None, Features.NONE)
    assert found is not None
    return len([*found.arranged.steps()])


@pytest.mark.parametrize(
    ("shape", "tiles", "dims", "calls"),
    [
        ((50, 70), (8, 4), (0, 1), 1),
        ((9, 50, 70), (8, 4), (1, 2), 1),  # the first dim is the batch
        ((9, 6, 50, 70), (8, 4), (2, 3), 1),  # two untiled dims that are neighbours in memory are one
        ((9, 50, 70), (3, 8, 4), (0, 1, 2), 9),  # a third tiled dim is looped over
    ],
)
def test_c_is_called_as_seldom_as_it_can_be(
    shape: tuple[int, ...], tiles: tuple[int, ...], dims: tuple[int, ...], calls: int
) -> None:
    assert steps(shape, tiles, dims) == calls


@pytest.mark.parametrize(("dims", "perm"), [*product([(0, 0), (2,), (-1,)], [(0, 1)]), ((0,), (0, 0)), ((0,), (0,))])
def test_dims_that_are_not_there_or_twice_are_refused(dims: tuple[int, ...], perm: tuple[int, ...]) -> None:
    x, out = np.zeros((4, 4), np.float32), np.zeros((2, 4, *(2 for _ in dims)), np.float32)
    with pytest.raises(ValueError, match=r"inner_dims|outer_perm"):
        run_pack(x, out, dims, perm, Fill(0), Features.NONE)
