"""16-bit elements, `tensor.dim`, and sizes of 0, each through every device and tiling, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.linalg import Reduce, Transpose
from tensorir.dialects.tensor import CollapseShape, Concat, DimOp, Pad
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import DType, f16, f32, i16
from tensorir.ir.module import Module
from tests.support.graphs import Graph

SIZES = [(0, 0), (0, 3), (5, 0), (1, 1), (5, 3)]


def program(dtype: DType) -> Module:
    """Elementwise, product, moves, a reduction over each dim, and both sizes of an M × N tensor."""
    g = Graph()
    x = g.arg(symbol("M"), symbol("N"), dtype=dtype)
    doubled = g.elementwise("add", x, x)
    turned = g.b.add(Transpose(doubled, (1, 0))).result
    return g.done(
        doubled,
        g.matmul(x, turned, dtype=dtype),
        g.b.add(CollapseShape(turned, ((0, 1),))).result,
        g.b.add(Concat((x, doubled), 0)).result,
        g.b.add(Pad(x, (1, 0), (0, 2), 1)).result,
        g.b.add(Reduce(x, "add", (0,))).result,
        g.b.add(Reduce(x, "max", (1,))).result,
        g.b.add(DimOp(turned, 0)).result,
        g.b.add(DimOp(x, 0)).result,
    )


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("dtype", [f16, i16, f32], ids=str)
def test_every_size_of_every_type(dtype: DType, device: str, tiling: str) -> None:
    compiled = compile(program(dtype), (device,), tiling)
    lowest: Any = -np.inf if dtype.is_float else np.iinfo(np.int16).min
    for m, n in SIZES:
        x = (np.arange(m * n).reshape(m, n) % 7 - 3).astype(dtype.numpy)
        expected = [
            *(x + x, x @ (x + x).T, (x + x).T.reshape(-1), np.concatenate([x, x + x])),
            np.pad(x, ((1, 0), (0, 2)), constant_values=1),
            *(x.sum(0, dtype=x.dtype), x.max(1, initial=lowest), np.int64(n), np.int64(m)),
        ]
        for i, (result, wanted) in enumerate(zip(compiled.call([x]), expected, strict=True)):
            assert result.dtype == np.asarray(wanted).dtype, i
            np.testing.assert_array_equal(result, wanted, err_msg=f"result {i} of {m}x{n}")
