"""Arrays into tiles and back."""

from __future__ import annotations

import numpy as np

from tensorir.encoding.layout import Layout
from tensorir.interp.context import Array


def padded_shape(shape: tuple[int, ...], layout: Layout) -> tuple[int, ...]:
    """Returns a logical shape with every tiled dim as a multiple of its tile."""
    return tuple(-(-n // t) * t for n, t in zip(shape, _tiles(layout), strict=True))


def packed(array: Array, layout: Layout) -> Array:
    """Returns an array in tiles, with zeros as padding, in new memory."""
    padded = np.zeros(padded_shape(array.shape, layout), array.dtype)
    padded[tuple(slice(0, n) for n in array.shape)] = array
    return into_tiles(padded, layout)


def into_tiles(padded: Array, layout: Layout) -> Array:
    """Returns an array of such a shape in tiles, in new memory."""
    ordered = padded.reshape(_split(padded.shape, layout)).transpose(_order(layout))
    return np.ascontiguousarray(ordered).reshape(layout_shape(padded.shape, layout))


def out_of_tiles(packed: Array, layout: Layout, shape: tuple[int, ...]) -> Array:
    """Returns the elements of a logical shape, without padding, in new memory."""
    padded = padded_shape(shape, layout)
    split, order = _split(padded, layout), _order(layout)
    merged = packed.reshape([split[i] for i in order]).transpose(np.argsort(order)).reshape(padded)
    return np.array(merged[tuple(slice(0, n) for n in shape)], order="C")


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
