"""A tile program walked element by element: which elements each unit reads and writes, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from tensorir.dialects import tile
from tensorir.ir.dims import evaluate
from tests.support.watched_memory import accesses, all_positions, elements_at, numbers, units

Elements = NDArray[np.int64]
NONE: Elements = np.zeros(0, np.int64)


def conflict(grid: tile.Grid, inputs: Collection[int], result: int, sizes: Mapping[str, int]) -> str:
    """Says why results of the grid might change if a result had the memory of these inputs; nothing if they can't. It
    looks at the number of each element. Elements of inputs and result have the same bytes."""
    buffer = {v: i for i, v in enumerate(grid.body.args)}
    read: list[Elements] = []
    written: list[Elements] = []
    for unit in units(grid, sizes):
        reads, writes = NONE, NONE
        for op in grid.body.ops:
            if not isinstance(op, tile.Step):
                continue
            buffer.update((r, buffer[v]) for r, v in zip(op.results, op.outs, strict=True) if v in buffer)
            given = [i for i, v in enumerate(op.inputs) if buffer.get(v) in inputs]
            outs = [len(op.inputs) + i for i, v in enumerate(op.outs) if buffer.get(v) == len(grid.inputs) + result]
            for i in given:
                now = _elements(op, i, sizes, unit, "read")
                if np.intersect1d(now, writes).size:
                    return f"{op.NAME} reads what was written before"
                for o in outs:
                    both = np.intersect1d(now, _elements(op, o, sizes, unit, "written"))
                    if both.size and not _one_by_one(op, i, o, sizes, unit):
                        return f"{op.NAME} writes what it reads at other positions"
                reads = np.append(reads, now)
            for o in outs:
                writes = np.append(writes, _elements(op, o, sizes, unit, "written"))
        read.append(reads)
        written.append(writes)
    return _between_units(read, written)


def _between_units(read: Sequence[Elements], written: Sequence[Elements]) -> str:
    """Says which unit reads an element that another one writes; nothing if there is none."""
    elements = np.concatenate([NONE, *written])
    count = int(max((e.max() for e in (*read, *written) if e.size), default=-1)) + 1
    writers = np.repeat(np.arange(len(written)), [e.size for e in written])
    first, last = np.full(count, len(written)), np.full(count, -1)
    np.minimum.at(first, elements, writers)
    np.maximum.at(last, elements, writers)
    for u, reads in enumerate(read):
        others = reads[(last[reads] >= 0) & ((first[reads] != u) | (last[reads] != u))]
        if others.size:
            v = first[others[0]] if first[others[0]] != u else last[others[0]]
            return f"unit {u} reads what unit {v} writes"
    return ""


def _one_by_one(op: tile.Step, given: int, out: int, sizes: Mapping[str, int], unit: Sequence[int]) -> bool:
    """Whether a step that may work in place reads and writes the same element at each position."""
    allowed = isinstance(op, tile.Map) and op.sequential == 0
    if isinstance(op, tile.Softmax | tile.LayerNorm | tile.RmsNorm):
        allowed = given == 0
    loops = numbers(op.shape, sizes, unit)
    pairs = zip(*(elements_at(op, i, all_positions(loops), sizes, unit) for i in (given, out)), strict=True)
    return allowed and all(np.array_equal(a, b) for a, b in pairs)


def _elements(op: tile.Step, operand: int, sizes: Mapping[str, int], unit: Sequence[int], how: str) -> Elements:
    if min(numbers(op.shape, sizes, unit), default=0) < 0:
        return NONE
    if isinstance(op, tile.Gather) and operand == 0:  # the data say which
        return np.arange(evaluate(prod(op.buffers[0].type.shape), sizes))
    found = [accessed for access, accessed in accesses(op, operand, sizes, unit) if access == how]
    return np.concatenate([NONE, *(e for positions in found for e in elements_at(op, operand, positions, sizes, unit))])
