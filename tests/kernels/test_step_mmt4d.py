"""The mmt4d step: every line of the table through loops outside, for every layout that it takes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.native import Kernel, RhsOrder, cpu_features, kernels, mmt4d
from tensorir.native._kernels import lib

from . import oracle
from .guard import guarded_like, outer_strides
from .steps import Array, Shape, run_step

LINES = [kernel for kernel in kernels() if kernel.op == "mmt4d" and kernel.runs_with(cpu_features())]
CHECKS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
lines = pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
ORDERS = {"nk": lib.TIR_ORDER_nk, "kn": lib.TIR_ORDER_kn}


def as_loops(lhs: Array, rhs: Array, out: Array, order: RhsOrder) -> tuple[Shape, list[Array]]:
    """The operands as loops (outer …, m1, n1, k1, m0, n0, k0) see them.

    lhs [… m1 k1 m0 k0], rhs [… n1 k1 k0 n0] or [… n1 k1 n0 k0], out [… m1 n1 m0 n0]; equal outer dimensions.
    """
    *outer, m1, k1, m0, k0 = lhs.shape
    n1, n0 = out.shape[-3], out.shape[-1]
    loops = (*outer, m1, n1, k1, m0, n0, k0)
    right = rhs if order == "nk" else rhs.swapaxes(-1, -2)
    views = (
        lhs[..., :, None, :, :, None, :],
        right[..., None, :, :, None, :, :],
        out[..., :, :, None, :, :, None],
    )
    steps = [np.broadcast_to(view, loops) for view in views[:2]]
    # NumPy refuses to write through repeated elements; C doesn't ask.
    strides = [0 if size == 1 else stride for size, stride in zip(views[2].shape, views[2].strides, strict=True)]
    return loops, [*steps, np.lib.stride_tricks.as_strided(out, loops, strides)]


def run(
    lhs: Array, rhs: Array, out: Array, order: RhsOrder, features: int, *, accumulate: bool = False, rows: int = -1
) -> int:
    loops, operands = as_loops(lhs, rhs, out, order)
    attributes = [int(accumulate), ORDERS[order], rows]
    return run_step(lib.TIR_STEP_mmt4d, loops, operands, attributes=attributes, features=features)


@lines
@CHECKS
@given(
    outer=st.lists(st.integers(1, 3), max_size=3),
    repeated=st.tuples(*[st.sets(st.integers(0, 2))] * 2),
    tiles=st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 3)),
    gap=st.sampled_from([0, 0, 0, 5]),
    turns=st.tuples(*[st.booleans()] * 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_outer_loops(
    line: Kernel,
    outer: list[int],
    repeated: tuple[set[int], set[int]],
    tiles: tuple[int, int, int],
    gap: int,
    turns: tuple[bool, ...],
    seed: int,
) -> None:
    """Up to three loops outside, some of which repeat the left or the right side, at guard pages: exact, in place of
    the old values or added to them."""
    rng = np.random.default_rng(seed)
    (m0, n0, k0), order = oracle.tile_for(line, rng)
    m1, n1, k1 = tiles
    right_tile = (k0, n0) if order == "kn" else (n0, k0)
    left_outer, right_outer = ([1 if i in dims else size for i, size in enumerate(outer)] for dims in repeated)
    lhs, rhs, before = oracle.operands(
        rng, line, (*left_outer, m1, k1, m0, k0), (*right_outer, n1, k1, *right_tile), (*outer, m1, n1, m0, n0), order
    )
    accumulate = turns[0]

    nest = tuple(range(len(outer) + 1))
    lhs_strides = outer_strides(lhs.shape, 3, nest, gap, backwards=turns[1])
    rhs_strides = outer_strides(rhs.shape, 3, nest, gap, backwards=turns[2])
    out_strides = outer_strides(before.shape, 2, (*nest, len(nest)), gap, backwards=turns[1])
    _, left = guarded_like(lhs, lhs_strides, at_end=turns[3], seal=True)
    _, right = guarded_like(rhs, rhs_strides, at_end=turns[3], seal=True)
    memory, out = guarded_like(before, out_strides, at_end=turns[3], seal=False)
    expected_memory, expected = guarded_like(before, out_strides, at_end=turns[3], seal=False)
    whole_lhs = np.broadcast_to(lhs, (*outer, m1, k1, m0, k0))
    whole_rhs = np.broadcast_to(rhs, (*outer, n1, k1, *right_tile))
    for place in np.ndindex(*outer):
        old = before[place] if accumulate else None
        expected[place] = oracle.mmt4d(whole_lhs[place], whole_rhs[place], old, order, before.dtype)

    left = np.broadcast_to(left, whole_lhs.shape)
    right = np.broadcast_to(right, whole_rhs.shape)
    assert run(left, right, out, order, line.features, accumulate=accumulate) == lib.TIR_STATUS_OK
    assert (oracle.bits(memory.flat) == oracle.bits(expected_memory.flat)).all()
    assert memory.slack_untouched()


def drawn(line: Kernel, m1: int, n1: int, k1: int, seed: int) -> tuple[Array, Array, Array, RhsOrder]:
    """Operands with fractions, so that another order of the sums would show."""
    rng = np.random.default_rng(seed)
    (m0, n0, k0), order = oracle.tile_for(line, rng)
    right_tile = (k0, n0) if order == "kn" else (n0, k0)
    lhs, rhs, out = oracle.dtypes(line)
    return (
        rng.standard_normal((m1, k1, m0, k0)).astype(lhs),
        rng.standard_normal((n1, k1, *right_tile)).astype(rhs),
        rng.standard_normal((m1, n1, m0, n0)).astype(out),
        order,
    )


@lines
@pytest.mark.parametrize("accumulate", [False, True])
def test_valid_rows(line: Kernel, accumulate: bool) -> None:
    """Valid rows have the bits of a call of all rows, in each group of panels; others are neither read nor written."""
    for m1, n1, k1 in ((1, 1, 1), (1, 7, 40), (1, 19, 3), (2, 7, 0), (3, 19, 40)):
        lhs, rhs, before, order = drawn(line, m1, n1, k1, n1)
        m0, n0 = before.shape[2:]
        whole = before.copy()
        mmt4d(lhs, rhs, whole, rhs_order=order, accumulate=accumulate, features=line.features)
        flat_lhs, right = (tiles.swapaxes(1, 2).reshape(m1 * m0, -1 if tiles.size else 0) for tiles in (lhs, whole))
        for rows in range((m1 - 1) * m0, m1 * m0 + 2):
            poisoned = flat_lhs.copy()
            poisoned[rows:] = np.nan
            left = np.ascontiguousarray(poisoned.reshape(m1, m0, k1, lhs.shape[3]).swapaxes(1, 2))
            out = before.copy()
            assert run(left, rhs, out, order, line.features, accumulate=accumulate, rows=rows) == 0
            expected = before.swapaxes(1, 2).reshape(m1 * m0, n1 * n0).copy()
            expected[:rows] = right[:rows]
            assert (oracle.bits(out.swapaxes(1, 2).reshape(m1 * m0, n1 * n0)) == oracle.bits(expected)).all(), rows


@lines
def test_valid_rows_of_many(line: Kernel) -> None:
    """More rows than pass over the panels one group at a time."""
    m0 = (line.tile or (3,))[0]
    lhs, rhs, before, order = drawn(line, 256 // m0 + 2, 3, 2, 0)
    whole = before.copy()
    mmt4d(lhs, rhs, whole, rhs_order=order, features=line.features)
    m0 = lhs.shape[2]
    rows = (lhs.shape[0] - 1) * m0 + max(1, m0 - 1)
    out = before.copy()
    assert run(lhs, rhs, out, order, line.features, rows=rows) == 0
    found, right, old = (tiles.swapaxes(1, 2).reshape(len(tiles) * m0, -1) for tiles in (out, whole, before))
    assert (oracle.bits(found[:rows]) == oracle.bits(right[:rows])).all()
    assert (oracle.bits(found[rows:]) == oracle.bits(old[rows:])).all()


@lines
def test_a_batch_of_one_right_side_is_more_rows(line: Kernel) -> None:
    """As if the row tiles of a batch were those of one call, also where they can't be: the same bits."""
    for batch_gap in (0, 1):
        lhs, rhs, out, order = drawn(line, 6 + batch_gap, 7, 5, 1)
        m0, n0 = out.shape[-2:]
        expected = out.copy()
        mmt4d(lhs, rhs, expected, rhs_order=order, features=line.features)
        k1, k0 = lhs.shape[1], lhs.shape[3]
        left = np.lib.stride_tricks.as_strided(
            lhs, (2, 3, k1, m0, k0), (lhs.strides[0] * (3 + batch_gap), *lhs.strides)
        )
        place = np.lib.stride_tricks.as_strided(
            out, (2, 3, 7, m0, n0), (out.strides[0] * (3 + batch_gap), *out.strides)
        )
        before = out[3].copy()
        assert run(left, np.broadcast_to(rhs, (2, *rhs.shape)), place, order, line.features) == 0
        kept = out.copy()
        if batch_gap:
            assert (kept[3] == before).all()
            kept[3] = expected[3]
        assert (oracle.bits(kept) == oracle.bits(expected)).all()


