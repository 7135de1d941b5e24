"""Contractions of row-major operands are the sums that they mean, packed or not, whatever their operands look like."""

from __future__ import annotations

import pytest

from tests.support.executables import lowered

PLAIN = "[(m, n, k) -> (m, k), (m, n, k) -> (k, n), (m, n, k) -> (m, n)]"
TURNED = "[(m, n, k) -> (k, m), (m, n, k) -> (n, k), (m, n, k) -> (n, m)]"


def product(maps: str, lhs: str, rhs: str, out: str, dtype: str = "f32", init: bool = False) -> tuple[str, str, str]:
    types = [f"tensor<{shape}x{dtype}>" for shape in (lhs, rhs, out)]
    given, last = (", %i", f", {types[2]}") if init else ("", "")
    args = f"%l: {types[0]}, %r: {types[1]}" + (f", %i: {types[2]}" if init else "")
    body = f"%0 = linalg.contract %l, %r{given} {{maps = {maps}, dtype = {dtype}}} : "
    return args, types[2], f"{body}({types[0]}, {types[1]}{last}) -> {types[2]}\nyield %0 : {types[2]}"


@pytest.mark.parametrize("rows", [0, 1, 3, 150])
@pytest.mark.parametrize("init", [False, True])
def test_a_product_packs_multiplies_and_unpacks(rows: int, init: bool) -> None:
    made = lowered(*product(PLAIN, "[S]x20", "20x40", "[S]x40", init=init))
    assert made.kinds == ["pack", "pack", "mmt4d", "unpack", *(["map"] if init else [])]
    made.check(S=rows)


def test_operands_may_be_transposed() -> None:
    made = lowered(*product(TURNED, "20x[S]", "40x20", "40x[S]"))
    assert made.kinds == ["pack", "pack", "mmt4d", "unpack"]
    made.check(S=37)


def test_an_empty_sum_is_zero_or_the_initial_value() -> None:
    for init in (False, True):
        lowered(*product(PLAIN, "5x[S]", "[S]x9", "5x9", init=init)).check(S=0)


def test_several_dims_of_rows_are_one_matrix_where_they_lie_together() -> None:
    maps = "[(a, b, n, k) -> (a, b, k), (a, b, n, k) -> (k, n), (a, b, n, k) -> (a, b, n)]"
    made = lowered(*product(maps, "3x4x128", "128x128", "3x4x128"))
    assert made.kinds == ["pack", "pack", "mmt4d", "unpack"]
    made.check()


def test_rows_that_lie_apart_are_put_together_first() -> None:
    """Where they are not read as they lie, because how many positions are summed is known only at run time."""
    maps = "[(a, b, n, k) -> (a, k, b), (a, b, n, k) -> (k, n), (a, b, n, k) -> (a, b, n)]"
    made = lowered(*product(maps, "3x[K]x4", "[K]x16", "3x4x16"))
    assert "mmt4d" in made.kinds
    made.check(K=20)


def test_a_batch_is_a_loop_around_the_tiles() -> None:
    maps = "[(b, m, n, k) -> (b, m, k), (b, m, n, k) -> (b, k, n), (b, m, n, k) -> (b, m, n)]"
    made = lowered(*product(maps, "3x9x20", "3x20x16", "3x9x16"))
    assert made.kinds == ["pack", "pack", "mmt4d", "unpack"]
    made.check()


@pytest.mark.parametrize("dtype", ["i64", "f64"])
def test_types_without_tiles_are_multiplied_element_by_element(dtype: str) -> None:
    made = lowered(*product(PLAIN, "6x7", "7x5", "6x5", dtype))
    assert "mmt4d" not in made.kinds
    made.check()


def test_a_dim_of_one_operand_alone_is_summed_element_by_element() -> None:
    maps = "[(m, n, k, j) -> (m, k, j), (m, n, k, j) -> (k, n), (m, n, k, j) -> (m, n)]"
    made = lowered(*product(maps, "6x7x2", "7x5", "6x5"))
    assert made.kinds == ["fill", "map"]
    made.check()
