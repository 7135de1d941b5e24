"""Which pieces of a value survive an op, for ops whose result does not simply have the dims of its operand."""

from __future__ import annotations

import pytest

from tensorir.analysis.units import SINGLE, Units, joined_units, root_units, shortened_units
from tensorir.dialects.linalg import Fold, Generic
from tensorir.dialects.tensor import CollapseShape, ExtractSlice, GatherNd, InsertSlice
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, iteration_dim, symbol
from tensorir.ir.dtype import DType, f32, i64
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

S = symbol("S")
D = [iteration_dim(i) for i in range(4)]


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


X = v(4, 6)
SAME = ScalarBody((f32,), arg(0, f32))
ADD = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
ALL: Units = {0: 0, 1: 1}


def generic(map: AffineMap, *shape: int) -> Op:
    return Generic((X,), (map, identity(map.num_dims)), SAME, shape)


def fold(*outs: AffineMap) -> Fold:
    """Over the first dim of three, each result with its own order of the others; X is read at (d1, d2)."""
    sizes = (2, 4, 6)
    inits = tuple(v(*(sizes[d] for d in m.positions())) for m in outs)
    types = (f32,) * (len(outs) + 1)
    body = ScalarBody(types, apply("add", arg(0, f32), arg(1, f32)))
    return Fold((X, *inits), (select(3, (1, 2)), *outs), (body,) * len(outs), sizes)


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        # a window along the second dim needs more than its own piece
        (generic(AffineMap(3, (D[0], D[1] + D[2])), 4, 4, 3), {0: 0}),
        (generic(AffineMap(2, (D[0], 2 * D[1])), 4, 3), {0: 0}),
        (generic(AffineMap(3, (D[2], D[1])), 5, 6, 4), {0: 2, 1: 1}),
        (generic(AffineMap(1, (D[0], 0)), 4), {0: 0}),
        # what a fold reduces is gone; results that differ in the order of a dim lose it
        (fold(select(3, (1, 2))), {0: 0, 1: 1}),
        (fold(select(3, (2, 1))), {0: 1, 1: 0}),
        (fold(select(3, (1, 2)), select(3, (1, 2))), {0: 0, 1: 1}),
        (fold(select(3, (1, 2)), select(3, (2, 1))), {}),
        (Fold((X, v(4)), (identity(2), select(2, (0,))), (ADD,)), {0: 0}),
        (Fold((X, v()), (identity(2), select(2, ())), (ADD,)), {}),
        # a slice put into a tensor: only along dims that it covers
        (InsertSlice(X, v(4, 9), (0, 2), (1, 1)), {0: 0}),
        (InsertSlice(v(4, 3), X, (0, 1), (1, 2)), {0: 0}),
        (InsertSlice(X, v(8, 6), (0, 0), (2, 1)), {1: 1}),
        # a slice of the first positions goes on, if it is known where it ends
        (ExtractSlice(X, (0, 0), (4, 3), (1, 1)), {0: 0, 1: 1}),
        (ExtractSlice(X, (0, 0), (1, 6), (1, 1)), {0: 0, 1: 1}),
        (ExtractSlice(X, (0, 1), (4, 3), (1, 1)), {0: 0}),
        (ExtractSlice(X, (0, 0), (4, 3), (1, 2)), {0: 0}),
        (ExtractSlice(X, (0, 0), (4, 0), (1, 1)), {0: 0}),
        (ExtractSlice(X, (0, 0), (4, S), (1, 1)), {0: 0}),
        (GatherNd(X, (v(3, dtype=i64), v(3, dtype=i64))), {}),
        (CollapseShape(v(1, 1), ()), {}),
    ],
)
def test_pieces_that_go_through(op: Op, expected: Units) -> None:
    inside = dict.fromkeys(op.operands[:1], ALL) | ({X: ALL} if X in op.operands else {})
    assert joined_units(op, inside) == expected


def test_units_of_which_the_last_make_nothing() -> None:
    assert shortened_units(ExtractSlice(X, (0, 0), (4, 3), (1, 1)), {X: ALL}) == {1}
    assert shortened_units(ExtractSlice(X, (1, 0), (2, 3), (1, 1)), {X: ALL}) == {1}
    assert shortened_units(ExtractSlice(X, (0, 2), (4, 3), (1, 1)), {X: ALL}) == set()


def test_indices_made_in_the_launch_go_through_but_not_the_table() -> None:
    rows, columns = v(4, 6, dtype=i64), v(4, 6, dtype=i64)
    op = GatherNd(v(9, 9), (rows, columns))
    assert joined_units(op, {rows: ALL, columns: {0: 0, 1: 0}}) == {0: 0}
    assert joined_units(op, {op.source: ALL, rows: ALL}) == {}


def test_a_fold_whose_inputs_run_otherwise() -> None:
    op = Fold(
        (X, y := v(6), v(4)), (identity(2), select(2, (1,)), select(2, (0,))), (ScalarBody((f32,) * 3, arg(2, f32)),)
    )
    assert joined_units(op, {X: ALL}) == {0: 0}
    assert joined_units(op, {X: ALL, y: {0: 0}}) == {}
    assert joined_units(op, {op.inits[0]: {0: 0}}) == {0: 0}


def test_the_loops_of_a_launch_that_begins_with_a_fold() -> None:
    assert root_units(fold(select(3, (1, 2)), select(3, (1, 2)))) == {1: 0, 2: 1}
    assert root_units(fold(select(3, (1, 2)), select(3, (2, 1)))) == {}
    assert root_units(Fold((X, v()), (identity(2), select(2, ())), (ADD,))) is SINGLE
