"""Blocks of a grid: large enough to be worth a unit, small enough for the caches, and no more dims than that takes."""

from __future__ import annotations

import pytest

from tensorir.ir.dims import Dim, symbol
from tensorir.transforms.tiles.blocks import (
    COLUMNS,
    ELEMENTS,
    LEAST,
    LEAST_COLUMNS,
    LEAST_ROWS,
    ROWS,
    Cut,
    chosen_units,
)
from tests.support.executables import executable

S = symbol("S")


def chosen(arguments: str, results: str, body: str) -> list[Cut]:
    e = executable(arguments, results, body)
    return chosen_units(e.body.ops, e.body.yields, set(e.body.args))


def of_elements(shape: str) -> list[Cut]:
    type = f"tensor<{shape}xf32>"
    dims = ", ".join(f"d{i}" for i in range(shape.count("x") + 1))
    maps = f"maps = [({dims}) -> ({dims}), ({dims}) -> ({dims})]"
    body = f"%0 = linalg.generic %x {{{maps}, body = (a0: f32) {{ v0 = neg a0; yield v0 }}}} : ({type}) -> {type}"
    return chosen(f"%x: {type}", type, f"{body}\nyield %0 : {type}")


def of_product(m: str, n: str, k: str) -> list[Cut]:
    lhs, rhs, out = f"tensor<{m}x{k}xf32>", f"tensor<{k}x{n}xf32>", f"tensor<{m}x{n}xf32>"
    maps = "[(m, n, k) -> (m, k), (m, n, k) -> (k, n), (m, n, k) -> (m, n)]"
    body = f"%0 = linalg.contract %l, %r {{maps = {maps}, dtype = f32}} : ({lhs}, {rhs}) -> {out}\nyield %0 : {out}"
    return chosen(f"%l: {lhs}, %r: {rhs}", out, body)


@pytest.mark.parametrize("row", [1000, 64, 1])
def test_a_block_of_rows_has_just_enough_elements(row: int) -> None:
    cut = of_elements(f"100000x{row}")[0]
    assert ELEMENTS <= cut.block * row < ELEMENTS + row
    assert LEAST <= cut.least * row < LEAST + row


@pytest.mark.parametrize("shape", ["4x100000", "8x[S]", "[S]x100000"])
def test_rows_that_are_too_long_for_a_unit_are_cut_themselves(shape: str) -> None:
    rows, columns = of_elements(shape)
    assert (rows.block, rows.least) == (1, 1)
    assert (columns.block, columns.least) == (ELEMENTS, LEAST)


@pytest.mark.parametrize(("shape", "total"), [("3x5", 3), ("0x5", 0)])
def test_little_work_is_one_unit(shape: str, total: Dim) -> None:
    (cut,) = of_elements(shape)
    assert cut.unit.total == total
    assert cut.block * 5 >= ELEMENTS


def test_a_single_element_has_no_dim_of_a_grid() -> None:
    assert of_elements("1x1") == []


def test_columns_of_a_product_come_before_its_rows() -> None:
    """Neighbouring units have the same columns, so they share the right side."""
    columns, rows = of_product("512", "768", "64")
    assert (columns.unit.total, rows.unit.total) == (768, 512)
    assert (columns.block, columns.least) == (2 * COLUMNS, LEAST_COLUMNS)
    assert (rows.block, rows.least) == (2 * ROWS, LEAST_ROWS)


@pytest.mark.parametrize("depth", ["100000", "[S]"])
def test_a_deep_product_has_the_fewest_columns(depth: str) -> None:
    """What a unit packs of the right side is limited, but a kernel wants so many."""
    columns, _ = of_product("512", "768", depth)
    assert columns.block == COLUMNS


@pytest.mark.parametrize("depth", ["0", "1"])
def test_a_product_without_depth_is_cut_all_the_same(depth: str) -> None:
    assert [cut.unit.total for cut in of_product("[S]", "768", depth)] == [768, S]


def test_a_batch_of_a_product_has_one_matrix_per_unit() -> None:
    types = "tensor<6x512x64xf32>", "tensor<6x64x768xf32>", "tensor<6x512x768xf32>"
    maps = "[(b, m, n, k) -> (b, m, k), (b, m, n, k) -> (b, k, n), (b, m, n, k) -> (b, m, n)]"
    body = f"%0 = linalg.contract %l, %r {{maps = {maps}, dtype = f32}} : ({types[0]}, {types[1]}) -> {types[2]}"
    cuts = chosen(f"%l: {types[0]}, %r: {types[1]}", types[2], f"{body}\nyield %0 : {types[2]}")
    assert [(cut.unit.total, cut.block) for cut in cuts] == [(6, 1), (768, 2 * COLUMNS), (512, 2 * ROWS)]


def test_blocks_of_tiles_are_whole_tiles() -> None:
    types = "tensor<64x8x6x8xf32>", "tensor<24x8x32x8xf32>", "tensor<64x24x6x32xf32>"
    body = f'%0 = linalg.mmt4d %l, %r {{dtype = f32, rhs_order = "nk"}} : ({types[0]}, {types[1]}) -> {types[2]}'
    columns, rows = chosen(f"%l: {types[0]}, %r: {types[1]}", types[2], f"{body}\nyield %0 : {types[2]}")
    assert (columns.unit.total, columns.block, columns.least) == (24, COLUMNS // 32, LEAST_COLUMNS // 32)
    assert (rows.unit.total, rows.block, rows.least) == (64, ROWS // 6, LEAST_ROWS // 6)
