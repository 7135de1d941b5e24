"""Loops and branches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.e2e.iree_programs.case import Array, Case, ints


def cases() -> Iterator[Case]:
    for n, steps in ((178.0, 31.0), (1.0, 0.0), (27.0, 111.0)):
        yield _case("collatz", (np.float32(n),), (np.float32(steps),), label=f"{n:.0f}")
    for start, limit, end in ((1, 3, 4), (5, 3, 5), (1, 1 << 20, 1 << 20)):
        yield _case("doubled", (np.int32(start), np.int32(limit)), (np.int32(end),), label=f"{start} to {limit}")
    for n, two in ((0, (0, 1)), (1, (1, 1)), (10, (55, 89))):
        yield _case("fibonacci", (np.int32(n),), tuple(map(np.int32, two)), label=str(n))
    yield recurrent()
    for flags in ((True, False, True), (False, False, False)):
        x = ints(3, 3)
        count = np.int64(sum(flags))
        yield _case("branches", (x, np.array(flags)), (x @ x if flags[0] else x, count), label=str(sum(flags)))
    x = np.array([1.0, 2.0, 144.0, 1e4], np.float32)
    yield Case("control", "roots", (x,), (np.sqrt(x),), rtol=1e-6)


def _case(function: str, args: tuple[object, ...], expected: tuple[object, ...], label: str) -> Case:
    return Case("control", function, tuple(map(np.asarray, args)), tuple(map(np.asarray, expected)), label=label)


def recurrent() -> Case:
    x, w, u = (ints(*shape) / np.float32(8) for shape in ((5, 4), (4, 6), (6, 6)))
    h, rows = np.zeros((1, 6)), list[Array]()
    for row in x.astype(np.float64):
        h = np.tanh(row @ w + h @ u)
        rows.append(h[0])
    return Case("control", "recurrent", (x, w, u), (h.astype(np.float32), np.array(rows, np.float32)), rtol=1e-5)
