"""Slices, shapes, lookups, and what modules are made of."""

from __future__ import annotations

from collections.abc import Iterator

import ml_dtypes
import numpy as np

from tests.e2e.iree_programs.case import Array, Case, count, ints, reals


def cases() -> Iterator[Case]:
    yield from slices()
    yield from reshapes()
    yield from joins_and_pads()
    yield from turns()
    yield from lookups()
    yield from modules()


def slices() -> Iterator[Case]:
    x = count(9) * np.int32(3)
    yield Case("slices", "middle", (x,), (x[3:7],))
    yield Case("slices", "middle_of_i64", (x.astype(np.int64),), (x[1:3].astype(np.int64),))
    yield Case("slices", "every_second", (x,), (x[2:8:2],))
    grid = count(70, 90)[7:67:3, 11:86:5]
    yield Case("slices", "grid", (), (grid, grid))
    for n in (2, 3, 20):
        y = reals(n, 5)
        yield Case("slices", "all_but_the_ends", (y,), (y[1:-1],), label=str(n))
    y = reals(4, 6)
    yield Case("slices", "one_row", (y,), (y[2],))
    into, part = count(8, 9), -count(3, 4) - np.int32(1)
    expected = into.copy()
    expected[4:7, 2:6] = part
    yield Case("slices", "put", (into, part), (expected,))
    row = reals(6)
    expected = y.copy()
    expected[1] = row
    yield Case("slices", "put_row", (y, row), (expected,))
    a, b, into = count(11, 13), count(13, 12), np.full((9, 14), 42, np.int32)
    expected = into.copy()
    expected[1:9:2, 0:14:5] = a[1:9:2, 2:13:4] + b[0:13:4, 3:12:3]
    yield Case("slices", "combs", (a, b, into), (expected,))
    z = reals(5, 4)
    yield Case("slices", "one_element", (z,), (np.asarray(z[3, 1] * 2),))
    line = reals(9)
    expected = line.copy()
    expected[7] = line[2] * 2
    yield Case("slices", "one_element_put", (line,), (expected,))


