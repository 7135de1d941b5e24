"""Packed ops, the only ones that see physical arrays."""

from __future__ import annotations

from typing import Any

from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import filled
from tensorir.interp.linalg_ops import accumulate, multiply
from tensorir.interp.packed_arrays import into_tiles, out_of_tiles, padded_shape
from tensorir.ir.op import Op

Arrays = tuple[Array, ...]


def pack(op: Pack, inputs: Arrays, ctx: Context) -> Arrays:
    """Pads every tiled dim to a multiple of its tile, splits it, and transposes the parts."""
    (source,) = inputs
    layout = op.layout
    padded = filled(padded_shape(source.shape, layout), op.padding, op.source.type.dtype, ctx)
    padded[tuple(slice(0, n) for n in source.shape)] = source
    return (into_tiles(padded, layout),)


def unpack(op: Unpack, inputs: Arrays, ctx: Context) -> Arrays:
    """The inverse of pack: transposes the parts back, merges them, and cuts the padding off. The result has memory of
    its own, so that the tiles need not be kept."""
    (source,) = inputs
    return (out_of_tiles(source, op.layout, ctx.shape(op.shape)),)


def mmt4d(op: Mmt4d | BatchMmt4d, inputs: Arrays, ctx: Context) -> Arrays:
    """dims: batch 0; M1 1, N1 2, K1 3, M0 4, N0 5, K0 6."""
    lhs, rhs, *init = inputs
    batch = [0] if isinstance(op, BatchMmt4d) else []
    rhs_inner = [5, 6] if op.rhs_order == "nk" else [6, 5]
    dims = [[*batch, 1, 3, 4, 6], [*batch, 2, 3, *rhs_inner], [*batch, 1, 2, 4, 5]]
    return (accumulate(multiply(lhs, rhs, dims, op.dtype, ctx), init, op.dtype, ctx),)


PACKING_OPS: dict[type[Op], Any] = {Pack: pack, Unpack: unpack, Mmt4d: mmt4d, BatchMmt4d: mmt4d}
