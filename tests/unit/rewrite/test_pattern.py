"""Tables of patterns."""

from __future__ import annotations

from tensorir.dialects.linalg import LayerNorm, RowOp, Softmax, Transpose
from tensorir.ir.op import Op
from tensorir.rewrite.pattern import RegionView, index, pattern


@pattern(RowOp)
def of_rows(op: RowOp, view: RegionView) -> None:
    """f == f, for an f along rows"""


@pattern(Softmax, Transpose)
def of_two(op: Op, view: RegionView) -> None:
    """f == f, for two classes"""


def test_a_root_stands_for_its_subclasses_in_the_given_order() -> None:
    assert index([of_rows, of_two])[Softmax] == (of_rows, of_two)
    assert index([of_two, of_rows])[Softmax] == (of_two, of_rows)
    table = index([of_rows, of_two])
    assert table[LayerNorm] == (of_rows,)
    assert table[Transpose] == (of_two,)
    assert table[Op] == ()
