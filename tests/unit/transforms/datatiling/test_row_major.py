"""Elementwise ops that must see a tensor row-major: propagation refuses them, tiles never do them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.linalg import Contract, Generic
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dims import iteration_dim
from tensorir.ir.dtype import DType, f32, i32
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_equivalent
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings
from tests.support.targets import DEVICES

D0, D1 = iteration_dim(0), iteration_dim(1)


def positions(x: Value) -> Op:
    body = ScalarBody((f32,), apply("add", arg(0, f32), cast(iteration_index(1), f32)))
    return Generic((x,), (identity(2),) * 2, body)


def divisions(x: Value) -> Op:
    """Never by zero, except where tiles are padded with it."""
    body = ScalarBody((i32,), apply("div", const(60, i32), arg(0, i32)))
    return Generic((x,), (identity(2),) * 2, body)


def mirrored(x: Value) -> Op:
    """x less x from right to left."""
    maps = (identity(2), AffineMap(2, (D0, 16 - D1)), identity(2))
    return Generic((x, x), maps, ScalarBody((f32, f32), apply("sub", arg(0, f32), arg(1, f32))))


def program(dtype: DType, make: Callable[[Value], Op], m: int = 18, n: int = 17) -> Module:
    """A contraction with a result of m×n, then an op."""
    b = RegionBuilder()
    lhs, rhs = b.arg(TensorType((m, 5), dtype), "a"), b.arg(TensorType((5, n), dtype), "b")
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    product = b.add(Contract(lhs, rhs, (), maps, dtype)).result
    return Module([Function("main", b.finish([b.add(make(product)).result]))])


@pytest.mark.parametrize(
    ("dtype", "make", "reason"),
    [
        (f32, positions, "its body reads iteration indices"),
        (i32, divisions, "its body divides integers"),
        (f32, mirrored, "is not a projected permutation"),
    ],
)
def test_refused_with_the_reason_and_computed_all_the_same(
    dtype: DType, make: Callable[[Value], Op], reason: str
) -> None:
    module = program(dtype, make)
    ctx = PassContext()
    encoded = run_passes(module, (SetEncodings(), SpecializeEncodings(device="tiles-8x4x2-kn")), ctx)
    (generic,) = (o for o in encoded.functions[0].body.ops if isinstance(o, Generic))
    assert generic.encoding is None
    assert any(reason in r.message for r in ctx.remarks)
    rng = np.random.default_rng(0)
    args = [rng.integers(1, 3, shape).astype(dtype.numpy) for shape in ((18, 5), (5, 17))]
    for device in ("cpu", *DEVICES):
        assert_equivalent(module, compile(module, (device,), verify_each=True), args)


def test_scalars_have_no_layout() -> None:
    module = program(f32, lambda x: CollapseShape(x, ()), 1, 1)
    ctx = PassContext()
    run_passes(module, (SetEncodings(), SpecializeEncodings(device="tiles-8x4x2-kn")), ctx)
    assert any("its result is a scalar, which has no layout" in r.message for r in ctx.remarks)
    assert_equivalent(module, compile(module, verify_each=True))


def test_a_scalar_product_is_not_split() -> None:
    b = RegionBuilder()
    x = b.arg(TensorType((5,), f32), "x")
    dot = b.add(Contract(x, x, (), (select(1, (0,)), select(1, (0,)), select(1, ())), f32)).result
    module = Module([Function("main", b.finish([b.add(ExpandShape(dot, (), (1, 1))).result]))])
    for device in ("cpu", *DEVICES):
        assert_equivalent(module, compile(module, (device,), verify_each=True))
