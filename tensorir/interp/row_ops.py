"""linalg: reductions and the ops along a row-major axis, which may be padded. Sums have the order of `sums`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensorir.dialects import linalg
from tensorir.dialects.linalg.rows import RmsNorm, RowOp
from tensorir.interp import sums
from tensorir.interp.combiners import COMBINERS
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import rounded, wide, wrap
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.op import Op

Arrays = tuple[Array, ...]


def reduce(op: linalg.Reduce, inputs: Arrays, ctx: Context) -> Arrays:
    """Reduces along the dims in the order of the tensor: integers wrap, 16-bit floats are combined in float32, and an
    empty dim gives the neutral element."""
    dtype = op.source.type.dtype
    neutral = linalg.neutral_element(op.kind, dtype)
    source = _in_order(op, inputs[0], neutral, ctx)
    if dtype.is_integer:
        start = np.asarray(neutral, wide(source[..., :0], dtype).dtype)
        return (wrap(np.asarray(COMBINERS[op.kind].reduce(wide(source, dtype), axis=-1, initial=start)), dtype),)
    with np.errstate(all="ignore"):
        return (rounded(np.asarray(_reduced(op.kind, _compute_type(source), neutral)), ctx.numpy(dtype)),)


def _in_order(op: linalg.Reduce, array: Array, neutral: Any, ctx: Context) -> Array:
    """Returns the elements of each row along one last axis, in the order of the tensor's dims."""
    in_order = tuple(sorted(op.dims))
    if op.extent is None or op.dims == in_order:
        rows, _ = _axis_last(array, in_order)
        return rows[..., : _extent(op, rows.shape[-1], ctx)]
    # the valid positions, which are counted in the order of the op's dims, do not come first
    rows, restore = _axis_last(array, op.dims)
    positions = math.prod(array.shape[d] for d in op.dims)
    valid = np.less(np.arange(positions), _extent(op, positions, ctx))
    masked, _ = _axis_last(restore(np.where(valid, rows, np.asarray(neutral, rows.dtype))), in_order)
    return masked


def _reduced(kind: linalg.ReductionKind, rows: Array, neutral: Any) -> Array:
    if kind == "add":
        return sums.total(rows)
    if kind == "mul":
        return sums.product(rows)
    extreme = np.asarray(COMBINERS[kind].reduce(rows, axis=-1, initial=np.asarray(neutral, rows.dtype)))
    largest = kind in ("max", "maxnum")
    zero = extreme == 0
    if not np.any(zero):
        return extreme
    # -0 is less than +0, whichever NumPy came across first
    positive = ~np.signbit(rows) if largest else np.signbit(rows)
    signed = np.any((rows == 0) & positive, axis=-1) == largest
    return np.where(zero, np.where(signed, np.asarray(0.0, rows.dtype), np.asarray(-0.0, rows.dtype)), extreme)


def softmax(op: linalg.Softmax, inputs: Arrays, ctx: Context) -> Arrays:
    def of_valid(rows: Array) -> Array:
        power = np.exp(rows - np.max(rows, axis=-1, keepdims=True))
        return power / sums.total(power)[..., None]

    return (_on_rows(op, inputs[0], ctx, of_valid),)


def layer_norm(op: linalg.LayerNorm, inputs: Arrays, ctx: Context) -> Arrays:
    source, scale, bias = inputs

    def of_valid(rows: Array) -> Array:
        centered = rows - sums.mean(rows)[..., None]
        variance = sums.mean(centered * centered)[..., None]
        deviation = np.sqrt(variance + np.asarray(op.epsilon, rows.dtype))
        return centered / deviation * _along(scale, rows) + _along(bias, rows)

    return (_on_rows(op, source, ctx, of_valid),)


def rms_norm(op: RmsNorm, inputs: Arrays, ctx: Context) -> Arrays:
    source, scale = inputs

    def of_valid(rows: Array) -> Array:
        root = np.sqrt(sums.mean(rows * rows)[..., None] + np.asarray(op.epsilon, rows.dtype))
        return rows / root * _along(scale, rows)

    return (_on_rows(op, source, ctx, of_valid),)


def zero_padding(op: linalg.ZeroPadding, inputs: Arrays, ctx: Context) -> Arrays:
    rows, restore = _axis_last(inputs[0], op.dims)
    out = np.array(rows)
    out[..., _extent(op, rows.shape[-1], ctx) :] = 0
    return (restore(out),)


def _on_rows(op: RowOp, source: Array, ctx: Context, of_valid: Callable[[Array], Array]) -> Array:
    """Applies a function to the valid positions of all rows, in float32 if they are narrower; the others are zero."""
    rows, restore = _axis_last(source, op.dims)
    extent = _extent(op, rows.shape[-1], ctx)
    out = np.zeros(rows.shape, rows.dtype)
    with np.errstate(all="ignore"):
        if extent:
            out[..., :extent] = of_valid(_compute_type(rows[..., :extent]))
    return restore(out)


def _extent(op: RowOp | linalg.Reduce | linalg.ZeroPadding, positions: int, ctx: Context) -> int:
    """The number of valid ones among the `positions` of an axis. Raises TensorIRError if there are not so many."""
    if op.extent is None:
        return positions
    extent = ctx.dim(op.extent)
    if not 0 <= extent <= positions:
        message = f"{op.NAME}: extent {op.extent} is {extent} in this call, outside of 0 … {positions}"
        raise TensorIRError(message, op.loc)
    return extent


def _along(values: Array, rows: Array) -> Array:
    """One number per valid position of a row, in the type of the rows."""
    return values.reshape(-1)[: rows.shape[-1]].astype(rows.dtype)


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


ROW_OPS: dict[type[Op], Any] = {
    linalg.Reduce: reduce,
    linalg.Softmax: softmax,
    linalg.LayerNorm: layer_norm,
    RmsNorm: rms_norm,
    linalg.ZeroPadding: zero_padding,
}
