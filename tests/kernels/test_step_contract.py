"""The contract step: the bits of mmt4d, for operands that lie anywhere, at guard pages."""

from math import prod
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.native import Features
from tensorir.native._kernels import lib

from . import oracle
from .guard import guarded_like
from .steps import Array, run_step
from .test_step_matmul import LEVELS, levels, product_of_tiles

CHECKS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def in_order(shape: tuple[int, ...], order: list[int], gap: int, backwards: set[int]) -> tuple[int, ...]:
    """Strides of dims that lie in this order, the last one innermost."""
    strides, step = [0] * len(shape), 1
    for dim in reversed(order):
        strides[dim] = -step if dim in backwards else step
        step = step * max(shape[dim], 1) + gap
    return tuple(strides)


def run(lhs: Array, rhs: Array, out: Array, depth: int, features: Features) -> int:
    """Operands [outer … m k …], [n1 n0 k …] and [outer … m n1 n0], of which lhs may be of windows that overlap."""
    outer, count = lhs.ndim - depth, lhs.ndim + 2
    loops = (*lhs.shape[:outer], *rhs.shape[:2], *lhs.shape[outer:])
    places = ([*range(outer), *range(outer + 2, count)], range(outer, count), range(outer + 2))
    operands: list[Array] = []
    for view, at in zip((lhs, rhs, out), places, strict=True):
        strides = [0] * count
        for loop, stride in zip(at, view.strides, strict=True):
            strides[loop] = stride
        operands.append(np.lib.stride_tricks.as_strided(view, loops, strides))
    return run_step(lib.TIR_STEP_contract, loops, operands, attributes=[depth], features=features)


@levels
@CHECKS
@given(
    outer=st.lists(st.integers(1, 3), max_size=2),
    m=st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 21]),
    columns=st.sampled_from([(1, 1), (1, 7), (1, 16), (1, 50), (2, 8), (3, 16), (7, 4), (5, 3), (0, 4), (9, 16)]),
    k=st.lists(st.sampled_from([1, 2, 3, 5, 8, 16, 33]), min_size=1, max_size=3),
    empty=st.sampled_from([False] * 9 + [True]),
    gap=st.sampled_from([0, 0, 3]),
    order=st.randoms(use_true_random=False),
    at_end=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_bits_of_mmt4d(
    features: Features, outer: list[int], m: int, columns: tuple[int, int], k: list[int], empty: bool, gap: int,
    order: Random, at_end: bool, seed: int,
) -> None:  # fmt: skip  # arguments that belong together stay on one line
    """Dims of lhs and of the result in any order, gaps, and rows that run backwards; nothing else is accessed."""
    if empty:
        k[-1] = 0
    if prod(k) > 600:
        k = [3, 90]
    rng = np.random.default_rng(seed)
    lhs = rng.standard_normal((*outer, m, *k)).astype(np.float32)
    rhs = rng.standard_normal((*columns, *k)).astype(np.float32)
    before = rng.standard_normal((*outer, m, *columns)).astype(np.float32)
    shuffled = [order.sample(range(a.ndim), a.ndim) for a in (lhs, before)]
    backwards = {d for d in range(len(outer) + 1) if order.random() < 0.2}
    _, left = guarded_like(lhs, in_order(lhs.shape, shuffled[0], gap, backwards), at_end=at_end, seal=True)
    right_order = [0, *range(2, rhs.ndim), 1]  # columns of a panel innermost
    _, right = guarded_like(rhs, in_order(rhs.shape, right_order, 0, set()), at_end=at_end, seal=True)
    strides = in_order(before.shape, shuffled[1], gap, backwards)
    memory, out = guarded_like(before, strides, at_end=at_end, seal=False)
    expected_memory, expected = guarded_like(before, strides, at_end=at_end, seal=False)
    flat = np.ascontiguousarray(rhs.reshape(prod(columns), prod(k)).T)
    for place in np.ndindex(*outer):
        whole = product_of_tiles(np.ascontiguousarray(lhs[place]).reshape(m, prod(k)), flat, features)
        expected[place] = whole.reshape(m, *columns)
    assert run(left, right, out, len(k), features) == lib.TIR_STATUS_OK
    assert (oracle.bits(memory.flat) == oracle.bits(expected_memory.flat)).all()
    assert memory.slack_untouched()


