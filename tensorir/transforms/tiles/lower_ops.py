"""One function per op class: the steps that compute its result in a unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensorir.dialects import linalg, packing, tensor, tile
from tensorir.dialects.linalg.rows import RmsNorm, RowOp, ZeroPadding
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, ceildiv, floordiv, mod
from tensorir.ir.dtype import i64
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, ScalarValue, apply, const, iteration_index, rewritten, with_operands
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import Access, Digits, UnfitError
from tensorir.transforms.tiles.emitter import Emitter, Loop, Piece, refined
from tensorir.transforms.tiles.operands import operand_digits, operands_digits
from tensorir.transforms.tiles.products import contract

LowerOp = Callable[..., None]
"""(emitter, op, place of each result): appends the steps that compute the results."""


def generic(e: Emitter, op: linalg.Generic, out: Access) -> None:
    """An elementwise op is one map; one that only moves elements is a copy."""
    pieces = e.loop_pieces(op, op.iteration_shape)
    accesses, digits = operands_digits(e, op.inputs, op.maps, pieces)
    loops = refined(
        [Loop(p, (*(d[i] for d in digits), out.dims[_result_dim(op.maps[-1], i)])) for i, p in enumerate(pieces)]
    )
    flat = [loop for part in loops for loop in part]
    if op.body.result.fn == "arg":
        used = op.body.result.index
        e.emit(tile.Copy, [accesses[used]], [out], [(n, (s[used], s[-1])) for n, s in flat])
        return
    body, starts = _indexed(op.body, pieces, loops)
    e.emit(tile.Map, accesses, [out], flat, bodies=(body,), **({"starts": e.unit_map(*starts)} if starts else {}))


def _result_dim(map: AffineMap, loop: int) -> int:
    return map.positions().index(loop)


def _indexed(
    body: ScalarBody, pieces: Sequence[Piece], loops: Sequence[Sequence[tuple[Dim, Sequence[Dim]]]]
) -> tuple[ScalarBody, tuple[Dim, ...]]:
    """Rewrites the indices of a body for the loops into which the iteration dims were cut; returns the start of each
    loop, none if the body has no index."""
    if not body.iteration_dims:
        return body, ()
    first = [sum(len(part) for part in loops[:i]) for i in range(len(loops))]
    starts: list[Dim] = [0] * sum(len(part) for part in loops)
    for dim in body.iteration_dims:
        if len(loops[dim]) == 1:
            starts[first[dim]] = pieces[dim].begin
        elif pieces[dim].begin != 0:
            raise UnfitError("the body reads an index along which units run, and its loop is cut")

    def rule(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
        if node.fn != "index":
            return with_operands(node, operands) if operands else node
        total: Scalar | None = None
        for l, (size, _) in enumerate(loops[node.index]):
            here = iteration_index(first[node.index] + l)
            if total is None:
                total = here
            elif isinstance(size, int):
                total = apply("add", apply("mul", total, const(size, i64)), here)
            else:
                raise UnfitError("the body reads an index whose loop is cut at a size known only at run time")
        return total if total is not None else const(0, i64)

    return ScalarBody(body.args, rewritten(body.result, rule)), tuple(starts)


def mmt4d(e: Emitter, op: packing.Mmt4d | packing.BatchMmt4d, out: Access) -> None:
    """The tiles of the unit; an accumulator is copied to the result first."""
    batch = 1 if isinstance(op, packing.BatchMmt4d) else 0
    maps = packing.mmt4d_maps(batch, op.rhs_order)
    sizes = _mmt4d_sizes(op, batch)
    pieces = e.loop_pieces(op, sizes)
    accesses, digits = operands_digits(e, (op.lhs, op.rhs), maps, pieces)
    along: list[Digits | None] = [None] * len(pieces)
    for dim, loop in enumerate(maps[2].positions()):
        along[loop] = out.dims[dim]
    if op.init:
        _copy_into(e, op.init[0], out, [pieces[loop] for loop in maps[2].positions()])
    loops = refined([Loop(p, (digits[0][i], digits[1][i], along[i])) for i, p in enumerate(pieces)])
    m1, n1, k1, *inner = loops[batch:]
    if len(k1) != 1 or any(len(part) != 1 for part in inner):
        raise UnfitError("the tiles of a contraction are not contiguous")
    outer = [*(loop for part in loops[:batch] for loop in part), *m1[:-1], *n1[:-1]]
    flat = [*outer, m1[-1], n1[-1], k1[0], *(part[0] for part in inner)]
    e.emit(tile.Mmt4d, accesses, [out], flat, rhs_order=op.rhs_order, accumulate=bool(op.init), kernel=op.kernel)


def _mmt4d_sizes(op: packing.Mmt4d | packing.BatchMmt4d, batch: int) -> list[Dim]:
    lhs, rhs, out = op.lhs.type.shape, op.rhs.type.shape, op.result.type.shape
    m1, k1, m0, k0 = lhs[batch:]
    return [*lhs[:batch], m1, rhs[batch], k1, m0, out[-1], k0]


def _copy_into(e: Emitter, value: Value, out: Access, pieces: Sequence[Piece]) -> None:
    """Copies a value to `out`, whose dims are `pieces`."""
    source = e.accesses[value]
    if value in e.whole:
        source = e.within(source, pieces)
    e.copy(source, out, pieces)


def row_op(e: Emitter, op: RowOp, out: Access) -> None:
    """Softmax and the norms."""
    rank = op.source.type.rank
    pieces = e.loop_pieces(op, op.source.type.shape)
    accesses, digits = operands_digits(e, (op.source,), (_along(rank, range(rank)),), pieces)
    for value in op.operands[1:]:
        access, along = operand_digits(e, value, _along(rank, op.dims), pieces)
        accesses.append(access)
        digits.append(along)
    loops = refined([Loop(p, (*(d[i] for d in digits), out.dims[i])) for i, p in enumerate(pieces)])
    others = [loop for d in range(rank) if d not in op.dims for loop in loops[d]]
    row = [loop for d in op.dims for loop in loops[d]]
    attributes: dict[str, Any] = {"rows": len(row)}
    if op.extent is not None:
        attributes["extent"] = e.unit_map(op.extent)
    make: Any = tile.Softmax
    if isinstance(op, linalg.LayerNorm | RmsNorm):
        make = tile.LayerNorm if isinstance(op, linalg.LayerNorm) else tile.RmsNorm
        attributes["epsilon"] = op.epsilon
    e.emit(make, accesses, [out], [*others, *row], **attributes)


def _along(rank: int, dims: Sequence[int]) -> AffineMap:
    return select(rank, dims)


def reduce(e: Emitter, op: linalg.Reduce, out: Access) -> None:
    """Rows are combined in the order of the tensor's dims, or with an extent in that of the op's."""
    rank = op.source.type.rank
    dims = tuple(sorted(op.dims)) if op.extent is None else op.dims
    pieces = e.loop_pieces(op, op.source.type.shape)
    (access,), (digits,) = operands_digits(e, (op.source,), (_along(rank, range(rank)),), pieces)
    kept = [d for d in range(rank) if d not in dims]
    along: list[Digits | None] = [None] * rank
    for i, d in enumerate(kept):
        along[d] = out.dims[i]
    loops = refined([Loop(p, (digits[i], along[i])) for i, p in enumerate(pieces)])
    row = [loop for d in dims for loop in loops[d]]
    extent = {} if op.extent is None else {"extent": e.unit_map(op.extent)}
    flat = [*(loop for d in kept for loop in loops[d]), *row]
    e.emit(tile.Reduce, [access], [out], flat, kind=op.kind, rows=len(row), **extent)


def fill(e: Emitter, op: linalg.Fill, out: Access) -> None:
    fill_at(e, out, op.value)


def zero_padding(e: Emitter, op: ZeroPadding, out: Access) -> None:
    """Copies, then zeroes the whole outer parts behind the extent, and the rest of the part that the extent cuts."""
    pieces = e.loop_pieces(op, op.source.type.shape)
    if any(pieces[d].begin != 0 for d in op.dims):
        raise UnfitError("units run along a padded axis")
    if len(op.dims) > 2:
        raise UnfitError(f"a padded axis of {len(op.dims)} dims")
    _copy_into(e, op.source, out, pieces)
    shape = op.source.type.shape
    outer, inner = (op.dims[0], op.dims[1]) if len(op.dims) == 2 else (op.dims[0], None)
    per = shape[inner] if inner is not None else 1
    first = ceildiv(op.extent, per)
    cut_part, used = floordiv(op.extent, per), mod(op.extent, per)
    behind: dict[int, tuple[Dim, Dim]] = {outer: (first, shape[outer] - first)}
    rest: dict[int, tuple[Dim, Dim]] = {outer: (cut_part, first - cut_part)}
    if inner is not None:
        rest[inner] = (used, per - used)
    for part in (behind, rest):
        spans = [part.get(d, (0, p.size)) for d, p in enumerate(pieces)]
        fill_at(e, out.sliced([b for b, _ in spans], [n for _, n in spans], [1] * len(spans)), 0)


def fill_at(e: Emitter, out: Access, value: ScalarValue) -> None:
    """Fills a tensor with one value."""
    flat = [(digit.size, (digit.stride,)) for digits in out.dims for digit in digits]
    e.emit(tile.Fill, [], [out], flat, value=value)


def pack(e: Emitter, op: packing.Pack, out: Access) -> None:
    source = op.source.type
    packed = e.value_pieces(op.result)
    _packing(e, op, op.layout, op.source, source.shape, packed, out, packs=True)


def unpack(e: Emitter, op: packing.Unpack, out: Access) -> None:
    plain = e.value_pieces(op.result)
    _unpacking(e, op, plain, out)


def _packing(
    e: Emitter, op: packing.Pack, layout: Layout, value: Value, shape: Sequence[Dim], packed: list[Piece], out: Access,
    *, packs: bool,
) -> None:  # fmt: skip
    """The plain side may be a piece: a unit runs along the outer dim of a tile, in whole tiles."""
    plain = _plain_pieces(e, op, layout, shape, packed)
    source = e.accesses[value]
    if value in e.whole:
        source = e.within(source, plain)
    _pack_step(e, layout, source, out, plain, packed, op.padding)


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
            unit = next(k for k, u in enumerate(e.units) if u.values[op.results[0]].dim == layout.outer_position(d))
            factor = e.units[unit].values[op.results[0]].factor * tile_size
            plain.append(e.piece(unit, factor, shape[d]))
    return plain


def _pack_step(
    e: Emitter, layout: Layout, plain: Access, packed: Access, pieces: Sequence[Piece], tiles: Sequence[Piece],
    padding: Any = None,
) -> None:  # fmt: skip
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


def _unpacking(e: Emitter, op: packing.Unpack, plain: Sequence[Piece], out: Access) -> None:
    layout, source = op.layout, e.accesses[op.source]
    tiles: list[Piece] = [Piece(0, s, s) for s in op.source.type.shape]
    for d, piece in enumerate(plain):
        if piece.begin == 0 and piece.size == piece.most:
            continue
        unit = next(k for k, u in enumerate(e.units) if u.values[op.result].dim == d)
        tile_size = layout.tile(d) or 1
        factor = e.units[unit].values[op.result].factor
        if factor % tile_size:
            raise UnfitError(f"units of {factor} rows cut tiles of {tile_size}")
        outer = layout.outer_position(d)
        tiles[outer] = e.piece(unit, factor // tile_size, op.source.type.shape[outer])
    if op.source in e.whole:
        source = e.within(source, tiles)
    _pack_step(e, layout, out, source, plain, tiles)


def gather(e: Emitter, op: tensor.Gather, out: Access) -> None:
    """Rows of a table that exists as a whole."""
    if op.source not in e.whole and e.units:
        raise UnfitError("the table of a gather is computed in the same launch, piece by piece")
    rank = op.indices.type.rank
    row_rank = op.source.type.rank - 1
    pieces = e.loop_pieces(op, op.result.type.shape)
    total = rank + row_rank
    table = e.accesses[op.source]
    rows = table.single(0)
    access, along = operand_digits(
        e, op.source, AffineMap(total, (0, *_along(total, range(rank, total)).results)), pieces
    )
    index, index_along = operand_digits(e, op.indices, _along(total, range(rank)), pieces)
    loops = refined([Loop(p, (along[i], index_along[i], out.dims[i])) for i, p in enumerate(pieces)])
    tables = e.unit_map(rows.stride, op.source.type.shape[0])
    e.emit(tile.Gather, [access, index], [out], [loop for part in loops for loop in part], tables=tables)


def gather_nd(e: Emitter, op: tensor.GatherNd, out: Access) -> None:
    """Single elements of a table that exists as a whole."""
    if op.source not in e.whole and e.units:
        raise UnfitError("the table of a gather is computed in the same launch, piece by piece")
    pieces = e.loop_pieces(op, op.result.type.shape)
    rank = len(pieces)
    table = e.accesses[op.source]
    accesses, digits = operands_digits(e, op.indices, [identity(rank)] * len(op.indices), pieces)
    loops = refined([Loop(p, (None, *(d[i] for d in digits), out.dims[i])) for i, p in enumerate(pieces)])
    tables = [n for d, size in enumerate(op.source.type.shape) for n in (table.single(d).stride, size)]
    flat = [loop for part in loops for loop in part]
    e.emit(tile.Gather, [table, *accesses], [out], flat, tables=e.unit_map(*tables))


def fold(e: Emitter, op: linalg.Fold, *outs: Access) -> None:
    """Copies the initial values to the results, then folds into them position by position of the reduced dims."""
    pieces = e.loop_pieces(op, op.iteration_shape())
    for init, out, map in zip(op.inits, outs, op.result_maps, strict=True):
        _copy_into(e, init, out, [pieces[d] for d in map.positions()])
    accesses, digits = operands_digits(e, op.inputs, op.maps, pieces)
    for out, map in zip(outs, op.result_maps, strict=True):
        along: list[Digits | None] = [None] * len(pieces)
        for dim, loop in enumerate(map.positions()):
            along[loop] = out.dims[dim]
        digits.append(along)
    order = [*op.reduced, *(d for d in range(len(pieces)) if d not in op.reduced)]
    loops = refined([Loop(pieces[d], tuple(x[d] for x in digits)) for d in order])
    flat = [loop for part in loops for loop in part]
    moved_to = {d: i for i, d in enumerate(order)}
    bodies: list[ScalarBody] = []
    starts: list[Dim] = [0] * len(flat)
    for body in op.bodies:
        result = rewritten(
            body.result,
            lambda node, operands: (
                iteration_index(moved_to[node.index])
                if node.fn == "index"
                else (with_operands(node, operands) if operands else node)
            ),
        )
        made, found = _indexed(ScalarBody(body.args, result), [pieces[d] for d in order], loops)
        bodies.append(made)
        starts = [a if b == 0 else b for a, b in zip(starts, found or starts, strict=True)]
    sequential = sum(len(part) for part in loops[: len(op.reduced)])
    e.emit(
        tile.Map, accesses, list(outs), flat, bodies=tuple(bodies), sequential=sequential, starts=e.unit_map(*starts)
    )


def concat(e: Emitter, op: tensor.Concat, out: Access) -> None:
    """Each input is copied to its part."""
    pieces = e.value_pieces(op.result)
    if pieces[op.dim].begin != 0:
        raise UnfitError("units run along the dim of a concat")
    begin: Dim = 0
    for value in op.inputs:
        size = value.type.shape[op.dim]
        part = [Piece(0, size, size) if d == op.dim else p for d, p in enumerate(pieces)]
        offsets: list[Dim] = [begin if d == op.dim else 0 for d in range(len(pieces))]
        place = out.sliced(offsets, [p.size for p in part], [1] * len(part))
        _copy_into(e, value, place, part)
        begin = begin + size


def pad(e: Emitter, op: tensor.Pad, out: Access) -> None:
    """Fills everything, then copies the source to its place."""
    pieces = e.value_pieces(op.result)
    fill_at(e, out, op.value)
    inside = [
        p if (lo, hi) == (0, 0) else Piece(0, s, s)
        for p, lo, hi, s in zip(pieces, op.low, op.high, op.source.type.shape, strict=True)
    ]
    _copy_into(e, op.source, out.sliced(op.low, [p.size for p in inside], [1] * len(inside)), inside)


def insert_slice(e: Emitter, op: tensor.InsertSlice, out: Access) -> None:
    """Copies the destination, then the source over it."""
    pieces = e.value_pieces(op.result)
    _copy_into(e, op.dest, out, pieces)
    source = op.source.type.shape
    inside = [
        p if (o, st, s) == (0, 1, whole) else Piece(0, s, s)
        for p, o, st, s, whole in zip(pieces, op.offsets, op.strides, source, op.dest.type.shape, strict=True)
    ]
    _copy_into(e, op.source, out.sliced(op.offsets, [p.size for p in inside], op.strides), inside)


LOWERINGS: dict[type[Op], LowerOp] = {
    linalg.Generic: generic,
    linalg.Contract: contract,
    linalg.Fold: fold,
    linalg.Fill: fill,
    linalg.Reduce: reduce,
    linalg.Softmax: row_op,
    linalg.LayerNorm: row_op,
    RmsNorm: row_op,
    packing.Mmt4d: mmt4d,
    packing.BatchMmt4d: mmt4d,
    packing.Pack: pack,
    packing.Unpack: unpack,
    ZeroPadding: zero_padding,
    tensor.Gather: gather,
    tensor.GatherNd: gather_nd,
    tensor.Concat: concat,
    tensor.Pad: pad,
    tensor.InsertSlice: insert_slice,
}
"""The lowering of each op class that is not a view."""
