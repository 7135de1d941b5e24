from __future__ import annotations

import pytest

from tensorir.encoding.layout import Layout
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed
from tensorir.ir.dims import ceildiv, symbol
from tensorir.ir.dtype import i8
from tensorir.ir.types import TensorType

S = symbol("S")
TILED = Layout((2, 0), (4, 8), (1, 0, 2))
"""Of a tensor a×b×c: b, a in eights, c in fours, then 4 of c by 8 of a."""


def test_physical_dims_are_outer_ones_in_order_and_then_a_tile() -> None:
    assert TILED.packed_shape((20, 3, 10)) == (3, 3, 3, 4, 8)
    assert TILED.packed_shape((S, 3, 16)) == (3, ceildiv(S, 8), 4, 4, 8)
    assert TILED.packed_type(TensorType((20, 3, 10), i8, TILED)) == TensorType((3, 3, 3, 4, 8), i8)
    assert [TILED.tile(d) for d in range(3)] == [8, None, 4]
    assert [TILED.outer_position(d) for d in range(3)] == [1, 0, 2]
    assert [TILED.inner_position(d) for d in (0, 2)] == [4, 3]
    with pytest.raises(ValueError, match="not in tuple"):
        TILED.inner_position(1)


def test_a_dim_is_padded_unless_its_tile_divides_it() -> None:
    assert TILED.padded_dims((16, 3, 8)) == ()
    assert TILED.padded_dims((20, 3, 8)) == (0,)
    assert TILED.padded_dims((8 * S, 3, S)) == (2,)


def test_only_no_tiles_in_order_is_plain() -> None:
    assert Layout((), (), (0, 1)).is_plain
    assert not Layout((), (), (1, 0)).is_plain
    assert not Layout((1,), (1,), (0, 1)).is_plain


@pytest.mark.parametrize(
    ("layout", "shape", "view"),
    [
        (Layout((1,), (8,), (0, 1)), (S, 16), True),  # the last dim in parts
        (Layout((1,), (8,), (0, 1)), (S, 12), False),  # padded
        (Layout((1,), (8,), (1, 0)), (S, 16), False),
        (Layout((1,), (8,), (1, 0)), (S, 8), True),  # one part only, which may stand anywhere
        (Layout((0,), (8,), (0, 1)), (16, 1), True),
        (Layout((0,), (8,), (0, 1)), (16, 2), False),
    ],
)
def test_a_view_moves_nothing(layout: Layout, shape: tuple[int, ...], view: bool) -> None:
    assert layout.is_view(shape) is view


def test_a_layout_goes_through_views() -> None:
    assert TILED.through(Transposed((2, 0, 1))) == Layout((0, 1), (4, 8), (2, 1, 0))
    assert TILED.through(Projected((2,))) == Layout((0,), (4,), (0,))
    assert TILED.through(Projected(())) == Layout((), (), ())
    assert TILED.through(Expanded(((0, 1), (2,), (3,)), (2, 16, 3, 10))) == Layout((3, 1), (4, 8), (2, 0, 1, 3))
    assert TILED.through(Collapsed(((0,), (1, 2)), (20, 3, 8))) == Layout((1, 0), (4, 8), (0, 1))


@pytest.mark.parametrize(
    "view",
    [
        Expanded(((0, 1), (2,), (3,)), (5, 4, 3, 10)),  # parts of 4, tiles of 8
        Expanded(((0, 1), (2,), (3,)), (2, S, 3, 10)),  # parts of a size that may be anything
        Expanded(((0, 1), (2,)), (2, 16, 3)),  # of a tensor of another rank
        Collapsed(((0, 1), (2,)), (20, 3, 10)),  # the outer part is tiled
        Collapsed(((0,), (1, 2)), (20, 3, 10)),  # the inner part is padded
    ],
    ids=str,
)
def test_a_view_that_cuts_tiles_has_no_layout(view: Expanded | Collapsed) -> None:
    assert TILED.through(view) is None


def test_the_same_tiles_may_stand_in_another_order() -> None:
    assert TILED.same_tiles(Layout((2, 0), (4, 8), (2, 1, 0)))
    assert not TILED.same_tiles(Layout((0, 2), (8, 4), (1, 0, 2)))
    assert not TILED.same_tiles(Layout((2, 0), (4, 4), (1, 0, 2)))
