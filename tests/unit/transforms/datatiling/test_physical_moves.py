"""Packed forms of ops that move elements: when they can't be used, and what they say of padding. What they are is shown
in tests/filetests/materialize-encodings."""

from __future__ import annotations

import pytest

from tensorir.dialects.linalg import ZeroPadding
from tensorir.dialects.tensor import Concat, ExtractSlice, Gather, InsertSlice, Pad
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType, f32, i64
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.datatiling.packed import Emitter, Packed
from tensorir.transforms.datatiling.physical import form_of

LAST = Layout((1,), (8,), (0, 1))


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


def made(op: Op, *zero: set[int], layout: Layout = LAST) -> tuple[Packed | None, Emitter]:
    """The packed form of an op whose operands, but for indices, are stored alike. `zero`: the dims of each whose
    padding is zero."""
    form, emit = form_of(op), Emitter()
    assert form is not None
    stored: list[Packed] = []
    for i, x in enumerate(op.operands):
        known = frozenset(zero[i]) if i < len(zero) else frozenset[int]()
        at = None if isinstance(op, Gather) and i else layout
        stored.append(Packed(Value(x.type if at is None else at.packed_type(x.type)), x.type.shape, at, known))
    found = form(op, stored, layout, emit)
    if found is None:
        assert not emit.ops, "what is refused writes nothing"
    else:
        assert found.layout == layout
        assert found.value.type.shape == layout.packed_shape(op.results[0].type.shape)
    return found, emit


@pytest.mark.parametrize(
    ("offsets", "sizes", "strides", "form"),
    [
        ((1, 0), (2, 16), (1, 1), True),
        ((0, 8), (4, 8), (1, 1), True),
        ((0, 8), (4, 3), (2, 1), True),
        ((0, 4), (4, 8), (1, 1), False),
        ((0, 0), (4, 5), (1, 2), False),
    ],
)
def test_a_slice_begins_at_a_tile(
    offsets: tuple[int, ...], sizes: tuple[int, ...], strides: tuple[int, ...], form: bool
) -> None:
    """LAST cuts the last dim into eights."""
    op = ExtractSlice(v(8, 16), offsets, sizes, strides)
    assert (made(op)[0] is not None) == form


@pytest.mark.parametrize(("sizes", "dim", "form"), [((8, 3), 1, True), ((3, 8), 1, False), ((3, 8), 0, True)])
def test_all_parts_but_the_last_end_with_a_tile(sizes: tuple[int, int], dim: int, form: bool) -> None:
    parts = [v(*(4, s) if dim else (s, 16)) for s in sizes]
    assert (made(Concat(tuple(parts), dim))[0] is not None) == form


def test_what_is_cut_off_is_no_longer_zero() -> None:
    whole, cut = (ExtractSlice(v(4, 20), (0, 8), (4, size), (1, 1)) for size in (12, 5))
    for op, zero in ((whole, {1}), (cut, set[int]())):
        found, _ = made(op, {1})
        assert found is not None
        assert found.zero == zero


@pytest.mark.parametrize(("value", "zero"), [(0.0, {0, 1}), (-0.0, set[int]()), (3.0, set[int]())])
def test_new_tiles_have_the_value_of_a_pad_in_their_padding(value: float, zero: set[int]) -> None:
    """Columns end within a tile, and rows are added."""
    found, _ = made(Pad(v(4, 10), (0, 0), (1, 0), value), {1})
    assert found is not None
    assert found.zero == zero


@pytest.mark.parametrize("known", [False, True])
def test_a_pad_that_begins_within_a_tile_fills_it_with_zeros(known: bool) -> None:
    """Columns 10 … 13 lie in the tile that columns 8 and 9 begin: nothing is padded but what lies there."""
    found, emit = made(Pad(v(4, 10), (0, 0), (0, 4)), {1} if known else set())
    assert found is not None
    assert 1 in found.zero
    assert [type(op) for op in emit.ops] == ([] if known else [ZeroPadding])


@pytest.mark.parametrize(
    ("dest", "source", "zero"), [({1}, {1}, {0, 1}), ({1}, set[int](), {0}), (set[int](), {1}, {0})]
)
def test_padding_is_zero_after_an_insertion_if_it_was_in_both(dest: set[int], source: set[int], zero: set[int]) -> None:
    found, _ = made(InsertSlice(v(2, 10), v(4, 10), (1, 0), (1, 1)), source, dest)
    assert found is not None
    assert found.zero == zero


def test_padding_beside_what_goes_into_one_tile_stays() -> None:
    found, emit = made(InsertSlice(v(4, 1), v(4, 10), (0, 9), (1, 1)), set(), {1})
    assert found is not None
    assert found.zero == {0, 1}
    assert [type(op) for op in emit.ops] == [ExtractSlice, InsertSlice]


@pytest.mark.parametrize(("known", "zero"), [({1}, {1}), (set[int](), set[int]())])
def test_rows_that_are_looked_up_bring_their_padding(known: set[int], zero: set[int]) -> None:
    found, _ = made(Gather(v(4, 10), v(3, dtype=i64)), known)
    assert found is not None
    assert found.zero == zero
