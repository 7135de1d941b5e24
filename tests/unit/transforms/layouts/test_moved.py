"""Which layouts go through slices, concats, pads, look-ups and insertions, and why others do not."""

from __future__ import annotations

import pytest

from tensorir.dialects.tensor import Concat, ExtractSlice, Gather, InsertSlice, Pad
from tensorir.encoding.form import Form
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, f32, i64
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.layouts.forms import packed_forms
from tensorir.transforms.layouts.moved import Move, why_not_carried

S, P = symbol("S"), symbol("P")
ROWS = Layout((0,), (8,), (0, 1))
COLUMNS = Layout((1,), (8,), (0, 1))


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


def cut(offset: Dim, size: Dim, of: Dim = 20, stride: int = 1) -> ExtractSlice:
    return ExtractSlice(v(4, of), (0, offset), (4, size), (1, stride))


def put(size: Dim, offset: Dim, into: Dim = 20, stride: int = 1) -> InsertSlice:
    return InsertSlice(v(4, size), v(4, into), (0, offset), (1, stride))


def pad(low: Dim, high: Dim, size: Dim = 10, value: float = 0.0) -> Pad:
    return Pad(v(4, size), (0, low), (0, high), value)


BEGINS, ENDS, LATE, SINGLE = "begins within a tile", "ends within a tile", "known only at run time", "single positions"


@pytest.mark.parametrize(
    ("op", "why"),
    [
        (cut(8, 7), ""),
        (cut(4, 8), BEGINS),
        (cut(0, 5, stride=2), SINGLE),
        (cut(0, S, of=S + 8), ""),
        (cut(0, S, of=64), ""),
        (cut(0, S, of=60), LATE),
        (cut(0, 8 * S, of=60), LATE),
        (cut(0, S - 3, of=S), LATE),
        (put(8, 8), ""),
        (put(4, 16), ""),
        (put(10, 8), ENDS),
        (put(10, 6), BEGINS),
        (put(5, 8, stride=2), "leaves positions out"),
        (put(1, 13), ""),
        (put(3, 13), ""),
        (put(3, 14), BEGINS),
        (put(1, P, into=64), ""),
        (put(1, P, into=60), LATE),
        (put(8, 8 * P, into=60), LATE),
        (pad(0, 3), ""),
        (pad(8, 3), ""),
        (pad(4, 0), BEGINS),
        (pad(0, 3, value=-0.0), ENDS),
        (pad(0, 3, value=1.0), ENDS),
        (pad(0, 3, size=16, value=1.0), ""),
        (pad(0, P), ""),
        (pad(0, P - 1), LATE),
        (pad(0, 8 * P - 8, size=8 * S, value=1.0), ""),
        (Concat((v(4, 8), v(4, 3)), 1), ""),
        (Concat((v(4, 3), v(4, 8)), 1), ENDS),
        (Concat((v(4, 8), v(4, S - 3)), 1), ""),
        (Gather(v(4, 10), v(3, dtype=i64)), ""),
    ],
    ids=str,
)
def test_where_tiles_of_columns_are_cut(op: Move, why: str) -> None:
    of_operands = [[COLUMNS] if i in op.relation().moves else [] for i in range(len(op.operands))]
    indices = [None] * (len(op.operands) - len(op.relation().moves))
    forms = packed_forms(op, of_operands, [])
    found = [why_not_carried(op, i, COLUMNS) for i in op.relation().moves]
    if why:
        assert forms == []
        assert all(why in reason for reason in found)
    else:
        assert forms == [Form((*(COLUMNS for _ in op.relation().moves), *indices), COLUMNS)]
        assert not any(found)
    assert packed_forms(op, [[] for _ in op.operands], [COLUMNS]) == forms


@pytest.mark.parametrize(
    "op",
    [cut(3, 5, stride=2), put(4, 3, stride=2), pad(1, 2, value=1.0), Concat((v(4, 3), v(4, 3)), 1)],
    ids=lambda op: op.NAME,
)
def test_dims_without_tiles_are_cut_anywhere(op: Move) -> None:
    count = len(op.operands)
    assert packed_forms(op, [[ROWS]] * count, []) == [Form((ROWS,) * count, ROWS)]


def test_rows_in_tiles_are_not_looked_up() -> None:
    op = Gather(v(20, 8), v(3, dtype=i64))
    assert packed_forms(op, [[ROWS], []], []) == []
    assert why_not_carried(op, 0, ROWS) == "any position of dim 0 may be looked up, and its tiles hold several"
    assert packed_forms(op, [[], []], [ROWS]) == [], "an index is needed for each row of the result"


def test_rows_are_looked_up_where_they_are_whole() -> None:
    """A table of matrices, the first dim of which is not the outermost in memory; the indices are a matrix too."""
    op = Gather(v(5, 16, 24), v(2, 3, dtype=i64))
    columns_first = Layout((2, 1), (8, 8), (2, 0, 1))
    rows, found = Layout((2, 1), (8, 8), (0, 2, 1)), Layout((3, 2), (8, 8), (0, 1, 3, 2))
    assert packed_forms(op, [[columns_first], []], []) == [Form((rows, None), found)]
    assert packed_forms(op, [[], []], [Layout((3, 2), (8, 8), (3, 1, 0, 2))]) == [Form((rows, None), found)]
