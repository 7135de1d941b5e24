"""pack and unpack: every line of their tables, and every form of linalg.pack, against NumPy."""

from typing import Any, Literal

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tensorir.native import Features, Kernel, cpu_features, kernels, pack, unpack

from . import oracle
from .guard import extent, guarded_like, outer_strides

LINES = [kernel for kernel in kernels() if kernel.op == "pack" and kernel.runs_with(cpu_features())]
CHECKS = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
DTYPES = [
    *(np.dtype(name) for name in ["bool", "int8", "uint8", "int16", "uint16", "float16", "int32", "uint32", "float32"]),
    *(np.dtype(name) for name in ["int64", "uint64", "float64", "complex64", "datetime64[s]"]),
    np.dtype(ml_dtypes.bfloat16),
    np.dtype(ml_dtypes.float8_e4m3fn),
]

lines = pytest.mark.parametrize("line", LINES, ids=lambda line: line.name.removeprefix("tir_pack_"))
seeds = st.integers(0, 2**32 - 1)
gaps = st.sampled_from([0, 0, 1, 3, 16, 37])


def plain_strides(order: str, shape: tuple[int, ...], gap: int, *, backwards: bool) -> tuple[int, ...]:
    """Strides of a matrix with contiguous rows, contiguous columns, or neither."""
    d0, d1 = (max(size, 1) for size in shape)
    sign = -1 if backwards else 1
    if order == "rows":
        return sign * (d1 + gap), 1
    if order == "columns":
        return 1, sign * (d0 + gap)
    return sign * (2 * d1 + gap), 2


