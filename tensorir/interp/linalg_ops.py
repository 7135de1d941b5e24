"""linalg: structured computations on whole arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensorir.dialects import linalg
from tensorir.interp.combiners import COMBINERS
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import convert, filled, rounded, wide, wrap
from tensorir.interp.loops import run_loops
from tensorir.interp.products import matmul
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

    The result is not yet rounded to `dtype`: for a 16-bit float it is float32, for an integer it has 64 bits."""
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
        return _transposed(array, order).reshape(_size(batch), _size(rows), _size(columns))

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
    return np.sum(array, axis=alone), [d for i, d in enumerate(labels) if i not in alone]


def accumulate(out: Array, init: list[Array], dtype: DType, ctx: Context) -> Array:
    """Adds the accumulator, if there is one, to `out` and rounds to `dtype`."""
    if init:
        with np.errstate(all="ignore"):
            out = out + init[0].astype(out.dtype)
    return np.asarray(convert(out, dtype, ctx) if out.dtype != ctx.numpy(dtype) else out, order="C")


def reduce(op: linalg.Reduce, inputs: Arrays, ctx: Context) -> Arrays:
    """Reduces: integers wrap, 16-bit floats accumulate in float32, and an empty dim gives the neutral element.

    The elements of a row are made contiguous first, so that a sum does not depend on the position of its dims."""
    dtype = op.source.type.dtype
    source, _ = _axis_last(inputs[0], tuple(sorted(op.dims)) if op.extent is None else op.dims)
    if op.extent is not None:
        source = source[..., : ctx.dim(op.extent)]
    if dtype.is_integer:
        source = wide(source, dtype)
    elif source.itemsize < 4:
        source = source.astype(np.float32)
    neutral = np.asarray(linalg.neutral_element(op.kind, dtype), source.dtype)
    with np.errstate(all="ignore"):
        # without `initial`, NumPy sums and multiplies pairwise, which is more accurate
        given = {} if op.kind in ("add", "mul") else {"initial": neutral}
        out = np.asarray(COMBINERS[op.kind].reduce(source, axis=-1, dtype=source.dtype, **given))
    return (wrap(out, dtype) if dtype.is_integer else rounded(out, ctx.numpy(dtype)),)


def transpose(op: linalg.Transpose, inputs: Arrays, ctx: Context) -> Arrays:
    return (_transposed(inputs[0], op.permutation),)


def broadcast(op: linalg.Broadcast, inputs: Arrays, ctx: Context) -> Arrays:
    shape = ctx.shape(op.shape)
    spread = inputs[0][tuple(None if d in op.dims else slice(None) for d in range(len(shape)))]
    return (np.broadcast_to(spread, shape),)


def softmax(op: linalg.Softmax, inputs: Arrays, ctx: Context) -> Arrays:
    rows, restore = _axis_last(inputs[0], op.dims)
    extent = rows.shape[-1] if op.extent is None else ctx.dim(op.extent)
    valid = _compute_type(rows[..., :extent])
    out = np.zeros(rows.shape, rows.dtype)
    with np.errstate(all="ignore"):
        if extent:
            exp = np.exp(valid - np.max(valid, axis=-1, keepdims=True))
            out[..., :extent] = exp / np.sum(exp, axis=-1, keepdims=True)
    return (restore(out),)


def layer_norm(op: linalg.LayerNorm, inputs: Arrays, ctx: Context) -> Arrays:
    rows, restore = _axis_last(inputs[0], op.dims)
    extent = rows.shape[-1] if op.extent is None else ctx.dim(op.extent)
    valid = _compute_type(rows[..., :extent])
    scale, bias = (a.reshape(-1)[:extent].astype(valid.dtype) for a in inputs[1:])
    out = np.zeros(rows.shape, rows.dtype)
    with np.errstate(all="ignore"):
        if extent:
            centered = valid - np.mean(valid, axis=-1, keepdims=True)
            variance = np.mean(centered * centered, axis=-1, keepdims=True)
            out[..., :extent] = centered / np.sqrt(variance + np.asarray(op.epsilon, valid.dtype)) * scale + bias
    return (restore(out),)


def zero_padding(op: linalg.ZeroPadding, inputs: Arrays, ctx: Context) -> Arrays:
    rows, restore = _axis_last(inputs[0], op.dims)
    out = np.array(rows)
    out[..., ctx.dim(op.extent) :] = 0
    return (restore(out),)


def _axis_last(array: Array, dims: tuple[int, ...]) -> tuple[Array, Callable[[Array], Array]]:
    """Merges `dims` into one row-major last axis; returns the array and the inverse."""
    others = [d for d in range(array.ndim) if d not in dims]
    order = (*others, *dims)
    moved = array.transpose(order)
    back = np.argsort(order)
    length = math.prod(array.shape[d] for d in dims)
    rows = moved.reshape(*moved.shape[: len(others)], length)
    return rows, lambda out: out.reshape(moved.shape).transpose(back)


def _compute_type(array: Array) -> Array:
    return array.astype(np.float32) if array.itemsize < 4 else array


LINALG_OPS: dict[type[Op], Any] = {
    linalg.Fill: fill,
    linalg.Generic: run_loops,
    linalg.Fold: run_loops,
    linalg.Contract: contract,
    linalg.Reduce: reduce,
    linalg.Transpose: transpose,
    linalg.Broadcast: broadcast,
    linalg.Softmax: softmax,
    linalg.LayerNorm: layer_norm,
    linalg.ZeroPadding: zero_padding,
}
