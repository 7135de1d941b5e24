"""Convolutions read the windows of an image where they lie: for all sizes the numbers of the interpreter, one launch,
and no array of windows in memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.dialects.linalg import Contract, Generic
from tensorir.dialects.tensor import Pad
from tensorir.interp import interpret
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import evaluate, iteration_dim
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.ir.scalar import ScalarBody, apply, arg, const
from tests.support.graphs import Graph


def convolution(
    height: int, width: int, channels: int, kernel: int, filters: int, stride: int, dilation: int
) -> Module:
    """[H, W, C] * [k, k, C, F] → [h, w, F]."""
    g = Graph()
    places = [(size - (kernel - 1) * dilation - 1) // stride + 1 for size in (height, width)]
    x, w = g.arg(height, width, channels), g.arg(kernel, kernel, channels, filters)
    h, v, i, j, c = (iteration_dim(d) for d in range(5))
    read = AffineMap(5, (h * stride + i * dilation, v * stride + j * dilation, c))
    shape = (*places, kernel, kernel, channels)
    windows = g.b.add(Generic((x,), (read, identity(5)), ScalarBody((f32,), arg(0, f32)), shape)).result
    maps = select(6, (0, 1, 3, 4, 5)), select(6, (3, 4, 5, 2)), select(6, (0, 1, 2))
    return g.done(g.b.add(Contract(windows, w, (), maps, f32)).result)


def depthwise(height: int, width: int, channels: int, kernel: int, border: int) -> Module:
    """relu([H, W, C]) with a border, * [k, k, C] → [h, w, C]."""
    g = Graph()
    x, w = g.arg(height, width, channels), g.arg(kernel, kernel, channels)
    positive = ScalarBody((f32,), apply("max", arg(0, f32), const(0.0, f32)))
    x = g.b.add(Generic((x,), (identity(3), identity(3)), positive)).result
    x = g.b.add(Pad(x, (border, border, 0), (border, border, 0))).result
    h, v, i, j, c = (iteration_dim(d) for d in range(5))
    read = AffineMap(5, (h + i, v + j, c))
    places = (height + 2 * border - kernel + 1, width + 2 * border - kernel + 1)
    shape = (*places, kernel, kernel, channels)
    windows = g.b.add(Generic((x,), (read, identity(5)), ScalarBody((f32,), arg(0, f32)), shape)).result
    maps = select(5, (0, 1, 3, 4, 2)), select(5, (3, 4, 2)), select(5, (0, 1, 2))
    return g.done(g.b.add(Contract(windows, w, (), maps, f32)).result)


def arrays(module: Module) -> list[npt.NDArray[np.float32]]:
    """Small integers, whose sums are exact in any order."""
    rng = np.random.default_rng(0)
    shapes = ([evaluate(d, {}) for d in t.shape] for t in module.functions[0].body.arg_types)
    return [rng.integers(-8, 8, shape).astype(np.float32) for shape in shapes]


@pytest.mark.parametrize("tiling", ["off", "late"])
@pytest.mark.parametrize("device", ["cpu", "cpu{features=none}"])
@pytest.mark.parametrize(
    "sizes",
    [
        (10, 10, 16, 3, 32, 1, 1),  # rows of windows and of the image are whole tiles
        (18, 18, 16, 3, 5, 1, 1),
        (9, 7, 3, 3, 8, 1, 1),  # neither is
        (17, 21, 16, 3, 16, 2, 1),  # every second place
        (21, 20, 4, 3, 16, 1, 2),  # windows with gaps
        (33, 33, 1, 5, 3, 3, 2),
        (8, 8, 20, 1, 17, 1, 1),  # one place per window: a product
        (5, 5, 2, 5, 3, 1, 1),  # one window
    ],
    ids=str,
)
def test_a_convolution_of_any_size(sizes: tuple[int, ...], device: str, tiling: str) -> None:
    module = convolution(*sizes)
    program = compile(module, device, tiling)
    args = arrays(module)
    for threads in (1, 2):
        np.testing.assert_array_equal(
            program.call(args, "main", num_threads=threads)[0], interpret(module, "main", args)[0]
        )
    assert program.stats.dispatches == 1
    assert not program.stats.python


def test_windows_are_not_stored() -> None:
    module = convolution(34, 34, 16, 3, 16, 1, 1)
    program = compile(module)
    program(
        *(
            np.ones([int(s) for s in t.shape if isinstance(s, int)], np.float32)
            for t in module.functions[0].body.arg_types
        )
    )
    windows = 32 * 32 * 9 * 16 * 4
    assert program.stats.transient_bytes < windows / 2


@pytest.mark.parametrize("tiling", ["off", "late"])
@pytest.mark.parametrize("sizes", [(9, 7, 5, 3, 1), (6, 6, 32, 3, 0), (1, 1, 4, 5, 2)], ids=str)
def test_a_depthwise_convolution_is_one_launch(sizes: tuple[int, ...], tiling: str) -> None:
    """Its windows are read in memory of the unit, where the border is."""
    module = depthwise(*sizes)
    program = compile(module, "cpu", tiling)
    args = arrays(module)
    for threads in (1, 2):
        np.testing.assert_array_equal(
            program.call(args, "main", num_threads=threads)[0], interpret(module, "main", args)[0]
        )
    assert program.stats.dispatches == 1
    assert program.stats.relaid_bytes == 0


@pytest.mark.parametrize("device", ["cpu", "cpu{features=avx2}"])
def test_a_depthwise_convolution_has_the_bits_of_one_channel(device: str) -> None:
    """Fractions, and products that underflow to -0."""
    rng = np.random.default_rng(0)
    x = np.abs(rng.standard_normal((9, 12, 8))).astype(np.float32)
    w = rng.standard_normal((3, 3, 8)).astype(np.float32)
    x[..., 2], w[..., 2] = 1e-30, -1e-30
    made = compile(depthwise(9, 12, 8, 3, 0), device)(x, w)
    one = compile(convolution(9, 12, 1, 3, 1, 1, 1), device)
    for c in range(8):
        alone = one(np.ascontiguousarray(x[..., c : c + 1]), np.ascontiguousarray(w[..., c].reshape(3, 3, 1, 1)))
        assert np.ascontiguousarray(made[..., c]).tobytes() == np.ascontiguousarray(alone[..., 0]).tobytes()
