"""How long some steps take on one thread: the figures from which the costs of a device are computed."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from time import perf_counter_ns
from typing import Any

import numpy as np
from attrs import astuple, frozen
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from tensorir.native._kernels import lib
from tensorir.native.calibrate import page_aligned
from tensorir.native.steps import Alive, make_step
from tensorir.native.table import RHS_ORDERS, Features, Kernel, status_error

ROWS, COLUMNS, DEPTH = 128, 256, 384
"""The product of one unit. Its operands lie in the second level cache; all tiles of f32 divide these sizes."""
LARGE = (256, 1024)
"""A tensor of 1 MiB, which leaves the second level cache when it is copied."""
PLACES, WINDOW, CHANNELS, FILTERS = 16, 3, 32, 128
"""A convolution with PLACES² places, windows of WINDOW² places, and so many channels of the image and the result."""

LEAST_ROUNDS = 5
ROUNDS_NS = 400_000_000
"""Each step runs once in each round, and there are rounds for so long."""

Floats = NDArray[np.float32]
Clock = Callable[[], int]


@frozen
class StepTimes:
    """Nanoseconds of one run of each step, the least of all rounds; on f32."""

    product: float
    """mmt4d: ROWS × COLUMNS × DEPTH, all in tiles."""
    pack_left: float
    """From row-major memory into tiles: the left side of that product, …"""
    pack_right: float
    """… its right side, DEPTH × COLUMNS, …"""
    unpack_result: float
    """… and its result, back from tiles."""
    pack_large: float
    """A tensor of the size LARGE, into tiles of the left side."""
    unpack_large: float
    copy_large: float
    """The same tensor, as it lies."""
    windows: float
    """contract: the convolution, its image and its result with channels last, its filters in panels."""


WINDOWS_PRODUCTS = PLACES * PLACES * FILTERS * WINDOW * WINDOW * CHANNELS
"""Multiply-adds of the convolution."""


def step_times(kernel: Kernel, features: Features, clock: Clock = perf_counter_ns, ns: int = ROUNDS_NS) -> StepTimes:
    """Measures for about half a second. `kernel`: the mmt4d line for f32 whose tiles are used; `features`: those that
    steps may use. `clock` counts nanoseconds; rounds go on for `ns`, and there are at least LEAST_ROUNDS.

    A step that is interrupted by other work only takes longer; therefore the least time counts, and the steps take
    turns, so that all of them have their chance in the quiet moments. Raises NotImplementedError or ValueError if a
    step can't be run."""
    steps = measured_steps(kernel, features)
    least = [float("inf")] * len(steps)
    begin, rounds = clock(), 0
    while rounds < LEAST_ROUNDS or clock() - begin < ns:
        for i, (step, _) in enumerate(steps):
            start = clock()
            status = lib.tir_run_step(step)
            least[i] = min(least[i], max(1, clock() - start))
            if status != lib.TIR_STATUS_OK:
                raise status_error("calibrate", status)
        rounds += 1
    return StepTimes(*least)


COUNT = len(astuple(StepTimes(*[0.0] * 8)))
"""How many figures there are."""


def measured_steps(kernel: Kernel, features: Features) -> list[tuple[Any, Alive]]:
    """Returns the steps in the order of the fields of StepTimes, and what must stay alive while they run."""
    m0, n0, k0 = kernel.tile
    order = "nk" if kernel.rhs_order == "nk" else "kn"
    lhs, rhs, out = (_floats(s) for s in ((ROWS, DEPTH), (DEPTH, COLUMNS), (ROWS, COLUMNS)))
    left, result = _tiles(ROWS, DEPTH, m0, k0), _tiles(ROWS, COLUMNS, m0, n0)
    right = _tiles(COLUMNS, DEPTH, n0, k0, swapped=order == "kn")
    large, copied = _floats(LARGE), _floats(LARGE)
    packed = _tiles(*LARGE, m0, k0)
    loops = (ROWS // m0, COLUMNS // n0, DEPTH // k0, m0, n0, k0)
    product = _along(loops, (left, (0, 2, 3, 5)), (right, (1, 2, 4, 5)), (result, (0, 1, 3, 4)))
    return [
        make_step(lib.TIR_STEP_mmt4d, loops, product, attributes=[0, RHS_ORDERS[order], -1], features=features),
        _pack(lhs, left, features),
        _pack(rhs.T, right, features),
        _unpack(result, out, features),
        _pack(large, packed, features),
        _unpack(packed, large, features),
        make_step(lib.TIR_STEP_copy, LARGE, [large, copied], features=features),
        _windows(n0, features),
    ]


def _pack(plain: Floats, packed: Floats, features: Features) -> tuple[Any, Alive]:
    operands = [_plain_side(plain, packed.shape), packed]
    return make_step(
        lib.TIR_STEP_pack, packed.shape, operands, attributes=plain.shape, code=[0], features=features
    )  # the code is the padding


def _unpack(packed: Floats, plain: Floats, features: Features) -> tuple[Any, Alive]:
    operands = [packed, _plain_side(plain, packed.shape)]
    return make_step(lib.TIR_STEP_unpack, packed.shape, operands, attributes=plain.shape, features=features)


def _windows(n0: int, features: Features) -> tuple[Any, Alive]:
    """Loops: rows of places, places in them, panels, columns of a panel, both dims of a window, channels."""
    side = PLACES + WINDOW - 1
    image, result = _floats((side, side, CHANNELS)), _floats((PLACES, PLACES, FILTERS // n0, n0))
    filters = _floats((FILTERS // n0, WINDOW, WINDOW, CHANNELS, n0))
    loops = (PLACES, PLACES, FILTERS // n0, n0, WINDOW, WINDOW, CHANNELS)
    row, place, channel = image.strides
    windows = as_strided(image, loops, (row, place, 0, 0, row, place, channel))
    (right,) = _along(loops, (filters, (2, 4, 5, 6, 3)))
    (out,) = _along(loops, (result, (0, 1, 2, 3)))
    return make_step(lib.TIR_STEP_contract, loops, [windows, right, out], attributes=[3], features=features)


def _floats(shape: tuple[int, ...]) -> Floats:
    """Ones, from a page on: where arrays begin must not differ from one measurement to the next."""
    found = page_aligned(4 * prod(shape)).view(np.float32).reshape(shape)
    found[...] = 1.0
    return found


def _tiles(rows: int, columns: int, t0: int, t1: int, *, swapped: bool = False) -> Floats:
    """A matrix in tiles t0 × t1, each [t0][t1], or [t1][t0] if they are swapped."""
    outer = (rows // t0, columns // t1)
    return _floats((*outer, t1, t0)).swapaxes(2, 3) if swapped else _floats((*outer, t0, t1))


def _plain_side(plain: Floats, loops: tuple[int, ...]) -> Floats:
    """A matrix as the loops o0, o1, t0, t1 of its tiles see it."""
    s0, s1 = plain.strides
    return as_strided(plain, loops, (s0 * loops[2], s1 * loops[3], s0, s1))


def _along(loops: tuple[int, ...], *operands: tuple[Floats, tuple[int, ...]]) -> list[Floats]:
    """Arrays as all loops see them; each dim of an array is one of the loops."""
    found: list[Floats] = []
    for array, dims in operands:
        strides = dict(zip(dims, array.strides, strict=True))
        found.append(as_strided(array, loops, [strides.get(loop, 0) for loop in range(len(loops))]))
    return found
