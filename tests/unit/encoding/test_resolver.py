from __future__ import annotations

from typing import Any

import pytest

from tensorir.encoding.encoding import ContractionSpace, Encoding, Role
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import IDENTITY, Declined, RhsOrder, Tiles, layout_for, operand_layout
from tensorir.encoding.views import Expanded, Transposed
from tensorir.ir.affine import select
from tensorir.ir.dtype import DType, f32, f64, i8


def space(*dims: tuple[int, ...], count: int = 3) -> ContractionSpace:
    maps: Any = tuple(select(count, d) for d in dims)
    return ContractionSpace(maps, (f32, f32, f32), (None,) * count)


MATMUL = space((0, 2), (2, 1), (0, 1))  # m, n, k
BATCH_INSIDE = space((1, 0, 3), (3, 0, 2), (1, 2, 0), count=4)  # batch, m, n, k


@pytest.mark.parametrize(
    ("role", "order", "swapped", "layout"),
    [
        ("lhs", "nk", False, Layout((0, 1), (8, 2), (0, 1))),
        ("lhs", "kn", False, Layout((0, 1), (8, 2), (0, 1))),
        ("rhs", "nk", False, Layout((1, 0), (4, 2), (1, 0))),
        ("rhs", "kn", False, Layout((0, 1), (2, 4), (1, 0))),
        ("result", "nk", False, Layout((0, 1), (8, 4), (0, 1))),
        ("lhs", "kn", True, Layout((1, 0), (2, 8), (0, 1))),  # the right side of what is multiplied
        ("rhs", "kn", True, Layout((1, 0), (4, 2), (1, 0))),
        ("result", "kn", True, Layout((1, 0), (4, 8), (1, 0))),
    ],
)
def test_tiles_lay_out_each_operand(role: Role, order: RhsOrder, swapped: bool, layout: Layout) -> None:
    """Tiles 8×4×2 of a matmul M×K · K×N."""
    assert operand_layout(Encoding(MATMUL, role), Tiles(8, 4, 2, order, swapped)) == layout


def test_the_batch_comes_first_wherever_it_stands() -> None:
    layouts = [operand_layout(Encoding(BATCH_INSIDE, role), Tiles(8, 4, 2)) for role in ("lhs", "rhs", "result")]
    assert [x.outer_perm for x in layouts] == [(1, 0, 2), (1, 2, 0), (2, 0, 1)]
    assert [x.tile(b) for x, b in zip(layouts, (1, 1, 2), strict=True)] == [None, None, None]


def test_a_declined_contraction_has_no_layout() -> None:
    assert layout_for(Encoding(MATMUL, "lhs"), Declined("no")) is IDENTITY
    assert repr(IDENTITY) == "IDENTITY"


def test_views_move_the_layout_or_leave_the_tensor_row_major() -> None:
    result, tiles = Encoding(MATMUL, "result"), Tiles(8, 4, 2)
    assert layout_for(result.through(Transposed((1, 0))), tiles) == Layout((1, 0), (8, 4), (1, 0))
    heads = result.through(Expanded(((0,), (1, 2)), (16, 3, 8)))
    assert layout_for(heads, tiles) == Layout((0, 2), (8, 4), (0, 1, 2))
    cut = result.through(Expanded(((0,), (1, 2)), (16, 4, 6)))
    assert layout_for(cut, tiles) is IDENTITY
    assert layout_for(cut.through(Transposed((0, 2, 1))), tiles) is IDENTITY


@pytest.mark.parametrize(
    ("swapped", "types", "tile"), [(False, (i8, f32, f64), (8, 4, 2)), (True, (f32, i8, f64), (4, 8, 2))]
)
def test_swapped_operands_change_places_for_the_kernel(
    swapped: bool, types: tuple[DType, ...], tile: tuple[int, ...]
) -> None:
    assert Tiles(8, 4, 2, "nk", swapped).as_multiplied((i8, f32, f64)) == (types, tile)
