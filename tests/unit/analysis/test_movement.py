"""What only moves elements, what is free to a reader, and which step a view is."""

from __future__ import annotations

import pytest

from tensorir.analysis.movement import is_broadcast, is_free, is_view, moves_only, view_of
from tensorir.dialects.linalg import Broadcast, Generic, Reduce, Softmax, Transpose
from tensorir.dialects.packing import Pack
from tensorir.dialects.relayout import Relayout
from tensorir.dialects.tensor import Cast, CollapseShape, Concat, ExpandShape, ExtractSlice, Gather, InsertSlice, Pad
from tensorir.encoding.digits import NO_PADDING, Digit, DigitLayout, filled, row_major
from tensorir.encoding.views import Collapsed, Expanded, Transposed, View
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, floordiv, iteration_dim, symbol
from tensorir.ir.dtype import DType, f32, i64
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

S = symbol("S")


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


def copied(map: AffineMap, *shape: Dim) -> Generic:
    return Generic((v(S, 6),), (map, identity(map.num_dims)), ScalarBody((f32,), arg(0, f32)), shape)


def relaid(size: Dim, *digits: Digit) -> Relayout:
    """A vector in a layout of these digits."""
    layout = DigitLayout(1, digits, (NO_PADDING,)).with_padding((size,), filled(0))
    return Relayout(v(size), row_major(1), layout, (size,))


NEGATED = Generic((v(4),), (identity(1),) * 2, ScalarBody((f32,), apply("neg", arg(0, f32))))
HALVES = AffineMap(2, (iteration_dim(0), floordiv(iteration_dim(1), 2)))
WINDOW = AffineMap(3, (iteration_dim(0), iteration_dim(1) + iteration_dim(2)))

# moves, free, view
CASES: list[tuple[Op, tuple[bool, bool, bool]]] = [
    (Transpose(v(2, S), (1, 0)), (True, True, True)),
    (ExpandShape(v(6), ((0, 1),), (2, 3)), (True, True, True)),
    (CollapseShape(v(2, S), ((0, 1),)), (True, True, True)),
    (Cast(v(S), (4,)), (True, True, True)),
    (relaid(4, Digit(0, 1), Digit(0, 1, 1)), (True, True, True)),
    (relaid(1, Digit(0, 4), Digit(0, 1, 4)), (True, False, False)),
    (relaid(S, Digit(0, 4), Digit(0, 1, 4)), (True, False, False)),
    (Broadcast(v(S), (0,), (3, S)), (True, True, False)),
    (Broadcast(v(S), (0,), (1, S)), (True, True, True)),
    (ExtractSlice(v(8), (2,), (4,), (1,)), (True, True, False)),
    (ExtractSlice(v(8, S), (0, 0), (8, S), (1, 1)), (True, True, True)),
    (Pad(v(8), (1,), (0,)), (True, False, False)),
    (Concat((v(2), v(2)), 0), (True, False, False)),
    (InsertSlice(v(2), v(4), (0,), (1,)), (True, False, False)),
    (Gather(v(4, 3), v(2, dtype=i64)), (True, False, False)),
    (Pack(v(8, 8), (0, 1), (4, 4), (0, 1)), (True, True, False)),
    (Pack(v(8), (0,), (4,), (0,)), (True, True, True)),
    (Pack(v(9), (0,), (4,), (0,)), (True, True, False)),
    (copied(select(2, (1, 0)), 6, S), (True, True, True)),
    (copied(WINDOW, S, 4, 3), (True, True, False)),
    (copied(HALVES, S, 12), (True, False, False)),
    (NEGATED, (False, False, False)),
    (Softmax(v(4, 4), (1,)), (False, False, False)),
    (Reduce(v(4, 1), "add", (1,)), (False, False, False)),
]


@pytest.mark.parametrize(("op", "expected"), CASES, ids=lambda x: x.NAME if isinstance(x, Op) else "")
def test_how_far_elements_move(op: Op, expected: tuple[bool, bool, bool]) -> None:
    assert (moves_only(op), is_free(op), is_view(op)) == expected


@pytest.mark.parametrize(
    ("op", "step"),
    [
        (Transpose(v(2, S), (1, 0)), Transposed((1, 0))),
        (ExpandShape(v(6, S), ((0, 1), (2,)), (2, 3, S)), Expanded(((0, 1), (2,)), (2, 3, S))),
        (ExpandShape(v(S), ((0, 1, 2),), (1, S, 1)), Expanded(((0, 1, 2),), (1, S, 1))),
        (Broadcast(v(S, 2), (1,), (S, 1, 2)), Expanded(((0, 1), (2,)), (S, 1, 2))),
        (CollapseShape(v(1, S, 1), ((0, 1, 2),)), Collapsed(((0, 1, 2),), (1, S, 1))),
        (CollapseShape(v(2, 3, 1, S), ((0, 1), (2, 3))), Collapsed(((0, 1, 2), (3,)), (2, 3, 1, S))),
        (copied(select(3, (1, 2)), 1, S, 6), Expanded(((0, 1), (2,)), (1, S, 6))),
        (Cast(v(S), (4,)), None),
        (CollapseShape(v(1, 1), ()), None),
        (Pack(v(8, 8), (0, 1), (4, 4), (0, 1)), None),
    ],
    ids=lambda x: x.NAME if isinstance(x, Op) else str(x),
)
def test_the_step_that_a_view_is(op: Op, step: View | None) -> None:
    assert view_of(op) == step


def test_only_what_repeats_elements_is_a_broadcast() -> None:
    assert is_broadcast(Broadcast(v(S), (0,), (3, S)))
    assert is_broadcast(copied(select(3, (0, 2)), S, 5, 6))
    assert not is_broadcast(Broadcast(v(S), (0,), (1, S)))
    assert not is_broadcast(NEGATED)


@pytest.mark.parametrize(("dims", "expected"), [((0, 1), True), ((1, 0), True), ((0, 0), False), ((1, 1), False)])
def test_a_diagonal_is_not_a_view(dims: tuple[int, ...], expected: bool) -> None:
    rank = len(set(dims))
    read = select(rank, dims if rank == 2 else (0, 0))
    op = Generic((v(5, 5),), (read, identity(rank)), ScalarBody((f32,), arg(0, f32)))
    assert is_view(op) is expected
    assert (view_of(op) is not None) is (dims == (1, 0))
