"""What form-dispatches takes an op for: constant, free, of the host, or work."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.analysis.kinds import MAX_GROWTH, SMALL_BYTES, Kind, kind_of, why_not_stored, why_repeated
from tensorir.dialects.flow import Dispatch, GlobalLoad, Launch
from tensorir.dialects.linalg import Broadcast, Fill, Generic, Reduce, Softmax, Transpose
from tensorir.dialects.tensor import Concat, Constant, DimOp, Empty, Size
from tensorir.ir.affine import identity
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, bf16, f32, i4, i8, i64
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, apply, arg, cast
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

S = symbol("S")
LITERAL = SMALL_BYTES // 4
"""As many elements of f32 as a small literal may have."""


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


def zeros(count: int) -> Constant:
    return Constant(Dense(np.zeros(count, np.float32)))


def twice(x: Value) -> Generic:
    a = arg(0, x.type.dtype)
    return Generic((x,), (identity(x.type.rank),) * 2, ScalarBody((x.type.dtype,), apply("add", a, a)))


LARGE = MAX_GROWTH * 1000

# kind on values of a call, kind on constants
CASES: list[tuple[Op, Kind, Kind]] = [
    (GlobalLoad("w", TensorType((4,), f32)), "constant", "constant"),
    (zeros(LITERAL), "free", "free"),
    (zeros(LITERAL + 1), "constant", "constant"),
    (Fill(1.0, TensorType((10**9,), f32)), "free", "free"),
    (Empty(TensorType((4,), f32)), "free", "free"),
    (Size(S), "host", "host"),
    (DimOp(v(S), 0), "host", "host"),
    (Dispatch((), Region((), (), ())), "host", "host"),
    (Launch((), "e", ()), "host", "host"),
    (Softmax(v(4, 4), (1,)), "work", "constant"),
    (Softmax(v(S, 4), (1,)), "work", "work"),  # nobody knows what it would take to store it
    (Transpose(v(4, 4), (1, 0)), "free", "constant"),
    (Transpose(v(S, 4), (1, 0)), "free", "free"),
    (Concat((v(4), v(4)), 0), "work", "constant"),
    (Broadcast(v(1000), (0,), (MAX_GROWTH, 1000)), "free", "constant"),
    (Broadcast(v(1000), (0,), (MAX_GROWTH + 1, 1000)), "free", "free"),  # it costs more to store than to repeat
    (Broadcast(v(1), (0,), (LITERAL * MAX_GROWTH, 1)), "free", "constant"),  # small, however much it has grown
]


@pytest.mark.parametrize(("op", "called", "constant"), CASES, ids=lambda p: p.NAME if isinstance(p, Op) else str(p))
def test_kinds(op: Op, called: Kind, constant: Kind) -> None:
    assert (kind_of(op, False), kind_of(op, True)) == (called, constant)


def test_in_packed_form_only_moves_are_constant() -> None:
    packed = Transpose(v(4, 4), (1, 0)), Softmax(v(4, 4), (1,))
    assert [kind_of(op, True, packed=True) for op in packed] == ["constant", "work"]
    assert [why_not_stored(op, packed=True) for op in packed] == [
        "",
        "it was not computed ahead of time before it was packed",
    ]


def widened(x: Value, *fns: str) -> Generic:
    """f32 of a tensor, to which unary functions are applied."""
    result = cast(arg(0, x.type.dtype), f32)
    for fn in fns:
        result = apply(fn, result)
    return Generic((x,), (identity(x.type.rank),) * 2, ScalarBody((x.type.dtype,), result))


W, SCALE = v(64, 32, dtype=i8), v(32)


@pytest.mark.parametrize(
    ("op", "sources", "kind"),
    [
        (widened(W), {W}, "free"),  # four times the bytes of its source
        (widened(W, "neg"), {W}, "free"),
        (widened(W, "exp"), {W}, "constant"),  # takes longer to compute than to read
        (widened(v(64, 32, dtype=bf16)), {v(64, 32, dtype=bf16)}, "free"),
        (widened(v(64, 32, dtype=i4)), {v(64, 32, dtype=i4)}, "free"),
        (Transpose(v(64, 32), (1, 0)), {W, SCALE}, "free"),  # of what was widened
        (twice(v(64, 32)), {v(64, 32)}, "constant"),  # as many bytes as its source
        (Reduce(v(64, 32), "add", (0,)), {W}, "constant"),
        (widened(v(LITERAL, dtype=i8)), {v(LITERAL, dtype=i8)}, "constant"),  # small
    ],
)
def test_wide_constants_are_computed_where_they_are_read(op: Op, sources: set[Value], kind: Kind) -> None:
    assert kind_of(op, True, sources=sources) == kind
    assert kind_of(op, True) == "constant"
    assert bool(why_repeated(op, sources)) == (kind == "free")


def test_scalars_made_by_the_host_are_computed_by_the_host() -> None:
    assert kind_of(twice(v(dtype=i64)), False, host_operands=True) == "host"
    assert kind_of(twice(v(dtype=i64)), False) == "work"
    assert kind_of(twice(v(4, dtype=i64)), False, host_operands=True) == "work"
