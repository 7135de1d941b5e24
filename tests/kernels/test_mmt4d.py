"""Every line of the mmt4d table, in its own element types, against int64 NumPy and against the order of sums that
the C header fixes. A new line in the table is tested without a change here."""

import ctypes
import ctypes.util
import platform
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.native import Features, Kernel, RhsOrder, cpu_features, kernels, mmt4d, pack, select_mmt4d, unpack
from tensorir.native._kernels import lib

from . import oracle
from .guard import guarded_like, outer_strides

LINES = [kernel for kernel in kernels() if kernel.op == "mmt4d" and kernel.runs_with(cpu_features())]
FLOATS = [line for line in LINES if oracle.is_float(oracle.dtypes(line)[2])]
F32 = [line for line in LINES if set(line.types) == {"f32"}]
CHECKS = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def name_of(line: Kernel) -> str:
    return line.name


lines = pytest.mark.parametrize("line", LINES, ids=name_of)
floats = pytest.mark.parametrize("line", FLOATS, ids=name_of)
flags = st.tuples(st.booleans(), st.booleans(), st.booleans())
seeds = st.integers(0, 2**32 - 1)
gaps = st.sampled_from([0, 0, 1, 3, 16, 37])


def run(line: Kernel, lhs: Any, rhs: Any, out: Any, order: RhsOrder, *, accumulate: bool = False) -> None:
    """Calls mmt4d with the line's features; it was this line that ran."""
    ran = mmt4d(lhs, rhs, out, rhs_order=order, accumulate=accumulate, features=line.features)
    assert ran.name == line.name


def rhs_shape(n1: int, k1: int, tile: tuple[int, int, int], order: RhsOrder) -> tuple[int, int, int, int]:
    _, n0, k0 = tile
    return (n1, k1, k0, n0) if order == "kn" else (n1, k1, n0, k0)


def drawn(
    rng: np.random.Generator, line: Kernel, m1: int, n1: int, k1: int
) -> tuple[oracle.Array, oracle.Array, oracle.Array, RhsOrder]:
    """Exact operands of so many tiles of a kind that the line takes: lhs, rhs, what out holds before, order."""
    tile, order = oracle.tile_for(line, rng)
    m0, n0, k0 = tile
    shapes = (m1, k1, m0, k0), rhs_shape(n1, k1, tile, order), (m1, n1, m0, n0)
    return *oracle.operands(rng, line, *shapes, order), order


@lines
@CHECKS
@given(m1=st.integers(0, 4), n1=st.integers(0, 17), k1=st.integers(0, 4), gap=gaps, turn=flags, ends=flags, seed=seeds)
def test_tiles_at_guard_pages(
    line: Kernel, m1: int, n1: int, k1: int, gap: int, turn: tuple[bool, ...], ends: tuple[bool, ...], seed: int
) -> None:
    """Strided operands between guard pages, inputs read-only: exact, and nothing else is touched."""
    rng = np.random.default_rng(seed)
    lhs, rhs, before, order = drawn(rng, line, m1, n1, k1)
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
    right_view[...] = oracle.mmt4d(lhs, rhs, before if accumulate else None, order, before.dtype)

    run(line, lhs_view, rhs_view, out_view, order, accumulate=accumulate)

    assert (oracle.bits(out_memory.flat) == oracle.bits(right_memory.flat)).all()
    assert out_memory.slack_untouched()
    assert lhs_memory.slack_untouched()
    assert rhs_memory.slack_untouched()


