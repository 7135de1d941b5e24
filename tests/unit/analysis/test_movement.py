"""Which ops are views of their operand."""

from __future__ import annotations

import pytest

from tensorir.analysis.movement import is_view, view_of
from tensorir.dialects.linalg import Generic
from tensorir.ir.affine import identity, select
from tensorir.ir.dtype import f32
from tensorir.ir.scalar import ScalarBody, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value


@pytest.mark.parametrize(("dims", "expected"), [((0, 1), True), ((1, 0), True), ((0, 0), False), ((1, 1), False)])
def test_a_diagonal_is_not_a_view(dims: tuple[int, ...], expected: bool) -> None:
    rank = len(set(dims))
    read = select(rank, dims if rank == 2 else (0, 0))
    x = Value(TensorType((5, 5), f32))
    op = Generic((x,), (read, identity(rank)), ScalarBody((f32,), arg(0, f32)))
    assert is_view(op) is expected
    assert (view_of(op) is not None) is (dims == (1, 0))
