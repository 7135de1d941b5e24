"""One function per op class: the steps that compute its result in a unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensorir.dialects import linalg, packing, tensor, tile
from tensorir.dialects.linalg.rows import RmsNorm, RowOp, ZeroPadding
from tensorir.dialects.relayout import Relayout
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import i64
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, apply, const, iteration_index, rewritten, with_operands
from tensorir.transforms.tiles.access import Access, Digits, UnfitError
from tensorir.transforms.tiles.emitter import Emitter, Loop, Piece, refined
from tensorir.transforms.tiles.made_products import contract_made
from tensorir.transforms.tiles.made_sides import multiply_tiles
from tensorir.transforms.tiles.moves import concat, copy_into, fill, gather, gather_nd, insert_slice, pad, zero_padding
from tensorir.transforms.tiles.operands import operand_digits, operands_digits
from tensorir.transforms.tiles.packs import are_dense, unpack
from tensorir.transforms.tiles.packs import pack as pack_tiles
from tensorir.transforms.tiles.products import contract
from tensorir.transforms.tiles.relayouts import relayout
from tensorir.transforms.tiles.valid_rows import valid_rows

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


def any_contract(e: Emitter, op: linalg.Contract, out: Access) -> None:
    """A contraction whose right side is stored, or computed where it is read."""
    if op.rhs in e.made:
        contract_made(e, op, e.made[op.rhs], out)
    else:
        contract(e, op, out)


def mmt4d(e: Emitter, op: packing.Mmt4d | packing.BatchMmt4d, out: Access) -> None:
    """The tiles of the unit; an accumulator is copied to the result first."""
    if not op.kernel:
        raise UnfitError("the device has no kernel for these tiles")
    batch = 1 if isinstance(op, packing.BatchMmt4d) else 0
    maps = packing.mmt4d_maps(batch, op.rhs_order)
    sizes = _mmt4d_sizes(op, batch)
    if op.rhs in e.made:
        multiply_tiles(e, op, e.made[op.rhs], sizes, out, valid_rows(e, op, batch))
        return
    pieces = e.loop_pieces(op, sizes)
    accesses, digits = operands_digits(e, (op.lhs, op.rhs), maps, pieces)
    for value in (op.lhs, op.rhs):
        dims = e.accesses[value].dims[-3:]
        if not are_dense([(x.size, x.stride) for dim in dims for x in dim if x.size != 1]):
            raise UnfitError("the tiles of a contraction don't lie side by side")
    along: list[Digits | None] = [None] * len(pieces)
    for dim, loop in enumerate(maps[2].positions()):
        along[loop] = out.dims[dim]
    if op.init:
        copy_into(e, op.init[0], out, [pieces[loop] for loop in maps[2].positions()])
    loops = refined([Loop(p, (digits[0][i], digits[1][i], along[i])) for i, p in enumerate(pieces)])
    m1, n1, k1, *inner = loops[batch:]
    if len(k1) != 1 or any(len(part) != 1 for part in inner):
        raise UnfitError("the tiles of a contraction are not contiguous")
    outer = [*(loop for part in loops[:batch] for loop in part), *m1[:-1], *n1[:-1]]
    flat = [*outer, m1[-1], n1[-1], k1[0], *(part[0] for part in inner)]
    e.emit(
        tile.Mmt4d, accesses, [out], flat,
        rhs_order=op.rhs_order, accumulate=bool(op.init), kernel=op.kernel, rows=valid_rows(e, op, batch),
    )  # fmt: skip  # attributes that belong together stay on one line


def _mmt4d_sizes(op: packing.Mmt4d | packing.BatchMmt4d, batch: int) -> list[Dim]:
    lhs, rhs, out = op.lhs.type.shape, op.rhs.type.shape, op.result.type.shape
    m1, k1, m0, k0 = lhs[batch:]
    return [*lhs[:batch], m1, rhs[batch], k1, m0, out[-1], k0]


def row_op(e: Emitter, op: RowOp, out: Access) -> None:
    """Softmax and the norms."""
    rank = op.source.type.rank
    pieces = e.loop_pieces(op, op.source.type.shape)
    accesses, digits = operands_digits(e, (op.source,), (select(rank, range(rank)),), pieces)
    for value in op.operands[1:]:
        access, along = operand_digits(e, value, select(rank, op.dims), pieces)
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


def reduce(e: Emitter, op: linalg.Reduce, out: Access) -> None:
    """Rows are combined in the order of the tensor's dims, or with an extent in that of the op's."""
    rank = op.source.type.rank
    dims = tuple(sorted(op.dims)) if op.extent is None else op.dims
    pieces = e.loop_pieces(op, op.source.type.shape)
    (access,), (digits,) = operands_digits(e, (op.source,), (select(rank, range(rank)),), pieces)
    kept = [d for d in range(rank) if d not in dims]
    along: list[Digits | None] = [None] * rank
    for i, d in enumerate(kept):
        along[d] = out.dims[i]
    loops = refined([Loop(p, (digits[i], along[i])) for i, p in enumerate(pieces)])
    row = [loop for d in dims for loop in loops[d]]
    extent = {} if op.extent is None else {"extent": e.unit_map(op.extent)}
    flat = [*(loop for d in kept for loop in loops[d]), *row]
    e.emit(tile.Reduce, [access], [out], flat, kind=op.kind, rows=len(row), **extent)


def fold(e: Emitter, op: linalg.Fold, *outs: Access) -> None:
    """Copies the initial values to the results, then folds into them position by position of the reduced dims."""
    pieces = e.loop_pieces(op, op.iteration_shape())
    for init, out, map in zip(op.inits, outs, op.result_maps, strict=True):
        copy_into(e, init, out, [pieces[d] for d in map.positions()])
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


LOWERINGS: dict[type[Op], LowerOp] = {
    linalg.Generic: generic,
    linalg.Contract: any_contract,
    linalg.Fold: fold,
    linalg.Fill: fill,
    linalg.Reduce: reduce,
    linalg.Softmax: row_op,
    linalg.LayerNorm: row_op,
    RmsNorm: row_op,
    packing.Mmt4d: mmt4d,
    packing.BatchMmt4d: mmt4d,
    packing.Pack: pack_tiles,
    packing.Unpack: unpack,
    Relayout: relayout,
    ZeroPadding: zero_padding,
    tensor.Gather: gather,
    tensor.GatherNd: gather_nd,
    tensor.Concat: concat,
    tensor.Pad: pad,
    tensor.InsertSlice: insert_slice,
}
"""The lowering of each op class that is not a view."""
