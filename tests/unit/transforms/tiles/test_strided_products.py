"""Contractions whose left side is no matrix are read where they lie, and are the sums that they mean."""

from __future__ import annotations

import pytest

from tensorir.dialects.tile.steps import MAX_CONTRACTED
from tensorir.native._kernels import lib
from tests.support.executables import lowered
from tests.unit.transforms.tiles.test_products import product

ROWS = "[(a, b, n, k) -> (a, k, b), (a, b, n, k) -> (k, n), (a, b, n, k) -> (a, b, n)]"


@pytest.mark.parametrize("init", [False, True])
def test_rows_that_lie_apart_are_read_as_they_lie(init: bool) -> None:
    made = lowered(*product(ROWS, "3x20x4", "20x18", "3x4x18", init=init))
    assert made.kinds == ["contract", *(["map"] if init else [])]
    made.check()


def test_sizes_of_rows_may_be_any() -> None:
    made = lowered(*product(ROWS, "[A]x20x[B]", "20x18", "[A]x[B]x18"))
    assert made.kinds == ["contract"]
    for a, b in ((3, 4), (0, 4), (1, 1)):
        made.check(A=a, B=b)


def test_columns_that_lie_apart_are_put_together() -> None:
    maps = "[(a, b, n, k) -> (a, k, b), (a, b, n, k) -> (n, k), (a, b, n, k) -> (n, a, b)]"
    made = lowered(*product(maps, "3x20x4", "18x20", "18x3x4"))
    assert made.kinds == ["copy", "contract"]
    made.check()


def test_a_batch_is_a_loop_around_all() -> None:
    maps = "[(g, a, b, n, k) -> (a, k, g, b), (g, a, b, n, k) -> (g, n, k), (g, a, b, n, k) -> (a, g, b, n)]"
    made = lowered(*product(maps, "3x7x2x4", "2x12x7", "3x2x4x12"))
    assert made.kinds == ["copy", "contract"]
    made.check()


def test_several_dims_of_columns_and_of_sums() -> None:
    lhs, rhs, out = "(a, k, b, l)", "(n, k, l, m)", "(m, a, n, b)"
    maps = f"[{', '.join(f'(a, b, n, m, k, l) -> {dims}' for dims in (lhs, rhs, out))}]"
    made = lowered(*product(maps, "3x5x4x3", "2x5x3x4", "4x3x2x4"))
    assert made.kinds == ["contract"]
    made.check()


def test_several_dims_of_rows_and_few_columns_are_read_as_they_lie() -> None:
    maps = "[(a, b, n, k) -> (a, b, k), (a, b, n, k) -> (k, n), (a, b, n, k) -> (a, b, n)]"
    made = lowered(*product(maps, "3x[B]x20", "20x16", "3x[B]x16"))
    assert made.kinds == ["contract"]
    made.check(B=5)


DEPTHWISE = "[(a, b, c, k, l) -> (a, k, b, l, c), (a, b, c, k, l) -> (k, l, c), (a, b, c, k, l) -> (a, b, c)]"


@pytest.mark.parametrize("init", [False, True])
def test_a_few_sums_for_each_of_a_batch_are_added_one_after_the_other(init: bool) -> None:
    made = lowered(*product(DEPTHWISE, "3x2x4x3x10", "2x3x10", "3x4x10", init=init))
    assert made.kinds == ["fill", "map", "map", *(["map"] if init else [])]
    made.check()


def test_many_sums_for_each_of_a_batch_are_not() -> None:
    made = lowered(*product(DEPTHWISE, "3x13x4x5x10", "13x5x10", "3x4x10"))
    assert "map" not in made.kinds
    made.check()


@pytest.mark.parametrize("dtype", ["f64", "i32"])
def test_other_types_are_not(dtype: str) -> None:
    made = lowered(*product(ROWS, "3x20x4", "20x16", "3x4x16", dtype))
    assert "contract" not in made.kinds
    made.check()


def test_so_many_sums_as_the_kernel_takes() -> None:
    assert MAX_CONTRACTED == lib.TIR_MAX_CONTRACTED
    deep = MAX_CONTRACTED + 1
    made = lowered(*product(ROWS, f"2x{deep}x2", f"{deep}x4", "2x2x4"))
    assert "contract" not in made.kinds
