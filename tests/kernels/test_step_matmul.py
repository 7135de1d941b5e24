"""The matmul step: the bits of mmt4d on packed operands, for every layout that it takes, at guard pages."""

from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.native import Features, cpu_features, mmt4d
from tensorir.native._kernels import lib

from . import oracle
from .guard import guarded_like
from .steps import Array, Shape, run_step

LANES = {Features.NONE: 4, Features.X86_AVX2: 8, Features.X86_AVX2 | Features.X86_AVX512: 16}
"""Sets of features, and the lanes of their vectors."""
LEVELS = [f for f in LANES if f & ~cpu_features() == 0]
CHECKS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
levels = pytest.mark.parametrize("features", LEVELS, ids=[str(LANES[f]) for f in LEVELS])
SIZES = st.sampled_from([0, 1, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 130, 200])
DEPTHS = st.sampled_from([0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 40, 255, 256, 257, 300, 512, 520])


def product_of_tiles(lhs: Array, rhs: Array, features: Features) -> Array:
    """[M, K] × [K, N] by mmt4d on tiles of the instruction set."""
    lanes = LANES[features]
    (m, k), n = lhs.shape, rhs.shape[1]
    k1, n1 = -(-k // lanes), -(-n // lanes)
    left, right = np.zeros((m, k1 * lanes), np.float32), np.zeros((k1 * lanes, n1 * lanes), np.float32)
    left[:, :k], right[:k, :n] = lhs, rhs
    out = np.zeros((m, n1, 1, lanes), np.float32)
    packed = np.ascontiguousarray(right.reshape(k1, lanes, n1, lanes).transpose(2, 0, 1, 3))
    mmt4d(left.reshape(m, k1, 1, lanes), packed, out, rhs_order="kn", features=features)
    return out.reshape(m, n1 * lanes)[:, :n]


def run(lhs: Array, rhs: Array, out: Array, features: Features) -> int:
    """Operands [… M K], [… K N], [… M N]."""
    (*outer, m, k), n = lhs.shape, rhs.shape[-1]
    loops = (*outer, m, n, k)
    views = [lhs[..., :, None, :], rhs.swapaxes(-1, -2)[..., None, :, :], out[..., :, :, None]]
    still = [len(outer) + 1, len(outer), len(outer) + 2]
    operands: list[Array] = []
    for view, dim in zip(views, still, strict=True):
        strides = [0 if d == dim else s for d, s in enumerate(view.strides)]
        operands.append(np.lib.stride_tricks.as_strided(view, loops, strides))
    return run_step(lib.TIR_STEP_matmul, loops, operands, features=features)


def strides_of(shape: Shape, columns: bool, gap: int, *, backwards: bool) -> Shape:
    """Strides in elements: the last dimension, or the last but one (`columns`), has neighbours side by side."""
    found = [0] * len(shape)
    step = 1
    last, other = (-2, -1) if columns else (-1, -2)
    for dim in (last, other, *range(-3, -len(shape) - 1, -1)):
        found[dim] = step
        step = step * max(shape[dim], 1) + gap
    if backwards:
        found[other] *= -1
    return tuple(found)


@levels
@CHECKS
@given(
    batch=st.lists(st.integers(1, 3), max_size=2),
    m=st.sampled_from([0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 13]),
    n=SIZES,
    k=DEPTHS,
    gap=st.sampled_from([0, 0, 1, 5]),
    turns=st.tuples(*[st.booleans()] * 6),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_bits_of_mmt4d(
    features: Features, batch: list[int], m: int, n: int, k: int, gap: int, turns: tuple[bool, ...], seed: int
) -> None:
    """Both orders of the right side, gaps, rows backwards, results in rows or columns; nothing else is accessed."""
    by_k, columns, left_back, right_back, out_back, at_end = turns
    if prod(batch) * n * k > 100_000:
        n = 17
    rng = np.random.default_rng(seed)
    lhs = rng.standard_normal((*batch, m, k)).astype(np.float32)
    rhs = rng.standard_normal((*batch, k, n)).astype(np.float32)
    before = rng.standard_normal((*batch, m, n)).astype(np.float32)
    _, left = guarded_like(lhs, strides_of(lhs.shape, False, gap, backwards=left_back), at_end=at_end, seal=True)
    _, right = guarded_like(rhs, strides_of(rhs.shape, by_k, gap, backwards=right_back), at_end=at_end, seal=True)
    strides = strides_of(before.shape, columns, gap, backwards=out_back)
    memory, out = guarded_like(before, strides, at_end=at_end, seal=False)
    expected_memory, expected = guarded_like(before, strides, at_end=at_end, seal=False)
    for place in np.ndindex(*batch):
        expected[place] = product_of_tiles(lhs[place], rhs[place], features)
    assert run(left, right, out, features) == lib.TIR_STATUS_OK
    assert (oracle.bits(memory.flat) == oracle.bits(expected_memory.flat)).all()
    assert memory.slack_untouched()


@levels
@pytest.mark.parametrize("by_k", [False, True])
@pytest.mark.parametrize(("m", "n", "k"), [(1, 5000, 70), (8, 4100, 30), (2, 33, 1400), (1, 2500, 1100), (3, 4097, 3)])
def test_large_ones(features: Features, by_k: bool, m: int, n: int, k: int) -> None:
    """More columns than a block has, and right sides that are fetched ahead."""
    rng = np.random.default_rng(n)
    lhs, rhs = rng.standard_normal((m, k)).astype(np.float32), rng.standard_normal((k, n)).astype(np.float32)
    out = np.zeros((m, n), np.float32)
    given_rhs = np.asfortranarray(rhs) if by_k else rhs
    assert run(lhs, given_rhs, out, features) == lib.TIR_STATUS_OK
    assert (oracle.bits(out) == oracle.bits(product_of_tiles(lhs, rhs, features))).all()


@levels
@pytest.mark.parametrize("by_k", [False, True])
@pytest.mark.parametrize("n", [1, 3, 40])
@pytest.mark.parametrize("k", [1, 5, 16, 257])
def test_sums_that_are_a_negative_zero(features: Features, by_k: bool, n: int, k: int) -> None:
    """Products so small that they round to -0: their sum is +0, whatever the padding of the tiles."""
    lhs, rhs = np.full((2, k), 1e-30, np.float32), np.full((k, n), -1e-30, np.float32)
    out = np.ones((2, n), np.float32)
    assert run(lhs, np.asfortranarray(rhs) if by_k else rhs, out, features) == lib.TIR_STATUS_OK
    assert (oracle.bits(out) == 0).all()


@levels
def test_infinities_and_nan_stay_in_their_columns(features: Features) -> None:
    lhs, rhs = np.ones((3, 19), np.float32), np.ones((19, 37), np.float32)
    rhs[4, 36], rhs[18, 20] = np.inf, np.nan
    for right in (rhs, np.asfortranarray(rhs)):
        out = np.zeros((3, 37), np.float32)
        assert run(lhs, right, out, features) == lib.TIR_STATUS_OK
        assert np.isinf(out[:, 36]).all() and np.isnan(out[:, 20]).all()
        assert (np.delete(out, [20, 36], 1) == 19).all()


def test_steps_that_nothing_runs() -> None:
    """Operands that don't lie as the kernels need."""
    features = cpu_features()
    lhs, rhs, out = (np.zeros(s, np.float32) for s in ((2, 3), (3, 5), (2, 5)))
    assert run(lhs, rhs, out, features) == lib.TIR_STATUS_OK
    assert run(np.asfortranarray(lhs), rhs, out, features) == lib.TIR_STATUS_BAD_SIZE
    assert run(lhs, np.zeros((3, 10), np.float32)[:, ::2], out, features) == lib.TIR_STATUS_BAD_SIZE
    assert (
        run(lhs.astype(np.float64), rhs.astype(np.float64), out.astype(np.float64), features)
        == lib.TIR_STATUS_NO_KERNEL
    )
    loops = (2, 5, 3)
    as_strided = np.lib.stride_tricks.as_strided
    views = [as_strided(lhs, loops, (12, 0, 4)), as_strided(rhs, loops, (0, 4, 20)), as_strided(out, loops, (20, 4, 0))]
    assert run_step(lib.TIR_STEP_matmul, loops, views) == lib.TIR_STATUS_OK
    for operand, loop in ((0, 1), (1, 0), (2, 2)):  # where it must stand still, and does not
        changed = list(views)
        moving = [4 if i == loop else s for i, s in enumerate(views[operand].strides)]
        changed[operand] = as_strided(views[operand], loops, moving)
        assert run_step(lib.TIR_STEP_matmul, loops, changed) == lib.TIR_STATUS_BAD_SIZE
    assert run_step(lib.TIR_STEP_matmul, loops, views[:2]) == lib.TIR_STATUS_BAD_SIZE
    assert run_step(lib.TIR_STEP_matmul, loops[1:], [view[0] for view in views]) == lib.TIR_STATUS_BAD_SIZE
