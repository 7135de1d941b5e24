"""linalg.fold: sequential over the reduced positions, all parallel positions at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorir.dialects.linalg import Fold
from tensorir.interp.combiners import COMBINERS
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import wide, wrap
from tensorir.interp.scalar import evaluate_bodies
from tensorir.interp.windows import aligned, index_along
from tensorir.ir.diagnostic import InferError, TensorIRError

Arrays = tuple[Array, ...]


def fold(op: Fold, inputs: Arrays, ctx: Context) -> Arrays:
    """Row-major over the reduced dims; the parallel ones are vectorised, in their order."""
    sizes = ctx.shape(op.iteration_shape())
    reduced = op.reduced
    parallel = [d for d in range(len(sizes)) if d not in reduced]
    count = len(op.inputs)
    whole = [aligned(op, i, a, op.maps[i], sizes) for i, a in enumerate(inputs[:count])]
    shape = tuple(sizes[d] for d in parallel)
    state = [
        np.broadcast_to(_squeezed(aligned(op, count + r, a, map, sizes), reduced), shape)
        for r, (a, map) in enumerate(zip(inputs[count:], op.result_maps, strict=True))
    ]
    state = _combined(op, whole, state, sizes) or _sequential(op, whole, state, sizes, ctx)
    order = {d: i for i, d in enumerate(parallel)}
    return tuple(
        np.array(np.transpose(value, [order[d] for d in map.positions()]) if parallel else value, order="C")
        for value, map in zip(state, op.result_maps, strict=True)
    )


def _sequential(
    op: Fold, whole: Sequence[Array], state: list[Array], sizes: tuple[int, ...], ctx: Context
) -> list[Array]:
    reduced = op.reduced
    shape = state[0].shape
    parallel = {d: np.reshape(index_along(i, shape), _spread(i, shape)) for i, d in enumerate(_parallel(op, sizes))}
    at: dict[int, int] = {}

    def positions(dim: int) -> Array:
        return np.asarray(at[dim], np.int64) if dim in at else parallel[dim]

    try:
        for point in np.ndindex(*(sizes[d] for d in reduced)):
            at.update(zip(reduced, point, strict=True))
            here = [_at(a, reduced, point) for a in whole]
            made = evaluate_bodies(op.bodies, [*here, *state], ctx, positions)
            state = [np.broadcast_to(value, shape) for value in made]
    except InferError as e:
        raise TensorIRError(f"{op.NAME}: {e}", op.loc) from None
    return state


def _parallel(op: Fold, sizes: tuple[int, ...]) -> list[int]:
    return [d for d in range(len(sizes)) if d not in op.reduced]


def _spread(dim: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size if d == dim else 1 for d, size in enumerate(shape))


def _at(array: Array, reduced: Sequence[int], point: Sequence[int]) -> Array:
    """One position of the reduced dims; a dim of size 1 is the same everywhere."""
    at = dict(zip(reduced, point, strict=True))
    return array[tuple(min(at[d], n - 1) if d in at else slice(None) for d, n in enumerate(array.shape))]


def _squeezed(array: Array, reduced: Sequence[int]) -> Array:
    return array[tuple(0 if d in reduced else slice(None) for d in range(array.ndim))]


def _combined(op: Fold, whole: Sequence[Array], state: list[Array], sizes: tuple[int, ...]) -> list[Array] | None:
    """The result where the one body combines an input with the value so far, and the order does not matter."""
    if len(op.bodies) != 1 or 0 in sizes:
        return None
    node = op.bodies[0].result
    ufunc: Any = COMBINERS.get(node.fn)
    operands = {o.index for o in node.operands if o.fn == "arg"}
    if ufunc is None or len(operands) != 2 or len(whole) not in operands:
        return None
    if node.dtype.is_float and node.fn in ("add", "mul"):
        return None  # rounding depends on the order
    (source,) = operands - {len(whole)}
    reduced = op.reduced
    full = tuple(1 if d not in reduced else n for d, n in enumerate(sizes))
    array = np.broadcast_to(whole[source], np.broadcast_shapes(whole[source].shape, full))
    if node.dtype.is_integer:
        total = ufunc(wide(state[0], node.dtype), ufunc.reduce(wide(array, node.dtype), axis=reduced))
        return [np.broadcast_to(wrap(np.asarray(total), node.dtype), state[0].shape)]
    with np.errstate(all="ignore"):
        total = ufunc(state[0], ufunc.reduce(array, axis=reduced))
    return [np.broadcast_to(total, state[0].shape)]
