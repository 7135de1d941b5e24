"""Ops that can't be: each says what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tensorir.dialects.control import For, If, While
from tensorir.dialects.device import Transfer
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import Dispatch
from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import (
    Broadcast,
    Contract,
    Fill,
    Fold,
    Generic,
    LayerNorm,
    Reduce,
    Softmax,
    Transpose,
    ZeroPadding,
)
from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.dialects.registry import OPS
from tensorir.dialects.tensor import (
    Cast,
    CollapseShape,
    Concat,
    DimOp,
    ExpandShape,
    ExtractSlice,
    Gather,
    GatherNd,
    InsertSlice,
    Pad,
    Size,
)
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, iteration_dim, symbol
from tensorir.ir.dtype import DType, f32, i1, i8, i32
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tests.support.bad_ops import refusal

S = symbol("S")
ROWS = Layout((0,), (8,), (0,))
MATMUL = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
ADD = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


NEGATE = ScalarBody((f32,), apply("neg", arg(0, f32)))
FIRST_IS_GREATER = ScalarBody((f32, f32), apply("gt", arg(0, f32), arg(1, f32)))
INDEX_OF_D7 = ScalarBody((f32, f32), cast(iteration_index(7), f32))


def fold(inputs: tuple[Value, ...], maps: tuple[AffineMap, ...], body: ScalarBody = ADD) -> Fold:
    """With one initial tensor of two elements."""
    return Fold((*inputs, v(2)), maps, (body,))


X, C = v(4), v(dtype=i1)
NOTHING = Region((), (), ())
SAME = Region((X,), (), (X,))
GIVES_NOTHING = Region((X,), (), ())
HOLDS = Region((X, C), (), (C,))

kind: Any = "median"
order: Any = "kk"

BAD: list[tuple[Callable[[], Op], str]] = [
    (lambda: Transpose(v(2, 3), (0,)), "permutation [0] is not a permutation of 2 dims"),
    (lambda: Transpose(v(2, 3), (0, 2)), "is not a permutation of 2 dims"),
    (lambda: Reduce(v(4, 2), "add", (0,), 5), "extent 5 is outside 0 … 4"),
    (lambda: Size(1 << 63), "the size 9223372036854775808 takes more than 64 bits"),
    (lambda: DimOp(v(2), 1), "index 1 is outside 0 … 0"),
    (lambda: ExpandShape(v(6), ((0, 1),), (2, 4)), "group 0 has 2·4 = 8 elements, the merged dim 6"),
    (lambda: ExpandShape(v(6), ((0,),), (2, 3)), "do not map 2 dims to 1 in order"),
    (lambda: ExpandShape(v(6, 2), ((0, 1), ()), (2, 3)), "group 1 is empty"),
    (lambda: ExpandShape(v(S), ((0, 1),), (2, S)), "elements, the merged dim S"),
    (lambda: CollapseShape(v(2, 3), ((1, 0),)), "do not map 2 dims to 1 in order"),
    (lambda: ExtractSlice(v(4), (0,), (2,), ()), "strides has 0 entries for rank 1"),
    (lambda: Concat((), 0), "needs at least one input"),
    (lambda: Concat((v(2), v(2, dtype=i32)), 0), "inputs[1] is tensor<2xi32>, inputs[0] tensor<2xf32>"),
    (lambda: Concat((v(2, 3), v(2, 4)), 0), "sizes differ in a dim other than 0"),
    (lambda: Concat((v(2),), 1), "dim 1 is outside 0 … 0"),
    (lambda: Pad(v(2), (1, 1), (0,)), "low has 2 and high 1 entries for rank 1"),
    (lambda: Pad(v(2), (-1,), (0,)), "padding must not be negative"),
    (lambda: Pad(v(2, dtype=i8), (1,), (0,), 300), "the constant 300 does not fit into i8"),
    (lambda: Gather(v(2, 3), v(4)), "indices must be integers, got f32"),
    (lambda: Gather(v(), v(4, dtype=i32)), "source must have at least one dim"),
    (lambda: Cast(v(2, S), (3, S)), "dim 0 is 2, can't be 3"),
    (lambda: Cast(v(2), (2, 1)), "2 sizes for rank 1"),
    (lambda: Fill(0.5, TensorType((2,), i32)), "the constant 0.5 does not fit into i32"),
    (lambda: Generic((v(2), v(2)), (identity(1),) * 2, ADD), "2 maps for 2 inputs and one result"),
    (lambda: Generic((v(2), v(3)), (identity(1),) * 3, ADD), "d0 has size 2 in an earlier operand and 3"),
    (lambda: Generic((v(2), v(2, dtype=i32)), (identity(1),) * 3, ADD), "the body takes (f32, f32)"),
    (lambda: Generic((v(2, 2), v(2, 2)), (identity(2), identity(2), select(2, (0,))), ADD), "must be a permutation"),
    (lambda: Generic((v(2), v(2)), (identity(2),) * 3, ADD), "has 2 results for tensor<2xf32>"),
    (
        lambda: Generic((v(2), v(2)), (select(2, (0,)), select(2, (0,)), identity(2)), ADD),
        "the size of d1; state shape",
    ),
    (lambda: Generic((v(2), v(2)), (identity(1),) * 3, ADD, (3,)), "d0 has size 2 in an input, 3 in shape"),
    (lambda: Contract(v(2, 3), v(4, 5), (), MATMUL, f32), "d2 has size 3 in an earlier operand and 4 in operand 1"),
    (
        lambda: Contract(v(2, 3), v(3, 5), (v(2, 4),), MATMUL, f32),
        "init is tensor<2x4xf32>, the result tensor<2x5xf32>",
    ),
    (lambda: Contract(v(2, 3), v(3, 5), (v(2, 5), v(2, 5)), MATMUL, f32), "at most one init"),
    (
        lambda: Contract(v(2), v(2), (), (AffineMap(1, (2 * iteration_dim(0),)), identity(1), select(1, ())), f32),
        "is not a projected permutation",
    ),
    (lambda: Contract(v(2, 3), v(3, 5), (), (*MATMUL[:2], select(4, (0, 3))), f32), "map 2 has 4 dims, map 0 has 3"),
    (lambda: Reduce(v(2, 3), "add", (2,)), "dim 2 is outside 0 … 1"),
    (lambda: Reduce(v(2, 3), "add", (0, 0)), "has a dim twice"),
    (lambda: Reduce(v(2, 3), kind, (0,)), "unknown kind 'median'; known: add, mul, max, min, maxnum"),
    (lambda: Reduce(v(2, 3), "and", (0,)), "and takes integer elements, got f32"),
    (lambda: Reduce(v(2, 3, dtype=i32), "maxnum", (0,)), "maxnum takes float elements, got i32"),
    (lambda: ExpandShape(v(), (), (2,)), "a scalar has no dims: all sizes must be 1, not [2]"),
    (lambda: CollapseShape(v(1, S), ()), "a scalar has no dims: all sizes must be 1, not [1, S]"),
    (lambda: CollapseShape(v(2, 3), ((),)), "do not map 2 dims to 1 in order"),
    (lambda: InsertSlice(v(2), v(2, 3), (0, 0), (1, 1)), "rank and element type must agree"),
    (lambda: InsertSlice(v(2), v(3), (0, 0), (1,)), "offsets has 2 entries for rank 1"),
    (lambda: GatherNd(v(2, 3), (v(4, dtype=i32),)), "1 index tensors for tensor<2x3xf32>: one per dim"),
    (lambda: GatherNd(v(), ()), "one per dim, at least one"),
    (lambda: GatherNd(v(2), (v(4),)), "indices[0] must be integers, got f32"),
    (lambda: GatherNd(v(2, 3), (v(4, dtype=i32), v(5, dtype=i32))), "shapes must agree"),
    (lambda: fold((v(2, 3),), (identity(2),)), "1 maps for 2 operands"),
    (lambda: Fold((v(2),), (identity(1),), ()), "0 bodies for 1 operands"),
    (
        lambda: fold((v(2, 3),), (identity(2), AffineMap(2, (2 * iteration_dim(0),)))),
        "permutation of the parallel dims",
    ),
    (lambda: fold((v(2, 3),), (identity(2), select(2, (1,)))), "d1 has size 3 in an earlier operand and 2"),
    (lambda: fold((v(2, 3, dtype=i32),), (identity(2), select(2, (0,)))), "a body takes (f32, f32)"),
    (lambda: fold((v(2, 3),), (identity(2), select(2, (0,))), FIRST_IS_GREATER), "a body gives i1, its init is"),
    (lambda: fold((v(2, 3),), (identity(2), select(2, (0,))), INDEX_OF_D7), "reads the index of d7, there are 2"),
    (lambda: fold((v(2),), (select(2, (0,)), select(2, (0,)))), "no operand gives the size of d1; state shape"),
    (lambda: Generic((v(2),), (identity(1),) * 2, ScalarBody((f32,), iteration_index(1))), "the index of d1"),
    (
        lambda: Generic((v(2),), (AffineMap(1, (S + iteration_dim(0),)), identity(1)), NEGATE, (2,)),
        "uses S, which is not one of its 1 dims",
    ),
    (lambda: Broadcast(v(2), (0,), (3, 4)), "is not [3, 4]"),
    (lambda: Softmax(v(2, dtype=i32), (0,)), "needs a float type, got i32"),
    (lambda: Softmax(v(2), ()), "must be one or more different dims"),
    (lambda: Softmax(v(2), (0,), 3), "extent 3 is outside 0 … 2"),
    (lambda: LayerNorm(v(2, 3), v(3), v(2), (1,), 1e-5), "bias is tensor<2xf32>, should be [3] of f32"),
    (lambda: ZeroPadding(v(2), (1,), 1), "dim 1 is outside 0 … 0"),
    (lambda: Pack(v(4, 4), (0, 0), (2, 2), (0, 1)), "do not fit together"),
    (lambda: Pack(v(4, 4), (0,), (0,), (0, 1)), "the tile 0 of dim 0 must be at least 1"),
    (lambda: Pack(v(4, 4), (0,), (2,), (0,)), "outer_dims_perm [0] is not a permutation of 2 dims"),
    (lambda: Unpack(v(2, 2, 2, 2), (0, 1), (2, 2), (0, 1), (9, 4)), "a packed [9, 4] has ['5', '2', '2', '2']"),
    (lambda: Mmt4d(v(1, 1, 8, 1), v(1, 1, 8), (), f32), "lhs and rhs must have rank 4"),
    (lambda: Mmt4d(v(1, 2, 8, 1), v(1, 3, 8, 1), (), f32), "K1 and K0 of lhs"),
    (lambda: Mmt4d(v(1, 1, 8, 1), v(1, 1, 8, 1), (), f32, order), 'rhs_order must be "nk" or "kn"'),
    (lambda: BatchMmt4d(v(2, 1, 1, 8, 1), v(3, 1, 1, 8, 1), (), f32), "batch, K1 and K0"),
    (lambda: SetEncoding(SetEncoding(v(4), ROWS).result, ROWS), "source already has an encoding"),
    (lambda: UnsetEncoding(v(4)), "source has no encoding: tensor<4xf32>"),
    (lambda: Transfer(v(4), ""), "the name of the device is empty"),
    (lambda: Dispatch((v(4),), Region((), (), ())), "1 inputs for a body of 0 arguments"),
    (lambda: If(v(dtype=i32), (), NOTHING, NOTHING), "condition is tensor<i32>, should be tensor<i1>"),
    (lambda: If(v(dtype=i1), (v(4),), NOTHING, SAME), "1 inputs for a body of 0 arguments"),
    (lambda: If(v(dtype=i1), (v(4),), SAME, GIVES_NOTHING), "otherwise yields (), then yields (tensor<4xf32>)"),
    (lambda: While((v(4),), NOTHING, SAME), "the condition yields 0 values, should be one tensor<i1>"),
    (lambda: While((v(4),), SAME, SAME), "what the condition yields is tensor<4xf32>, should be tensor<i1>"),
    (lambda: While((), HOLDS, SAME), "the body yields 1 values for 0 inputs"),
    (lambda: While((v(5),), HOLDS, SAME), "inputs[0] is tensor<5xf32>, the body's argument tensor<4xf32>"),
    (lambda: For(v(), v(), v(), (), NOTHING), "lower is tensor<f32>, should be an integer of rank 0"),
    (lambda: For(v(dtype=i32), v(dtype=i8), v(dtype=i32), (), NOTHING), "upper is tensor<i8>, lower is tensor<i32>"),
    (lambda: For(v(dtype=i32), v(dtype=i32), v(dtype=i32), (), NOTHING), "1 inputs for a body of 0 arguments"),
    (lambda: Assert(v(4), "must hold"), "condition is tensor<4xf32>, should be of element type i1"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[m[:40] for _, m in BAD])
def test_ops_that_cannot_be_are_refused(make: Callable[[], Op], message: str) -> None:
    assert message in refusal(make)


def test_every_op_has_a_name_in_its_family_and_a_docstring() -> None:
    for name, cls in OPS.items():
        assert name.count(".") == 1
        assert cls.__doc__, name
