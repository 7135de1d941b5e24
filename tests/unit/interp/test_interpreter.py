"""An op means what its own function says, else its decomposition, else its loops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tensorir.dialects.linalg import Generic, Reduce
from tensorir.dialects.linalg.decomposing import Decomposer
from tensorir.interp import Context, apply_op
from tensorir.ir.affine import identity, select
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import bf16, f32
from tensorir.ir.loops import Loops
from tensorir.ir.module import Module
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.scalar import ScalarBody, apply, arg, cast
from tensorir.ir.types import TensorType, Type
from tensorir.ir.value import Value

S = symbol("S")


@op("test.opaque", Trait.PURE)
class Opaque(Op):
    """Says nothing."""

    source: Value = operand()

    def infer_types(self) -> Sequence[Type]:
        return (self.source.type,)


@op("test.share", Trait.PURE)
class Share(Op):
    """Each element over the sum, and that times how many there are."""

    source: Value = operand()
    scale: float = attribute(default=1.0)

    def infer_types(self) -> Sequence[Type]:
        return (self.source.type,)

    def decomposition(self) -> Decomposition:
        w = Decomposer(self)
        (x,) = w.operands
        total = w.add(Reduce(x, "add", (0,)))
        pair = [(x, identity(1)), (total, select(1, ()))]
        count = x.type.shape[0]
        return w.finish(w.map(pair, 1, lambda s: apply("mul", apply("div", *s[:2]), cast(s[2], f32)), count))


@op("test.row_products", Trait.PURE)
class RowProducts(Op):
    """The product of each column, of which only the loops are declared."""

    source: Value = operand()

    def infer_types(self) -> Sequence[Type]:
        return (TensorType(self.source.type.shape[1:], self.source.type.dtype),)

    def loops(self) -> Loops:
        x, t = self.source, self.source.type.dtype
        body = ScalarBody((t, f32), apply("mul", arg(1, f32), cast(arg(0, t), f32)))
        return Loops(x.type.shape, (x,), (identity(2),), (select(2, (1,)),), (body,), (1.0,))


def test_a_decomposition_is_a_meaning() -> None:
    share = Share(Value(TensorType((S,), f32)))
    for count in (1, 4):
        x = np.arange(1, count + 1, dtype=np.float32)
        (made,) = apply_op(share, (x,), Context(Module(), {"S": count}))
        np.testing.assert_array_equal(made, x / x.sum() * np.float32(count))


def test_loops_are_a_meaning() -> None:
    x = np.array([[2, 3], [5, 7], [0.5, 1]], bf16.numpy)
    (made,) = apply_op(RowProducts(Value(TensorType((3, 2), bf16))), (x,), Context(Module(), {}))
    assert made.dtype == bf16.numpy
    np.testing.assert_array_equal(made.astype(np.float32), [5, 21])


def test_loops_over_nothing_give_the_neutral_element() -> None:
    (made,) = apply_op(
        RowProducts(Value(TensorType((0, 2), f32))), (np.zeros((0, 2), np.float32),), Context(Module(), {})
    )
    np.testing.assert_array_equal(made, [1, 1])


def test_an_op_that_says_nothing_is_an_error_with_the_way_out() -> None:
    with pytest.raises(
        TensorIRError, match=r"test.opaque has no definition of what it computes: give it a decomposition\(\)"
    ):
        apply_op(Opaque(Value(TensorType((2,), f32))), (np.zeros(2, np.float32),), Context(Module(), {}))


def test_operands_are_told_apart_by_their_place() -> None:
    """As when somebody asks what another element of one operand would change."""
    x = Value(TensorType((2,), f32))
    difference = ScalarBody((f32, f32), apply("sub", arg(0, f32), arg(1, f32)))
    op = Generic((x, x), (identity(1),) * 3, difference)
    (made,) = apply_op(op, (np.array([5, 7], np.float32), np.array([1, 2], np.float32)), Context(Module(), {}))
    np.testing.assert_array_equal(made, [4, 5])
