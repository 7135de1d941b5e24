"""Forms of contractions that are read where their operands lie: how the columns of the right side are stored."""

from __future__ import annotations

import pytest

from tensorir.dialects.linalg import Contract
from tensorir.encoding.form import Form
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import select
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.layouts.forms import column_form

H, W, F, C, I, J = range(6)
"""The loops of a convolution."""


def convolution(filters: Dim, order: tuple[int, ...], init: bool = False) -> Contract:
    """Windows of 4 channels and 3×3 places, times filters whose dims have an order."""
    sizes: dict[int, Dim] = {H: 7, W: 7, F: filters, C: 4, I: 3, J: 3}
    dims = ((H, W, I, J, C), order, (H, W, F))
    lhs, rhs, out = (Value(TensorType(tuple(sizes[d] for d in part), f32)) for part in dims)
    maps = select(6, dims[0]), select(6, dims[1]), select(6, dims[2])
    return Contract(lhs, rhs, (out,) if init else (), maps, f32)


@pytest.mark.parametrize("init", [False, True])
def test_columns_that_lie_apart_are_put_into_panels(init: bool) -> None:
    panels = Layout((0,), (16,), (0, 1, 2, 3))
    found = column_form(convolution(32, (F, C, I, J), init), 16)
    assert found == Form((None, panels, *([None] if init else [])))


def test_there_is_no_padding() -> None:
    assert column_form(convolution(20, (F, C, I, J)), 16) == Form((None, Layout((0,), (20,), (0, 1, 2, 3))))


def test_summed_positions_lie_in_their_order() -> None:
    """Loops are summed in the order of their numbers: channels first."""
    found = column_form(convolution(32, (I, J, F, C)), 16)
    assert found == Form((None, Layout((2,), (16,), (2, 3, 0, 1))))


@pytest.mark.parametrize("filters", [1, 32, symbol("F")])
def test_few_columns_that_lie_side_by_side_stay_as_they_are(filters: Dim) -> None:
    assert column_form(convolution(filters, (C, I, J, F)), 16) is None


def test_many_columns_are_put_into_panels() -> None:
    assert column_form(convolution(512, (C, I, J, F)), 16) == Form((None, Layout((3,), (16,), (3, 0, 1, 2))))
