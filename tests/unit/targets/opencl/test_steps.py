"""Steps on the device opencl give what the interpreter gives, for one work item per unit and for several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.dialects import linalg, packing, tensor
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.tile import Grid, Step
from tensorir.interp import Context
from tensorir.interp.interpreter import run_region
from tensorir.interp.tile_ops import run_grid
from tensorir.ir.affine import select
from tensorir.ir.dims import Dim, evaluate, symbol
from tensorir.ir.dtype import DType, bf16, f16, f32, i1, i8, i32, i64
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse
from tensorir.targets.device import Device
from tensorir.transforms.tiles.lower_to_tiles import lower_region
from tests.support.opencl import needs_opencl, run_on_opencl

pytestmark = needs_opencl

Array = npt.NDArray[Any]
M = symbol("M")
SIZES = {"M": 37}


def value(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


def shape(type: TensorType) -> list[int]:
    return [evaluate(d, SIZES) for d in type.shape]


def grid_of(op: Op) -> Grid:
    """The op as a grid; it must have steps."""
    refused: list[str] = []

    def refuse(op: Op, rule: str, reason: str, operand: str = "") -> None:
        refused.append(reason)

    found: Refuse = refuse
    lowered = lower_region(Region(op.operands, (op,), op.results), Device("opencl"), found)
    assert not refused
    (grid,) = lowered.ops
    assert isinstance(grid, Grid)
    return grid


def numbers(type: TensorType, rng: np.random.Generator, low: int = -4, high: int = 5) -> Array:
    if type.dtype is i1:
        return rng.integers(0, 2, shape(type)).astype(np.bool_)
    return rng.integers(low, high, shape(type)).astype(type.dtype.numpy)


def check(op: Op, items: int, steps: Sequence[str], inputs: Sequence[Array] | None = None, rtol: float = 0) -> None:
    grid = grid_of(op)
    found = {o.NAME.removeprefix("tile.") for o in grid.body.ops if isinstance(o, Step)}
    assert set(steps) <= found, found
    rng = np.random.default_rng(0)
    given = [numbers(v.type, rng) for v in op.operands] if inputs is None else list(inputs)
    ctx = Context(Module(), SIZES, runner=run_region)
    wanted = run_grid(grid, tuple(given), ctx)
    for g, w in zip(run_on_opencl(grid, given, SIZES, items), wanted, strict=True):
        if rtol:
            np.testing.assert_allclose(g.astype(np.float64), w.astype(np.float64), rtol=rtol, atol=rtol)
        else:
            np.testing.assert_array_equal(g, w)


def contract(lhs: Value, rhs: Value, result: DType) -> Op:
    return linalg.Contract(lhs, rhs, (), maps=(select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))), dtype=result)


ITEMS = pytest.mark.parametrize("items", [1, 8])


@ITEMS
@pytest.mark.parametrize(
    ("types", "steps"),
    [
        ((f32, f32, f32), ["pack", "mmt4d", "unpack"]),
        ((i8, i8, i32), ["mmt4d"]),
        ((f16, f16, f16), ["mmt4d"]),
        ((bf16, bf16, f32), ["mmt4d"]),
    ],
)
def test_products_in_tiles(types: tuple[DType, DType, DType], steps: list[str], items: int) -> None:
    check(contract(value(M, 40, dtype=types[0]), value(40, 50, dtype=types[1]), types[2]), items, steps)


@ITEMS
def test_products_of_few_rows(items: int) -> None:
    check(contract(value(3, 600), value(600, 50), f32), items, ["matmul"])


@ITEMS
def test_packs(items: int) -> None:
    parts = (1, 0), (16, 8), (0, 1)
    check(packing.Pack(value(37, 21), *parts, padding=3), items, ["pack"])
    check(packing.Unpack(value(5, 2, 16, 8), *parts, (37, 21)), items, ["unpack"])


@ITEMS
@pytest.mark.parametrize("kind", ["add", "mul", "max", "min"])
@pytest.mark.parametrize("dtype", [f32, f16, i8, i64], ids=str)
def test_reductions(kind: Any, dtype: DType, items: int) -> None:
    rng = np.random.default_rng(1)
    given = rng.integers(1, 3, (37, 30)).astype(dtype.numpy)
    check(linalg.Reduce(value(M, 30, dtype=dtype), kind, (1,)), items, ["reduce"], [given])


def test_a_long_sum_has_the_bits_of_the_interpreter() -> None:
    given = np.random.default_rng(2).standard_normal((2, 9001)).astype(np.float32)
    check(linalg.Reduce(value(2, 9001), "add", (1,)), 1, ["reduce"], [given])


ROWS: dict[str, Callable[[Value, Value, Value], Op]] = {
    "softmax": lambda x, a, b: linalg.Softmax(x, (1,)),
    "layer_norm": lambda x, a, b: linalg.LayerNorm(x, a, b, (1,), 1e-5),
    "rms_norm": lambda x, a, b: RmsNorm(x, a, (1,), 1e-5),
}


@ITEMS
@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize(("dtype", "rtol"), [(f32, 1e-6), (f16, 2e-3)], ids=["f32", "f16"])
def test_rows(name: str, dtype: DType, rtol: float, items: int) -> None:
    rng = np.random.default_rng(3)
    parameters = [value(33, dtype=dtype) for _ in range(2)]
    op = ROWS[name](value(M, 33, dtype=dtype), *parameters)
    given = [rng.standard_normal(shape(v.type)).astype(dtype.numpy) for v in op.operands]
    check(op, items, [name], given, rtol)


@ITEMS
def test_moves(items: int) -> None:
    rows = np.array([4, 0, 9], np.int32)
    table = np.arange(60, dtype=np.float16).reshape(10, 6)
    check(tensor.Gather(value(10, 6, dtype=f16), value(3, dtype=i32)), items, ["gather"], [table, rows])
    check(linalg.Transpose(value(M, 20), (1, 0)), items, ["copy"])
    check(tensor.Pad(value(M, 20), (1, 2), (3, 4), 7), items, ["fill", "copy"])
