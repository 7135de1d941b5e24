"""linalg: structured computations on whole arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorir.dialects import linalg
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import convert, filled, wide
from tensorir.interp.loops import run_loops
from tensorir.interp.products import matmul
from tensorir.interp.row_ops import ROW_OPS
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op

Arrays = tuple[Array, ...]


def fill(op: linalg.Fill, inputs: Arrays, ctx: Context) -> Arrays:
    return (filled(ctx.shape(op.type.shape), op.value, op.type.dtype, ctx),)


def _transposed(array: Array, order: Sequence[int]) -> Array:
    """NumPy takes an empty order to mean that no order is given."""
    return array.transpose(order) if order else array


def contract(op: linalg.Contract, inputs: Arrays, ctx: Context) -> Arrays:
    """Computes the product over the maps, in the result's type (16-bit floats accumulate in float32)."""
    lhs, rhs, *init = inputs
    out = multiply(lhs, rhs, [list(m.positions()) for m in op.maps], op.dtype, ctx)
    return (accumulate(out, init, op.dtype, ctx),)


def multiply(lhs: Array, rhs: Array, dims: Sequence[Sequence[int]], dtype: DType, ctx: Context) -> Array:
    """Computes Σ lhs·rhs as one product [batch, M, K] × [batch, K, N]; the dims of each operand are given as labels.

    The bits of the result depend on the elements, not on how the arrays lie in memory. It is not yet rounded to
    `dtype`: for a 16-bit float it is float32, for an integer it has 64 bits."""
    if dtype.is_integer:
        a, b = (wide(convert(x, dtype, ctx), dtype) for x in (lhs, rhs))
    else:
        into = np.dtype(np.float32) if ctx.numpy(dtype).itemsize < 4 else ctx.numpy(dtype)
        a, b = lhs.astype(into, copy=False), rhs.astype(into, copy=False)
    in_lhs, in_rhs, out = dims
    a, in_lhs = _sum_alone(a, in_lhs, (*in_rhs, *out))
    b, in_rhs = _sum_alone(b, in_rhs, (*in_lhs, *out))
    size = dict(zip((*in_lhs, *in_rhs), (*a.shape, *b.shape), strict=True))
    batch = [d for d in out if d in in_lhs and d in in_rhs]
    m, n = [d for d in in_lhs if d in out and d not in batch], [d for d in in_rhs if d in out and d not in batch]
    k = [d for d in in_lhs if d in in_rhs and d not in out]

    def matrix(array: Array, labels: Sequence[int], rows: list[int], columns: list[int]) -> Array:
        order = [list(labels).index(d) for d in (*batch, *rows, *columns)]
        stored = _transposed(array, order).ravel()  # a BLAS adds in an order that depends on strides
        return stored.reshape(_size(batch), _size(rows), _size(columns))

    def _size(labels: list[int]) -> int:
        return math.prod(size[d] for d in labels)

    with np.errstate(all="ignore"):
        product = matmul(matrix(a, in_lhs, m, k), matrix(b, in_rhs, k, n))
    made = [*batch, *m, *n]
    return _transposed(product.reshape([size[d] for d in made]), [made.index(d) for d in out])


def _sum_alone(array: Array, labels: Sequence[int], elsewhere: Sequence[int]) -> tuple[Array, Sequence[int]]:
    """Sums the dims that occur in this operand only."""
    alone = tuple(i for i, d in enumerate(labels) if d not in elsewhere)
    if not alone:
        return array, labels
    array = np.asarray(array, order="C")  # NumPy adds in an order that depends on strides
    return np.sum(array, axis=alone), [d for i, d in enumerate(labels) if i not in alone]


def accumulate(out: Array, init: list[Array], dtype: DType, ctx: Context) -> Array:
    """Adds the accumulator, if there is one, to `out` and rounds to `dtype`."""
    if init:
        with np.errstate(all="ignore"):
            out = out + init[0].astype(out.dtype)
    return np.asarray(convert(out, dtype, ctx) if out.dtype != ctx.numpy(dtype) else out, order="C")


def transpose(op: linalg.Transpose, inputs: Arrays, ctx: Context) -> Arrays:
    return (_transposed(inputs[0], op.permutation),)


def broadcast(op: linalg.Broadcast, inputs: Arrays, ctx: Context) -> Arrays:
    shape = ctx.shape(op.shape)
    spread = inputs[0][tuple(None if d in op.dims else slice(None) for d in range(len(shape)))]
    return (np.broadcast_to(spread, shape),)


LINALG_OPS: dict[type[Op], Any] = {
    linalg.Fill: fill,
    linalg.Generic: run_loops,
    linalg.Fold: run_loops,
    linalg.Contract: contract,
    linalg.Transpose: transpose,
    linalg.Broadcast: broadcast,
    **ROW_OPS,
}
