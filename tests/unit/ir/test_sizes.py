"""What a call binds, and sizes put into types, attributes and regions."""

from __future__ import annotations

import re

import pytest

from tensorir.dialects.flow import Dispatch
from tensorir.dialects.tensor import ExpandShape, ExtractSlice, Pad
from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.encoding.views import Expanded
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dims import Dim, ceildiv, floordiv, iteration_dim, symbol
from tensorir.ir.dtype import DType, f32, i32
from tensorir.ir.location import Location
from tensorir.ir.region import Region
from tensorir.ir.sizes import bind_types, substituted, substituted_op, substituted_region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

N, M, S = (symbol(n) for n in "NMS")


def t(*shape: Dim, dtype: DType = f32) -> TensorType:
    return TensorType(shape, dtype)


def test_a_dim_that_is_a_symbol_binds_it_and_the_others_must_agree() -> None:
    formal = (t(2 * N, M), t(N, 3), t())
    assert bind_types(formal, (t(2 * S, 5), t(S, 3), t())) == {"N": S, "M": 5}
    assert bind_types((t(N),), (t(ceildiv(N, 2)),)) == {"N": ceildiv(N, 2)}  # whose N is another one


@pytest.mark.parametrize(
    ("actual", "message"),
    [
        ((t(4, 5),), "1 inputs for 2 arguments"),
        ((t(4, 5), t(2)), "input 1 is tensor<2xf32>, the argument tensor<[N]x3xf32>"),
        ((t(4, 5), t(2, 3, dtype=i32)), "input 1 is tensor<2x3xi32>"),
        (
            (t(5, 5), t(2, 3)),
            "input 0 is tensor<5x5xf32>, the argument tensor<[2*N]x[M]xf32>, which is tensor<4x5xf32> here",
        ),
        ((t(4, 5), t(2, 4)), "input 1 is tensor<2x4xf32>"),
        ((t(S, 5), t(S, 3)), "input 0 is"),
    ],
)
def test_what_does_not_fit(actual: tuple[TensorType, ...], message: str) -> None:
    with pytest.raises(InferError, match=re.escape(message)):
        bind_types((t(2 * N, M), t(N, 3)), actual)


def test_a_size_that_no_dim_is() -> None:
    with pytest.raises(InferError, match="no argument binds the size N"):
        bind_types((t(N + M), t(M)), (t(5), t(2)))


def test_sizes_are_found_in_all_attributes_but_not_in_maps() -> None:
    d0 = symbol("d0")
    map = AffineMap(1, (iteration_dim(0),))
    encoding = Encoding(
        ContractionSpace(
            (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))), (f32, f32, f32), (None, None, None)
        ),
        "lhs",
        (Expanded(((0,), (1, 2)), (d0, N, 2)),),
    )
    given = (d0, (N + 1, "d0", 1.5, None), map, TensorType((d0, N, 2), f32, encoding))
    made = substituted(given, {"d0": 7, "N": 3})
    assert made[:3] == (7, (4, "d0", 1.5, None), map)
    assert made[3].shape == (7, 3, 2)
    assert isinstance(made[3].encoding, Encoding)
    assert made[3].encoding.views == (Expanded(((0,), (1, 2)), (7, 3, 2)),)
    assert substituted(given, {"K": 1}) is given


def test_an_op_under_other_sizes() -> None:
    x = Value(t(N), "x")
    op = ExpandShape(x, ((0, 1),), (N, 1), loc=Location("f", 3))
    made = substituted_op(op, [Value(t(6))], {"N": 6})
    assert made.result.type == t(6, 1)
    assert made.loc == op.loc
    negative = Pad(x, (0,), (8 - N,), loc=Location("f", 4))
    with pytest.raises(TensorIRError, match=r"f:4: error: tensor.pad: padding must not be negative"):
        substituted_op(negative, [Value(t(9))], {"N": 9})
    divided = ExpandShape(Value(t(N * floordiv(8, M))), ((0, 1),), (N, floordiv(8, M)), loc=Location("f", 5))
    with pytest.raises(TensorIRError, match=r"f:5: error: tensor\.expand_shape: "):
        substituted_op(divided, [Value(t(0))], {"N": 4, "M": 0})


def test_regions_within_regions() -> None:
    inner, outer = Value(t(N), "a"), Value(t(N), "b")
    op = ExtractSlice(inner, (0,), (N,), (1,))
    dispatch = Dispatch((outer,), Region((inner,), (op,), op.results))
    made = substituted_region(Region((outer,), (dispatch,), dispatch.results), {"N": 5})
    assert made.arg_types == made.yield_types == (t(5),)
    (launched,) = made.ops
    assert isinstance(launched, Dispatch)
    assert launched.body.arg_types == (t(5),)
    assert launched.body.ops[0].attributes()["sizes"] == (5,)
