"""Functions that MLIR has no op for: expanded and found again, and equal in value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.dialects.linalg import Generic
from tensorir.interp import interpret
from tensorir.ir.affine import identity
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import DTYPES, DType, bf16, f16, f32, f64, i8, i32, i64, u8, u16, u32, u64
from tensorir.ir.module import Function, Module
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const
from tensorir.ir.types import TensorType
from tensorir.mlir.expansions import contract, expand

Array = npt.NDArray[Any]
X = arg(0, f32)
BODIES = [
    *(ScalarBody((t,), apply("gelu", arg(0, t))) for t in (f32, f64, f16, bf16)),
    *(ScalarBody((t,), apply("neg", arg(0, t))) for t in (i8, i32, u8)),
    *(ScalarBody((s,), cast(arg(0, s), t)) for s in (f32, f64, f16, bf16) for t in (i8, i32, i64, u8, u16, u32, u64)),
    *(ScalarBody((t, t), apply(fn, arg(0, t), arg(1, t))) for fn in ("shl", "shr") for t in (i8, i32, u8)),
    *(ScalarBody((t,), apply(fn, arg(0, t), const(3, t))) for fn in ("shl", "shr") for t in (i8, u8)),
    ScalarBody((f32,), apply("add", apply("gelu", X), cast(cast(X, i8), f32))),
]

ONE_WAY = [
    ScalarBody((i8,), apply("shr", arg(0, i8), const(100, i8))),
    ScalarBody((u8, u8), apply("ipow", arg(0, u8), arg(1, u8))),
]
"""What another expression says as well, so that it is not found again."""


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_contracting_undoes_expanding(body: ScalarBody) -> None:
    assert contract(expand(body)) is body.result


def values(dtype: DType) -> Array:
    if dtype.is_float:
        some = [
            0.0,
            -0.0,
            0.5,
            -0.5,
            1.9,
            -1.9,
            127.5,
            128,
            -128.5,
            255.9,
            256,
            1e9,
            -1e9,
            3e38,
            np.nan,
            np.inf,
            -np.inf,
        ]
        with np.errstate(over="ignore"):
            return np.array(some).astype(dtype.numpy)
    low = -(1 << (dtype.bits - 1)) if dtype.kind == "signed" else 0
    edges = [low, low + 1, low + (1 << dtype.bits) - 1]
    return np.array([0, 1, 2, 3, 5, 7, 8, 9, 31, 32, 33, 100, *edges, 64, 99], np.int64).astype(dtype.numpy)


@pytest.mark.parametrize("body", [*BODIES, *ONE_WAY], ids=str)
def test_the_expansion_has_the_same_values(body: ScalarBody) -> None:
    given = [values(t) for t in body.args]
    if len(given) > 1:
        given[1] = np.roll(given[1], 5) if body.result.fn != "ipow" else np.roll(given[1], 5) % 4
    results: list[Array] = []
    for result in (body.result, expand(body)):
        b = RegionBuilder()
        args = [b.arg(TensorType(a.shape, t)) for a, t in zip(given, body.args, strict=True)]
        maps = (identity(1),) * (len(args) + 1)
        made = b.add(Generic(tuple(args), maps, ScalarBody(body.args, result)))
        results.append(interpret(Module((Function("main", b.finish(made.results)),)), "main", given)[0])
    assert results[0].dtype == results[1].dtype
    exact = np.float64 if body.result.dtype.is_float else np.int64  # of every type that occurs here
    np.testing.assert_array_equal(results[0].astype(exact), results[1].astype(exact))


@pytest.mark.parametrize(
    "other",
    [
        apply("mul", apply("mul", X, const(0.25, f32)), apply("add", const(1, f32), apply("erf", X))),
        apply("sub", const(1, i8), arg(0, i8)),
        apply("sub", arg(0, i8), arg(1, i8)),
        apply("select", apply("ne", X, X), const(1, i32), const(0, i32)),
        apply("select", apply("lt", arg(0, i8), const(7, i8)), apply("shl", arg(0, i8), arg(0, i8)), const(0, i8)),
        cast(apply("gelu", cast(arg(0, f16), f32)), bf16),
    ],
    ids=str,
)
def test_what_is_no_expansion_stays(other: Scalar) -> None:
    assert contract(other) is other


def test_expanding_keeps_what_mlir_has() -> None:
    for name in ("add", "mul", "div"):
        body = ScalarBody((f32, f32), apply(name, X, arg(1, f32)))
        assert expand(body) is body.result
    assert all(expand(ScalarBody((t,), arg(0, t))) is arg(0, t) for t in DTYPES.values())
