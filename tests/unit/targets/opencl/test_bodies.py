"""Scalar functions on the device opencl give what the interpreter gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.dialects.tile import Grid, Map
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import iteration_dim
from tensorir.ir.dtype import DTYPES, DType, bf16, f16, f32, f64, i1, i64
from tensorir.ir.region import Region
from tensorir.ir.scalar import (
    CONVERSIONS,
    MAY_FAIL,
    SCALAR_FNS,
    Scalar,
    ScalarBody,
    apply,
    arg,
    bitcast,
    cast,
    iteration_index,
)
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tests.kernels.maps import EXACT, elements, interpreted, same
from tests.support.opencl import needs_opencl, run_on_opencl

pytestmark = needs_opencl

Array = npt.NDArray[Any]
COUNT = 512

UNIT = {"f64": 2.0**-52, "f32": 2.0**-23, "f16": 2.0**-10, "bf16": 2.0**-7}
MOST = {"f64": 16, "f32": 16, "f16": 1, "bf16": 1}
"""How many units in the last place a transcendental function may be off."""


def mapped(
    bodies: Sequence[ScalarBody], inputs: Sequence[Array], dtypes: Sequence[DType], items: int = 1
) -> list[Array]:
    """What a map of these bodies makes of arrays of one dim."""
    types = [*dtypes, *(body.result.dtype for body in bodies)]
    args = [Value(TensorType((COUNT,), t)) for t in types]
    here = AffineMap(1, (iteration_dim(0),))
    starts = AffineMap(0, (0,))
    step = Map(tuple(args), AffineMap(0, (COUNT,)), (here,) * len(args), tuple(bodies), starts=starts)
    body = Region(tuple(args), (step,), step.results)
    outside = tuple(Value(TensorType((COUNT,), t)) for t in dtypes)
    grid = Grid(outside, body, tuple(TensorType((COUNT,), b.result.dtype) for b in bodies))
    return run_on_opencl(grid, inputs, {}, items)


def check(bodies: Sequence[ScalarBody], inputs: Sequence[Array], dtypes: Sequence[DType], names: Sequence[str]) -> None:
    got = mapped(bodies, inputs, dtypes)
    empty = [np.zeros(COUNT, body.result.dtype.numpy) for body in bodies]
    with np.errstate(all="ignore"):
        wanted = interpreted(bodies, [*inputs, *empty])
    for name, g, w in zip(names, got, wanted, strict=True):
        right = same(g, w.astype(g.dtype), signs_of_zeros=False)
        where = np.flatnonzero(~right)[:3]
        assert right.all(), f"{name} of {[[a[i] for a in inputs] for i in where]}: {g[where]}, expected {w[where]}"


def function(name: str, dtype: DType) -> ScalarBody:
    """A function of two or three operands of a type, and a condition as the fourth."""
    operands = [arg(i, dtype) for i in range(SCALAR_FNS[name].arity)]
    if name == "select":
        operands = [arg(3, i1), arg(0, dtype), arg(1, dtype)]
    return ScalarBody((dtype, dtype, dtype, i1), apply(name, *operands))


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_exact_functions(dtype: DType) -> None:
    rng = np.random.default_rng(0)
    kind = "float" if dtype.is_float else "integer"
    names = [n for n in EXACT if SCALAR_FNS[n].domain in ("any", kind) and (dtype.is_float or n not in MAY_FAIL)]
    if dtype.is_float:
        names.remove("rsqrt")  # an approximation
    inputs = [elements(dtype, COUNT, rng) for _ in range(3)]
    condition = rng.integers(0, 2, COUNT).astype(np.bool_)
    if not dtype.is_float:  # amounts by which something can be shifted, and others
        inputs[1] = np.where(
            condition, inputs[1], rng.integers(0, min(9, dtype.range[1] + 1), COUNT).astype(dtype.numpy)
        )
    types = [dtype, dtype, dtype, i1]
    check([function(n, dtype) for n in names], [*inputs, condition], types, names)


@pytest.mark.parametrize("dtype", [t for t in DTYPES.values() if not t.is_float], ids=str)
def test_divisions_of_integers(dtype: DType) -> None:
    rng = np.random.default_rng(1)
    a, b = (elements(dtype, COUNT, rng) for _ in range(2))
    b = np.where(b == 0, np.asarray(1, dtype.numpy), b)
    names = [n for n in ("div", "rem", "floordiv", "ceildiv", "ipow") if SCALAR_FNS[n].domain in ("any", "integer")]
    bodies = [ScalarBody((dtype, dtype), apply(n, arg(0, dtype), arg(1, dtype))) for n in names]
    a = np.where(a == 0, np.asarray(1, dtype.numpy), a)
    check(bodies, [a, b], [dtype, dtype], names)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_conversions(dtype: DType) -> None:
    rng = np.random.default_rng(2)
    bodies = [ScalarBody((dtype,), cast(arg(0, dtype), to)) for to in DTYPES.values() if to != dtype]
    bodies += [ScalarBody((dtype,), bitcast(arg(0, dtype), to)) for to in DTYPES.values() if to.bits == dtype.bits]
    names = [f"{b.result.fn} to {b.result.dtype}" for b in bodies]
    check(bodies, [elements(dtype, COUNT, rng)], [dtype], names)


@pytest.mark.parametrize("dtype", [f64, f32, f16, bf16], ids=str)
def test_transcendental_functions_are_near(dtype: DType) -> None:
    rng = np.random.default_rng(3)
    names = [n for n in SCALAR_FNS if n not in (*EXACT, *CONVERSIONS, "gelu")] + ["rsqrt"]
    positive = np.exp2(rng.uniform(-6, 6, COUNT))
    small = rng.uniform(-0.999, 0.999, COUNT)
    domains = {"acosh": 1 + positive, "asin": small, "acos": small, "atanh": small, "sinh": small, "cosh": small}
    plain = rng.normal(0, 2, COUNT)
    logs = ("log", "log2", "log10", "log1p", "pow", "rsqrt", "cbrt")
    inputs = [domains.get(n, positive if n in logs else plain).astype(dtype.numpy) for n in names]
    second = rng.normal(0, 2, COUNT).astype(dtype.numpy)
    types = [dtype] * (len(names) + 1)

    def body(number: int, name: str) -> ScalarBody:
        operands: list[Scalar] = [arg(number, dtype), arg(len(names), dtype)][: SCALAR_FNS[name].arity]
        return ScalarBody(tuple(types), apply(name, *operands))

    bodies = [body(i, n) for i, n in enumerate(names)]
    got = mapped(bodies, [*inputs, second], types)
    wanted = interpreted(bodies, [*inputs, second, *(np.zeros(COUNT, dtype.numpy) for _ in names)])
    for name, x, g, w in zip(names, inputs, got, wanted, strict=True):
        exact, found = w.astype(np.float64), g.astype(np.float64)
        known = np.isfinite(exact)
        assert (np.isnan(found) == np.isnan(exact)).all(), name
        off = np.abs(found[known] - exact[known]) / (np.abs(exact[known]) * UNIT[dtype.name] + 1e-38)
        assert off.max() <= MOST[dtype.name], f"{name}: {off.max()} units at {x[known][off.argmax()]}"


def test_gelu_keeps_its_digits_in_the_left_tail() -> None:
    x = np.linspace(-12, 5, COUNT).astype(np.float32)
    (got,) = mapped([ScalarBody((f32,), apply("gelu", arg(0, f32)))], [x], [f32])
    wanted = [v * 0.5 * math.erfc(-v / math.sqrt(2)) for v in x.tolist()]
    np.testing.assert_allclose(got, wanted, rtol=2e-5)


@pytest.mark.parametrize("items", [1, 8])
def test_indices(items: int) -> None:
    body = ScalarBody((f32,), apply("mul", cast(arg(0, f32), i64), iteration_index(0)))
    (got,) = mapped([body], [np.full(COUNT, 3, np.float32)], [f32], items)
    np.testing.assert_array_equal(got, 3 * np.arange(COUNT))