@lines
@CHECKS
@given(
    sizes=st.tuples(st.floats(0, 3.9), st.floats(0, 3.9)),
    more=st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans(), st.booleans()),
    gap=gaps,
    turns=st.tuples(*[st.booleans()] * 4),
    seed=seeds,
)
def test_lines_at_guard_pages(
    line: Kernel, sizes: tuple[float, ...], more: tuple[int, ...], gap: int, turns: tuple[bool, ...], seed: int
) -> None:
    """0 to 3 tiles and a remainder between guard pages: padding exact, gaps untouched, unpack inverts."""
    rng = np.random.default_rng(seed)
    least = line.tile or (1, 1)
    tile = tuple(
        size * (1 + extra // 8) if even else size + extra
        for size, extra, even in zip(least, more[:2], more[2:], strict=True)
    )
    shape = tuple(int(size * side) for size, side in zip(sizes, tile, strict=True))
    dtype = np.dtype(f"u{int(line.types[0][1:]) // 8}")
    values = rng.integers(0, 2**63, shape).astype(dtype)
    padding = int(rng.integers(0, 2**63)) % 2 ** (8 * dtype.itemsize)
    perm = (0, 1) if turns[0] else (1, 0)
    expected = oracle.pack(values, (0, 1), tile, perm, padding)

    strides = plain_strides(line.rhs_order, shape, gap, backwards=turns[1])
    _, source = guarded_like(values, strides, at_end=turns[2], seal=True)
    nesting = (0, 1) if turns[3] else (1, 0)
    out_strides = outer_strides(expected.shape, 2, nesting, gap, backwards=turns[1])
    out_memory, out = guarded_like(expected * 0, out_strides, at_end=turns[2], seal=False)
    right_memory, _ = guarded_like(expected, out_strides, at_end=turns[2], seal=False)
    ran = pack(source, out, inner_dims=(0, 1), outer_perm=perm, padding=padding, features=line.features)
    assert ran.op == "pack"
    assert ran.types == line.types
    assert ran.runs_with(line.features)
    if min(shape) > 1 and line.tile and max(tile) > 1 and tile[1] > 1:
        assert ran.rhs_order == line.rhs_order, (ran, shape, tile)
    assert (out_memory.flat == right_memory.flat).all()
    assert out_memory.slack_untouched()
    assert right_memory.slack_untouched()

    _, packed = guarded_like(expected, out_strides, at_end=turns[2], seal=True)
    back_memory, back = guarded_like(values * 0, strides, at_end=turns[2], seal=False)
    same_memory, _ = guarded_like(values, strides, at_end=turns[2], seal=False)
    ran = unpack(packed, back, inner_dims=(0, 1), outer_perm=perm, features=line.features)
    assert ran.op == "unpack"
    assert ran.types == line.types
    assert ran.runs_with(line.features)
    assert (back_memory.flat == same_memory.flat).all()
    assert back_memory.slack_untouched()


@lines
def test_each_line_is_taken(line: Kernel) -> None:
    """On a matrix that it fits, with its own features, each line runs rather than another one."""
    dtype = np.dtype(f"u{int(line.types[0][1:]) // 8}")
    tile = line.tile or (3, 1)
    if tile[0] == 1 and tile[1] > 1:
        tile = (3, tile[1])
    values = np.arange(9 * tile[0] * tile[1]).astype(dtype).reshape(3 * tile[0], 3 * tile[1])
    source = np.asfortranarray(values) if line.rhs_order == "columns" else values
    if line.rhs_order == "any":
        source = np.repeat(np.repeat(values, 2, 0), 2, 1)[::2, ::2]
    out = np.empty((3, 3, *tile), dtype)
    assert pack(source, out, inner_dims=(0, 1), features=line.features) == line
    assert (out == oracle.pack(values, (0, 1), tile, (0, 1), 0)).all()
    back = np.empty_like(source, order="K")
    if line.rhs_order == "any":
        back = np.empty((2 * values.shape[0], 2 * values.shape[1]), dtype)[::2, ::2]
    ran = unpack(out, back, inner_dims=(0, 1), features=line.features)
    assert ran.name == line.name.replace("tir_pack", "tir_unpack")
    assert (back == values).all()


@pytest.mark.parametrize(("order", "tile"), [("C", (1, 16)), ("F", (1, 16)), ("C", (16, 1)), ("F", (16, 1))])
def test_narrow_tiles_are_not_slow(order: Literal["C", "F"], tile: tuple[int, int]) -> None:
    """Tiles of one row or one column are copied in lines, or transposed in blocks, as wider ones are."""
    values = np.arange(64 * 48, dtype=np.uint32).reshape(64, 48)
    source = np.array(values, order=order)
    out = np.zeros(oracle.packed_shape(values.shape, (0, 1), tile, (0, 1)), np.uint32)
    along_lines = (order == "C") == (tile[0] == 1)
    ran = pack(source, out, inner_dims=(0, 1))
    assert ran.isa != "ref"
    assert ran.rhs_order == ("rows" if along_lines else "columns")
    assert (out == oracle.pack(values, (0, 1), tile, (0, 1), 0)).all()


def line_aligned(size: int, dtype: np.dtype[Any], first: int) -> NDArray[Any]:
    """Zeros that begin `first` elements after a multiple of 64 bytes."""
    memory = np.zeros(size * dtype.itemsize + 128, np.uint8)
    start = -memory.ctypes.data % 64 + first * dtype.itemsize
    return memory[start : start + size * dtype.itemsize].view(dtype)


@lines
@pytest.mark.parametrize(
    ("first", "gap", "width"),
    [(0, 0, 64), (1, 0, 64), (0, 1, 64), (0, 0, 65)],
    ids=["aligned", "begin", "distance", "odd tile"],
)
def test_more_than_the_caches_hold(line: Kernel, first: int, gap: int, width: int) -> None:
    """Large copies may write past the caches: only where all of a line's places are aligned."""
    dtype = np.dtype(f"u{int(line.types[0][1:]) // 8}")
    rows, columns = 2**12, (9 << 20) // (2**12 * dtype.itemsize) // 64 * 64 + 64
    values = np.arange(rows * columns, dtype=np.uint32).astype(dtype).reshape(rows, columns)
    by_columns = line.rhs_order == "columns"
    source = np.asfortranarray(values) if by_columns else values
    expected = oracle.pack(values, (0, 1), (16, width), (0, 1), 3)
    strides = outer_strides(expected.shape, 2, (0, 1), gap, backwards=False)
    out = np.lib.stride_tricks.as_strided(
        line_aligned(extent(expected.shape, strides), dtype, first),
        expected.shape,
        [stride * dtype.itemsize for stride in strides],
    )
    pack(source, out, inner_dims=(0, 1), padding=3, features=line.features)
    assert (out == expected).all()
    long, short = (columns, rows) if by_columns else (rows, columns)
    back = line_aligned(long * (short + gap), dtype, first).reshape(long, short + gap)[:, :short]
    back = back.T if by_columns else back
    unpack(out, back, inner_dims=(0, 1), features=line.features)
    assert (back == values).all()


def random_view(rng: np.random.Generator, values: NDArray[Any]) -> NDArray[Any]:
    """The same values with other strides: transposed memory, every second element, backwards."""
    order = rng.permutation(values.ndim)
    steps = [int(rng.choice([1, 1, 1, 2, -1])) for _ in order]
    memory = np.zeros(
        [size * abs(step) for size, step in zip((values.shape[dim] for dim in order), steps, strict=True)], values.dtype
    )
    view = memory[tuple(slice(None, None, step) for step in steps)].transpose(np.argsort(order))
    view[...] = values
    return view


@settings(CHECKS, max_examples=1000)
@given(rank=st.integers(1, 5), level=st.sampled_from(oracle.levels()), dtype=st.sampled_from(DTYPES), seed=seeds)
def test_linalg_pack_of_any_form(rank: int, level: Features, dtype: np.dtype[Any], seed: int) -> None:
    """Any rank, tiled dimensions, permutations, strides, element type: pack as NumPy does, unpack back."""
    rng = np.random.default_rng(seed)
    shape = tuple(int(size) for size in rng.integers(0 if rng.random() < 0.1 else 1, 10, rank))
    count = int(rng.integers(0, min(rank, 3) + 1))
    inner = tuple(int(dim) for dim in rng.permutation(rank)[:count])
    perm = tuple(int(dim) for dim in rng.permutation(rank))
    tiles = tuple(int(size) for size in rng.choice([1, 2, 3, 4, 5, 8], count))
    values = rng.integers(0, 2, (*shape, dtype.itemsize), dtype=np.uint8).view(dtype).reshape(shape)
    padding = 0 if dtype.kind == "M" else 1
    expected = oracle.pack(values, inner, tiles, perm, padding)

    memory = np.full(
        (*expected.shape[:-1], 2, *expected.shape[-1:]) if count == 0 else expected.shape,
        values.max() if values.size else 0,
    ).astype(dtype)
    out = memory[..., 0, :] if count == 0 else memory
    pack(random_view(rng, values), out, inner_dims=inner, outer_perm=perm, padding=padding, features=level)
    assert (oracle.bits(out) == oracle.bits(expected)).all()

    back = random_view(rng, np.zeros_like(values))
    unpack(random_view(rng, expected), back, inner_dims=inner, outer_perm=perm, features=level)
    assert (oracle.bits(back) == oracle.bits(values)).all()


@pytest.mark.parametrize("level", oracle.levels(), ids=repr)
@pytest.mark.parametrize("shape", [(2, 3, 130, 70), (5, 1, 64, 64), (1, 1, 257, 33)])
def test_batches(level: Features, shape: tuple[int, ...]) -> None:
    """Leading dimensions, tiles of the fast kernels, both memory orders, both roles of the tile."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal(shape).astype(np.float32)
    for source in (values, np.ascontiguousarray(values.swapaxes(-1, -2)).swapaxes(-1, -2)):
        for inner, tiles in (((2, 3), (8, 16)), ((3, 2), (16, 16)), ((2,), (16,)), ((3,), (8,)), ((2, 3), (16, 1))):
            perm = (0, 1, 3, 2) if len(inner) == 2 else (0, 1, 2, 3)
            expected = oracle.pack(values, inner, tiles, perm, -1.5)
            out = np.empty(expected.shape, np.float32)
            pack(source, out, inner_dims=inner, outer_perm=perm, padding=-1.5, features=level)
            assert (out == expected).all()
            back = np.empty_like(source)
            unpack(out, back, inner_dims=inner, outer_perm=perm, features=level)
            assert (back == values).all()


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.nan, "f4"),
        (np.inf, "f4"),
        (-0.0, "f4"),
        (0.1, "f4"),
        (-1, "i1"),
        (255, "u1"),
        (True, "?"),
        (1 + 2j, "c8"),
        (2**63, "u8"),
    ],
)
def test_padding_values(value: complex, dtype: str) -> None:
    """The padding is the value's bits in the array's dtype."""
    source = np.zeros(3, dtype)
    out = np.empty((1, 4), dtype)
    pack(source, out, inner_dims=(0,), padding=value)
    assert (oracle.bits(out) == oracle.bits(np.array([[0, 0, 0, value]]).astype(dtype))).all()


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn])
def test_padding_of_small_floats(dtype: Any) -> None:
    source, out = np.zeros(3, dtype), np.empty((1, 4), dtype)
    pack(source, out, inner_dims=(0,), padding=-1.5)
    assert float(out[0, 3]) == -1.5
