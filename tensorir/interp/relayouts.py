"""Copies from one layout to another, and windows of memory, as NumPy does them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorir.dialects.relayout import Relayout as RelayoutOp
from tensorir.encoding.digits import Box, Relayout, Window
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import filled
from tensorir.ir.op import Op


def relayout(op: RelayoutOp, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    """Copies the source, and fills the padding of the result."""
    (source,) = inputs
    shape = ctx.shape(op.result.type.shape)
    dest = np.array(filled(shape, op.padding, op.source.type.dtype, ctx)).reshape(-1)
    return (relaid(op.copy(), np.ascontiguousarray(source).reshape(-1), dest, ctx).reshape(shape),)


def relaid(copy: Relayout, source: Array, dest: Array, ctx: Context) -> Array:
    """Copies the flat memory `source` to the flat memory `dest`, which it returns, and fills the padding that must hold
    a value. What else lies in `dest` stays."""
    for box in (c.box for c in copy.copies):
        _box(dest, box, ctx, dest=True)[...] = _box(source, box, ctx, dest=False)
    for fill in copy.fills:
        _box(dest, fill.box, ctx, dest=True)[...] = fill.value
    return dest


def _box(memory: Array, box: Box, ctx: Context, dest: bool) -> Array:
    """Returns the elements that a nest reaches in one of the memories."""
    extents = ctx.numbers([loop.extent for loop in box.loops])
    if 0 in extents:
        return np.empty(extents, memory.dtype)
    (begin, *strides) = ctx.numbers(
        [box.dest, *(loop.dest for loop in box.loops)] if dest else [box.source, *(loop.source for loop in box.loops)]
    )
    last = begin + sum((n - 1) * s for n, s in zip(extents, strides, strict=True))
    if begin < 0 or last >= memory.size:
        raise IndexError(f"a nest reaches the elements {begin} … {last} of {memory.size}")  # a bug of the algebra
    steps = [s * memory.itemsize for s in strides]
    return np.lib.stride_tricks.as_strided(memory[begin:], extents, steps)


def windowed(memory: Array, windows: Sequence[Window | None], value: object, ctx: Context) -> Array:
    """Returns the windows of a memory that has one dim per digit; what lies outside of it is `value`."""
    for axis, window in enumerate(windows):
        if window is None:
            continue
        begin, count = ctx.numbers([window.begin, window.count])
        made = np.full((*memory.shape[:axis], count, *memory.shape[axis + 1 :]), value, memory.dtype)
        first, last = max(begin, 0), min(begin + count, memory.shape[axis])
        to = (slice(None),) * axis + (slice(first - begin, max(first, last) - begin),)
        made[to] = memory[(slice(None),) * axis + (slice(first, max(first, last)),)]
        memory = made
    return memory


RELAYOUT_OPS: dict[type[Op], Any] = {RelayoutOp: relayout}
