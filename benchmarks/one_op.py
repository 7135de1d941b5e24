"""What a call costs, and each further op in it: chains of additions, or of matrix products, of one element.

All contenders run in this process, on one thread, in turns. In tensorir an addition joins the launch of the one before
it; a product is a launch of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from time import perf_counter

import numpy as np
from attrs import frozen

from benchmarks.peers import Array, contender

LENGTHS = (1, 65)
CALLS = 2000
"""Calls of a chain in each turn; fewer of a longer one."""


@frozen
class OneOpRow:
    """ns of a call, one figure per round, of the chain of `ops` times `op`."""

    contender: str
    op: str
    ops: int
    ns: tuple[float, ...]


def one_op(names: Sequence[str], rounds: int) -> list[OneOpRow]:
    """Prints a table: ns of a call with one op, and of each further op; those that have no such chains are left out."""
    chains: dict[tuple[str, str, int], Callable[[Array], Array]] = {}
    x, value = np.full((1, 1), 3.0, np.float32), np.full((1, 1), 0.5, np.float32)
    for name in names:
        build = contender(name).chain
        if build is None:
            continue
        for op in ("add", "matmul"):
            for length in LENGTHS:
                run = build(op, length, value)
                wanted = x + length * value if op == "add" else x * value**length
                np.testing.assert_array_equal(run(x), wanted, err_msg=f"{name}: {length} times {op}")
                chains[name, op, length] = run
    times: dict[tuple[str, str, int], list[float]] = {key: [] for key in chains}
    for _ in range(rounds):
        for key, run in chains.items():
            times[key].append(_nanoseconds(run, x, CALLS // key[2] + 1))
    rows = [OneOpRow(*key, tuple(found)) for key, found in times.items()]
    print(f"\n{'ns':28}{'op':>8}{'call':>10}{'median':>10}{'each further op':>17}{'median':>10}")
    for short, long in list(pairwise(rows))[::2]:
        further = [(f(long.ns) - f(short.ns)) / (long.ops - short.ops) for f in (min, median)]
        print(
            f"{short.contender:28}{short.op:>8}{min(short.ns):10.0f}{median(short.ns):10.0f}"
            f"{further[0]:17.1f}{further[1]:10.1f}"
        )
    return rows


def _nanoseconds(run: Callable[[Array], Array], x: Array, calls: int) -> float:
    run(x)
    start = perf_counter()
    for _ in range(calls):
        run(x)
    return (perf_counter() - start) / calls * 1e9
