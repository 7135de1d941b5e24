"""Every line of the mmt4d table against int64 NumPy and against the reference, bit for bit."""

import ctypes
import ctypes.util
import platform

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.native import Features, Kernel, RhsOrder, cpu_features, kernels, mmt4d, pack, select_mmt4d, unpack

from . import oracle
from .guard import guarded_like, outer_strides

LINES = [kernel for kernel in kernels() if kernel.op == "mmt4d" and kernel.runs_with(cpu_features())]
CHECKS = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

lines = pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
flags = st.tuples(st.booleans(), st.booleans(), st.booleans())
seeds = st.integers(0, 2**32 - 1)
gaps = st.sampled_from([0, 0, 1, 3, 16, 37])


def tile_of(line: Kernel, rng: np.random.Generator) -> tuple[int, int, int]:
    """The line's tile; a drawn one for a line that takes any."""
    if line.tile:
        m0, n0, k0 = line.tile
        return m0, n0, k0
    m0, n0, k0 = rng.integers(1, 10, 3)
    return int(m0), int(n0), int(k0)


def order_of(line: Kernel, rng: np.random.Generator) -> RhsOrder:
    """The line's order; a drawn one for a line that takes both."""
    if line.rhs_order == "any":
        return "kn" if rng.integers(2) else "nk"
    return "kn" if line.rhs_order == "kn" else "nk"


def reference(lhs: np.ndarray, rhs: np.ndarray, out: np.ndarray, rhs_order: RhsOrder, accumulate: bool) -> None:
    """Only the reference knows order nk, for as long as no faster line does."""
    right = rhs if rhs_order == "nk" else np.ascontiguousarray(rhs.swapaxes(-1, -2))
    ran = mmt4d(lhs, right, out, rhs_order="nk", accumulate=accumulate, features=Features.NONE)
    assert ran.isa == "ref"


@lines
@CHECKS
@given(m1=st.integers(0, 4), n1=st.integers(0, 17), k1=st.integers(0, 4), gap=gaps, turn=flags, ends=flags, seed=seeds)
def test_tiles_at_guard_pages(
    line: Kernel, m1: int, n1: int, k1: int, gap: int, turn: tuple[bool, ...], ends: tuple[bool, ...], seed: int
) -> None:
    """Strided operands between guard pages, inputs read-only: exact, and nothing else is touched."""
    rng = np.random.default_rng(seed)
    (m0, n0, k0), order = tile_of(line, rng), order_of(line, rng)
    lhs = oracle.small_integers(rng, (m1, k1, m0, k0))
    rhs = oracle.small_integers(rng, (n1, k1, k0, n0) if order == "kn" else (n1, k1, n0, k0))
    before = oracle.small_integers(rng, (m1, n1, m0, n0))
    accumulate = bool(rng.integers(2))

    lhs_memory, lhs_view = guarded_like(
        lhs, outer_strides(lhs.shape, 3, (0,), gap, backwards=turn[0]), at_end=ends[0], seal=True
    )
    rhs_memory, rhs_view = guarded_like(
        rhs, outer_strides(rhs.shape, 3, (0,), gap, backwards=turn[1]), at_end=ends[1], seal=True
    )
    nesting = (0, 1) if rng.integers(2) else (1, 0)
    out_strides = outer_strides(before.shape, 2, nesting, gap, backwards=turn[2])
    out_memory, out_view = guarded_like(before, out_strides, at_end=ends[2], seal=False)
    # The same memory with the right answer in it: the gaps must agree as well.
    right_memory, right_view = guarded_like(before, out_strides, at_end=ends[2], seal=False)
    right_view[...] = oracle.mmt4d(lhs, rhs, order) + (before if accumulate else 0)

    ran = mmt4d(lhs_view, rhs_view, out_view, rhs_order=order, accumulate=accumulate, features=line.features)

    assert ran == line or line.isa == "ref"
    assert (oracle.bits(out_memory.flat) == oracle.bits(right_memory.flat)).all()
    assert out_memory.slack_untouched()
    assert lhs_memory.slack_untouched()
    assert rhs_memory.slack_untouched()
    other = before.copy()
    reference(lhs, rhs, other, order, accumulate)
    assert (oracle.bits(other) == oracle.bits(out_view)).all()


