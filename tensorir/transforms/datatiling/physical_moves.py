"""The packed forms of ops that move elements: whole tiles are sliced, joined, padded, looked up, inserted.

Each takes the op, its operands as they are stored, and the wanted layout of the result, and returns None if a tile
would be cut (`layouts/moved.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.tensor import Concat, ExtractSlice, Gather, InsertSlice, Pad
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim, ceildiv, divisible, floordiv, mod
from tensorir.transforms.datatiling.packed import Emitter, Packed
from tensorir.transforms.layouts.moved import (
    Move,
    goes_in_whole_tiles,
    is_zero,
    move_form,
    result_layout,
)


def extract_slice(op: ExtractSlice, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """A slice of whole tiles; what lies behind its end in the last one becomes padding."""
    if (stored := _stored(op, operands, layout, emit)) is None:
        return None
    (x,) = stored
    offsets = _in_tiles(layout, op.offsets)
    ones = (1,) * len(layout.inner_dims)
    strides = (*(op.strides[d] for d in layout.outer_perm), *ones)
    made = ExtractSlice(x.value, offsets, layout.packed_shape(op.sizes), strides, loc=op.loc)
    to_the_end = (d for d in x.zero if op.offsets[d] + op.sizes[d] == x.shape[d])
    return Packed(emit.add(made).result, op.result.type.shape, layout, frozenset(to_the_end))


def concat(op: Concat, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Joins whole tiles."""
    if (parts := _stored(op, operands, layout, emit)) is None:
        return None
    made = Concat(tuple(x.value for x in parts), layout.outer_position(op.dim), loc=op.loc)
    zero = frozenset[int].intersection(*(x.zero for x in parts)) | (parts[-1].zero & {op.dim})
    return Packed(emit.add(made).result, op.result.type.shape, layout, zero)


def pad(op: Pad, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Pads with whole tiles. Where the source ends within a tile, the rest of it is zero like what follows."""
    if (stored := _stored(op, operands, layout, emit)) is None:
        return None
    (x,) = stored
    shape = op.result.type.shape
    high: list[Dim] = list(op.high)
    for d, tile in zip(layout.inner_dims, layout.inner_tiles, strict=True):
        if op.high[d] != 0 and not divisible(x.shape[d], tile):
            x = emit.with_zeros(x, d)
        high[d] = ceildiv(shape[d], tile) - floordiv(op.low[d], tile) - ceildiv(x.shape[d], tile)
    inside = (0,) * len(layout.inner_dims)
    before, after = _in_tiles(layout, op.low), (*(high[d] for d in layout.outer_perm), *inside)
    if not any((*before, *after)):
        return Packed(x.value, shape, layout, x.zero)
    made = Pad(x.value, before, after, op.value, loc=op.loc)
    zero = _zeros(x) if is_zero(op.value) else frozenset[int]()
    return Packed(emit.add(made).result, shape, layout, zero)


def gather(op: Gather, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Looks up rows of tiles, each of them whole."""
    if (stored := _stored(op, operands, layout, emit)) is None:
        return None
    table, indices = stored
    made = emit.add(Gather(table.value, indices.value, loc=op.loc)).result
    first = op.indices.type.rank - 1
    zero = frozenset(d + first for d in _zeros(table) if d)
    by_rows = None if table.layout is None else result_layout(op, 0, table.layout)
    return emit.stored(Packed(made, op.result.type.shape, by_rows, zero), layout)


def insert_slice(op: InsertSlice, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Puts whole tiles in the place of others. What goes into one tile of a dim is cut out of its own tile."""
    if (stored := _stored(op, operands, layout, emit)) is None:
        return None
    source, dest = stored
    value, inner = source.value, [0] * len(layout.inner_dims)
    within: list[int] = []
    sizes = list(value.type.shape)
    starts: list[Dim] = [0] * len(inner)
    for i, (d, tile) in enumerate(zip(layout.inner_dims, layout.inner_tiles, strict=True)):
        if not goes_in_whole_tiles(op, d, tile):
            within.append(d)
            sizes[layout.rank + i] = source.shape[d]
            starts[i] = mod(op.offsets[d], tile)
    if within:
        whole = (0,) * len(sizes)
        value = emit.add(ExtractSlice(value, whole, tuple(sizes), (1,) * len(sizes), loc=op.loc)).result
    offsets = (*_in_tiles(layout, op.offsets)[: layout.rank], *starts)
    strides = (*(1 if d in within else op.strides[d] for d in layout.outer_perm), *(1 for _ in inner))
    made = InsertSlice(value, dest.value, offsets, strides, loc=op.loc)
    zero = _zeros(dest) & (_zeros(source) | frozenset(within))
    return Packed(emit.add(made).result, op.result.type.shape, layout, zero)


def _stored(op: Move, operands: Sequence[Packed], layout: Layout, emit: Emitter) -> list[Packed] | None:
    """Returns the operands as the tiles of the result need them, None if a tile would be cut."""
    form = move_form(op, layout)
    return None if form is None else [emit.stored(x, s) for x, s in zip(operands, form.operands, strict=True)]


def _in_tiles(layout: Layout, offsets: Sequence[Dim]) -> tuple[Dim, ...]:
    """Returns where a part begins in the physical dims, whose tiles it takes whole."""
    outer = (floordiv(offsets[d], layout.tile(d) or 1) for d in layout.outer_perm)
    return (*outer, *(0 for _ in layout.inner_dims))


def _zeros(x: Packed) -> frozenset[int]:
    """The dims without padding, and those whose padding is zero."""
    padded = () if x.layout is None else x.layout.padded_dims(x.shape)
    return x.zero | (frozenset(range(len(x.shape))) - frozenset(padded))
