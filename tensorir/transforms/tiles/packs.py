"""Packs and unpacks: a unit runs along whole tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorir.dialects import packing, tile
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import Access, UnfitError
from tensorir.transforms.tiles.emitter import Emitter, Loop, Piece, refined


def pack(e: Emitter, op: packing.Pack, out: Access) -> None:
    """The plain side of the unit's tiles is packed."""
    packed = e.value_pieces(op.result)
    plain = _plain_pieces(e, op, op.layout, op.source.type.shape, packed)
    source = e.accesses[op.source]
    if op.source in e.whole:
        source = e.within(source, plain)
    if not _is_matrix(op.layout, source):
        place = row_major_memory(e, plain, op.source)
        e.copy(source, place, plain)
        source = place
    place = out if _has_tiles(op.layout, out) else row_major_memory(e, packed, op.result)
    _pack_step(e, op.layout, source, place, plain, packed, op.padding)
    e.copy(place, out, packed)


def _is_matrix(layout: Layout, plain: Access) -> bool:
    """Whether each tiled dim is evenly spaced in memory, as the kernels need it."""
    return all(len(plain.dims[d]) == 1 for d in layout.inner_dims)


def _has_tiles(layout: Layout, packed: Access) -> bool:
    """Whether each tile lies together, in the order of its dims or turned, as the kernels need it. It may not where a
    transposition follows a pack."""
    digits = [packed.dims[layout.inner_position(d)] for d in layout.inner_dims]
    if any(len(x) > 1 for x in digits):
        return False
    tile = [(x[0].size, x[0].stride) for x in digits if x and x[0].size != 1]
    return any(are_dense(order) for order in (tile, tile[::-1]))


def are_dense(dims: Sequence[tuple[Dim, Dim]]) -> bool:
    """Whether sizes and strides are those of a row-major block."""
    expected: Dim = 1
    for size, stride in reversed(dims):
        if stride != expected:
            return False
        expected = expected * size
    return True


def row_major_memory(e: Emitter, pieces: Sequence[Piece], value: Value) -> Access:
    """Memory of the unit for one side."""
    return e.scratch_of([p.size for p in pieces], [p.most for p in pieces], value.type, value.hint)


def _plain_pieces(e: Emitter, op: Op, layout: Layout, shape: Sequence[Dim], packed: Sequence[Piece]) -> list[Piece]:
    """The pieces of the plain tensor that correspond to those of its packed form."""
    plain: list[Piece] = []
    for d in range(layout.rank):
        outer, tile_size = packed[layout.outer_position(d)], layout.tile(d)
        if outer.begin == 0 and outer.size == (outer.most):
            plain.append(Piece(0, shape[d], shape[d]))
        elif tile_size is None:
            plain.append(outer)
        else:
            unit, factor = e.unit_along(op.results[0], layout.outer_position(d))
            plain.append(e.piece(unit, factor * tile_size, shape[d]))
    return plain


def _pack_step(
    e: Emitter, layout: Layout, plain: Access, packed: Access, pieces: Sequence[Piece], tiles: Sequence[Piece],
    padding: Any = None,
) -> None:  # fmt: skip  # arguments that belong together stay on one line
    """Packs (with `padding`) or unpacks (None)."""
    tiled = list(layout.inner_dims)
    if len(tiled) > 2:
        raise UnfitError(f"{len(tiled)} dims are tiled; the kernels pack two")
    batch = [
        refined([Loop(pieces[d], (plain.dims[d], packed.dims[layout.outer_position(d)]))])[0]
        for d in range(layout.rank)
        if d not in tiled
    ]
    rows: list[tuple[Dim, tuple[Dim, Dim]]] = []
    inner: list[tuple[Dim, tuple[Dim, Dim]]] = []
    extents: list[Dim] = []
    for d in tiled:
        size, step = layout.tile(d) or 1, plain.single(d).stride
        outer, within = packed.single(layout.outer_position(d)), packed.single(layout.inner_position(d))
        rows.append((tiles[layout.outer_position(d)].size, (step * size, outer.stride)))
        inner.append((size, (step, within.stride)))
        extents.append(pieces[d].size)
    while len(rows) < 2:
        at = 0 if inner and inner[0][1][0] == 1 else len(rows)
        rows.insert(at, (1, (0, 0)))
        inner.insert(at, (1, (0, 0)))
        extents.insert(at, 1)
    flat = [*(loop for part in batch for loop in part), *rows, *inner]
    limits = e.unit_map(*extents)
    if padding is None:
        e.emit(tile.Unpack, [packed], [plain], [(n, (s[1], s[0])) for n, s in flat], extents=limits)
    else:
        e.emit(tile.Pack, [plain], [packed], flat, extents=limits, padding=padding)


def unpack(e: Emitter, op: packing.Unpack, out: Access) -> None:
    """The tiles of the unit are unpacked, without what lies beyond the extents."""
    plain = e.value_pieces(op.result)
    layout, source = op.layout, e.accesses[op.source]
    tiles: list[Piece] = [Piece(0, s, s) for s in op.source.type.shape]
    for d, piece in enumerate(plain):
        if piece.begin == 0 and piece.size == piece.most:
            continue
        tile_size = layout.tile(d) or 1
        unit, factor = e.unit_along(op.result, d)
        if factor % tile_size:
            raise UnfitError(f"units of {factor} rows cut tiles of {tile_size}")
        outer = layout.outer_position(d)
        tiles[outer] = e.piece(unit, factor // tile_size, op.source.type.shape[outer])
    if op.source in e.whole:
        source = e.within(source, tiles)
    if not _has_tiles(layout, source):
        place = row_major_memory(e, tiles, op.source)
        e.copy(source, place, tiles)
        source = place
    place = out if _is_matrix(layout, out) else row_major_memory(e, plain, op.result)
    _pack_step(e, layout, place, source, plain, tiles)
    e.copy(place, out, plain)