@lines
@CHECKS
@given(sizes=st.tuples(*[st.floats(0, 3.9)] * 3), level=st.sampled_from(oracle.levels()), seed=seeds)
def test_matrices_through_pack(line: Kernel, sizes: tuple[float, float, float], level: Features, seed: int) -> None:
    """Whole matrices of 0 to 3 tiles and a remainder: pack, mmt4d, unpack, under every feature level."""
    rng = np.random.default_rng(seed)
    (m0, n0, k0), order = tile_of(line, rng), order_of(line, rng)
    m, n, k = (int(size * tile) for size, tile in zip(sizes, (m0, n0, k0), strict=True))
    left, right = oracle.small_integers(rng, (m, k)), oracle.small_integers(rng, (k, n))
    if rng.integers(2):
        right = np.asfortranarray(right)

    lhs = np.full((-(-m // m0), -(-k // k0), m0, k0), np.nan, np.float32)
    pack(left, lhs, inner_dims=(0, 1), features=level)
    rhs_tile, rhs_dims = ((k0, n0), (0, 1)) if order == "kn" else ((n0, k0), (1, 0))
    rhs = np.full((-(-n // n0), -(-k // k0), *rhs_tile), np.nan, np.float32)
    pack(right, rhs, inner_dims=rhs_dims, outer_perm=(1, 0), features=level)
    out = np.full((lhs.shape[0], rhs.shape[0], m0, n0), np.nan, np.float32)
    ran = mmt4d(lhs, rhs, out, rhs_order=order, features=level)
    result = np.full((m, n), np.nan, np.float32)
    unpack(out, result, inner_dims=(0, 1), features=level)

    assert ran.runs_with(level)
    assert ran == select_mmt4d(("f32", "f32", "f32"), (m0, n0, k0), rhs_order=order, features=level)
    exact = left.astype(np.int64) @ right.astype(np.int64)
    assert (oracle.bits(result) == oracle.bits(exact.astype(np.float32))).all()


@lines
@pytest.mark.parametrize("m1", [1, 2, 5, 300])
def test_many_rows_and_panels(line: Kernel, m1: int) -> None:
    """Both orders of the outer loops, with enough panels for every group and remainder, and a batch."""
    rng = np.random.default_rng(m1)
    m0, n0, k0 = tile_of(line, rng)
    order = order_of(line, rng)
    for n1 in (1, 7, 19) if m1 < 300 else (19,):
        lhs = oracle.small_integers(rng, (2, m1, 3, m0, k0))
        rhs = oracle.small_integers(rng, (2, n1, 3, k0, n0) if order == "kn" else (2, n1, 3, n0, k0))
        out = np.full((2, m1, n1, m0, n0), np.nan, np.float32)
        mmt4d(lhs, rhs, out, rhs_order=order, features=line.features)
        for b in range(2):
            assert (out[b] == oracle.mmt4d(lhs[b], rhs[b], order)).all()


@pytest.mark.parametrize("line", [line for line in LINES if line.tile], ids=lambda line: line.name)
def test_blocks_of_panels(line: Kernel) -> None:
    """A right side beyond the cache's share, so that many rows pass over several blocks of panels."""
    rng = np.random.default_rng(0)
    m0, n0, k0 = line.tile
    k1, n1, m1 = 4096 // k0, 640 // n0, 256 // m0 + 1
    lhs = rng.integers(-1, 2, (m1, k1, m0, k0)).astype(np.float32)
    rhs = rng.integers(-1, 2, (n1, k1, k0, n0)).astype(np.float32)
    out = np.ones((m1, n1, m0, n0), np.float32)
    # Accumulating tells a panel computed twice.
    mmt4d(lhs, rhs, out, accumulate=True, features=line.features)
    left = lhs.transpose(0, 2, 1, 3).reshape(m1 * m0, k1 * k0)
    right = rhs.transpose(1, 2, 0, 3).reshape(k1 * k0, n1 * n0)
    exact = (left.astype(np.float64) @ right.astype(np.float64)).reshape(m1, m0, n1, n0).transpose(0, 2, 1, 3)
    assert (out == exact + 1).all()


@lines
@pytest.mark.parametrize("accumulate", [False, True])
def test_no_k(line: Kernel, accumulate: bool) -> None:
    """The empty sum is zero: written over, or added to, what out holds."""
    m0, n0, k0 = tile_of(line, np.random.default_rng(3))
    out = np.full((2, 3, m0, n0), 7, np.float32)
    lhs, rhs = np.empty((2, 0, m0, k0), np.float32), np.empty((3, 0, k0, n0), np.float32)
    mmt4d(lhs, rhs, out, accumulate=accumulate, features=line.features)
    assert (out == (7 if accumulate else 0)).all()


@lines
@settings(CHECKS, max_examples=50)
@given(seed=seeds)
def test_nan_and_infinity(line: Kernel, seed: int) -> None:
    """They appear exactly where the reference has them, and so do signed zeros' results."""
    rng = np.random.default_rng(seed)
    m0, n0, k0 = tile_of(line, rng)
    order = order_of(line, rng)
    lhs = oracle.small_integers(rng, (2, 2, m0, k0))
    rhs = oracle.small_integers(rng, (3, 2, k0, n0) if order == "kn" else (3, 2, n0, k0))
    for array in (lhs, rhs):
        place = rng.random(array.shape) < 0.03
        array[place] = rng.choice(np.array([np.nan, np.inf, -np.inf, -0.0], np.float32), int(place.sum()))
    out, expected = np.zeros((2, 2, 3, m0, n0), np.float32)
    with np.errstate(invalid="ignore"):
        mmt4d(lhs, rhs, out, rhs_order=order, features=line.features)
        reference(lhs, rhs, expected, order, False)
    assert (np.isnan(out) == np.isnan(expected)).all()
    assert (oracle.bits(out)[~np.isnan(out)] == oracle.bits(expected)[~np.isnan(out)]).all()


@lines
@settings(CHECKS, max_examples=20)
@given(seed=seeds)
def test_rounding(line: Kernel, seed: int) -> None:
    """Real values stay within the bound of one sum in rising order: (K + 1) u |A||B|."""
    rng = np.random.default_rng(seed)
    m0, n0, k0 = tile_of(line, rng)
    k1 = 5
    lhs = rng.standard_normal((3, k1, m0, k0)).astype(np.float32)
    rhs = rng.standard_normal((9, k1, k0, n0)).astype(np.float32)
    out = np.empty((3, 9, m0, n0), np.float32)
    mmt4d(lhs, rhs, out, features=line.features)
    exact = np.einsum("aimk,bikn->abmn", lhs.astype(np.float64), rhs.astype(np.float64))
    scale = np.einsum("aimk,bikn->abmn", abs(lhs).astype(np.float64), abs(rhs).astype(np.float64))
    assert (abs(out - exact) <= (k1 * k0 + 1) * 2.0**-24 * scale).all()


@lines
def test_same_bits_for_every_split(line: Kernel) -> None:
    """Rows and panels computed apart give the bits that they give together."""
    rng = np.random.default_rng(5)
    m0, n0, k0 = tile_of(line, rng)
    lhs = rng.standard_normal((40, 3, m0, k0)).astype(np.float32)
    rhs = rng.standard_normal((11, 3, k0, n0)).astype(np.float32)
    whole, parts = np.zeros((2, 40, 11, m0, n0), np.float32)
    mmt4d(lhs, rhs, whole, features=line.features)
    for rows in (slice(0, 1), slice(1, 40)):
        for panels in (slice(0, 4), slice(4, 5), slice(5, 11)):
            mmt4d(lhs[rows], rhs[panels], parts[rows, panels], features=line.features)
    assert (oracle.bits(whole) == oracle.bits(parts)).all()


@lines
def test_denormals_are_kept(line: Kernel) -> None:
    m0, n0, k0 = tile_of(line, np.random.default_rng(1))
    tiny = np.float32(1e-41)
    lhs, rhs = np.zeros((1, 1, m0, k0), np.float32), np.zeros((1, 1, k0, n0), np.float32)
    lhs[..., 0], rhs[..., 0, :] = tiny, 1
    out = np.empty((1, 1, m0, n0), np.float32)
    mmt4d(lhs, rhs, out, features=line.features)
    assert (out == tiny).all()
    assert tiny > 0


def float_mode() -> bytes:
    """The control bits of the x87 unit and of MXCSR, without the sticky exception flags."""
    environment = ctypes.create_string_buffer(64)
    assert ctypes.CDLL(ctypes.util.find_library("m")).fegetenv(environment) == 0
    mxcsr = int.from_bytes(environment.raw[28:32], "little") & ~0x3F
    return environment.raw[0:2] + mxcsr.to_bytes(4, "little")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="reads the x86 floating-point environment")
def test_float_mode_is_left_alone() -> None:
    before = float_mode()
    assert int.from_bytes(before[2:], "little") & 0x8040 == 0, "denormals are already flushed"
    for line in LINES:
        test_denormals_are_kept(line)
        assert float_mode() == before
