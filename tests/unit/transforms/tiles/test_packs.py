"""Packs and unpacks follow whole tiles: no element is lost or written twice where the last tile is not full."""

from __future__ import annotations

import pytest

from tests.support.executables import lowered

PACK = (
    "%0 = linalg.pack %x {inner_dims_pos = [0, 1], inner_tiles = [4, 8], outer_dims_perm = [0, 1], padding = 3.0} : "
    "(tensor<[S]x30xf32>) -> tensor<[ceildiv(S, 4)]x4x4x8xf32>\n"
)
PACKED = "tensor<[ceildiv(S, 4)]x4x4x8xf32>"
UNPACK = (
    "linalg.unpack %0 {inner_dims_pos = [0, 1], inner_tiles = [4, 8], outer_dims_perm = [0, 1], shape = [S, 30]} : "
    "(tensor<[ceildiv(S, 4)]x4x4x8xf32>) -> tensor<[S]x30xf32>"
)


@pytest.mark.parametrize("size", [0, 1, 4, 11])
def test_a_pack_fills_the_last_tile_up(size: int) -> None:
    made = lowered("%x: tensor<[S]x30xf32>", PACKED, f"{PACK} yield %0 : {PACKED}")
    assert made.kinds == ["pack"]
    assert made.grid.granules[0] == 4
    made.check(S=size)


@pytest.mark.parametrize("size", [0, 1, 4, 11])
def test_an_unpack_drops_what_a_pack_filled_up(size: int) -> None:
    made = lowered(
        "%x: tensor<[S]x30xf32>", "tensor<[S]x30xf32>", f"{PACK} %1 = {UNPACK}\n yield %1 : tensor<[S]x30xf32>"
    )
    assert made.kinds == ["pack", "unpack"]
    made.check(S=size)


def test_rows_that_are_not_evenly_spaced_are_put_together_first() -> None:
    made = lowered(
        "%x: tensor<3x2x5x8xf32>",
        "tensor<4x16x4x1xf32>",
        "%0 = linalg.transpose %x {permutation = [0, 2, 1, 3]} : (tensor<3x2x5x8xf32>) -> tensor<3x5x2x8xf32>\n"
        "%1 = tensor.collapse_shape %0 {groups = [[0, 1], [2, 3]]} : (tensor<3x5x2x8xf32>) -> tensor<15x16xf32>\n"
        "%2 = linalg.pack %1 {inner_dims_pos = [0, 1], inner_tiles = [4, 1], outer_dims_perm = [0, 1]} : "
        "(tensor<15x16xf32>) -> tensor<4x16x4x1xf32>\n"
        "yield %2 : tensor<4x16x4x1xf32>",
    )
    assert made.kinds == ["copy", "pack"]
    made.check()


def test_three_tiled_dims_are_refused() -> None:
    made = lowered(
        "%x: tensor<4x4x4xf32>",
        "tensor<2x2x2x2x2x2xf32>",
        "%0 = linalg.pack %x {inner_dims_pos = [0, 1, 2], inner_tiles = [2, 2, 2], outer_dims_perm = [0, 1, 2]} : "
        "(tensor<4x4x4xf32>) -> tensor<2x2x2x2x2x2xf32>\nyield %0 : tensor<2x2x2x2x2x2xf32>",
    )
    assert made.refused == ("3 dims are tiled; the kernels pack two: it runs in Python",)


def test_one_tiled_dim_is_a_matrix_with_one_row_or_column() -> None:
    for type, position in (("tensor<2x5x4xf32>", 0), ("tensor<5x2x4xf32>", 1)):
        made = lowered(
            "%x: tensor<7x5xf32>" if position == 0 else "%x: tensor<5x7xf32>",
            type,
            f"%0 = linalg.pack %x {{inner_dims_pos = [{position}], inner_tiles = [4], outer_dims_perm = [0, 1]}} : "
            f"(tensor<{'7x5' if position == 0 else '5x7'}xf32>) -> {type}\nyield %0 : {type}",
        )
        assert made.kinds == ["pack"]
        made.check()