def test_steps_that_nothing_runs() -> None:
    """Operands that don't lie as the kernels need, and wrong attributes."""
    order: RhsOrder = "kn"
    lhs, rhs = np.zeros((2, 3, 4, 8), np.float32), np.zeros((5, 3, 8, 8), np.float32)
    out = np.zeros((2, 5, 4, 8), np.float32)
    features = int(cpu_features())
    assert run(lhs, rhs, out, order, features) == lib.TIR_STATUS_OK
    wide = np.zeros((2, 3, 4, 16), np.float32)[..., ::2]
    tall = np.zeros((2, 3, 8, 8), np.float32)[:, :, ::2]
    apart = np.zeros((2, 6, 4, 8), np.float32)[:, ::2]
    for left in (wide, tall, apart):
        assert run(left, rhs, out, order, features) == lib.TIR_STATUS_BAD_SIZE
    for right in (rhs.swapaxes(-1, -2), np.zeros((5, 6, 8, 8), np.float32)[:, ::2]):
        assert run(lhs, right, out, order, features) == lib.TIR_STATUS_BAD_SIZE
    for place in (np.zeros((2, 5, 4, 16), np.float32)[..., ::2], np.zeros((2, 5, 8, 8), np.float32)[:, :, ::2]):
        assert run(lhs, rhs, place, order, features) == lib.TIR_STATUS_BAD_SIZE
    # Every stride that must be 0, and is not.
    loops, operands = as_loops(lhs, rhs, out, order)
    attributes: list[int] = [0, lib.TIR_ORDER_kn, -1]
    for operand, view in enumerate(operands):
        for loop, stride in enumerate(view.strides):
            if stride == 0:
                steps = [4 if i == loop else step for i, step in enumerate(view.strides)]
                changed: list[Array] = list(operands)
                changed[operand] = np.lib.stride_tricks.as_strided(view, loops, steps)
                status = run_step(lib.TIR_STEP_mmt4d, loops, changed, attributes=attributes)
                assert status == lib.TIR_STATUS_BAD_SIZE
    assert run(lhs, rhs, out, order, features, rows=-2) == lib.TIR_STATUS_BAD_SIZE
    settled: dict[str, Any] = {"attributes": attributes}
    assert run_step(lib.TIR_STEP_mmt4d, loops, operands[:2], **settled) == lib.TIR_STATUS_BAD_SIZE
    assert run_step(lib.TIR_STEP_mmt4d, loops, operands, attributes=[0, 1]) == lib.TIR_STATUS_BAD_SIZE
    assert run_step(lib.TIR_STEP_mmt4d, loops, operands, attributes=[0, 7, -1]) == lib.TIR_STATUS_BAD_TYPE
    floats = ["f32", "f64", "f32"]
    assert run_step(lib.TIR_STEP_mmt4d, loops, operands, types=floats, **settled) == lib.TIR_STATUS_NO_KERNEL
    short = [view[0] for view in operands]
    assert run_step(lib.TIR_STEP_mmt4d, loops[1:], short, **settled) == lib.TIR_STATUS_BAD_SIZE
