from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
import pytest

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.tensor import Concat
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dims import ceildiv, evaluate, iteration_dim, product, symbol
from tensorir.ir.dtype import DTYPES, DType, bf16, dtype_of, f32, i1, i8, i32
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

S = symbol("S")


def test_values_are_equal_only_to_themselves() -> None:
    a, b = Value(TensorType((2,), f32)), Value(TensorType((2,), f32))
    assert a != b
    assert a.type == b.type


def test_ops_are_frozen() -> None:
    op = Transpose(Value(TensorType((2, 3), f32)), (1, 0))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        op.permutation = (0, 1)  # pyright: ignore[reportAttributeAccessIssue]  # what the test is about


def test_operands_know_their_fields() -> None:
    x = Value(TensorType((2,), f32))
    op = Concat((x, x, x), 0)
    assert op.operand_name(2) == "inputs[2]"
    assert op.with_operands([x, x, x]).results is op.results
    assert op.evolve([x, x, x]).results is not op.results
    with pytest.raises(IndexError):
        op.operand_name(3)


def test_construction_errors_name_the_op_and_its_operands() -> None:
    with pytest.raises(TensorIRError, match=r"linalg.transpose: permutation.*\n.*operands: tensor<2x3xf32>"):
        Transpose(Value(TensorType((2, 3), f32)), (1, 1))


def test_equal_scalar_expressions_are_one_object() -> None:
    x = arg(0, f32)
    assert apply("add", x, const(1, f32)) is apply("add", arg(0, f32), const(1.0, f32))
    assert const(0.0, f32) is not const(-0.0, f32)
    assert const(float("nan"), f32) is const(float("nan"), f32)
    assert cast(x, f32) is x


def test_deep_scalar_bodies_need_no_recursion() -> None:
    x = arg(0, f32)
    for _ in range(50_000):
        x = apply("neg", x)
    assert sum(1 for _ in ScalarBody((f32,), x).nodes()) == 50_001


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: apply("sinhh", arg(0, f32)), "unknown scalar function 'sinhh'"),
        (lambda: apply("add", arg(0, f32)), "add takes 2 operands, got 1"),
        (lambda: apply("add", arg(0, f32), arg(1, i32)), "operand types differ"),
        (lambda: apply("exp", arg(0, i32)), "exp takes float operands, got i32"),
        (lambda: apply("and", arg(0, f32), arg(0, f32)), "and takes integer operands, got f32"),
        (lambda: apply("select", arg(0, f32), arg(0, f32), arg(0, f32)), "the condition must be i1"),
        (lambda: const(300, i8), "the constant 300 does not fit into i8"),
        (lambda: const(0.5, i32), "the constant 0.5 does not fit into i32"),
        (lambda: const(float("inf"), i32), "does not fit into i32"),
    ],
)
def test_wrong_scalars_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InferError, match=message):
        make()


def test_comparisons_give_i1() -> None:
    assert apply("lt", arg(0, f32), arg(1, f32)).dtype is i1


def test_dense_data_cannot_be_changed_from_outside() -> None:
    given = np.arange(6, dtype=np.float32).reshape(2, 3)
    data = Dense(given)
    given[:] = 0
    assert data.array[1, 2] == 5
    with pytest.raises(ValueError, match="read-only"):
        data.array[0, 0] = 1


def test_dense_equality_is_by_type_shape_and_bytes() -> None:
    a = Dense(np.zeros((2, 3), np.float32))
    assert a == Dense(np.zeros((2, 3), np.float32))
    assert a != Dense(np.zeros((3, 2), np.float32))
    assert a != Dense(np.zeros((2, 3), np.int32))
    assert a != Dense(-np.zeros((2, 3), np.float32))
    assert hash(a) == hash(Dense(np.zeros((2, 3), np.float32)))


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_every_type_has_an_array_type(dtype: DType) -> None:
    assert dtype_of(np.zeros(1, dtype.numpy).dtype) is dtype


def test_big_endian_and_strided_data_mean_the_same() -> None:
    a = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert Dense(a.astype(">f4")) == Dense(np.asfortranarray(a)) == Dense(a)
    with pytest.raises(TypeError, match="no element type"):
        Dense(np.zeros(2, np.complex64))


def test_sizes() -> None:
    assert ceildiv(8 * S, 8) == S
    assert ceildiv(S, 1) == S
    assert str(8 * ceildiv(S, 8) + 3) == "8*ceildiv(S, 8) + 3"
    assert product([2, S, 3]) == 6 * S
    assert evaluate(ceildiv(S, 16) * 16, {"S": 17}) == 32
    with pytest.raises(KeyError, match="no value for the size S"):
        evaluate(S + 1, {})
    with pytest.raises(ZeroDivisionError):
        ceildiv(S, 0)
    many = product(symbol(f"A{i}") + 1 for i in range(10))
    with pytest.raises(InferError, match="over the limit of 1024"):
        product([many, symbol("B") + 1])


def test_sizes_that_divide_again_and_again_are_refused_before_they_overflow_the_stack() -> None:
    size = S
    with pytest.raises(InferError, match="a size with 65 nested divisions is over the limit of 64"):
        for _ in range(1000):
            size = ceildiv(size + 1, 2)
    assert len(str(size)) > 64


def test_affine_maps() -> None:
    m = select(3, (2, 0))
    assert m.positions() == (2, 0)
    assert m.apply((5, 6, 7)) == (7, 5)
    assert str(m) == "(d0, d1, d2) -> (d2, d0)"
    assert identity(2).is_identity
    assert identity(2).compose(m) == m
    strided = AffineMap(2, (16 * iteration_dim(0) + iteration_dim(1),))
    assert strided.apply((2, 3)) == (35,)
    assert not strided.is_projected_permutation
    with pytest.raises(ValueError, match="not a projected permutation"):
        strided.positions()


def test_types_print_as_they_are_written() -> None:
    assert str(TensorType((2, S, 4 * S), bf16)) == "tensor<2x[S]x[4*S]xbf16>"
    assert str(TensorType((), f32)) == "tensor<f32>"
