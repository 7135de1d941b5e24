"""What a copy from one layout to another costs: what it reads and what it writes."""

from __future__ import annotations

from math import inf

import pytest

from tensorir.dialects.linalg import Contract, Fold
from tensorir.encoding.form import Form
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles
from tensorir.ir.affine import identity, select
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, f32, i8
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.targets.costs import TYPICAL_SIZE, Costs
from tensorir.transforms.layouts.forms import contraction_form, row_major
from tensorir.transforms.layouts.prices import Prices

S = symbol("S")
RESULT, RIGHT = Layout((0, 1), (8, 16), (0, 1)), Layout((0, 1), (16, 16), (1, 0))
SIXES, SIXTEENS, EIGHTS = (Layout((0,), (tile,), (0, 1)) for tile in (6, 16, 8))
PRICES = Prices(Costs(bytes_per_ns=1.0, relayout_ns=0.0))


@pytest.mark.parametrize(
    ("shape", "a", "b", "elements"),
    [
        ((64, 32), None, None, 0),
        ((64, 32), RESULT, RESULT, 0),
        ((64, 32), None, RESULT, 2 * 64 * 32),
        ((60, 32), RESULT, None, 64 * 32 + 60 * 32),
        ((64, 32), RESULT, RIGHT, 2 * 64 * 32),  # one copy from tiles to tiles
        ((24, 32), RESULT, RIGHT, 24 * 32 + 32 * 32),
        ((S, 32), RESULT, RIGHT, 2 * TYPICAL_SIZE * 32),
        ((24, 32), EIGHTS, SIXES, 4 * 24 * 32),  # 6 and 8 have no common digits: an unpack and a pack
        ((64, 1), EIGHTS, SIXTEENS, 0),  # a column lies as it did
        ((60, 1), EIGHTS, SIXTEENS, 2 * 64),  # but for its padding, in which zeros must lie
    ],
)
def test_a_relayout_is_one_copy_if_there_is_one(
    shape: tuple[Dim, ...], a: Layout | None, b: Layout | None, elements: int
) -> None:
    assert PRICES.relayout(TensorType(shape, f32), a, b) == 4 * elements


def product(rows: Dim) -> Contract:
    x, w = Value(TensorType((rows, 32), f32)), Value(TensorType((32, 60), f32))
    return Contract(x, w, (), (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))), f32)


@pytest.mark.parametrize(("rows", "dtype"), [(8, f32), (9, f32), (8, i8)])
def test_few_rows_of_f32_are_read_where_they_lie(rows: int, dtype: DType) -> None:
    """Then the product takes no longer than reading the right side; otherwise its operands are packed."""
    x, w = Value(TensorType((rows, 32), dtype)), Value(TensorType((32, 64), dtype))
    op = Contract(x, w, (), (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))), dtype)
    costs = Costs(rows_in_place=8, multiply_adds_per_ns=1e9, bytes_per_ns=1.0)
    read = 32 * 64 * dtype.itemsize
    assert (Prices(costs).form(op, row_major(op)) == read) == (rows == 8 and dtype == f32)
    assert Prices(costs, computed=frozenset({op})).form(op, row_major(op)) > read


def test_sizes_count_as_what_the_prices_are_at() -> None:
    prices = Prices(Costs(bytes_per_ns=1.0))
    few = prices.at((("S", 3),))
    assert few.bytes(TensorType((S, 32), f32), None) == 4 * 3 * 32
    assert few.bytes(TensorType((S, 32), f32), RIGHT) == 4 * 16 * 32
    assert few.at(()).bytes(TensorType((S, 32), f32), None) == prices.bytes(TensorType((S, 32), f32), None)
    assert prices.at(()) is prices and prices.at((("S", 3),)) is few


def test_a_right_side_may_be_stored_in_another_order_which_costs_time_for_every_block_of_rows() -> None:
    prices = Prices(Costs(tiles_read_per_ns=4.0, rows_per_unit=100, tiles_read_ns=7.0))
    op = product(200)
    form = contraction_form(op, Tiles(8, 16, 16, "kn"), "")
    left, need = form.operands
    assert need == RIGHT
    transposed, fours = Layout((1, 0), (16, 16), (0, 1)), Layout((0, 1), (4, 16), (1, 0))
    assert prices.read(op, 1, form, need) == 0.0
    for stored in (None, transposed):
        assert prices.read(op, 1, form, stored) == 7.0 + 2 * (4 * 32 * 64) / 4.0
    assert prices.read(op, 1, form, fours) == inf
    assert prices.read(op, 0, form, None) == inf  # a left side is not read part by part
    assert prices.read(op, 0, form, left) == 0.0
    assert prices.read(op, 1, row_major(op), transposed) == inf
    assert PRICES.read(op, 1, form, None) == inf  # the device can't


@pytest.mark.parametrize(
    ("to", "layout", "runs"),
    [
        ((0,), None, 40 * 48 * 32 / 40),
        ((0,), Layout((0,), (8,), (0, 1, 2)), 40 * 48 * 32 / 8),
        ((1, 2), None, 40 * 48 * 32 / 32),
        ((1, 2), Layout((1, 2), (8, 16), (0, 1, 2)), 40 * 48 * 32 / 128),
        ((1, 2), Layout((0, 1), (8, 16), (0, 1, 2)), 40 * 48 * 32 / 16),
        ((), Layout((1,), (8,), (0, 1, 2)), 40 * 48 * 32),
    ],
)
def test_a_fold_takes_longer_the_fewer_totals_lie_side_by_side(
    to: tuple[int, ...], layout: Layout | None, runs: float
) -> None:
    x, start = Value(TensorType((40, 48, 32), f32)), Value(TensorType(tuple((40, 48, 32)[d] for d in to), f32))
    body = ScalarBody((f32, f32), apply("max", arg(0, f32), arg(1, f32)))
    op = Fold((x, start), (identity(3), select(3, to)), (body,))
    prices = Prices(Costs(folded_run_bytes=100, bytes_per_ns=1.0))
    assert prices.form(op, Form((layout, None))) == 100 * runs + prices.bytes(op.result.type, None)
