"""What a unit has of each value, which loops reach it, and the steps that are made of them."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from tensorir.dialects.tile import Copy
from tensorir.ir.dims import Dim, ceildiv, evaluate, iteration_dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.targets.device import Device
from tensorir.transforms.tiles.access import Access, Digit, UnfitError, row_major
from tensorir.transforms.tiles.emitter import Emitter, Loop, Piece, cut, refined
from tensorir.transforms.tiles.unit_dims import Along, UnitDim
from tests.support.accesses import BUFFER, positions

S = symbol("S")
START, COUNT, VALID = map(iteration_dim, range(3))
"""Of a unit: its first granule, its granules, its positions."""


def emitter(total: Dim, granule: int = 1, block: Dim = 2, **along: Along) -> tuple[Emitter, dict[str, Value]]:
    """One unit dim, along which the named values run."""
    values = {name: Value(TensorType((total, 8), f32), name) for name in along}
    unit = UnitDim(total, granule, {values[name]: at for name, at in along.items()}, {})
    return Emitter(Device("cpu{features=none}"), [unit], [block], {}), values


@pytest.mark.parametrize(("begin", "size"), [(0, 24), (0, 8), (8, 16), (0, 0), (24, 0)])
def test_a_piece_of_a_dim_in_several_digits_is_what_a_slice_has(begin: int, size: int) -> None:
    digits = (Digit(3, 100), Digit(8, 2))
    whole = positions(Access(BUFFER, 0, (digits,)))
    offset, kept = cut(digits, Piece(begin, size, size))
    np.testing.assert_array_equal(positions(Access(BUFFER, offset, (kept,))), whole[begin : begin + size])


@pytest.mark.parametrize(("begin", "size"), [(0, 12), (4, 8), (1, 1)])
def test_a_piece_that_cuts_a_digit_is_refused(begin: int, size: int) -> None:
    with pytest.raises(UnfitError, match=f"pieces of {size} positions cut parts of 8"):
        cut((Digit(3, 100), Digit(8, 2)), Piece(begin, size, size))


def test_a_piece_of_tiles_begins_at_a_tile() -> None:
    offset, kept = cut((Digit(ceildiv(S, 8), 100), Digit(8, 2)), Piece(START * 8, COUNT * 8, 64))
    assert (offset, kept) == (START * 100, (Digit(COUNT, 100), Digit(8, 2)))


def test_loops_have_one_stride_per_operand() -> None:
    fine, plain = (Digit(3, 100), Digit(8, 2)), (Digit(24, 1),)
    whole = Piece(0, 24, 24)
    assert refined([Loop(whole, (fine, plain, None))]) == [[(3, (100, 8, 0)), (8, (2, 1, 0))]]
    assert refined([Loop(whole, (plain, None, None))]) == [[(24, (1, 0, 0))]]
    one = Piece(0, 1, 1)
    assert refined([Loop(one, (None, None))]) == [[(1, (0, 0))]]
    assert refined([Loop(one, ((Digit(1, 0), Digit(1, 0)), (Digit(1, 5),)))]) == [[(1, (0, 0))]]
    with pytest.raises(UnfitError, match="no common refinement"):
        refined([Loop(whole, (fine, (Digit(4, 6), Digit(6, 1))))])


def test_a_unit_has_its_granules_of_a_tiled_dim_and_its_positions_of_a_plain_one() -> None:
    e, _ = emitter(S, 4, 2)
    tiled = e.piece(0, 1, ceildiv(S, 4))
    assert (tiled.begin, tiled.size, tiled.most) == (START, COUNT, 2)
    plain = e.piece(0, 4, S)
    assert (plain.begin, plain.size, plain.most) == (START * 4, VALID, 8)
    rounded = e.piece(0, 4, ceildiv(S, 4) * 4)
    assert (rounded.begin, rounded.size, rounded.most) == (START * 4, COUNT * 4, 8)


@pytest.mark.parametrize("end", [1, 4, 11, 12, 19])
def test_a_dim_that_ends_before_the_unit_dim_has_no_part_in_the_last_units(end: int) -> None:
    """20 positions in granules of 4, of which the last has 3 only."""
    e, _ = emitter(19, 4, 2)
    plain, tiled = e.piece(0, 4, end), e.piece(0, 1, -(-end // 4))
    for start in range(5):
        for count in range(1, 6 - start):
            unit = {0: start, 1: count, 2: min(4 * count, 19 - 4 * start)}
            first, last = 4 * start, min(4 * (start + count), end)
            assert (evaluate(plain.begin, {}, unit), evaluate(plain.size, {}, unit)) == (first, max(0, last - first))
            assert evaluate(tiled.size, {}, unit) == -(-max(0, last - first) // 4)


@pytest.mark.parametrize(("total", "block", "most"), [(5, 2, 2), (5, 100, 5), (1, 100, 1), (0, 2, 0)])
def test_a_unit_never_has_more_than_there_is(total: int, block: int, most: int) -> None:
    e, values = emitter(total, block=block, x=Along(0, 1))
    rows, columns = e.value_pieces(values["x"])
    assert rows.most == most
    assert (columns.begin, columns.size, columns.most) == (0, 8, 8)
    assert e.scratch(values["x"]).buffer.type.shape == (most, 8)


def test_scratch_has_room_for_the_largest_unit() -> None:
    """Its strides are those of the largest unit, so that they are the same in every unit."""
    e, values = emitter(S, block=16, x=Along(0, 1))
    made = e.scratch(values["x"])
    assert made.buffer.type.shape == (16, 8)
    assert made.dims == ((Digit(COUNT, 8),), (Digit(8, 1),))


def test_steps_read_what_the_steps_before_them_have_written() -> None:
    e, _ = emitter(S)
    a, b, c = (row_major(Value(TensorType((4, 8), f32)), (4, 8)) for _ in range(3))
    whole = [Piece(0, 4, 4), Piece(0, 8, 8)]
    e.copy(a, b, whole)
    e.copy(b, c, whole)
    e.copy(a, b, whole)
    first, second, third = (op for op in e.steps if isinstance(op, Copy))
    assert first.buffers == (a.buffer, b.buffer)
    assert second.buffers == (first.results[0], c.buffer)
    assert third.buffers == (a.buffer, first.results[0])


def test_a_copy_of_a_tensor_to_itself_is_no_step() -> None:
    e, _ = emitter(S)
    a = row_major(BUFFER, (4, 8))
    e.copy(a, evolve(a), [Piece(0, 4, 4), Piece(0, 8, 8)])
    assert e.steps == []
    e.copy(a, evolve(a, offset=1), [Piece(0, 4, 4), Piece(0, 8, 8)])
    assert len(e.steps) == 1
