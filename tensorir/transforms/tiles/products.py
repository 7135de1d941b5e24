"""Contractions of row-major operands: a unit packs its pieces into tiles, multiplies them, and unpacks what they give.

With few rows nothing is packed (`matmuls`), nor where the left side is no matrix (`strided_products`). Types for which
the device has no tiles are multiplied and added element by element.
"""

from __future__ import annotations

from tensorir.dialects import linalg, tile
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.encoding.resolver import Tiles
from tensorir.ir.affine import identity
from tensorir.ir.dims import product
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import ScalarBody, apply, arg, cast
from tensorir.ir.types import TensorType
from tensorir.transforms.tiles.access import Access, Digits, common
from tensorir.transforms.tiles.emitter import Emitter
from tensorir.transforms.tiles.matmuls import by_few_rows
from tensorir.transforms.tiles.operands import operand_digits
from tensorir.transforms.tiles.sides import Flat, Product, contraction_sizes, packed_side, tile_memory, unpack_product
from tensorir.transforms.tiles.strided_products import by_positions, by_strides


def contract(e: Emitter, op: linalg.Contract, out: Access) -> None:
    """One contraction in a unit; `init` is added at the end."""
    sizes = contraction_sizes(op)
    pieces = e.loop_pieces(op, sizes)
    lhs, in_lhs = operand_digits(e, op.lhs, op.maps[0], pieces)
    rhs, in_rhs = operand_digits(e, op.rhs, op.maps[1], pieces)
    in_out: list[Digits | None] = [None] * len(pieces)
    for dim, loop in enumerate(op.maps[2].positions()):
        in_out[loop] = out.dims[dim]
    given = Product(pieces, lhs, rhs, out, (in_lhs, in_rhs, in_out))
    tiles = e.tiles_for((op.lhs.type.dtype, op.rhs.type.dtype, op.dtype))
    alone = given.dims(True, False, False) + given.dims(False, True, False)
    if tiles is None or alone:
        _by_elements(e, op, given)
        return
    placed = by_strides(e, op, given) or by_positions(e, op, given)
    if not placed and not by_few_rows(e, op, pieces, ((lhs, in_lhs), (rhs, in_rhs), (out, in_out))):
        _by_tiles(e, op, given, tiles)
    if op.init:
        _add_init(e, op, given)


def _by_tiles(e: Emitter, op: linalg.Contract, p: Product, tiles: Tiles) -> None:
    m, n, k = p.dims(True, False, True), p.dims(False, True, True), p.dims(True, True, False)
    batch = p.dims(True, True, True)
    types = op.lhs.type.dtype, op.rhs.type.dtype, op.dtype
    left = packed_side(e, p, 0, batch, m, k, (tiles.m0, tiles.k0), False, types[0])
    right = packed_side(e, p, 1, batch, n, k, (tiles.n0, tiles.k0), tiles.rhs_order == "kn", types[1])
    made = tile_memory(e, p, batch, m, n, (tiles.m0, tiles.n0), False, types[2])
    sizes = [p.pieces[d].size for d in batch]
    b = len(batch)
    loops: Flat = [
        *((s, (left.dims[i][0].stride, right.dims[i][0].stride, made.dims[i][0].stride)) for i, s in enumerate(sizes)),
        (left.dims[b][0].size, (left.dims[b][0].stride, 0, made.dims[b][0].stride)),
        (right.dims[b][0].size, (0, right.dims[b][0].stride, made.dims[b + 1][0].stride)),
        (left.dims[b + 1][0].size, (left.dims[b + 1][0].stride, right.dims[b + 1][0].stride, 0)),
        (tiles.m0, (left.dims[b + 2][0].stride, 0, made.dims[b + 2][0].stride)),
        (tiles.n0, (0, right.dims[b + 2][0].stride, made.dims[b + 3][0].stride)),
        (tiles.k0, (left.dims[b + 3][0].stride, right.dims[b + 3][0].stride, 0)),
    ]
    kernel = e.kernel_for(types, tiles)
    rows = e.unit_map(product(p.pieces[d].size for d in m))
    e.emit(tile.Mmt4d, [left, right], [made], loops, rhs_order=tiles.rhs_order, kernel=kernel, rows=rows)
    unpack_product(e, p, made, batch, m, n, (tiles.m0, tiles.n0), types[2])


