"""The sides of a contraction: where its operands lie along the dims of its iteration space, and how a unit packs them
into tiles and unpacks what their product gives."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tensorir.dialects import linalg, tile
from tensorir.ir.dims import Dim, ceildiv, product, quotient
from tensorir.ir.dtype import DType
from tensorir.ir.types import TensorType
from tensorir.transforms.tiles.access import Access, Digit, Digits, UnfitError, common, joined
from tensorir.transforms.tiles.emitter import Emitter, Piece

Flat = list[tuple[Dim, tuple[Dim, ...]]]


@frozen
class Product:
    """`out = init + Σ lhs·rhs` over an iteration space: where operands lie, and their digits along each dim of it."""

    pieces: Sequence[Piece]
    lhs: Access
    rhs: Access
    out: Access
    digits: tuple[Sequence[Digits | None], Sequence[Digits | None], Sequence[Digits | None]]

    def dims(self, lhs: bool, rhs: bool, out: bool) -> list[int]:
        """The dims along which exactly these operands move."""
        wanted = (lhs, rhs, out)
        return [d for d in range(len(self.pieces)) if tuple(o[d] is not None for o in self.digits) == wanted]


def contraction_sizes(op: linalg.Contract) -> list[Dim]:
    sizes: dict[int, Dim] = {}
    for map, value in ((op.maps[0], op.lhs), (op.maps[1], op.rhs)):
        for loop, size in zip(map.positions(), value.type.shape, strict=True):
            sizes.setdefault(loop, size)
    return [sizes[d] for d in range(op.maps[0].num_dims)]


def _matrix(
    e: Emitter, p: Product, operand: int, batch: Sequence[int], rows: Sequence[int], columns: Sequence[int],
    dtype: DType, *, copied: bool,
) -> tuple[Access, Flat, Digit, Digit]:  # fmt: skip  # arguments that belong together stay on one line
    """An operand as a matrix: its access, its batch loops, and the digit of rows and of columns.

    Dims that are not evenly spaced together are first copied to memory of the unit (`copied`), or, for an out, made
    there."""
    access, digits = (p.lhs, p.rhs, p.out)[operand], p.digits[operand]

    def merged(dims: Sequence[int]) -> Digits:
        return joined(tuple(x for d in dims for x in digits[d] or ()))

    row, column = merged(rows), merged(columns)
    loops = [merged([d]) for d in batch]
    if len(row) == len(column) == 1 and all(len(x) == 1 for x in loops):
        return access, [(x[0].size, (x[0].stride,)) for x in loops], row[0], column[0]
    every = [*batch, *rows, *columns]
    place = e.scratch_of(
        [p.pieces[d].size for d in every], [p.pieces[d].most for d in every], TensorType((), dtype), "matrix"
    )
    if copied:
        flat: Flat = []
        for i, d in enumerate(every):
            flat += common([digits[d] or (), place.dims[i]]) or [(1, (0, 0))]
        e.emit(tile.Copy, [access], [place], flat)
    b, r = len(batch), len(rows)
    row, column = (joined(tuple(x for x in part for x in x)) for part in (place.dims[b : b + r], place.dims[b + r :]))
    if len(row) != 1 or len(column) != 1:
        raise UnfitError("the pieces of a contraction's dims do not form a matrix")
    return place, [(place.dims[i][0].size, (place.dims[i][0].stride,)) for i in range(b)], row[0], column[0]


def packed_side(
    e: Emitter, p: Product, operand: int, batch: Sequence[int], rows: Sequence[int], columns: Sequence[int],
    tiles: tuple[int, int], transposed: bool, dtype: DType,
) -> Access:  # fmt: skip  # arguments that belong together stay on one line
    """Packs an operand: [batch…, rows/T0, columns/T1, T0, T1], or with the inner dims in the other order in memory."""
    packed = tile_memory(e, p, batch, rows, columns, tiles, transposed, dtype)
    direct = _blocks(p, operand, batch, rows, columns, packed, tiles)
    if direct is not None:
        access, (flat, row, column) = (p.lhs, p.rhs)[operand], direct
    else:
        access, loops, row, column = _matrix(e, p, operand, batch, rows, columns, dtype, copied=True)
        flat = _matrix_loops(loops, (row, column), packed, tiles)
    e.emit(tile.Pack, [access], [packed], flat, extents=e.unit_map(row.size, column.size))
    return packed


def _blocks(
    p: Product, operand: int, batch: Sequence[int], rows: Sequence[int], columns: Sequence[int],
    packed: Access, tiles: tuple[int, int],
) -> tuple[Flat, Digit, Digit] | None:  # fmt: skip  # arguments that belong together stay on one line
    """An operand whose rows or columns are evenly spaced only in blocks of whole tiles, such as windows of an image:
    the loops of its pack, over the blocks outside, and the digits of rows and columns of one block. None for others."""
    digits, b = p.digits[operand], len(batch)
    sides = [joined(tuple(x for d in dims for x in digits[d] or ())) for dims in (rows, columns)]
    outer = [joined(digits[d] or ()) for d in batch]
    if all(len(side) == 1 for side in sides) or any(len(x) != 1 for x in outer):
        return None
    if any(len(side) > 1 and quotient(side[-1].size, t) is None for side, t in zip(sides, tiles, strict=True)):
        return None
    strides = [d[0].stride for d in packed.dims]
    flat: Flat = [(x[0].size, (x[0].stride, strides[i])) for i, x in enumerate(outer)]
    row, column = sides[0][-1], sides[1][-1]
    counts = ceildiv(row.size, tiles[0]), ceildiv(column.size, tiles[1])
    for i, side in enumerate(sides):
        for n, digit in enumerate(side[:-1]):
            inside = product(x.size for x in side[n + 1 : -1]) * counts[i]
            flat.append((digit.size, (digit.stride, strides[b + i] * inside)))
    return _tile_loops(flat, (row, column), counts, packed, tiles), row, column


def tile_memory(
    e: Emitter, p: Product, batch: Sequence[int], rows: Sequence[int], columns: Sequence[int],
    tiles: tuple[int, int], transposed: bool, dtype: DType,
) -> Access:  # fmt: skip  # arguments that belong together stay on one line
    """Memory of the unit for a packed matrix: [batch…, rows/T0, columns/T1, T0, T1]; `transposed`: the inner dims lie
    in the other order."""

    def count(dims: Sequence[int], t: int, largest: bool) -> Dim:
        return ceildiv(product(p.pieces[d].most if largest else p.pieces[d].size for d in dims), t)

    inner = (tiles[1], tiles[0]) if transposed else tiles
    sizes = [
        [*((p.pieces[d].most if largest else p.pieces[d].size) for d in batch),
         count(rows, tiles[0], largest), count(columns, tiles[1], largest), *inner]
        for largest in (False, True)
    ]  # fmt: skip  # one line per group of sizes
    made = e.scratch_of(sizes[0], sizes[1], TensorType((), dtype), "tiles")
    return made.transposed([*range(len(batch) + 2), len(batch) + 3, len(batch) + 2]) if transposed else made


def _matrix_loops(batch: Flat, matrix: tuple[Digit, Digit], packed: Access, tiles: tuple[int, int]) -> Flat:
    """The loops of a pack or an unpack of all tiles of a matrix. `batch`: the loops around it on the plain side."""
    b = len(batch)
    outer: Flat = [(size, (s[0], packed.dims[i][0].stride)) for i, (size, s) in enumerate(batch)]
    return _tile_loops(outer, matrix, (packed.dims[b][0].size, packed.dims[b + 1][0].size), packed, tiles)


def _tile_loops(
    outer: Flat, matrix: tuple[Digit, Digit], counts: tuple[Dim, Dim], packed: Access, tiles: tuple[int, int]
) -> Flat:
    """The loops of a pack or an unpack, with the strides of the plain and of the packed side: `outer`, then `counts`
    tiles of rows and columns, then positions within a tile."""
    strides = [digits[0].stride for digits in packed.dims[-4:]]
    flat = list(outer)
    flat += [(counts[i], (d.stride * tiles[i], strides[i])) for i, d in enumerate(matrix)]
    flat += [(tiles[i], (d.stride, strides[2 + i])) for i, d in enumerate(matrix)]
    return flat


def unpack_product(
    e: Emitter, p: Product, made: Access, batch: Sequence[int], m: Sequence[int], n: Sequence[int],
    tiles: tuple[int, int], dtype: DType,
) -> None:  # fmt: skip  # arguments that belong together stay on one line
    access, loops, row, column = _matrix(e, p, 2, batch, m, n, dtype, copied=False)
    flat: Flat = [(n, (packed, plain)) for n, (plain, packed) in _matrix_loops(loops, (row, column), made, tiles)]
    e.emit(tile.Unpack, [made], [access], flat, extents=e.unit_map(row.size, column.size))
    if access.buffer is p.out.buffer:
        return
    every = [*batch, *m, *n]
    flat = []
    for i, d in enumerate(every):
        flat += common([access.dims[i], p.digits[2][d] or ()]) or [(1, (0, 0))]
    e.emit(tile.Copy, [access], [p.out], flat)
