"""Iteration spaces: their sizes are stated only where the operands do not give them."""

from __future__ import annotations

from tensorir.dialects.linalg import Generic
from tensorir.dialects.linalg.structured import Fold
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, floordiv, iteration_dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

S = symbol("S")
COPY = ScalarBody((f32,), arg(0, f32))
ADD = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
HALVES = AffineMap(1, (floordiv(iteration_dim(0), 2),))


def v(*shape: Dim) -> Value:
    return Value(TensorType(shape, f32))


def test_sizes_that_the_inputs_give_are_not_stated_again() -> None:
    """Text in which they are stated and text in which they are not are the same program."""
    assert Generic((v(S, 3),), (identity(2),) * 2, COPY, (S, 3)).shape == ()
    assert Generic((v(4),), (HALVES, identity(1)), COPY, (8,)).shape == (8,)
    assert Generic((v(3),), (select(2, (1,)), identity(2)), COPY, (5, 3)).shape == (5, 3)
    both = Generic((v(4), v(8)), (HALVES, identity(1), identity(1)), ADD, (8,))
    assert both.shape == ()
    assert both.result.type.shape == (8,)


def test_nor_are_those_of_a_fold() -> None:
    kept, all_of = select(2, (0,)), identity(2)
    assert Fold((v(5, 3), v(5)), (all_of, kept), (ADD,), (5, 3)).shape == ()
    repeated = Fold((v(5), v(5)), (kept, kept), (ADD,), (5, 3))
    assert repeated.shape == (5, 3)
    assert repeated.iteration_shape() == (5, 3)


def test_another_input_may_need_them() -> None:
    """An op on fewer inputs says the size that only the input that is gone gave."""
    op = Generic((v(4), v(8)), (HALVES, identity(1), identity(1)), ADD, (8,))
    less = Generic(op.inputs[:1], (HALVES, identity(1)), COPY, op.iteration_shape)
    assert less.shape == (8,)