def _add_init(e: Emitter, op: linalg.Contract, p: Product) -> None:
    dims = op.maps[2].positions()
    pieces = [p.pieces[d] for d in dims]
    init, digits = operand_digits(e, op.init[0], identity(len(dims)), pieces)
    dtype = op.dtype
    body = ScalarBody((dtype, dtype), apply("add", arg(0, dtype), arg(1, dtype)))
    flat: Flat = []
    for i, d in enumerate(dims):
        here = p.digits[2][d] or ()
        flat += common([here, digits[i] or (), here]) or [(1, (0, 0, 0))]
    e.emit(tile.Map, [p.out, init], [p.out], flat, bodies=(body,))


def _by_elements(e: Emitter, op: linalg.Contract, p: Product) -> None:
    """Multiplies and adds position by position of the summed dims, in row-major order."""
    summed = [d for d in range(len(p.pieces)) if p.digits[2][d] is None]
    kept = [d for d in range(len(p.pieces)) if d not in summed]
    total = accumulation_type(op.dtype)
    out, in_out = p.out, list(p.digits[2])
    if total != op.dtype or op.init:
        out = e.scratch_of(
            [p.pieces[d].size for d in kept], [p.pieces[d].most for d in kept], TensorType((), total), "sum"
        )
        for i, d in enumerate(kept):
            in_out[d] = out.dims[i]
    fill: Flat = [(x.size, (x.stride,)) for d in kept for x in in_out[d] or ()]
    e.emit(tile.Fill, [], [out], fill, value=False if total.kind == "bool" else 0)
    types = op.lhs.type.dtype, op.rhs.type.dtype, total
    multiply, add = ("and", "or") if total.kind == "bool" else ("mul", "add")
    pair = apply(multiply, cast(arg(0, types[0]), total), cast(arg(1, types[1]), total))
    body = ScalarBody(types, apply(add, arg(2, total), pair))
    loops: list[Flat] = []
    for d in (*summed, *kept):
        moving = [i for i, o in enumerate((p.digits[0], p.digits[1], in_out)) if o[d] is not None]
        parts = common([(p.digits[0], p.digits[1], in_out)[i][d] or () for i in moving])
        loops.append([(s, tuple(st[moving.index(i)] if i in moving else 0 for i in range(3))) for s, st in parts])
    flat = [loop for part in loops for loop in part]
    sequential = sum(len(part) for part in loops[: len(summed)])
    e.emit(tile.Map, [p.lhs, p.rhs], [out], flat, bodies=(body,), sequential=sequential)
    if out.buffer is not p.out.buffer:
        _rounded(e, op, p, out, total)


def _rounded(e: Emitter, op: linalg.Contract, p: Product, sums: Access, total: DType) -> None:
    """Adds the initial value and converts the sums to the type of the result."""
    dims = op.maps[2].positions()
    kept = sorted(dims)
    value = arg(0, total)
    inputs, digits = [sums], [[sums.dims[kept.index(d)] for d in dims]]
    if op.init:
        init, along = operand_digits(e, op.init[0], identity(len(dims)), [p.pieces[d] for d in dims])
        inputs.append(init)
        digits.append([x or () for x in along])
        value = apply("add", value, cast(arg(1, op.dtype), total))
    body = ScalarBody(tuple(t for t, _ in zip((total, op.dtype), inputs, strict=False)), cast(value, op.dtype))
    flat: Flat = []
    for i, d in enumerate(dims):
        parts = [x[i] for x in digits] + [p.digits[2][d] or ()]
        flat += common(parts) or [(1, (0,) * len(parts))]
    e.emit(tile.Map, inputs, [p.out], flat, bodies=(body,))