def reshapes() -> Iterator[Case]:
    yield Case("shapes", "flat_i32", (count(1, 5),), (count(5),))
    x = count(2, 3, 4, dtype=np.int64)
    yield Case("shapes", "flat_i64", (x,), (x.reshape(6, 4),))
    yield Case("shapes", "split", (count(12, dtype=np.int64),), (count(1, 3, 4, dtype=np.int64),))
    for n in (3, 12):
        y = reals(n, 6)
        parts = y.reshape(n // 3, 18)[:, 6:].reshape(n // 3, 3, 2, 2)
        yield Case("shapes", "split_unknown", (y,), (parts,), label=str(n))
    for m, n in [(1, 1), (2, 5), (0, 4)]:
        y = reals(m, 3, n)
        yield Case("shapes", "flat_unknown", (y,), (y.reshape(-1),), label=f"{m}x{n}")
    y = reals(2, 7)
    yield Case("shapes", "forgetting", (y,), (y,))


def joins_and_pads() -> Iterator[Case]:
    def joined(function: str, *parts: Array, axis: int = 0, label: str = "") -> Case:
        return Case("shapes", function, parts, (np.concatenate(parts, axis),), label=label)

    yield joined("join_bytes", np.array([1, -2], np.int8), np.array([3, 4, 127], np.int8))
    yield joined("join_shorts", np.array([-300], np.int16), np.array([2], np.int16))
    yield joined("join_columns", count(3, 2), count(3, 4), -count(3, 1), axis=1)
    for m, n in [(1, 1), (4, 2), (0, 3)]:
        yield joined("join_unknown", reals(m, 3), reals(n, 3, seed=1), label=f"{m} {n}")
    x = ints(3, 4, dtype=np.int8)
    yield Case("shapes", "framed", (x,), (np.pad(x, ((1, 2), (0, 5)), constant_values=-3),))
    for n in (1, 4, 6):
        y = reals(n, 3)
        expected = np.pad(y, ((0, -n % 4), (0, 1)), constant_values=np.float32(2.5))
        yield Case("shapes", "framed_to_multiple", (y, np.array(2.5, np.float32)), (expected,), label=str(n))


def turns() -> Iterator[Case]:
    yield Case("shapes", "turned_small", (count(3, 3),), (count(3, 3).T,))
    yield Case("shapes", "turned_uneven", (count(35, 67),), (count(35, 67).T,))
    x = reals(2, 3, 4)
    yield Case("shapes", "turned_cube", (x,), (x.transpose(2, 0, 1),))
    x = reals(3, 4, 5, 2)
    yield Case("shapes", "turned_unknown", (x,), (x.transpose(2, 3, 0, 1),))
    y = reals(3, 4)
    yield Case("shapes", "repeated", (y,), (np.broadcast_to(y[None, :, None], (2, 3, 5, 4)),))
    a, b = np.array(1.5, np.float32), np.array(-4, np.float32)
    yield Case("shapes", "listed", (a, b), (np.array([1.5, -4, -4], np.float32),))
    yield Case("shapes", "everywhere", (np.array(-8, np.int32),), (np.full((3, 2), -8, np.int32),))


def lookups() -> Iterator[Case]:
    table = reals(11, 6)
    for ids in ([3], [10, 0, 0, 5], []):
        places = np.array(ids, np.int64)
        yield Case("lookups", "rows", (table, places), (table[places],), label=str(len(ids)))
    numbers, which = ints(2, 5, dtype=np.int64), np.array([0, 1, 1, 0, 1])
    picked = numbers[which, np.arange(5)]
    yield Case("lookups", "one_per_column", (numbers, which), (np.broadcast_to(picked, (3, 5)),))
    x = reals(7)
    places = np.array([-1, 0, 6, -7], np.int32)
    yield Case("lookups", "from_the_end", (x, places), (x[places],))
    y = reals(3, 6, 2)
    yield Case("lookups", "reversed_piece", (y,), (y[:, 1:5][:, ::-1],))
    y = reals(5, 5)
    yield Case("lookups", "diagonal", (y,), (np.diag(y),))
    yield Case(
        "lookups",
        "one_hot",
        (np.array([5, 0, 9, 2], np.int32),),
        (np.eye(10, dtype=np.float32)[[5, 0, 9, 2], :6],),
    )
    for by in (0, 3, 6):
        z = count(7)
        yield Case("lookups", "rolled", (z, np.array(by, np.int32)), (np.roll(z, -by),), label=str(by))


def modules() -> Iterator[Case]:
    for n in (1, 5):
        x = ints(n)
        yield Case("modules", "calls", (x,), (x * 5, x * 3), label=str(n))
    x, y = reals(4), reals(4, seed=1)
    yield Case("modules", "first_unread", (x, y), (y,))
    yield Case("modules", "forty_two", (), (np.array(42, np.int32),))
    z = ints(2, 3)
    yield Case("modules", "scaled", (z,), (z * np.array([0.5, 2, -1], np.float32),))
    like = np.zeros((2, 3), np.int64)
    most = np.iinfo(np.int64)
    yield Case("modules", "filled", (like,), (np.full_like(like, most.min), np.full_like(like, most.max)))
    p, q = count(3, 4), np.int32(7) * count(3, 4) - np.int32(20)
    yield Case("modules", "two_results", (p, q), (p - q, p * (p - q)))
    a, b, c = (np.array(v, np.float32) for v in (1, 2, 10))
    yield Case("modules", "single_numbers", (a, b, c), (np.array(3, np.float32), np.array(7, np.float32)))
    yield Case("modules", "constants", (), constants())
    yield Case("modules", "made", (), (count(5, 4), count(2, 3)))
    for m, k in [(0, 5), (3, 0), (0, 0), (2, 1)]:
        u, v = ints(m, k), ints(k, 4, seed=1)
        yield Case("modules", "of_nothing", (u, v), (u @ v,), label=f"{m}x{k}")
    nothing = np.zeros((0, 3), np.float32)
    yield Case("modules", "halves_of_nothing", (nothing,), (nothing, np.zeros(3, np.float32)))


def constants() -> tuple[Array, ...]:
    return (
        np.array([[1.5, -2, 325], [np.inf, -0.0, 1e-3]], np.float32),
        np.array([-32768, 32767, 0, -1], np.int16),
        np.array([[True, False], [False, True]]),
        np.array([[1, 2], [3, 4]], np.float32),
        np.array([1.0, 0.1, -3e38], ml_dtypes.bfloat16),
        np.array([1, -1], np.int64),
    )
