"""Packed ops, the only ones that see physical arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.encoding.layout import Layout
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import filled
from tensorir.interp.linalg_ops import accumulate, multiply
from tensorir.ir.op import Op

Arrays = tuple[Array, ...]


def pack(op: Pack, inputs: Arrays, ctx: Context) -> Arrays:
    """Pads every tiled dim to a multiple of its tile, splits it, and transposes the parts."""
    (source,) = inputs
    layout = op.layout
    padded_shape = tuple(-(-n // t) * t for n, t in zip(source.shape, _tiles(layout), strict=True))
    padded = filled(padded_shape, op.padding, op.source.type.dtype, ctx)
    padded[tuple(slice(0, n) for n in source.shape)] = source
    ordered = padded.reshape(_split(padded_shape, layout)).transpose(_order(layout))
    return (np.ascontiguousarray(ordered).reshape(layout_shape(source.shape, layout)),)


def unpack(op: Unpack, inputs: Arrays, ctx: Context) -> Arrays:
    """The inverse of pack: transposes the parts back, merges them, and cuts the padding off. The result has memory of
    its own, so that the tiles need not be kept."""
    (source,) = inputs
    layout = op.layout
    shape = ctx.shape(op.shape)
    padded_shape = tuple(-(-n // t) * t for n, t in zip(shape, _tiles(layout), strict=True))
    split = _split(padded_shape, layout)
    order = _order(layout)
    merged = source.reshape([split[i] for i in order]).transpose(np.argsort(order)).reshape(padded_shape)
    return (np.array(merged[tuple(slice(0, n) for n in shape)], order="C"),)


def mmt4d(op: Mmt4d | BatchMmt4d, inputs: Arrays, ctx: Context) -> Arrays:
    """dims: batch 0; M1 1, N1 2, K1 3, M0 4, N0 5, K0 6."""
    lhs, rhs, *init = inputs
    batch = [0] if isinstance(op, BatchMmt4d) else []
    rhs_inner = [5, 6] if op.rhs_order == "nk" else [6, 5]
    dims = [[*batch, 1, 3, 4, 6], [*batch, 2, 3, *rhs_inner], [*batch, 1, 2, 4, 5]]
    return (accumulate(multiply(lhs, rhs, dims, op.dtype, ctx), init, op.dtype, ctx),)


def layout_shape(shape: tuple[int, ...], layout: Layout) -> tuple[int, ...]:
    """Returns the physical shape of a logical one, as numbers."""
    return tuple(n for n in layout.packed_shape(shape) if isinstance(n, int))


def _tiles(layout: Layout) -> list[int]:
    return [layout.tile(d) or 1 for d in range(layout.rank)]


def _split(shape: tuple[int, ...], layout: Layout) -> list[int]:
    """Returns every logical dim as (number of tiles, tile)."""
    return [part for n, t in zip(shape, _tiles(layout), strict=True) for part in (n // t, t)]


def _order(layout: Layout) -> list[int]:
    """Returns the physical order of those parts; the tile of an untiled dim has size 1 and follows its outer part."""
    outer = [p for d in layout.outer_perm for p in ([2 * d] if layout.tile(d) else [2 * d, 2 * d + 1])]
    return [*outer, *(2 * d + 1 for d in layout.inner_dims)]


PACKING_OPS: dict[type[Op], Any] = {Pack: pack, Unpack: unpack, Mmt4d: mmt4d, BatchMmt4d: mmt4d}
