"""Packed values: how a tensor comes from one layout into another, and which padding is known to be zero."""

from __future__ import annotations

import pytest

from tensorir.dialects.linalg import Fill, Transpose, ZeroPadding
from tensorir.dialects.packing import Pack, Unpack
from tensorir.dialects.relayout import Relayout
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, filled
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.datatiling.packed import Emitter, Packed, axis_dims

S = symbol("S")
ROWS = Layout((0,), (8,), (0, 1))
ROWS_TURNED = Layout((0,), (8,), (1, 0))
COLUMNS = Layout((1,), (4,), (0, 1))
SIXES = Layout((0,), (6,), (0, 1))
BOTH = Layout((0, 1), (8, 4), (1, 0))


def plain(*shape: Dim) -> Packed:
    return Packed(Value(TensorType(shape, f32)), shape)


def packed(layout: Layout, *shape: Dim, zero: frozenset[int] = frozenset()) -> Packed:
    return Packed(Value(layout.packed_type(TensorType(shape, f32))), shape, layout, zero)


@pytest.mark.parametrize(
    ("x", "layout", "ops"),
    [
        (plain(20, 10), None, []),
        (packed(ROWS, 20, 10), ROWS, []),
        (plain(20, 10), ROWS, [Pack]),
        (packed(ROWS, 20, 10), None, [Unpack]),
        (packed(ROWS, 20, 10), ROWS_TURNED, [Transpose]),
        (packed(ROWS, 20, 10), COLUMNS, [Relayout]),
        (packed(ROWS, S, 10), BOTH, [Relayout]),
        (packed(ROWS, 64, 1), Layout((0,), (16,), (0, 1)), [CollapseShape, ExpandShape]),  # a column lies as it did
        (packed(ROWS, 20, 10), SIXES, [Unpack, Pack]),  # neither of 6 and 8 divides the other
        (plain(20, 8), COLUMNS, [CollapseShape, ExpandShape]),  # tiles of whole rows lie as they did
        (plain(S, 8), COLUMNS, [CollapseShape, ExpandShape]),
        (plain(20, S), COLUMNS, [Pack]),  # S may be no multiple of 4
    ],
)
def test_the_way_from_one_layout_to_another(x: Packed, layout: Layout | None, ops: list[type[Op]]) -> None:
    emit = Emitter()
    made = emit.stored(x, layout)
    assert [type(o) for o in emit.ops] == ops
    assert made.layout == layout
    shape = x.shape if layout is None else layout.packed_shape(x.shape)
    assert made.value.type.shape == shape


def test_a_fresh_pack_has_zeros_and_a_transpose_of_tiles_keeps_what_is_known() -> None:
    emit = Emitter()
    fresh = emit.stored(plain(20, 10), ROWS)
    assert 0 in fresh.zero
    assert 0 in emit.stored(fresh, ROWS_TURNED).zero
    assert emit.stored(packed(ROWS, 20, 10), ROWS_TURNED).zero == frozenset()


@pytest.mark.parametrize(("value", "zero"), [(0.0, {0, 1}), (1.0, set[int]())])
def test_what_is_filled_is_filled_in_tiles(value: float, zero: set[int]) -> None:
    """Nothing is packed, and padding has the value too."""
    emit = Emitter()
    x = emit.add(Fill(value, TensorType((20, 10), f32))).result
    found = emit.stored(Packed(x, (20, 10)), ROWS)
    assert [type(op) for op in emit.ops] == [Fill, Fill]
    assert found.value.type == ROWS.packed_type(x.type)
    assert found.zero == zero


def test_a_copy_to_other_tiles_knows_which_padding_is_zero() -> None:
    """It need not fill what it copies; afterwards all padding is zero."""
    emit = Emitter()
    x = packed(BOTH, 20, 10, zero=frozenset({1}))
    made = emit.stored(x, COLUMNS)
    (op,) = emit.ops
    assert isinstance(op, Relayout)
    assert op.before.padding == (UNSPECIFIED, filled(0))
    assert op.after.padding == (NO_PADDING, filled(0))
    assert made.zero == {0, 1}


@pytest.mark.parametrize(
    ("x", "dim", "written"),
    [
        (packed(ROWS, 20, 10), 0, True),
        (packed(ROWS, 20, 10, zero=frozenset({0})), 0, False),
        (packed(ROWS, 16, 10), 0, False),  # a multiple of the tile: nothing is padded
        (packed(ROWS, 20, 10), 1, False),  # not tiled
        (packed(ROWS, S, 10), 0, True),  # may be padded
        (plain(20, 10), 0, False),
    ],
)
def test_zeros_are_written_where_padding_may_hold_anything(x: Packed, dim: int, written: bool) -> None:
    emit = Emitter()
    made = emit.with_zeros(x, dim)
    assert [type(o) for o in emit.ops] == [ZeroPadding] * written
    if written:
        assert dim in made.zero
        assert emit.with_zeros(made, dim) is made


def test_the_dims_of_an_axis_are_its_outer_and_its_inner_one() -> None:
    assert axis_dims(ROWS, 0) == (0, 2)
    assert axis_dims(ROWS, 1) == (1,)
    assert axis_dims(BOTH, 0) == (1, 2)
    assert axis_dims(BOTH, 1) == (0, 3)
