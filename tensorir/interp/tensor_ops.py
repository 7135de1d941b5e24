"""The dialects tensor, encode, flow and func: ops that move, slice or name tensors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from attrs import evolve

from tensorir.dialects import encode, flow, func, tensor
from tensorir.interp.arguments import bind_sizes
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import filled
from tensorir.interp.limits import check_bytes
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Executable, Function
from tensorir.ir.op import Op
from tensorir.ir.region import Region

Arrays = tuple[Array, ...]


def constant(op: tensor.Constant, inputs: Arrays, ctx: Context) -> Arrays:
    return (op.value.array.astype(ctx.numpy(op.value.dtype), copy=False),)


def empty(op: tensor.Empty, inputs: Arrays, ctx: Context) -> Arrays:
    """Returns unspecified elements: NaN or the largest integer, so that nothing relies on them."""
    dtype = op.type.dtype
    poison = np.nan if dtype.is_float else (1 << (dtype.bits - (dtype.kind == "signed"))) - 1
    return (filled(ctx.shape(op.type.shape), poison, dtype, ctx),)


def dim(op: tensor.DimOp, inputs: Arrays, ctx: Context) -> Arrays:
    return (np.asarray(inputs[0].shape[op.index], np.int64),)


def size(op: tensor.Size, inputs: Arrays, ctx: Context) -> Arrays:
    return (np.asarray(ctx.dim(op.size) & (1 << 64) - 1, np.uint64).astype(np.int64),)


def reshape(op: tensor.ExpandShape | tensor.CollapseShape, inputs: Arrays, ctx: Context) -> Arrays:
    """A view of the source, or a copy, with memory of its own, where dims are merged that are not neighbours there."""
    (source,) = inputs
    shape = ctx.shape(op.result.type.shape)
    if not _merges_by_copy(source, op.groups if isinstance(op, tensor.CollapseShape) else ()):
        return (source.reshape(shape),)
    check_bytes(source.nbytes, f"{op.NAME}: the result takes", op.loc, ctx)
    out = np.empty(shape, source.dtype)
    out.reshape(source.shape)[...] = source
    return (out,)


def _merges_by_copy(array: Array, groups: Sequence[Sequence[int]]) -> bool:
    """Some dims of a group, those of size 1 left out, do not lie in memory as one dim would."""
    kept = ([d for d in group if array.shape[d] != 1] for group in groups)
    return array.size > 0 and any(
        array.strides[a] != array.strides[b] * array.shape[b] for group in kept for a, b in pairwise(group)
    )


def extract_slice(op: tensor.ExtractSlice, inputs: Arrays, ctx: Context) -> Arrays:
    (source,) = inputs
    return (source[_slices(op, ctx.numbers(op.offsets), ctx.shape(op.sizes), op.strides, source.shape)],)


def _slices(
    op: Op, offsets: Sequence[int], sizes: Sequence[int], strides: Sequence[int], shape: Sequence[int]
) -> tuple[slice, ...]:
    """Returns the index of a slice in a tensor of `shape`. Raises TensorIRError if the slice is not inside it."""
    index: list[slice] = []
    for d, (offset, size, stride) in enumerate(zip(offsets, sizes, strides, strict=True)):
        end = offset + (size - 1) * stride + 1 if size else offset
        if offset < 0 or size < 0 or end > shape[d]:
            raise _error(op, f"dim {d}: [{offset} : {end} : {stride}] is outside of the size {shape[d]}")
        index.append(slice(offset, end, stride))
    return tuple(index)


def insert_slice(op: tensor.InsertSlice, inputs: Arrays, ctx: Context) -> Arrays:
    source, dest = inputs
    out = np.array(dest)
    out[_slices(op, ctx.numbers(op.offsets), source.shape, op.strides, dest.shape)] = source
    return (out,)


def concat(op: tensor.Concat, inputs: Arrays, ctx: Context) -> Arrays:
    return (np.concatenate(inputs, axis=op.dim),)


def pad(op: tensor.Pad, inputs: Arrays, ctx: Context) -> Arrays:
    (source,) = inputs
    low, high = ctx.numbers(op.low), ctx.numbers(op.high)
    for d, (before, after) in enumerate(zip(low, high, strict=True)):
        if before < 0 or after < 0:
            side, written, value = ("low", op.low[d], before) if before < 0 else ("high", op.high[d], after)
            raise _error(op, f"{side} of dim {d} is {written} = {value}, but padding can't be negative")
    out = filled(ctx.shape(op.result.type.shape), op.value, op.source.type.dtype, ctx)
    out[tuple(slice(lo, lo + n) for lo, n in zip(low, source.shape, strict=True))] = source
    return (out,)


def gather(op: tensor.Gather, inputs: Arrays, ctx: Context) -> Arrays:
    source, indices = inputs
    outside = (indices < 0) | (indices >= source.shape[0])
    if np.any(outside):
        raise _error(op, f"index {indices[outside][0]} is outside of the {source.shape[0]} rows of source")
    return (source[indices.astype(np.int64)],)


def gather_nd(op: tensor.GatherNd, inputs: Arrays, ctx: Context) -> Arrays:
    source, *indices = inputs
    for d, index in enumerate(indices):
        outside = (index < 0) | (index >= source.shape[d])
        if np.any(outside):
            raise _error(op, f"index {index[outside][0]} is outside of the size {source.shape[d]} of dim {d}")
    return (source[tuple(index.astype(np.int64) for index in indices)],)


def cast(op: tensor.Cast, inputs: Arrays, ctx: Context) -> Arrays:
    wanted = ctx.shape(op.shape)
    if inputs[0].shape != wanted:
        raise _error(op, f"the tensor has sizes {inputs[0].shape}, the cast says {wanted}")
    return inputs


def same(op: Op, inputs: Arrays, ctx: Context) -> Arrays:
    return inputs


def load(op: flow.GlobalLoad, inputs: Arrays, ctx: Context) -> Arrays:
    return (ctx.load_global(op.symbol).astype(ctx.numpy(op.type.dtype), copy=False),)


def dispatch(op: flow.Dispatch, inputs: Arrays, ctx: Context) -> Arrays:
    return ctx.run_region(op.body, inputs)


def launch(op: flow.Launch, inputs: Arrays, ctx: Context) -> Arrays:
    """The executable runs with the sizes of the inputs of this launch and those that the launch states."""
    executable = ctx.module.lookup(Executable, op.executable)
    given = dict(zip(executable.free_sizes, ctx.shape(op.sizes), strict=True))
    return _run_with_own_sizes(op, f"@{executable.name}", executable.body, inputs, ctx, given)


def call(op: func.Call, inputs: Arrays, ctx: Context) -> Arrays:
    """The callee runs with the sizes of the arguments of this call."""
    callee = ctx.module.lookup(Function, op.callee)
    if op.callee in ctx.callers:
        raise _error(op, f"@{op.callee} calls itself: {' → '.join('@' + n for n in (*ctx.callers, op.callee))}")
    inner = evolve(ctx, callers=(*ctx.callers, op.callee))
    return _run_with_own_sizes(op, f"@{op.callee}", callee.body, inputs, inner, {})


def _run_with_own_sizes(
    op: Op, callee: str, body: Region, inputs: Arrays, ctx: Context, given: dict[str, int]
) -> Arrays:
    """Runs a region with the sizes of its arguments and the `given` ones."""
    if len(inputs) != len(body.args):
        raise _error(op, f"{callee} takes {len(body.args)} arguments, got {len(inputs)}")
    for i, (array, arg) in enumerate(zip(inputs, body.args, strict=True)):
        if (array.ndim, array.dtype) != (arg.type.rank, ctx.numpy(arg.type.dtype)):
            raise _error(op, f"argument {i} of {callee} is {arg.type}, got {array.dtype}{list(array.shape)}")
    names = [f"argument {i}" for i in range(len(inputs))]
    sizes = bind_sizes(body.arg_types, inputs, names, f"{op.NAME} {callee}", op.loc, given)
    return evolve(ctx, sizes=sizes).run_region(body, inputs)


def check(op: func.Assert, inputs: Arrays, ctx: Context) -> Arrays:
    (condition,) = inputs
    if not np.all(condition):
        raise _error(op, op.message)
    return ()


def _error(op: Op, message: str) -> TensorIRError:
    return TensorIRError(f"{op.NAME}: {message}", op.loc)


TENSOR_OPS: dict[type[Op], Any] = {
    tensor.Constant: constant,
    tensor.Empty: empty,
    tensor.DimOp: dim,
    tensor.Size: size,
    tensor.ExpandShape: reshape,
    tensor.CollapseShape: reshape,
    tensor.ExtractSlice: extract_slice,
    tensor.InsertSlice: insert_slice,
    tensor.Concat: concat,
    tensor.Pad: pad,
    tensor.Gather: gather,
    tensor.GatherNd: gather_nd,
    tensor.Cast: cast,
    encode.SetEncoding: same,
    encode.UnsetEncoding: same,
    flow.GlobalLoad: load,
    flow.Dispatch: dispatch,
    flow.Launch: launch,
    func.Assert: check,
    func.Call: call,
}
