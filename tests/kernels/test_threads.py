"""Kernels called by several threads at once, on one input and disjoint outputs. `make sanitize` runs this file under
ThreadSanitizer, which reports any memory that two calls share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from tensorir.native import Kernel, cpu_features, kernels, mmt4d, pack, unpack

from . import oracle

MMT4D = [line for line in kernels() if line.op == "mmt4d" and line.runs_with(cpu_features())]
PACKS = [line for line in kernels() if line.op == "pack" and line.runs_with(cpu_features())]
THREADS, CALLS = 4, 5


def in_threads(call: Callable[[int], object]) -> None:
    """Calls `call(thread)` in all threads at once."""
    barrier = Barrier(THREADS)

    def work(thread: int) -> None:
        barrier.wait(timeout=60)
        for _ in range(CALLS):
            call(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, thread) for thread in range(THREADS)]:
            done.result()


@pytest.mark.parametrize("line", MMT4D, ids=lambda line: line.name)
def test_products_in_threads(line: Kernel) -> None:
    """All threads multiply the same operands; each result is as of one thread."""
    rng = np.random.default_rng(0)
    (m0, n0, k0), order = oracle.tile_for(line, rng)
    k1 = 600 // k0
    rhs_tile = (k0, n0) if order == "kn" else (n0, k0)
    lhs, rhs, out = oracle.operands(rng, line, (9, k1, m0, k0), (11, k1, *rhs_tile), (9, 11, m0, n0), order)
    results = np.stack([out] * THREADS)
    in_threads(lambda thread: mmt4d(lhs, rhs, results[thread], rhs_order=order, features=line.features))
    expected = oracle.mmt4d(lhs, rhs, None, order, out.dtype)
    assert all((result == expected).all() for result in results)


@pytest.mark.parametrize("line", PACKS, ids=lambda line: line.name)
def test_copies_in_threads(line: Kernel) -> None:
    """All threads pack one matrix, and unpack what they packed; neighbours' results share cache lines, no element."""
    dtype = np.dtype(f"u{int(line.types[0][1:]) // 8}")
    tile = line.tile or (3, 5)
    values = np.arange(90 * 70).astype(dtype).reshape(90, 70)
    source = np.asfortranarray(values) if line.rhs_order == "columns" else values
    expected = oracle.pack(values, (0, 1), tile, (0, 1), 1)
    packed = np.zeros((THREADS, *expected.shape), dtype)
    plain = np.zeros((THREADS, *values.shape), dtype)

    def call(thread: int) -> None:
        pack(source, packed[thread], inner_dims=(0, 1), padding=1, features=line.features)
        unpack(packed[thread], plain[thread], inner_dims=(0, 1), features=line.features)

    in_threads(call)
    for thread in range(THREADS):
        assert (packed[thread] == expected).all()
        assert (plain[thread] == values).all()
