"""Layouts are an algebra of index maps: what it says of them is what packing does."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import assume, given
from hypothesis import strategies as st

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.packing import Pack, Unpack
from tensorir.encoding.layout import Layout
from tensorir.encoding.views import Collapsed, Expanded, Projected
from tensorir.interp import Context, apply_op
from tensorir.ir.dtype import f32, f64
from tensorir.ir.module import Module
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.strategies import layouts


def packed(array: npt.NDArray[Any], layout: Layout) -> npt.NDArray[Any]:
    source = Value(TensorType(array.shape, f64))
    op = Pack(source, layout.inner_dims, layout.inner_tiles, layout.outer_perm, -1.0)
    return apply_op(op, (array,), Context(Module(), {}))[0]


@st.composite
def tensors(draw: st.DrawFn) -> tuple[npt.NDArray[Any], Layout]:
    """An array of different numbers, and a layout for it."""
    shape = draw(st.lists(st.sampled_from([1, 2, 3, 4, 8, 16, 17]), min_size=1, max_size=4))
    assume(np.prod(shape) <= 4096)
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape), draw(layouts(len(shape)))


@given(tensors())
def test_unpack_undoes_pack(case: tuple[npt.NDArray[Any], Layout]) -> None:
    array, layout = case
    stored = packed(array, layout)
    assert stored.shape == layout.packed_shape(array.shape)
    shape = tuple(array.shape)
    op = Unpack(Value(TensorType(stored.shape, f64)), layout.inner_dims, layout.inner_tiles, layout.outer_perm, shape)
    np.testing.assert_array_equal(apply_op(op, (stored,), Context(Module(), {}))[0], array)


@given(tensors())
def test_every_element_lies_where_the_layout_says(case: tuple[npt.NDArray[Any], Layout]) -> None:
    array, layout = case
    stored = packed(array, layout)
    point = tuple(s // 2 for s in array.shape)
    outer = [point[d] // (layout.tile(d) or 1) for d in layout.outer_perm]
    inner = [point[d] % t for d, t in zip(layout.inner_dims, layout.inner_tiles, strict=True)]
    assert stored[tuple(outer + inner)] == array[point]


@given(tensors(), st.data())
def test_a_transposed_layout_stores_the_transposed_tensor_the_same(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    array, layout = case
    order = tuple(data.draw(st.permutations(range(array.ndim))))
    np.testing.assert_array_equal(packed(array.transpose(order), layout.transposed(order)), packed(array, layout))


@given(tensors(), st.data())
def test_an_expanded_layout_stores_the_same_elements_in_the_same_order(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    array, layout = case
    at = data.draw(st.integers(0, array.ndim - 1))
    size = array.shape[at]
    part = data.draw(st.sampled_from([p for p in (1, 2, 3, 4, 8, 16) if size % p == 0]))
    split = (*array.shape[:at], size // part, part, *array.shape[at + 1 :])
    groups = (*((d,) for d in range(at)), (at, at + 1), *((d + 1,) for d in range(at + 1, array.ndim)))
    expanded = layout.expanded(Expanded(groups, split))
    tile = layout.tile(at)
    whole = 1 in (size // part, part)  # a part of size 1 is not a cut: the other one takes the tiles
    assert (expanded is not None) == (tile is None or whole or part % tile == 0)
    if expanded is not None:
        np.testing.assert_array_equal(
            packed(array.reshape(split), expanded).reshape(-1), packed(array, layout).reshape(-1)
        )


def tiles_by_dim(layout: Layout, merged_into: list[int]) -> dict[int, int]:
    """The tile of each merged dim; a tile of one element is none."""
    tiles = zip(layout.inner_dims, layout.inner_tiles, strict=True)
    return {merged_into[d]: tile for d, tile in tiles if tile > 1}


@given(tensors(), st.data())
def test_a_collapsed_layout_is_undone_by_expanding_it(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    array, layout = case
    assume(array.ndim > 1)
    at = data.draw(st.integers(0, array.ndim - 2))
    groups = (*((d,) for d in range(at)), (at, at + 1), *((d,) for d in range(at + 2, array.ndim)))
    collapsed = layout.collapsed(Collapsed(groups, tuple(array.shape)))
    if collapsed is None:
        return
    merged = array.reshape((*array.shape[:at], -1, *array.shape[at + 2 :]))
    back = collapsed.expanded(Expanded(groups, tuple(array.shape)))
    assert back is not None
    merged_into = [g for g, group in enumerate(groups) for _ in group]
    assert tiles_by_dim(back, merged_into) == tiles_by_dim(layout, merged_into)
    np.testing.assert_array_equal(packed(array, back).reshape(-1), packed(merged, collapsed).reshape(-1))


@given(tensors(), st.data())
def test_a_projected_layout_stores_what_is_broadcast(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    """A vector stored by the projection of a layout lines up with the tensor along that dim."""
    array, layout = case
    d = data.draw(st.integers(0, array.ndim - 1))
    vector = np.arange(array.shape[d], dtype=np.float64)
    shape = [1] * array.ndim
    shape[d] = -1
    spread = np.broadcast_to(vector.reshape(shape), array.shape)
    part = layout.projected((d,))
    small = packed(vector, part)
    dims = [layout.outer_position(d)] + ([layout.inner_position(d)] if layout.tile(d) else [])
    stored = packed(np.ascontiguousarray(spread), layout)
    index = tuple(slice(None) if i in dims else 0 for i in range(stored.ndim))
    np.testing.assert_array_equal(stored[index].reshape(-1), small.reshape(-1))


@given(tensors())
def test_a_pack_is_a_view_exactly_if_it_moves_nothing(case: tuple[npt.NDArray[Any], Layout]) -> None:
    array, layout = case
    moves_nothing = np.array_equal(packed(array, layout).reshape(-1), array.reshape(-1))
    assert layout.is_view(array.shape) == moves_nothing


def test_projection_then_projection_is_one_projection() -> None:
    layout = Layout((0, 2), (8, 16), (0, 1, 2))
    assert layout.projected((2, 0)).projected((1,)) == layout.projected((0,))
    view = Projected((2,))
    assert layout.through(view) == Layout((0,), (16,), (0,))


def test_types_of_ops_on_views_agree_with_numpy() -> None:
    x = Value(TensorType((2, 3, 5), f32))
    assert Transpose(x, (2, 0, 1)).result.type.shape == np.zeros((2, 3, 5)).transpose(2, 0, 1).shape
