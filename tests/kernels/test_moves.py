"""The steps that move elements, against NumPy on strided views, between guard pages, for every instruction set."""

from typing import Any

import numpy as np
import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.native import Features
from tensorir.native._kernels import ffi, lib
from tensorir.native.table import DTYPES, ELEMENT_TYPES

from . import oracle
from .guard import guarded_like
from .steps import Array, Shape, make_step, run_step, shapes, strides

CHECKS = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
LEVELS = oracle.levels()
UNSIGNED = [np.dtype(f"u{size}") for size in (1, 2, 4, 8)]
levels = pytest.mark.parametrize("level", LEVELS, ids=repr)
dtypes = st.sampled_from(UNSIGNED)
seeds = st.integers(0, 2**32 - 1)


def values(seed: int, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Elements that differ."""
    return np.random.default_rng(seed).integers(0, 2**63, shape, dtype=np.uint64).astype(dtype)


@levels
@CHECKS
@given(data=st.data(), shape=shapes(), dtype=dtypes, ends=st.tuples(st.booleans(), st.booleans()), seed=seeds)
def test_copy(level: Features, data: st.DataObject, shape: Shape, dtype: Any, ends: Any, seed: int) -> None:
    """Any permutation, gaps, broadcasts and reversals; what lies between and beside the elements stays."""
    repeated = data.draw(st.sets(st.sampled_from(range(len(shape))), max_size=2)) if shape else set[int]()
    stored = tuple(1 if dim in repeated and size > 0 else size for dim, size in enumerate(shape))
    elements = values(seed, stored, dtype)
    source_memory, source = guarded_like(elements, data.draw(strides(stored)), at_end=ends[0], seal=True)
    out_strides = data.draw(strides(shape))
    before = values(seed + 1, shape, dtype)
    out_memory, out = guarded_like(before, out_strides, at_end=ends[1], seal=False)
    right_memory, _ = guarded_like(np.broadcast_to(elements, shape), out_strides, at_end=ends[1], seal=False)

    operands = [np.broadcast_to(source, shape), out]
    assert run_step(lib.TIR_STEP_copy, shape, operands, features=level) == lib.TIR_STATUS_OK
    assert (out_memory.flat == right_memory.flat).all()
    assert out_memory.slack_untouched()
    assert source_memory.slack_untouched()


@levels
@pytest.mark.parametrize("dtype", UNSIGNED, ids=str)
def test_copy_turns_matrices(level: Features, dtype: np.dtype[Any]) -> None:
    """All remainders of blocks, on both sides."""
    for rows in (*range(1, 20), 35):
        for columns in (*range(1, 20), 35):
            matrix = np.arange(rows * columns, dtype=np.uint32).astype(dtype).reshape(rows, columns)
            _, source = guarded_like(matrix, (columns, 1), at_end=True, seal=True)
            memory, out = guarded_like(matrix.T * 0, (rows, 1), at_end=True, seal=False)
            assert run_step(lib.TIR_STEP_copy, (columns, rows), [source.T, out], features=level) == 0
            assert (out == matrix.T).all()
            assert memory.slack_untouched()


@levels
@pytest.mark.parametrize("first", [0, 1, 7])
@pytest.mark.parametrize("width", [9 << 20, (9 << 20) + 5, 4160, 64, 24])
def test_copy_more_than_the_caches_hold(level: Features, first: int, width: int) -> None:
    """Long rows, short rows and rows of whole lines, from aligned places and others."""
    rows = max(1, (9 << 20) // width)
    source = values(first, (rows, width), np.dtype(np.uint8))
    memory = np.zeros(rows * (width + 64) + 64 + first, np.uint8)
    start = -memory.ctypes.data % 64 + first
    for step in (width, width + 64 if width % 64 == 0 else width):
        memory[:] = 0xA5
        out = np.lib.stride_tricks.as_strided(memory[start:], (rows, width), (step, 1))
        assert run_step(lib.TIR_STEP_copy, (rows, width), [source, out], features=level) == 0
        assert (out == source).all()
        assert memory[:start].tolist() == [0xA5] * start
        assert (memory[start + (rows - 1) * step + width :] == 0xA5).all()


@levels
@CHECKS
@given(data=st.data(), shape=shapes(), dtype=dtypes, at_end=st.booleans(), value=st.integers(0, 2**64 - 1))
def test_fill(level: Features, data: st.DataObject, shape: Shape, dtype: Any, at_end: bool, value: int) -> None:
    """Only the low bits of the value count, and only the elements change."""
    steps = data.draw(strides(shape))
    memory, out = guarded_like(np.zeros(shape, dtype), steps, at_end=at_end, seal=False)
    filled = np.full(shape, value % 2 ** (8 * dtype.itemsize), dtype)
    right, _ = guarded_like(filled, steps, at_end=at_end, seal=False)
    assert run_step(lib.TIR_STEP_fill, shape, [out], code=[value], features=level) == lib.TIR_STATUS_OK
    assert (memory.flat == right.flat).all()
    assert memory.slack_untouched()


@levels
@pytest.mark.parametrize("dtype", UNSIGNED, ids=str)
@pytest.mark.parametrize("first", [0, 1, 3])
def test_fill_more_than_the_caches_hold(level: Features, dtype: np.dtype[Any], first: int) -> None:
    """Elements keep their bytes in order, from aligned places and others, element by element or not."""
    count = (9 << 20) // dtype.itemsize + 3
    for byte in (first * dtype.itemsize, first):
        memory = np.full(count * dtype.itemsize + 128, 0xA5, np.uint8)
        start = -memory.ctypes.data % 64 + byte
        out = np.ndarray(count, dtype, memory.data, start)
        assert run_step(lib.TIR_STEP_fill, (count,), [out], code=[0x0123456789ABCDEF], features=level) == 0
        assert (out == np.array(0x0123456789ABCDEF).astype(dtype)).all()
        assert (memory[:start] == 0xA5).all()
        assert (memory[start + out.nbytes :] == 0xA5).all()


INDEX_TYPES = [name for name, dtype in DTYPES.items() if dtype.kind in "iu" and name not in ("i4", "u4")]


@frozen
class Lookup:
    """Dimension `dim` of a table is looked up by indices of a type, which vary along some of the loops."""

    dim: int
    index_type: str
    varies: tuple[bool, ...]


@st.composite
def lookups(draw: st.DrawFn) -> tuple[Shape, Shape, list[Lookup]]:
    """Loops, a table of up to three dimensions, and which of these are looked up; the others are gone through."""
    loops = draw(shapes(4, 4000))
    table = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 5, 8, 17, 40]), min_size=1, max_size=3)))
    found = [
        Lookup(dim, draw(st.sampled_from(INDEX_TYPES)), tuple(draw(st.booleans()) for _ in loops))
        for dim in sorted(draw(st.sets(st.sampled_from(range(len(table))), min_size=1)))
    ]
    return loops, table, found


@levels
@CHECKS
@given(data=st.data(), case=lookups(), dtype=dtypes, at_end=st.booleans(), seed=seeds)
def test_gather(
    level: Features,
    data: st.DataObject,
    case: tuple[Shape, Shape, list[Lookup]],
    dtype: Any,
    at_end: bool,
    seed: int,
) -> None:
    """As NumPy's indexing: indices of every integer type that vary along some of the loops."""
    rng = np.random.default_rng(seed)
    index_loops, table_shape, found = case
    others = [dim for dim in range(len(table_shape)) if dim not in [lookup.dim for lookup in found]]
    loops = (*index_loops, *(table_shape[dim] for dim in others))
    stored_table = values(seed, table_shape, dtype)
    table_memory, table = guarded_like(stored_table, data.draw(strides(table_shape)), at_end=at_end, seal=True)

    # Where each dimension of the table is read, at each position of the loops.
    places: list[Array] = [np.zeros((), np.int64)] * len(table_shape)
    for i, dim in enumerate(others):
        places[dim] = np.arange(table_shape[dim]).reshape([-1 if j == i else 1 for j in range(len(others))])
    views: list[Array] = []
    attributes: list[int] = []
    for lookup in found:
        stored = tuple(size if moves else min(size, 1) for size, moves in zip(index_loops, lookup.varies, strict=True))
        drawn = rng.integers(0, table_shape[lookup.dim], stored).astype(DTYPES[lookup.index_type])
        _, view = guarded_like(drawn, data.draw(strides(stored)), at_end=at_end, seal=True)
        view = np.broadcast_to(view, index_loops)
        steps = (*view.strides, *(0 for _ in others))
        views.append(np.lib.stride_tricks.as_strided(view, loops, steps, writeable=False))
        places[lookup.dim] = views[-1].astype(np.int64)
        attributes += [table.strides[lookup.dim] // table.itemsize, table_shape[lookup.dim]]
    expected = np.broadcast_to(stored_table[tuple(places)], loops)
    # Along the loops of the other dimensions the table has its own strides, along those of indices none.
    steps = (*(0 for _ in index_loops), *(table.strides[dim] for dim in others))
    source = np.lib.stride_tricks.as_strided(table, loops, steps, writeable=False)

    out_strides = data.draw(strides(loops))
    memory, out = guarded_like(np.zeros(loops, dtype), out_strides, at_end=at_end, seal=False)
    right, _ = guarded_like(expected, out_strides, at_end=at_end, seal=False)
    order = data.draw(st.permutations(range(len(loops))))
    operands = [view.transpose(order) for view in (source, *views, out)]
    sizes = [loops[loop] for loop in order]
    assert run_step(lib.TIR_STEP_gather, sizes, operands, attributes=attributes, features=level) == 0
    assert (memory.flat == right.flat).all()
    assert memory.slack_untouched()
    assert table_memory.slack_untouched()


@levels
@pytest.mark.parametrize("width", [1, 5, 24])
def test_gather_along_a_dimension(level: Features, width: int) -> None:
    """The source moves on with the indices, as in `np.take_along_axis`; there are more of them than in one chunk."""
    table = values(width, (3, 7, 300, width), np.dtype(np.uint32))
    index = np.random.default_rng(width).integers(0, 7, (3, 5, 300))
    expected = np.take_along_axis(table, np.broadcast_to(index[..., None], (3, 5, 300, width)), 1)
    loops = (3, 5, 300, width)
    b, i, j, k = table.strides
    source = np.lib.stride_tricks.as_strided(table, loops, (b, 0, j, k), writeable=False)
    spread = np.lib.stride_tricks.as_strided(index, loops, (*index.strides, 0), writeable=False)
    out = np.zeros(loops, np.uint32)
    attributes = [i // 4, 7]
    assert run_step(lib.TIR_STEP_gather, loops, [source, spread, out], attributes=attributes, features=level) == 0
    assert (out == expected).all()


@levels
@pytest.mark.parametrize("name", INDEX_TYPES)
@pytest.mark.parametrize("slice_size", [1, 20])
def test_bad_indices(level: Features, name: str, slice_size: int) -> None:
    """The first index outside of its table is reported, wherever it stands, and in each operand."""
    dtype = DTYPES[name]
    info = np.iinfo(dtype)
    table = np.arange(7 * 5 * slice_size, dtype=np.float32).reshape(7, 5, slice_size)
    loops = (600, slice_size)
    for operand, size in ((1, 7), (2, 5)):
        bad_ones = {size, int(info.max)} | ({int(info.min), -1} if info.min < 0 else set[int]())
        for bad in sorted(bad_ones):
            for place in (0, 255, 256, 599):
                indices = [np.zeros(600, dtype), np.zeros(600, dtype)]
                indices[operand - 1][place] = bad
                spread = [np.lib.stride_tricks.as_strided(index, loops, (dtype.itemsize, 0)) for index in indices]
                source = np.lib.stride_tricks.as_strided(table, loops, (0, 4))
                step, alive = make_step(
                    lib.TIR_STEP_gather,
                    loops,
                    [source, *spread, np.zeros(loops, np.float32)],
                    attributes=[5 * slice_size, 7, slice_size, 5],
                    features=level,
                )
                assert lib.tir_run_step(step) == lib.TIR_STATUS_BAD_INDEX
                word = bad - 2**64 if bad >= 2**63 else bad  # what the step has room for
                size = 7 if operand == 1 else 5
                assert (step.fault_operand, step.fault_value, step.fault_size) == (operand, word, size)
                del alive


@levels
@CHECKS
@given(
    data=st.data(),
    dtype=dtypes,
    grid=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    tile=st.tuples(*[st.sampled_from([1, 2, 3, 4, 8, 16, 17, 32])] * 2),
    cut=st.tuples(st.integers(0, 70), st.integers(0, 70)),
    outer=shapes(2, 6),
    turned=st.booleans(),
    seed=seeds,
)
def test_pack_and_unpack(
    level: Features,
    data: st.DataObject,
    dtype: Any,
    grid: tuple[int, int],
    tile: tuple[int, int],
    cut: tuple[int, int],
    outer: Shape,
    turned: bool,
    seed: int,
) -> None:
    """Tiles of both orders, partly or wholly padding; unpacking writes nothing but what is valid."""
    (o0, o1), (t0, t1) = grid, tile
    whole = (*outer, o0 * t0, o1 * t1)
    d0, d1 = max(0, o0 * t0 - cut[0]), max(0, o1 * t1 - cut[1])
    valid = (*outer, d0, d1)
    matrix = values(seed, valid, dtype)
    padding = int(seed * 0x9E3779B97F4A7C15 % 2**64)
    padded = np.full(whole, padding % 2 ** (8 * dtype.itemsize), dtype)
    padded[..., :d0, :d1] = matrix
    loops = (*outer, o0, o1, t0, t1)
    rank = len(outer)
    expected = padded.reshape(*outer, o0, t0, o1, t1).swapaxes(rank + 1, rank + 2)

    plain_strides = data.draw(strides(valid))
    outer_part, (s0, s1) = plain_strides[:rank], plain_strides[rank:]
    steps = np.array([*outer_part, t0 * s0, t1 * s1, s0, s1]) * dtype.itemsize
    packed_strides = data.draw(strides((*outer, o0, o1)))
    packed_strides = (*(step * t0 * t1 for step in packed_strides), *((1, t0) if turned else (t1, 1)))
    attributes = [d0, d1]

    _, plain = guarded_like(matrix, plain_strides, at_end=True, seal=True)
    memory, packed = guarded_like(np.zeros(loops, dtype), packed_strides, at_end=True, seal=False)
    right, _ = guarded_like(expected, packed_strides, at_end=True, seal=False)
    view = np.lib.stride_tricks.as_strided(plain, loops, steps, writeable=False)
    settled = {"attributes": attributes, "features": level}
    assert run_step(lib.TIR_STEP_pack, loops, [view, packed], code=[padding], **settled) == 0
    assert (memory.flat == right.flat).all()
    assert memory.slack_untouched()

    memory, back = guarded_like(matrix * 0, plain_strides, at_end=True, seal=False)
    right, _ = guarded_like(matrix, plain_strides, at_end=True, seal=False)
    _, packed = guarded_like(expected, packed_strides, at_end=True, seal=True)
    view = np.lib.stride_tricks.as_strided(back, loops, steps)
    assert run_step(lib.TIR_STEP_unpack, loops, [packed, view], **settled) == 0
    assert (memory.flat == right.flat).all()
    assert memory.slack_untouched()


def test_extents_are_clamped() -> None:
    """What lies beyond the tiles is not packed, and nothing of a matrix that ends before them is."""
    plain = np.arange(24, dtype=np.float32).reshape(4, 6)
    loops = (2, 3, 2, 2)
    view = np.lib.stride_tricks.as_strided(plain, loops, (48, 8, 24, 4))
    packed = np.zeros(loops, np.float32)
    assert run_step(lib.TIR_STEP_pack, loops, [view, packed], attributes=[100, -5], code=[0x3F800000]) == 0
    assert (packed == 1).all()
    assert run_step(lib.TIR_STEP_pack, loops, [view, packed], attributes=[100, 100], code=[0]) == 0
    assert (packed == view).all()


def test_steps_that_nothing_runs() -> None:
    """Wrong counts, types and tiles are refused before anything is touched."""
    a, b = np.zeros((2, 3), np.float32), np.zeros((2, 3), np.float32)
    index = np.zeros((2, 3), np.int64)
    bad_size, bad_type = lib.TIR_STATUS_BAD_SIZE, lib.TIR_STATUS_BAD_TYPE
    assert run_step(99, (2, 3), [a, b]) == bad_type
    assert run_step(lib.TIR_STEP_copy, (2, 3), [a]) == bad_size
    assert run_step(lib.TIR_STEP_copy, (2, 3), [a, index]) == bad_type
    assert run_step(lib.TIR_STEP_fill, (2, 3), [a]) == bad_size
    assert run_step(lib.TIR_STEP_gather, (2, 3), [a, b], attributes=[1, 1]) == bad_size
    assert run_step(lib.TIR_STEP_gather, (2, 3), [a, index, b], attributes=[1]) == bad_size
    assert run_step(lib.TIR_STEP_gather, (2, 3), [a, index, b], attributes=[1, -1]) == bad_size
    assert run_step(lib.TIR_STEP_gather, (2, 3), [a, a, b], attributes=[1, 1]) == bad_type
    assert run_step(lib.TIR_STEP_gather, (2, 3), [a, index, index], attributes=[1, 1]) == bad_type
    tiles, plain = np.zeros((1, 1, 2, 3), np.float32), np.zeros((1, 1, 2, 3), np.float32)
    pack: dict[str, Any] = {"attributes": [2, 3], "code": [0]}
    assert run_step(lib.TIR_STEP_pack, tiles.shape, [plain, tiles], **pack) == 0
    assert run_step(lib.TIR_STEP_pack, tiles.shape, [plain, tiles], attributes=[2], code=[0]) == bad_size
    assert run_step(lib.TIR_STEP_pack, tiles.shape, [plain, tiles], attributes=[2, 3]) == bad_size
    assert run_step(lib.TIR_STEP_pack, (2, 3), [a, b], **pack) == bad_size
    wide = np.zeros((1, 1, 2, 6), np.float32)[..., ::2]
    assert run_step(lib.TIR_STEP_pack, tiles.shape, [plain, wide], **pack) == bad_size
    assert run_step(lib.TIR_STEP_unpack, tiles.shape, [wide, plain], **pack) == bad_size
    # Tiles two elements high whose plain rows go on elsewhere: not one dimension.
    loops = (2, 1, 2, 3)
    split = np.lib.stride_tricks.as_strided(np.zeros(40, np.float32), loops, (52, 12, 12, 4))
    assert run_step(lib.TIR_STEP_pack, loops, [split, np.zeros(loops, np.float32)], **pack) == bad_size
    step, alive = make_step(lib.TIR_STEP_copy, (2, 3), [a, b])
    step.type[0] = step.type[1] = 1 + max(ELEMENT_TYPES.values())
    assert lib.tir_run_step(step) == bad_type
    del alive


def test_nothing_is_computed_for_no_elements() -> None:
    """A loop without positions: pointers may be NULL, strides anything."""
    for kind, operands in ((lib.TIR_STEP_copy, 2), (lib.TIR_STEP_fill, 1), (lib.TIR_STEP_gather, 3)):
        step, alive = make_step(kind, (0, 3), [np.zeros((0, 3), np.int64)] * operands, attributes=[1, 1], code=[7])
        for o in range(operands):
            step.base[o] = ffi.NULL
            step.stride[o][1] = 2**62
        assert lib.tir_run_step(step) == 0
        del alive
