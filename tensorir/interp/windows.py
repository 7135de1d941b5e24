"""Operands as an iteration space sees them: views of their memory wherever the map is linear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorir.interp.context import Array
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, Divided, IterationDim
from tensorir.ir.op import Op


def aligned(op: Op, operand: int, array: Array, map: AffineMap, sizes: tuple[int, ...]) -> Array:
    """Returns operand number `operand` of `op` as an array over the iteration space of `sizes`; a dim that it does not
    depend on has size 1.

    It is a copy only where the map divides. Raises TensorIRError naming the operand for a position outside it."""
    if map.is_projected_permutation:
        dims = map.positions()
        order = sorted(range(len(dims)), key=dims.__getitem__)
        present = set(dims)
        spread = tuple(slice(None) if d in present else None for d in range(len(sizes)))
        return np.asarray((array.transpose(order) if order else array)[spread])
    if 0 in sizes:
        return np.zeros(sizes, array.dtype)  # the iteration space is empty
    linear = [map.strides(i) for i in range(array.ndim)]
    if any(part is None for part in linear):
        return array[_indices(op, operand, array, map, sizes)]
    strides = [0] * len(sizes)
    used: set[int] = set()
    start: list[int] = []
    for i, (steps, offset) in enumerate(part for part in linear if part is not None):
        ends = [step * (sizes[d] - 1) for d, step in steps.items()]
        first, last = offset + sum(min(e, 0) for e in ends), offset + sum(max(e, 0) for e in ends)
        if first < 0 or last >= array.shape[i]:
            raise _outside(op, operand, map, i, first if first < 0 else last, array.shape[i])
        start.append(offset)
        used |= steps.keys()
        for d, step in steps.items():
            strides[d] += step * array.strides[i]
    shape = [size if d in used else 1 for d, size in enumerate(sizes)]
    origin = array[tuple(slice(s, None) for s in start)]
    return np.lib.stride_tricks.as_strided(origin, shape, strides, writeable=False)


def _indices(op: Op, operand: int, array: Array, map: AffineMap, sizes: tuple[int, ...]) -> tuple[Array, ...]:
    """Returns index arrays, one per dim of the operand."""
    points = [index_along(d, sizes) for d in range(len(sizes))]
    found: list[Array] = []
    for i, result in enumerate(map.results):
        try:
            index = _evaluate(result, points)
        except ZeroDivisionError:
            raise TensorIRError(f"{op.NAME}: {op.operand_name(operand)}: {map} divides by zero", op.loc) from None
        outside = (index < 0) | (index >= array.shape[i])
        if np.any(outside):
            raise _outside(op, operand, map, i, int(index[outside][0]), array.shape[i])
        found.append(index)
    return tuple(np.broadcast_arrays(*found))


def index_along(dim: int, sizes: Sequence[int]) -> Array:
    """Returns 0, 1, … along an iteration dim; all other dims have size 1."""
    shape = [1] * len(sizes)
    shape[dim] = sizes[dim]
    return np.arange(sizes[dim], dtype=np.int64).reshape(shape)


def _evaluate(expr: Dim, points: Sequence[Array]) -> Array:
    """Returns the value of a result of a map at all points at once."""
    if isinstance(expr, int):
        return np.asarray(expr, np.int64)
    total = np.asarray(0, np.int64)
    for monomial, coefficient in expr.terms:
        value = np.asarray(coefficient, np.int64)
        for atom in monomial:
            match atom:
                case IterationDim(index=dim):
                    value = value * points[dim]
                case Divided(kind=kind, a=a, b=b):
                    value = value * _divided(kind, a, b, points)
                case _:
                    raise AssertionError(f"the size {atom} in a map: its op was not verified")
        total = total + value
    return total


def _divided(kind: str, a: Dim, b: Dim, points: Sequence[Array]) -> Array:
    x, y = _evaluate(a, points), _evaluate(b, points)
    if np.any(y == 0):
        raise ZeroDivisionError
    return np.asarray(-(-x // y) if kind == "ceildiv" else x // y if kind == "floordiv" else x % y)


def _outside(op: Op, operand: int, map: AffineMap, dim: int, index: int, size: int) -> TensorIRError:
    message = f"{map} reads position {index} of dim {dim}, which has the size {size}"
    return TensorIRError(f"{op.NAME}: {op.operand_name(operand)}: {message}", op.loc)
