"""Which contractions are best read and written where their operands lie, so that nothing is packed for them."""

from __future__ import annotations

from tensorir.analysis.movement import is_windows
from tensorir.dialects.linalg import Contract, Transpose
from tensorir.ir.dims import product
from tensorir.ir.dtype import f32
from tensorir.ir.op import Op

SMALL = 1 << 14
"""Elements of a right side: packing the rows that are multiplied by fewer takes longer than it saves."""


def of_f32(op: Contract) -> bool:
    return op.lhs.type.dtype == op.rhs.type.dtype == op.dtype == f32


def is_placed(op: Contract, maker: Op | None) -> bool:
    """Whether a contraction is best read where its operands lie. `maker`: what makes its left side, if known."""
    of_windows = of_f32(op) and maker is not None and is_windows(maker)
    return of_windows or is_pointwise(op) or reads_rows_beside(op, maker)


def reads_rows_beside(op: Contract, maker: Op | None) -> bool:
    """Whether the left side of a contraction is an image with its channels outside of its places, which lie side by
    side: a transposition of it that `maker` makes, with rows along several dims."""
    if not isinstance(maker, Transpose) or not of_f32(op):
        return False
    space, last = op.space(), maker.source.type.rank - 1
    place = op.maps[0].positions()[maker.permutation.index(last)]
    return not space.batch and len(space.m) > 1 and bool(space.n) and place in space.m


def is_pointwise(op: Contract) -> bool:
    """Whether a contraction is one of each place of an image: rows along several dims, and a right side that is small,
    with its columns side by side."""
    space = op.space()
    if not of_f32(op) or space.batch or len(space.m) < 2 or not space.n or not space.k:
        return False
    elements = product(op.rhs.type.shape)
    return isinstance(elements, int) and elements < SMALL and op.maps[1].positions()[-1] in space.n
