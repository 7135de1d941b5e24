"""Runs structured ops by their loops: all parallel positions at once; combined ones step by step, or as `scans`
does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensorir.interp.combiners import COMBINERS
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import convert, rounded, wide, wrap
from tensorir.interp.scalar import evaluate_bodies
from tensorir.interp.scans import scanned
from tensorir.interp.windows import aligned, index_along
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op
from tensorir.ir.value import Value

Arrays = tuple[Array, ...]

BLOCK = 1 << 24
"""The most positions at which bodies are evaluated in one call of NumPy."""


def run_loops(op: Op, inputs: Arrays, ctx: Context) -> Arrays:
    """Returns the results of an op that has loops: row-major over the combined dims, vectorised over the parallel ones.

    Raises TensorIRError for an op without loops, a division of an integer by zero, a position outside an operand."""
    loops = op.loops()
    if loops is None:
        raise TensorIRError(f"{op.NAME} has no loops", op.loc)
    return _Evaluation(op, loops, inputs, ctx).results()


class _Evaluation:
    """The state of one call. Inputs have the rank of the iteration space, totals that of its parallel part."""

    def __init__(self, op: Op, loops: Loops, inputs: Arrays, ctx: Context) -> None:
        self.op, self.loops, self.ctx = op, loops, ctx
        self.inputs = inputs
        self.sizes = ctx.shape(loops.sizes)
        self.combined = loops.combined if loops.starts else ()
        self.parallel = loops.parallel if loops.starts else tuple(range(len(self.sizes)))
        self.shape = tuple(self.sizes[d] for d in self.parallel)
        self.whole = [self._aligned(i, m) for i, m in enumerate(loops.maps)]

    def results(self) -> Arrays:
        try:
            totals = self._totals()
        except InferError as e:
            raise TensorIRError(f"{self.op.NAME}: {e}", self.op.loc) from None
        return tuple(
            self._finished(value, map, result)
            for value, map, result in zip(totals, self.loops.results, self.op.results, strict=True)
        )

    def _totals(self) -> list[Array]:
        if not self.loops.starts:
            return self._elementwise()
        start = [self._start(i) for i in range(len(self.loops.starts))]
        if (total := self._at_once(start)) is not None:
            return total
        scan = scanned(self.loops, self.whole, start, self.sizes, self.ctx) if self.combined else None
        return scan or self._sequential(start)

    def _elementwise(self) -> list[Array]:
        """The bodies at all positions, in blocks: Python handles Ctrl-C only between two calls of NumPy."""
        blocks = _blocks(self.sizes)
        if len(blocks) == 1:
            return [np.broadcast_to(value, self.shape) for value in self._block(blocks[0])]
        made: list[Array] = []
        for block in blocks:
            values = self._block(block)
            made = made or [np.empty(self.shape, value.dtype) for value in values]
            for whole, value in zip(made, values, strict=True):
                whole[block] = value
        return made

    def _block(self, block: tuple[slice, ...]) -> Arrays:
        """The values of the bodies in a part of the iteration space."""
        inputs = [
            a[tuple(s if n > 1 else slice(None) for s, n in zip(block, a.shape, strict=True))] for a in self.whole
        ]

        def positions(dim: int) -> Array:
            return index_along(dim, self.sizes)[tuple(s if d == dim else slice(None) for d, s in enumerate(block))]

        return evaluate_bodies(self.loops.bodies, inputs, self.ctx, positions)

    def _start(self, index: int) -> Array:
        starts, dtype = self.loops.starts, self.loops.bodies[index].result.dtype
        start = starts[index]
        if not isinstance(start, Value):
            return np.broadcast_to(rounded(np.asarray(start), self.ctx.numpy(dtype)), self.shape)
        operand = len(self.whole) + sum(isinstance(s, Value) for s in starts[:index])
        array = convert(self._aligned(operand, self.loops.results[index]), dtype, self.ctx)
        kept = tuple(0 if d in self.combined else slice(None) for d in range(array.ndim))
        return np.broadcast_to(array[kept], self.shape)

    def _aligned(self, operand: int, map: AffineMap) -> Array:
        return aligned(self.op, operand, self.inputs[operand], map, self.sizes)

    def _sequential(self, state: list[Array]) -> list[Array]:
        shape = self.shape
        along = {d: np.reshape(index_along(i, shape), _spread(i, shape)) for i, d in enumerate(self.parallel)}
        at: dict[int, int] = {}

        def positions(dim: int) -> Array:
            return np.asarray(at[dim], np.int64) if dim in at else along[dim]

        for point in np.ndindex(*(self.sizes[d] for d in self.combined)):
            at.update(zip(self.combined, point, strict=True))
            here = [_at(a, at) for a in self.whole]
            made = evaluate_bodies(self.loops.bodies, [*here, *state], self.ctx, positions)
            state = [np.broadcast_to(value, shape) for value in made]
        return state

    def _at_once(self, state: list[Array]) -> list[Array] | None:
        """The result if the only body combines an input with the total and the order does not matter."""
        if len(self.loops.bodies) != 1 or 0 in self.sizes:
            return None
        node = self.loops.bodies[0].result
        ufunc: Any = COMBINERS.get(node.fn)
        operands = {o.index for o in node.operands if o.fn == "arg"}
        if ufunc is None or len(operands) != 2 or len(self.whole) not in operands:
            return None
        if node.dtype.is_float and node.fn in ("add", "mul"):
            return None  # rounding depends on the order
        (source,) = operands - {len(self.whole)}
        full = tuple(1 if d not in self.combined else n for d, n in enumerate(self.sizes))
        array = np.broadcast_to(self.whole[source], np.broadcast_shapes(self.whole[source].shape, full))
        if node.dtype.is_integer:
            total = ufunc(wide(state[0], node.dtype), ufunc.reduce(wide(array, node.dtype), axis=self.combined))
            return [np.broadcast_to(wrap(np.asarray(total), node.dtype), self.shape)]
        with np.errstate(all="ignore"):
            total = ufunc(state[0], ufunc.reduce(array, axis=self.combined))
        return [np.broadcast_to(total, self.shape)]

    def _finished(self, total: Array, map: AffineMap, result: Value) -> Array:
        """Returns a total in the element type and the order of dims of its result."""
        order = [self.parallel.index(d) for d in map.positions()]
        turned = convert(np.transpose(total, order) if order else total, result.type.dtype, self.ctx)
        if self.combined:
            return np.array(turned, order="C")
        return turned if turned.flags.writeable else turned.copy()


def _blocks(sizes: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Parts of an iteration space, each of at most BLOCK positions: whole in the last dims, one position in the first
    ones, and some in the dim between. One part if the space is small."""
    if math.prod(sizes) <= BLOCK:
        return [(slice(None),) * len(sizes)]
    cut = next(d for d in range(len(sizes)) if math.prod(sizes[d + 1 :]) <= BLOCK)
    step = max(1, BLOCK // math.prod(sizes[cut + 1 :]))
    rest = (slice(None),) * (len(sizes) - cut - 1)
    return [
        (*(slice(i, i + 1) for i in point), slice(begin, begin + step), *rest)
        for point in np.ndindex(*sizes[:cut])
        for begin in range(0, sizes[cut], step)
    ]


def _spread(dim: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size if d == dim else 1 for d, size in enumerate(shape))


def _at(array: Array, point: dict[int, int]) -> Array:
    """Selects one position of the combined dims; a dim of size 1 is the same everywhere."""
    return array[tuple(min(point[d], n - 1) if d in point else slice(None) for d, n in enumerate(array.shape))]