@levels
def test_windows_of_an_image(features: Features) -> None:
    """A convolution of 3×3 with steps of two: rows and windows overlap, and many columns are taken in groups."""
    rng = np.random.default_rng(0)
    image = rng.standard_normal((11, 19, 40)).astype(np.float32)
    rhs = rng.standard_normal((3, 3, 40, 37 * 16)).astype(np.float32)
    h, w, c = image.strides
    windows = np.lib.stride_tricks.as_strided(image, (5, 9, 3, 3, 40), (2 * h, 2 * w, h, w, c))
    wide = np.moveaxis(rhs, -1, 0)[None]
    panels = np.moveaxis(np.ascontiguousarray(np.moveaxis(rhs.reshape(3, 3, 40, 37, 16), 3, 0)), -1, 1)
    made = product_of_tiles(np.ascontiguousarray(windows).reshape(45, 360), rhs.reshape(360, -1), features)
    for right in (wide, panels):
        out = np.zeros((5, 9, 37 * 16), np.float32)
        assert run(windows, right, out.reshape(5, 9, *right.shape[:2]), 3, features) == lib.TIR_STATUS_OK
        assert (oracle.bits(out.reshape(45, -1)) == oracle.bits(made)).all()


@levels
@pytest.mark.parametrize("n", [1, 16])
def test_sums_that_are_a_negative_zero(features: Features, n: int) -> None:
    """Products so small that they round to -0: their sum is +0."""
    lhs, rhs = np.full((2, 5), 1e-30, np.float32), np.full((5, n), -1e-30, np.float32)
    out = np.ones((2, 1, n), np.float32)
    assert run(lhs, rhs.T[None], out, 1, features) == lib.TIR_STATUS_OK
    assert (oracle.bits(out) == 0).all()


def test_steps_that_nothing_runs() -> None:
    """Operands that don't lie as the kernels need, and wrong attributes."""
    features = LEVELS[-1]
    lhs, rhs, out = np.zeros((2, 3, 5), np.float32), np.zeros((3, 5, 8), np.float32), np.zeros((2, 1, 8), np.float32)
    good = np.moveaxis(rhs, -1, 0)[None]
    assert run(lhs, good, out, 2, features) == lib.TIR_STATUS_OK
    assert run(lhs, np.zeros((1, 8, 3, 5), np.float32), out, 2, features) == lib.TIR_STATUS_BAD_SIZE
    apart = np.moveaxis(np.zeros((3, 6, 8), np.float32)[:, :5], -1, 0)[None]
    assert run(lhs, apart, out, 2, features) == lib.TIR_STATUS_BAD_SIZE
    deep = np.broadcast_to(np.zeros(1, np.float32), (2, lib.TIR_MAX_CONTRACTED + 1))
    wide = np.broadcast_to(np.zeros((1, 8, 1), np.float32), (1, 8, lib.TIR_MAX_CONTRACTED + 1))
    assert run(deep, wide, out, 1, features) == lib.TIR_STATUS_BAD_SIZE
    loops = (2, 1, 8, 3, 5)
    strides = [(60, 0, 0, 20, 4), (0, 0, 4, 160, 32), (32, 0, 4, 0, 0)]
    views = [np.lib.stride_tricks.as_strided(a, loops, s) for a, s in zip((lhs, rhs, out), strides, strict=True)]
    assert run_step(lib.TIR_STEP_contract, loops, views, attributes=[2]) == lib.TIR_STATUS_OK
    for operand, loop in ((0, 2), (1, 0), (2, 3), (2, 4)):  # where it must stand still, and does not
        changed = list(views)
        moving = [4 if i == loop else s for i, s in enumerate(strides[operand])]
        changed[operand] = np.lib.stride_tricks.as_strided(views[operand], loops, moving)
        assert run_step(lib.TIR_STEP_contract, loops, changed, attributes=[2]) == lib.TIR_STATUS_BAD_SIZE
    for attributes in ([], [0], [3]):
        assert run_step(lib.TIR_STEP_contract, loops, views, attributes=attributes) == lib.TIR_STATUS_BAD_SIZE
    assert run_step(lib.TIR_STEP_contract, loops, views[:2], attributes=[2]) == lib.TIR_STATUS_BAD_SIZE
    floats = ["f32", "f64", "f32"]
    status = run_step(lib.TIR_STEP_contract, loops, views, attributes=[2], types=floats)
    assert status == lib.TIR_STATUS_NO_KERNEL
