"""linalg: structured computations on whole arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensorir.dialects import linalg
from tensorir.interp.context import Array, Context
from tensorir.interp.scalar import convert, evaluate_body
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op

Arrays = tuple[Array, ...]


def fill(op: linalg.Fill, inputs: Arrays, ctx: Context) -> Arrays:
    return (np.full(ctx.shape(op.type.shape), op.value).astype(ctx.numpy(op.type.dtype)),)


def generic(op: linalg.Generic, inputs: Arrays, ctx: Context) -> Arrays:
    """Inputs are broadcast over the iteration space, the body is evaluated, the result brought to its order."""
    sizes = ctx.shape(op.iteration_shape)
    aligned = [_align(a, m, sizes) for a, m in zip(inputs, op.maps[:-1], strict=True)]
    try:
        out = evaluate_body(op.body, aligned, ctx)
    except InferError as e:
        raise TensorIRError(f"{op.NAME}: {e}", op.loc) from None
    out = np.broadcast_to(out, sizes).transpose(op.maps[-1].positions())
    return (out if out.flags.writeable else out.copy(),)


def _align(array: Array, map: AffineMap, sizes: tuple[int, ...]) -> Array:
    """The operand as seen by the iteration space: missing dims are 1, other expressions are gathered."""
    if map.is_projected_permutation:
        dims = map.positions()
        order = sorted(range(len(dims)), key=dims.__getitem__)
        present = set(dims)
        return array.transpose(order)[tuple(slice(None) if d in present else None for d in range(len(sizes)))]
    points = np.indices(sizes).reshape(len(sizes), -1).T
    index = np.array([map.apply(tuple(int(i) for i in p)) for p in points], np.int64).reshape(-1, array.ndim)
    return array[tuple(index.T)].reshape(sizes)


def contract(op: linalg.Contract, inputs: Arrays, ctx: Context) -> Arrays:
    """np.einsum over the maps, in the result's type (16-bit floats accumulate in float32)."""
    lhs, rhs, *init = inputs
    out = multiply(lhs, rhs, [list(m.positions()) for m in op.maps], op.dtype, ctx)
    return (accumulate(out, init, op.dtype, ctx),)


def multiply(lhs: Array, rhs: Array, dims: list[list[int]], dtype: DType, ctx: Context) -> Array:
    """Σ lhs·rhs by dim labels; not yet rounded to `dtype` if that is a 16-bit float."""
    compute = ctx.numpy(dtype)
    if dtype.is_float and compute.itemsize < 4:
        compute = np.dtype(np.float32)
    if dtype.is_integer:
        compute = np.dtype(np.int64)
    a, b = (x.astype(compute) if dtype.is_float else convert(x, dtype, ctx).astype(np.int64) for x in (lhs, rhs))
    with np.errstate(all="ignore"):
        return np.einsum(a, dims[0], b, dims[1], dims[2], optimize=True)


def accumulate(out: Array, init: list[Array], dtype: DType, ctx: Context) -> Array:
    """`out` plus the accumulator, if there is one, rounded to `dtype`."""
    if init:
        with np.errstate(all="ignore"):
            out = out + init[0].astype(out.dtype)
    return convert(out, dtype, ctx) if out.dtype != ctx.numpy(dtype) else np.ascontiguousarray(out)


def reduce(op: linalg.Reduce, inputs: Arrays, ctx: Context) -> Arrays:
    """Integers wrap; 16-bit floats accumulate in float32; nothing gives the neutral element."""
    dtype = op.source.type.dtype
    source = inputs[0]
    wide = source.astype(np.int64) if dtype.is_integer else source.astype(np.float32) if source.itemsize < 4 else source
    low, high = _limits(dtype)
    with np.errstate(all="ignore"):
        if op.kind == "add":
            out = np.sum(wide, axis=op.dims)
        elif op.kind == "mul":
            out = np.prod(wide, axis=op.dims)
        elif op.kind == "max":
            out = np.max(wide, axis=op.dims, initial=low)
        else:
            out = np.min(wide, axis=op.dims, initial=high)
    out = np.asarray(out)
    if dtype.kind == "bool":
        return (out % 2 != 0 if op.kind == "add" else out != 0,)
    return (convert(out, dtype, ctx) if dtype.is_integer else out.astype(source.dtype, copy=False),)


def _limits(dtype: DType) -> tuple[Any, Any]:
    """The neutral elements of max and min."""
    if dtype.is_float:
        return -np.inf, np.inf
    if dtype.kind == "signed":
        return -(1 << (dtype.bits - 1)), (1 << (dtype.bits - 1)) - 1
    return 0, (1 << dtype.bits) - 1


def transpose(op: linalg.Transpose, inputs: Arrays, ctx: Context) -> Arrays:
    return (inputs[0].transpose(op.permutation),)


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
    """`dims` as one row-major last axis, and the way back."""
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
    linalg.Generic: generic,
    linalg.Contract: contract,
    linalg.Reduce: reduce,
    linalg.Transpose: transpose,
    linalg.Broadcast: broadcast,
    linalg.Softmax: softmax,
    linalg.LayerNorm: layer_norm,
    linalg.ZeroPadding: zero_padding,
}
