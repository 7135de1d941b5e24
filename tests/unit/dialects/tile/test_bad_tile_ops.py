"""Grids and steps that can't be: each says what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tensorir.dialects import tile
from tensorir.dialects.linalg import Fill
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, iteration_dim, mod
from tensorir.ir.dtype import DType, f32, i64
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tests.support.bad_ops import refusal

NEGATE = ScalarBody((f32,), apply("neg", arg(0, f32)))
ADD = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
INDEX = ScalarBody((f32,), cast(iteration_index(1), f32))
UNIT = (3,)
"""Unit dims of a grid of one dim."""


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


def shape(*sizes: int, units: int = 3) -> AffineMap:
    return AffineMap(units, sizes)


def along(*strides: int, units: int = 3, offset: Dim = 0) -> AffineMap:
    """The element at `offset` plus one stride per loop."""
    total: Dim = offset
    for l, stride in enumerate(strides):
        total = total + stride * iteration_dim(units + l)
    return AffineMap(units + len(strides), (total,))


def step(cls: Callable[..., Op], values: tuple[Value, ...], loops: int, **attributes: Any) -> Callable[[], Op]:
    """A step whose operands all run along `loops` loops of size 2."""
    maps = (along(*([1] * loops)),) * len(values)
    return lambda: cls(buffers=values, shape=shape(*([2] * loops)), maps=maps, **attributes)


X, Y, Z = v(8), v(8), v(8)
INTS = v(8, dtype=i64)


def grid(make: Callable[[Value, Value], tuple[tuple[Op, ...], Value]], **attributes: Any) -> Callable[[], Op]:
    """A grid over one input and one result; `make` builds the body."""

    def made() -> Op:
        outside, given, result = v(8), v(8), v(8)
        ops, yielded = make(given, result)
        body = Region((given, result), ops, (yielded,))
        return tile.Grid((outside,), body, (TensorType((8,), f32),), **attributes)

    return made


def copy(source: Value, out: Value, units: int = 0) -> tile.Copy:
    return tile.Copy(buffers=(source, out), shape=shape(8, units=units), maps=(along(1, units=units),) * 2)


def unused(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
    return (), result


def overwritten(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
    first = copy(given, result)
    return (first, copy(given, result)), first.result


def stale_yield(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
    return (copy(given, result),), result


def into_input(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
    made = copy(result, given)
    return (made,), made.result


def no_step(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
    fill = Fill(1.0, TensorType((8,), f32))
    return (fill,), fill.result


def unit_dims(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
    made = copy(given, result, units=3)
    return (made,), made.result


def other_type(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
    made = tile.Scratch(TensorType((4,), f32))
    return (made,), made.result


ONE = {"totals": (8,), "granules": (1,), "blocks": (4,)}
TWO_STEPS = AffineMap(4, (iteration_dim(3) * iteration_dim(3),))
NOT_LINEAR = AffineMap(4, (mod(iteration_dim(3), 2),))

BAD: list[tuple[Callable[[], Op], str]] = [
    (grid(unused, totals=(8,)), "1 totals, 0 granules, 0 blocks: one each per dim of the grid"),
    (grid(unused, totals=(1,) * 5, granules=(1,) * 5, blocks=(1,) * 5), "of which there are at most 4"),
    (grid(unused, totals=(8,), granules=(0,), blocks=(1,)), "granules [0] and blocks must be at least 1"),
    (grid(unused, totals=(8,), granules=(1,), blocks=(0,)), "blocks must be at least 1"),
    (grid(unused, **ONE, least=(1, 1)), "2 least sizes of blocks for 1 dims"),
    (grid(overwritten), "which another step has overwritten"),
    (grid(stale_yield), "it yields what another step has overwritten"),
    (grid(into_input), "tile.copy writes an input of the grid"),
    (grid(no_step), "linalg.fill is not a step"),
    (grid(unit_dims), "tile.copy has 3 unit dims, the grid 0"),
    (grid(lambda g, r: (((c := copy(g, r)),), c.result), **ONE), "tile.copy has 0 unit dims, the grid 3"),
    (grid(other_type), "the body yields tensor<4xf32>"),
    # all steps
    (lambda: tile.Copy(buffers=(X, Y), shape=shape(2), maps=(along(1),)), "1 maps for 2 buffers"),
    (lambda: tile.Copy(buffers=(X, Y), shape=shape(2), maps=(along(1, 1),) * 2), ": needs 4 dims and one result"),
    (lambda: tile.Copy(buffers=(X, Y), shape=shape(2), maps=(along(1), TWO_STEPS)), "is not a stride per loop"),
    (lambda: tile.Copy(buffers=(X, Y), shape=shape(2), maps=(NOT_LINEAR, along(1))), "is not a stride per loop"),
    (lambda: tile.Copy(buffers=(X, Y), shape=shape(2, units=2), maps=(along(1, units=2),) * 2), "not a multiple of 3"),
    # each
    (step(tile.Map, (X, Y), 1, bodies=()), "0 bodies for 2 buffers: one per out, at least one"),
    (step(tile.Map, (X, Y, Z), 1, bodies=(NEGATE,)), "a body takes (f32)"),
    (step(tile.Map, (X, INTS), 1, bodies=(NEGATE,)), "a body gives f32, its out is tensor<8xi64>"),
    (step(tile.Map, (X, Y), 1, bodies=(NEGATE,), sequential=2), "2 sequential loops of 1"),
    (step(tile.Map, (X, Y), 2, bodies=(INDEX,)), "a body reads the index of a loop that has no start"),
    (step(tile.Map, (X, Y), 2, bodies=(INDEX,), starts=AffineMap(3, (0,))), "the index of a loop that has no start"),
    (step(tile.Copy, (X, Y, Z), 1), "needs 1 inputs and one out, got 3 buffers"),
    (step(tile.Copy, (INTS, Y), 1), "the input is tensor<8xi64>, the out tensor<8xf32>"),
    (step(tile.Fill, (X, Y), 1, value=1.0), "needs 0 inputs and one out, got 2 buffers"),
    (step(tile.Fill, (INTS,), 1, value=0.5), "0.5"),
    (step(tile.Mmt4d, (X, Y, Z), 5), "needs the six loops of mmt4d, got 5"),
    (step(tile.Mmt4d, (X, Y), 6), "needs 2 inputs and one out, got 2 buffers"),
    (step(tile.Mmt4dMap, (X,), 6, body=NEGATE), "needs lhs, inputs and one out, got 1 buffers"),
    (step(tile.Mmt4dMap, (X, Y, Z), 6, body=NEGATE, depth=2), "needs the loops of mmt4d, 2 of them of k1, got 6"),
    (step(tile.Mmt4dMap, (X, Y, Z), 6, body=NEGATE, rows=AffineMap(3, ())), "one size from the unit dims"),
    (step(tile.Mmt4dMap, (INTS, Y, Z), 6, body=NEGATE), "lhs and out are f32, one is tensor<8xi64>"),
    (step(tile.Mmt4dMap, (X, INTS, Z), 6, body=NEGATE), "the body takes (i64) and gives f32"),
    (step(tile.Mmt4dMap, (X, Y, Z), 6, body=INDEX), "the body reads an index, or may fail"),
    (step(tile.Matmul, (X, Y, Z), 2), "needs the loops m, n and k, got 2"),
    (step(tile.Matmul, (X, Y), 3), "needs 2 inputs and one out, got 2 buffers"),
    (step(tile.Matmul, (X, INTS, Y), 3), "the operands are f32, one is tensor<8xi64>"),
    (step(tile.Contract, (X, Y, Z), 4, depth=2), "needs the loops m, n1, n0 and 2 of k, got 4"),
    (step(tile.Contract, (X, Y, Z), 4, depth=0), "needs the loops m, n1, n0 and 0 of k, got 4"),
    (step(tile.Contract, (X, Y), 4, depth=1), "needs 2 inputs and one out, got 2 buffers"),
    (step(tile.Contract, (X, INTS, Y), 4, depth=1), "the operands are f32, one is tensor<8xi64>"),
    (step(tile.Pack, (X, Y), 3, extents=shape(8, 1)), "needs the four loops of a packed matrix, got 3"),
    (step(tile.Pack, (X, Y), 4, extents=shape(8)), ": two sizes from the unit dims"),
    (step(tile.Unpack, (X, Y), 3, extents=shape(8, 1)), "needs the four loops of a packed matrix, got 3"),
    (step(tile.Unpack, (X, Y), 4, extents=shape(8, 1, units=0)), ": two sizes from the unit dims"),
    (step(tile.Reduce, (X, Y), 1, kind="add", rows=2), "2 row loops of 1"),
    (step(tile.Reduce, (X, Y), 1, kind="add", rows=1, extent=shape(1, 1)), ": one size from the unit dims"),
    (step(tile.Softmax, (X, Y), 1, rows=2), "2 row loops of 1"),
    (step(tile.LayerNorm, (X, Y, Z, v(8)), 1, rows=2, epsilon=1e-5), "2 row loops of 1"),
    (step(tile.RmsNorm, (X, Y, Z), 1, rows=-1, epsilon=1e-5), "-1 row loops of 1"),
    (step(tile.Gather, (X, Y), 1, tables=shape()), "needs a source, indices, and one out"),
    (step(tile.Gather, (X, INTS, Y), 1, tables=shape(1)), ": a stride and a size per index"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_it_is_refused(make: Callable[[], Op], message: str) -> None:
    assert message in refusal(make)


def test_a_grid_that_fits_is_not() -> None:
    def fine(given: Value, result: Value) -> tuple[tuple[Op, ...], Value]:
        made = copy(given, result)
        return (made,), made.result

    assert refusal(grid(fine)) == ""