@lines
@CHECKS
@given(sizes=st.tuples(*[st.floats(0, 3.9)] * 3), level=st.sampled_from(oracle.levels()), seed=seeds)
def test_matrices_through_pack(line: Kernel, sizes: tuple[float, float, float], level: Features, seed: int) -> None:
    """Whole matrices of 0 to 3 tiles and a remainder: pack, mmt4d, unpack, under every feature level."""
    rng = np.random.default_rng(seed)
    tile, order = oracle.tile_for(line, rng)
    m0, n0, k0 = tile
    m, n, k = (int(size * side) for size, side in zip(sizes, tile, strict=True))
    lhs_dtype, rhs_dtype, out_dtype = oracle.dtypes(line)
    whole = oracle.operands(rng, line, (1, 1, m, k), (1, 1, k, n), (1, 1, m, n), "kn")
    left, right = whole[0][0, 0], whole[1][0, 0]
    if rng.integers(2):
        right = np.asfortranarray(right)

    lhs = np.full((-(-m // m0), -(-k // k0), m0, k0), 1, lhs_dtype)
    pack(left, lhs, inner_dims=(0, 1), features=level)
    rhs_tile, rhs_dims = ((k0, n0), (0, 1)) if order == "kn" else ((n0, k0), (1, 0))
    rhs = np.full((-(-n // n0), -(-k // k0), *rhs_tile), 1, rhs_dtype)
    pack(right, rhs, inner_dims=rhs_dims, outer_perm=(1, 0), features=level)
    out = np.full((lhs.shape[0], rhs.shape[0], m0, n0), 1, out_dtype)
    ran = mmt4d(lhs, rhs, out, rhs_order=order, features=level)
    result = np.full((m, n), 1, out_dtype)
    unpack(out, result, inner_dims=(0, 1), features=level)

    assert ran.runs_with(level)
    types = (line.types[0], line.types[1], line.types[2])
    assert ran == select_mmt4d(types, tile, rhs_order=order, features=level)
    if level == line.features:
        assert ran.name == line.name
    exact = left.astype(np.int64) @ right.astype(np.int64)
    assert (oracle.bits(result) == oracle.bits(exact.astype(out_dtype))).all()


@lines
@pytest.mark.parametrize("m1", [1, 2, 5, 300])
def test_many_rows_and_panels(line: Kernel, m1: int) -> None:
    """Both orders of the outer loops, with enough panels for every group and remainder, and a batch."""
    rng = np.random.default_rng(m1)
    for n1 in (1, 7, 19) if m1 < 300 else (19,):
        tile, order = oracle.tile_for(line, rng)
        shapes = (m1, 3, tile[0], tile[2]), rhs_shape(n1, 3, tile, order), (m1, n1, tile[0], tile[1])
        one, other = (oracle.operands(rng, line, *shapes, order) for _ in range(2))
        lhs, rhs, out = (np.stack([one[i], other[i]]) for i in range(3))
        run(line, lhs, rhs, out, order)
        for b in range(2):
            assert (out[b] == oracle.mmt4d(lhs[b], rhs[b], None, order, out.dtype)).all()


@pytest.mark.parametrize("line", [line for line in LINES if line.tile], ids=name_of)
def test_blocks_of_panels(line: Kernel) -> None:
    """A right side beyond the cache's share, so that many rows pass over several blocks of panels."""
    rng = np.random.default_rng(0)
    m0, n0, k0 = line.tile
    k1, n1, m1 = 4096 // k0, 640 // n0, 256 // m0 + 1
    lhs, rhs, out, order = drawn(rng, line, m1, n1, k1)
    exact = oracle.untiled(lhs).astype(np.float64) @ oracle.right_matrix(rhs, order).astype(np.float64)
    before = oracle.untiled(out).astype(np.float64)
    # Accumulating tells a panel computed twice.
    run(line, lhs, rhs, out, order, accumulate=True)
    expected = exact + before
    if not oracle.is_float(out.dtype):
        expected = expected.astype(np.int64).astype(out.dtype)
    assert (oracle.untiled(out) == expected).all()


@lines
@pytest.mark.parametrize("accumulate", [False, True])
def test_no_k(line: Kernel, accumulate: bool) -> None:
    """The empty sum is zero: written over, or added to, what out holds."""
    lhs, rhs, out, order = drawn(np.random.default_rng(3), line, 2, 3, 0)
    out[...] = 7
    run(line, lhs, rhs, out, order, accumulate=accumulate)
    assert (out == (7 if accumulate else 0)).all()


@floats
@settings(CHECKS, max_examples=50)
@given(seed=seeds)
def test_nan_and_infinity(line: Kernel, seed: int) -> None:
    """They appear exactly where sums of the exact values have them."""
    rng = np.random.default_rng(seed)
    lhs, rhs, out, order = drawn(rng, line, 2, 3, 2)
    for array in (lhs, rhs):
        place = rng.random(array.shape) < 0.03
        specials = np.array([np.nan, np.inf, -np.inf, -0.0]).astype(array.dtype)
        array[place] = rng.choice(specials, int(place.sum()))
    with np.errstate(invalid="ignore"):
        run(line, lhs, rhs, out, order)
        expected = oracle.untiled(lhs).astype(np.float64) @ oracle.right_matrix(rhs, order).astype(np.float64)
    result = oracle.untiled(out).astype(np.float64)
    assert (np.isnan(result) == np.isnan(expected)).all()
    assert (result == expected)[~np.isnan(expected)].all()


def real_operands(
    rng: np.random.Generator, line: Kernel, m1: int, n1: int, k1: int
) -> tuple[oracle.Array, oracle.Array, oracle.Array, RhsOrder]:
    """As `drawn`, of normally distributed values."""
    lhs, rhs, out, order = drawn(rng, line, m1, n1, k1)
    lhs, rhs, out = (rng.standard_normal(array.shape).astype(array.dtype) for array in (lhs, rhs, out))
    return lhs, rhs, out, order


@floats
@pytest.mark.parametrize("k", [5, 600, 4096])
def test_rounding(line: Kernel, k: int) -> None:
    """Real values stay within the bound of sums in parts: (products in a part + parts) u |A||B|."""
    rng = np.random.default_rng(k)
    tile, _ = oracle.tile_for(line, np.random.default_rng(k))
    k1 = -(-k // tile[2])
    lhs, rhs, out, order = real_operands(rng, line, 3, 9, k1)
    run(line, lhs, rhs, out, order)
    left, right = oracle.untiled(lhs).astype(np.float64), oracle.right_matrix(rhs, order).astype(np.float64)
    terms = left.shape[1]
    roundings = min(terms, lib.TIR_PARTIAL_SUM) + -(-terms // lib.TIR_PARTIAL_SUM)
    unit = 2.0 ** -oracle.digits(out.dtype)
    error = abs(oracle.untiled(out) - left @ right)
    assert (error <= roundings * unit * (abs(left) @ abs(right))).all()


@pytest.mark.parametrize("line", F32, ids=name_of)
@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize("parts", [0.5, 1, 1.1, 2, 3.4])
def test_order_of_sums(line: Kernel, parts: float, accumulate: bool) -> None:
    """The same bits as NumPy's sums in the order of the C header, with one rounding for each multiply-add where
    the kernel has FMA: so all kernels with FMA agree with each other too."""
    rng = np.random.default_rng(8)
    tile, order = oracle.tile_for(line, rng)
    m0, n0, k0 = tile
    k1 = max(1, int(parts * lib.TIR_PARTIAL_SUM) // k0)
    left = rng.standard_normal((3 * m0, k1 * k0)).astype(np.float32)
    right = rng.standard_normal((k1 * k0, 11 * n0)).astype(np.float32)
    before = rng.standard_normal((3 * m0, 11 * n0)).astype(np.float32)
    expected = oracle.sums_in_order(left, right, fuse=bool(line.features & Features.X86_AVX2))
    if accumulate:
        expected = before + expected
    out = oracle.tiled(before, (m0, n0))
    run(line, oracle.tiled(left, (m0, k0)), oracle.right_tiles(right, n0, k0, order), out, order, accumulate=accumulate)
    assert (oracle.bits(oracle.untiled(out)) == oracle.bits(expected)).all()


@pytest.mark.parametrize("line", F32, ids=name_of)
def test_long_sums_are_accurate(line: Kernel) -> None:
    """Sums of 16,384 positive products, on which one chain loses 28 units on average, lose fewer than 4."""
    rng = np.random.default_rng(1)
    (m0, n0, k0), order = oracle.tile_for(line, rng)
    left = rng.random((2 * m0, 16384 // k0 * k0)).astype(np.float32)
    right = rng.random((left.shape[1], 32 // n0 * n0)).astype(np.float32)
    out = np.empty((2, right.shape[1] // n0, m0, n0), np.float32)
    run(line, oracle.tiled(left, (m0, k0)), oracle.right_tiles(right, n0, k0, order), out, order)
    exact = left.astype(np.float64) @ right.astype(np.float64)
    error = (oracle.untiled(out) - exact) / exact
    assert np.sqrt((error**2).mean()) < 4 * 2.0**-24


@lines
def test_same_bits_for_every_split(line: Kernel) -> None:
    """Rows and panels computed apart give the bits that they give together."""
    rng = np.random.default_rng(5)
    make = real_operands if line in FLOATS else drawn
    lhs, rhs, out, order = make(rng, line, 40, 11, 3)
    whole, parts = out.copy(), out.copy()
    run(line, lhs, rhs, whole, order)
    for rows in (slice(0, 1), slice(1, 40)):
        for panels in (slice(0, 4), slice(4, 5), slice(5, 11)):
            run(line, lhs[rows], rhs[panels], parts[rows, panels], order)
    assert (oracle.bits(whole) == oracle.bits(parts)).all()


@floats
def test_denormals_are_kept(line: Kernel) -> None:
    lhs, rhs, out, order = drawn(np.random.default_rng(1), line, 1, 1, 1)
    lhs[...], rhs[...] = 0, 1
    tiny = oracle.float_info(lhs.dtype).smallest_subnormal * 3
    lhs[..., 0] = tiny
    run(line, lhs, rhs, out, order)
    assert (out == tiny).all()
    assert tiny > 0


@floats
@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize("parts", [0.1, 2.2])
def test_products_that_underflow(line: Kernel, parts: float, accumulate: bool) -> None:
    """Their sum is +0, also where each of them rounds to -0, so that it does not depend on the padding of the tiles."""
    tile, order = oracle.tile_for(line, np.random.default_rng(3))
    lhs, rhs, out, order = drawn(
        np.random.default_rng(1), line, 1, 3, max(1, int(parts * lib.TIR_PARTIAL_SUM) // tile[2])
    )
    tiny = float(oracle.float_info(lhs.dtype).smallest_normal) ** 0.75
    lhs[...], rhs[...], out[...] = tiny, -tiny, -0.0
    run(line, lhs, rhs, out, order, accumulate=accumulate)
    assert (oracle.bits(out) == 0).all()


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
    for line in FLOATS:
        test_denormals_are_kept(line)
        assert float_mode() == before
