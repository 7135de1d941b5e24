"""A plan walked step by step over memory that notes which elements are read and written.

It evaluates the maps of the tile programs position by position, so it shares nothing with the counts but the meaning of
the steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from tensorir.dialects import tile
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import evaluate
from tensorir.ir.value import Value
from tensorir.runtime.plan import LaunchCommand, Plan

Flags = NDArray[np.bool_]
Positions = Iterator[Sequence[NDArray[np.int64]]]


def watched(plan: Plan, sizes: Mapping[str, int]) -> dict[str, Counter[str]]:
    """Kind of step → `read`, `written`, `scratch_read`, `scratch_written` (bytes) and `runs`, of a call by one thread.
    Each access must lie in its buffer."""
    found: dict[str, Counter[str]] = {}
    for command in plan.commands:
        if isinstance(command, LaunchCommand):
            bound = {name: evaluate(dim, sizes) for name, dim in command.bound.items()}
            for unit in units(command.grid, bound):
                for step, counts in _unit(command.grid, bound, unit):
                    found.setdefault(step, Counter()).update(counts)
    return found


def units(grid: tile.Grid, sizes: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    """Start, count and valid positions along each dim, of each unit of a call by one thread."""
    dims: list[list[tuple[int, int, int]]] = []
    for total, granule, block in zip(grid.totals, grid.granules, grid.blocks, strict=True):
        positions, size = evaluate(total, sizes), evaluate(block, sizes)
        granules = -(-positions // granule)
        starts = range(0, granules, size)
        counts = [min(size, granules - s) for s in starts]
        dims.append([(s, n, min(n * granule, positions - s * granule)) for s, n in zip(starts, counts, strict=True)])
    for unit in product(*dims):
        yield tuple(n for part in unit for n in part)


def _unit(grid: tile.Grid, sizes: Mapping[str, int], unit: tuple[int, ...]) -> Iterator[tuple[str, Counter[str]]]:
    scratch: set[Value] = set()
    for op in grid.body.ops:
        if isinstance(op, tile.Scratch):
            scratch.add(op.result)
            continue
        assert isinstance(op, tile.Step)
        scratch.update(r for r, out in zip(op.results, op.outs, strict=True) if out in scratch)
        if min(loops := numbers(op.shape, sizes, unit), default=0) < 0:
            continue
        counts = Counter({"runs": 1})
        for i, buffer in enumerate(op.buffers):
            elements = evaluate(prod(buffer.type.shape), sizes)
            prefix = "scratch_" if buffer in scratch else ""
            for access, positions in accesses(op, i, sizes, unit):
                if isinstance(op, tile.Gather) and i == 0:
                    reached = prod(loops)  # the data say which
                else:
                    seen: Flags = np.zeros(elements, np.bool_)
                    for element in elements_at(op, i, positions, sizes, unit):
                        assert (element >= 0).all() and (element < elements).all()
                        seen[element] = True
                    reached = int(np.count_nonzero(seen))
                counts[prefix + access] += reached * buffer.type.dtype.itemsize
        yield op.NAME.removeprefix("tile."), counts


def numbers(map: AffineMap, sizes: Mapping[str, int], unit: Sequence[int]) -> list[int]:
    """The results of a map from the unit dims alone."""
    return [evaluate(r, sizes, dict(enumerate(unit))) for r in map.results]


def elements_at(
    op: tile.Step, operand: int, positions: Positions, sizes: Mapping[str, int], unit: Sequence[int]
) -> Iterator[NDArray[np.int64]]:
    """The elements of an operand at some positions of the loops, in their order."""
    where, point = op.slice(operand), dict(enumerate(unit))
    strides = [evaluate(s, sizes, point) for s in where.strides]
    offset = evaluate(where.offset, sizes, point)
    for at in positions:
        yield sum((p * s for p, s in zip(at, strides, strict=True)), np.full(len(at[0]) if at else 1, offset))


def accesses(
    op: tile.Step, operand: int, sizes: Mapping[str, int], unit: Sequence[int]
) -> Iterator[tuple[str, Positions]]:
    """How a step touches an operand (`read`, `written`), and at which positions of its loops."""
    loops = numbers(op.shape, sizes, unit)
    inputs, count = len(op.inputs), len(loops)
    at_once = list(loops)
    if operand >= inputs and isinstance(op, tile.Reduce):
        at_once[count - op.rows :] = [1] * op.rows
    if operand >= inputs and isinstance(op, tile.Mmt4d):
        at_once[-4] = at_once[-1] = 1
    if isinstance(op, tile.Mmt4dMap):
        yield from _accesses_of_product(op, operand, loops, sizes, unit)
        return
    if operand >= inputs and isinstance(op, tile.Matmul):
        at_once[-1] = 1
    if operand >= inputs and isinstance(op, tile.Contract):
        at_once[count - op.depth :] = [1] * op.depth
    if operand < inputs and isinstance(op, tile.Matmul | tile.Contract) and 0 in loops:
        return
    if isinstance(op, tile.Mmt4d):
        rows = numbers(op.rows, sizes, unit)[0] if op.rows is not None else prod((loops[-6], loops[-3]))
        if operand < inputs and (0 in loops or rows == 0):
            return
        if operand != 1:
            for access in ("read",) * (operand == 0 or op.accumulate) + ("written",) * (operand == 2):
                yield access, _first_tile_rows(at_once, rows)
            return
    if isinstance(op, tile.Pack | tile.Unpack):
        limits = numbers(op.extents, sizes, unit)
        if isinstance(op, tile.Unpack) or operand == 0:
            yield ("read", "written")[operand], _inside(at_once, limits)
            return
    if operand < inputs and isinstance(op, tile.Reduce | tile.Softmax | tile.LayerNorm | tile.RmsNorm):
        extent = numbers(op.extent, sizes, unit)[0] if op.extent is not None else prod(loops[count - op.rows :])
        yield "read", _first_of_rows(at_once, op.rows, extent)
        return
    if isinstance(op, tile.Map):
        if any(n.fn == "arg" and n.index == operand for body in op.bodies for n in body.nodes()):
            yield "read", all_positions(at_once)
    elif operand < inputs:
        yield "read", all_positions(at_once)
    if operand >= inputs:
        yield "written", all_positions(at_once)


def _accesses_of_product(
    op: tile.Mmt4dMap, operand: int, loops: Sequence[int], sizes: Mapping[str, int], unit: Sequence[int]
) -> Iterator[tuple[str, Positions]]:
    """Those of a product whose right side is computed of the inputs but the first."""
    inputs, m1, m0 = len(op.inputs), len(loops) - 5 - op.depth, len(loops) - 3
    rows = numbers(op.rows, sizes, unit)[0] if op.rows is not None else prod((loops[m1], loops[m0]))
    if operand < inputs and (0 in loops or rows == 0):
        return
    at_once = list(loops)
    if operand == inputs:
        at_once[m1 + 2 : m0] = [1] * op.depth
        at_once[-1] = 1
    if 0 < operand < inputs:
        if any(n.fn == "arg" and n.index == operand - 1 for n in op.body.nodes()):
            yield "read", all_positions(at_once)
        return
    yield "written" if operand == inputs else "read", _first_tile_rows(at_once, rows, m1)


def all_positions(loops: Sequence[int]) -> Positions:
    """All positions of some loops, the last one innermost, few at a time."""
    inner = len(loops)
    while inner > 0 and prod(loops[inner - 1 :]) <= 1 << 20:
        inner -= 1
    grid = np.indices(tuple(loops[inner:]), np.int64).reshape(len(loops) - inner, prod(loops[inner:]))
    for outer in np.ndindex(*loops[:inner]):
        yield [*(np.full(grid.shape[1], o, np.int64) for o in outer), *grid]


def _inside(loops: Sequence[int], limits: Sequence[int]) -> Positions:
    """Those whose element of the plain side is there."""
    t0, t1 = loops[-2:]
    for at in all_positions(loops):
        keep = (at[-4] * t0 + at[-2] < limits[0]) & (at[-3] * t1 + at[-1] < limits[1])
        yield [a[keep] for a in at]


def _first_of_rows(loops: Sequence[int], rows: int, extent: int) -> Positions:
    for at in all_positions(loops):
        place = np.zeros(len(at[0]) if at else 1, np.int64)
        for a, size in zip(at[len(loops) - rows :], loops[len(loops) - rows :], strict=True):
            place = place * size + a
        yield [a[place < extent] for a in at]


def _first_tile_rows(loops: Sequence[int], rows: int, m1: int = -6) -> Positions:
    """The first rows of all tiles together."""
    for at in all_positions(loops):
        keep = at[m1] * loops[-3] + at[-3] < rows
        yield [a[keep] for a in at]
