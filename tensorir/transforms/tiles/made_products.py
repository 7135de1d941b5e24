"""Contractions of row-major operands whose right side is not stored (`made_sides`): the left side is packed, or read
where it lies if it has few rows."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from tensorir.dialects import linalg, tile
from tensorir.encoding.resolver import Tiles
from tensorir.ir.dims import Dim, product, quotient
from tensorir.ir.dtype import DType
from tensorir.transforms.tiles.access import Access, Digit, Digits, UnfitError, joined
from tensorir.transforms.tiles.emitter import Emitter, MadeSide
from tensorir.transforms.tiles.made_sides import right_side_loops
from tensorir.transforms.tiles.matmuls import MAX_ROWS
from tensorir.transforms.tiles.operands import operand_digits
from tensorir.transforms.tiles.sides import (
    Flat,
    Product,
    contraction_sizes,
    packed_side,
    tile_memory,
    unpack_product,
)


def contract_made(e: Emitter, op: linalg.Contract, side: MadeSide, out: Access) -> None:
    """The right side is computed in tiles, panel by panel, of sources that are not in tiles."""
    pieces = e.loop_pieces(op, contraction_sizes(op))
    types = op.lhs.type.dtype, op.rhs.type.dtype, op.dtype
    tiles = e.tiles_for(types)
    if tiles is None:
        raise UnfitError("the device has no tiles for these types")
    lhs, in_lhs = operand_digits(e, op.lhs, op.maps[0], pieces)
    in_rhs: list[Digits | None] = [None] * len(pieces)
    for loop in op.maps[1].positions():
        in_rhs[loop] = (Digit(pieces[loop].size, 0),)  # says only that it moves along this dim
    in_out: list[Digits | None] = [None] * len(pieces)
    for dim, loop in enumerate(op.maps[2].positions()):
        in_out[loop] = out.dims[dim]
    p = Product(pieces, lhs, lhs, out, (in_lhs, in_rhs, in_out))
    m, n, k = p.dims(True, False, True), p.dims(False, True, True), p.dims(True, True, False)
    batch = p.dims(True, True, True)
    if len(m) + len(n) + len(k) + len(batch) != len(pieces):
        raise UnfitError("some dim of the contraction belongs to one operand alone")
    if len(batch) > 1:
        raise UnfitError("several batch dims of a right side that is computed")
    few = product(p.pieces[d].size for d in m)
    as_rows = _as_rows(e, p, types, tiles, (batch, m, n, k)) if isinstance(few, int) and few <= MAX_ROWS else None
    if as_rows is not None:
        tiles, left, made = as_rows
    else:
        left = packed_side(e, p, 0, batch, m, k, (tiles.m0, tiles.k0), False, types[0])
        made = tile_memory(e, p, batch, m, n, (tiles.m0, tiles.n0), False, types[2])
    sources, outer, (columns, depth, inner) = right_side_loops(
        side, op.maps[1], pieces, (batch, n, k), (tiles.n0, tiles.k0)
    )
    b, still = len(batch), (0,) * len(sources)
    along_k: list[Dim] = [left.dims[b + 1][0].stride]
    for size, _ in reversed(depth[1:]):
        along_k.insert(0, along_k[0] * size)
    loops: Flat = [
        *((n, (left.dims[0][0].stride, *s, made.dims[0][0].stride)) for n, s in outer),
        (left.dims[b][0].size, (left.dims[b][0].stride, *still, made.dims[b][0].stride)),
        *((n, (0, *s, made.dims[b + 1][0].stride)) for n, s in columns),
        *((n, (stride, *s, 0)) for (n, s), stride in zip(depth, along_k, strict=True)),
        (tiles.m0, (left.dims[b + 2][0].stride, *still, made.dims[b + 2][0].stride)),
        (tiles.n0, (0, *inner[0][1], made.dims[b + 3][0].stride)),
        (tiles.k0, (left.dims[b + 3][0].stride, *inner[1][1], 0)),
    ]
    e.emit(
        tile.Mmt4dMap, [left, *sources], [made], loops,
        body=side.body, depth=len(depth), rhs_order=tiles.rhs_order, kernel=e.kernel_for(types, tiles),
        rows=e.unit_map(product(p.pieces[d].size for d in m)),
    )  # fmt: skip  # attributes that belong together stay on one line
    if as_rows is None:
        unpack_product(e, p, made, batch, m, n, (tiles.m0, tiles.n0), types[2])


def _as_rows(
    e: Emitter, p: Product, types: tuple[DType, DType, DType], tiles: Tiles, dims: tuple[Sequence[int], ...]
) -> tuple[Tiles, Access, Access] | None:
    """Tiles of one row, in which the left side and the result lie already if their rows are contiguous; None if they
    don't, or if the device has no kernel for such tiles."""
    batch, m, n, k = dims
    of_row = evolve(tiles, m0=1)
    if not e.kernel_for(types, of_row):
        return None
    found: list[Access] = []
    for access, digits, row in ((p.lhs, p.digits[0], k), (p.out, p.digits[2], n)):
        rows, along = (joined(tuple(x for d in part for x in digits[d] or ())) for part in (m, row))
        outer = [joined(digits[d] or ()) for d in batch]
        if any(len(x) != 1 for x in (rows, along, *outer)) or along[0].stride != 1:
            return None
        width = tiles.k0 if row is k else tiles.n0
        if (count := quotient(along[0].size, width)) is None:
            return None
        found.append(evolve(access, dims=(*outer, rows, (Digit(count, width),), (Digit(1, 0),), (Digit(width, 1),))))
    return of_row, found[0], found[1]
