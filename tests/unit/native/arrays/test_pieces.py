"""Long calls of C are made in pieces: each covers its part once, none is long, all together give the same bits, and a
Ctrl-C arrives between two of them."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.native.arrays import calls, copy_plan, pieces
from tensorir.native.arrays.pieces import PANELS, line_pieces, product_pieces

Array = npt.NDArray[Any]
COUNTS = st.integers(0, 40)
LIBRARY = calls.lib


@given(COUNTS, COUNTS, COUNTS, st.integers(1, 1000), st.integers(1, 20_000))
def test_pieces_of_a_product_cover_each_tile_once(batch: int, m1: int, n1: int, cost: int, most: int) -> None:
    seen: Counter[tuple[int, int, int]] = Counter()
    for b, m, rows, n, panels in product_pieces(batch, m1, n1, cost, most):
        batches = range(batch) if b < 0 else [b]
        tiles = len(batches) * rows * panels
        assert tiles * cost <= most or tiles == min(n1, PANELS) or tiles == 1
        seen.update((i, j, k) for i in batches for j in range(m, m + rows) for k in range(n, n + panels))
    assert seen == Counter((i, j, k) for i in range(batch) for j in range(m1) for k in range(n1))


@given(COUNTS, st.integers(0, 100), st.integers(1, 1000))
def test_pieces_of_a_line_cover_it_once(count: int, cost: int, most: int) -> None:
    parts = list(line_pieces(count, cost, most))
    assert [i for first, size in parts for i in range(first, first + size)] == list(range(count))
    assert all(size * cost <= most or size == 1 for _, size in parts)


def test_the_longest_calls_are_short() -> None:
    """A product of 7000 × 7000 × 7000 with tiles of the CPU's kernels, and a pack of rows of 2 MB each."""
    rows, panels, cost = 438, 438, 2 * 16 * 16 * 7000
    parts = list(product_pieces(1, rows, panels, cost, pieces.flops_of("avx512")))
    assert max(m * n for _, _, m, _, n in parts) * cost <= pieces.FLOPS_FAST
    assert len(parts) > 500
    assert max(n for _, n in line_pieces(2048, 1 << 21, pieces.bytes_of("avx2"))) << 21 <= pieces.BYTES_FAST


def at_most(most: int) -> Callable[[str], int]:
    """A limit that is the same for every instruction set."""

    def limit(isa: str) -> int:
        return most

    return limit


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a few tiles, so that small arrays have many."""
    monkeypatch.setattr(calls, "flops_of", at_most(3000))
    monkeypatch.setattr(copy_plan, "bytes_of", at_most(700))


class Counting:
    """The C library, with every call counted; `hook` is run in each."""

    def __init__(self, hook: Callable[[int], None] | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self.hook = hook

    def __getattr__(self, name: str) -> Any:
        found = getattr(LIBRARY, name)
        if name not in ("tir_mmt4d", "tir_pack", "tir_unpack"):
            return found

        def call(params: Any) -> int:
            self.calls[name] += 1
            if self.hook is not None:
                self.hook(self.calls[name])
            return found(params)

        return call


def tiles(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize("batch", [(), (3,)], ids=["one", "batch"])
@pytest.mark.parametrize("order", ["kn", "nk"])
def test_a_product_in_pieces_has_the_same_bits(
    batch: tuple[int, ...], order: Any, accumulate: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    m0, n0, k0 = 8, 16, 16
    lhs = tiles(rng, *batch, 7, 3, m0, k0)
    rhs = tiles(rng, *batch, 19, 3, *((k0, n0) if order == "kn" else (n0, k0)))
    start = tiles(rng, *batch, 7, 19, m0, n0)
    whole, cut = start.copy(), start.copy()
    calls.mmt4d(lhs, rhs, whole, rhs_order=order, accumulate=accumulate)
    library = Counting()
    monkeypatch.setattr(calls, "lib", library)
    monkeypatch.setattr(calls, "flops_of", at_most(200_000))
    calls.mmt4d(lhs, rhs, cut, rhs_order=order, accumulate=accumulate)
    assert library.calls["tir_mmt4d"] > 10
    assert whole.tobytes() == cut.tobytes()


@pytest.mark.parametrize(
    ("shape", "inner", "tile", "perm"),
    [
        ((37, 53), (0, 1), (8, 16), (0, 1)),
        ((37, 53), (1, 0), (16, 8), (1, 0)),
        ((5, 37, 53), (1, 2), (8, 4), (0, 1, 2)),
        ((5, 3, 37, 20), (3,), (6,), (3, 1, 0, 2)),
        ((1000,), (0,), (7,), (0,)),
        ((3, 11, 13), (0, 1, 2), (2, 4, 5), (2, 0, 1)),
    ],
)
@pytest.mark.usefixtures("tiny")
def test_copies_in_pieces_give_the_same(
    shape: tuple[int, ...],
    inner: tuple[int, ...],
    tile: tuple[int, ...],
    perm: tuple[int, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(2)
    source = rng.integers(0, 250, shape).astype(np.uint8)
    size = dict(zip(inner, tile, strict=True))
    packed = np.zeros((*(-(-shape[d] // size.get(d, 1)) for d in perm), *tile), np.uint8)
    library = Counting()
    monkeypatch.setattr(copy_plan, "lib", library)
    calls.pack(source, packed, inner_dims=inner, outer_perm=perm, padding=255)
    in_pieces = sum(library.calls.values())
    monkeypatch.undo()
    whole = np.zeros_like(packed)
    calls.pack(source, whole, inner_dims=inner, outer_perm=perm, padding=255)
    np.testing.assert_array_equal(packed, whole)
    assert in_pieces > 1
    monkeypatch.setattr(copy_plan, "bytes_of", at_most(700))
    back = np.zeros_like(source)
    calls.unpack(packed, back, inner_dims=inner, outer_perm=perm)
    np.testing.assert_array_equal(back, source)


@pytest.mark.parametrize("call", ["tir_mmt4d", "tir_pack", "tir_unpack"])
@pytest.mark.usefixtures("tiny")
def test_an_interrupt_arrives_between_two_pieces_and_the_next_call_is_right(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes while C runs the third piece; no fourth is begun."""
    lhs, rhs = np.ones((8, 2, 8, 16), np.float32), np.ones((24, 2, 16, 16), np.float32)
    out = np.zeros((8, 24, 8, 16), np.float32)
    plain, packed = np.arange(64 * 64.0).reshape(64, 64), np.zeros((8, 8, 8, 8))

    def run() -> None:
        if call == "tir_mmt4d":
            calls.mmt4d(lhs, rhs, out)
        elif call == "tir_pack":
            calls.pack(plain, packed, inner_dims=(0, 1))
        else:
            calls.unpack(packed, plain, inner_dims=(0, 1))

    def interrupt(count: int) -> None:
        if count == 3:
            signal.raise_signal(signal.SIGINT)

    library = Counting(interrupt)
    with monkeypatch.context() as m:
        m.setattr(calls, "lib", library)
        m.setattr(copy_plan, "lib", library)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert library.calls[call] == 3
    calls.pack(plain, packed, inner_dims=(0, 1))
    run()
    if call == "tir_mmt4d":
        np.testing.assert_array_equal(out, np.full_like(out, 32))
    np.testing.assert_array_equal(packed, plain.reshape(8, 8, 8, 8).swapaxes(1, 2))
