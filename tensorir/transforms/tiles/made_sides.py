"""Right sides of products that are never stored: what an elementwise op computes of tensors that exist as a whole, such
as a weight of integers and its scales, is computed panel by panel by the step that multiplies (`tile.mmt4d_map`).
So are tiles whose elements lie in another order.

So units are cut as if the right side were stored, and it takes no memory, however large it is.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

from attrs import evolve

from tensorir.dialects import packing, tile
from tensorir.dialects.linalg import Contract, Generic
from tensorir.dialects.relayout import Relayout
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, product, quotient
from tensorir.ir.dtype import DType, f32
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, arg, rewritten, with_operands
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import Access, Digit, Digits, UnfitError, common
from tensorir.transforms.tiles.emitter import Emitter, Loop, MadeSide, Piece, refined
from tensorir.transforms.tiles.operands import digits_along, operand_digits
from tensorir.transforms.tiles.packs import are_dense
from tensorir.transforms.tiles.storage import VIEWS, viewed
from tensorir.transforms.tiles.tiles_as_views import tiles_within

Loops = list[tuple[Dim, tuple[Dim, ...]]]
"""Size, and the stride of each operand."""

MOST_SOURCES = 16
"""The most tensors that the step reads. Where x + x is taken for x again and again, their number doubles each time."""


def made_sides(ops: Sequence[Op], yields: Container[Value], whole: Mapping[Value, Access]) -> dict[Value, MadeSide]:
    """Returns what the ops compute of tensors that exist as a `whole` and only products read, as their right side, or
    ops that are such a side again. What is only packed is a side if it is widened then: a pack step is faster."""
    possible: dict[Value, MadeSide] = {}
    readers: dict[Value, list[Op]] = {}
    packed: set[Value] = set()
    for op in ops:
        for v in dict.fromkeys(op.operands):
            readers.setdefault(v, []).append(op)
        if len(op.results) == 1 and op.result not in whole and (side := _side(op, whole, possible)) is not None:
            possible[op.result] = side
            if isinstance(op, packing.Pack) or (isinstance(op, VIEWS) and op.operands[0] in packed):
                packed.add(op.result)
    found: dict[Value, MadeSide] = {}
    for value, side in reversed(possible.items()):
        read = readers.get(value, ())
        multiplies = any(op.results[0] not in found for op in read)
        if (
            read
            and value not in yields
            and not (multiplies and value in packed)
            and all(_multiplies(op, value) or op.results[0] in found for op in read)
        ):
            found[value] = side
    return found


def _side(op: Op, whole: Mapping[Value, Access], made: Mapping[Value, MadeSide]) -> MadeSide | None:
    """Returns the result of an op as a side that is made, if it can be one."""
    try:
        if isinstance(op, VIEWS) and op.operands[0] in made:
            side = made[op.operands[0]]
            return evolve(side, sources=tuple(viewed(op, a, op.result.type.shape) for a in side.sources))
        if isinstance(op, packing.Pack | Relayout):
            source = whole.get(op.source)
            return None if source is None else MadeSide(_itself(op.source.type.dtype), (tiles_within(op, source),))
        return _of_generic(op, whole, made)
    except UnfitError:
        return None


def _of_generic(op: Op, whole: Mapping[Value, Access], made: Mapping[Value, MadeSide]) -> MadeSide | None:
    if not isinstance(op, Generic) or op.body.iteration_dims or op.body.may_fail:
        return None
    if not op.inputs or any(v not in whole and v not in made for v in op.inputs) or not op.maps[-1].is_permutation:
        return None
    sources: list[Access] = []
    types: list[DType] = []
    results: list[Scalar] = []
    """What each argument of the body is, of the arguments of all."""
    for value, map in zip(op.inputs, op.maps, strict=False):
        inner = made.get(value) or MadeSide(_itself(value.type.dtype), (whole[value],))
        if len(sources) + len(inner.sources) > MOST_SOURCES:
            return None
        results.append(rewritten(inner.body.result, _moved_by(len(sources))))
        types += inner.body.args
        sources += [_read(access, map, op) for access in inner.sources]
    body = rewritten(
        op.body.result, lambda node, operands: results[node.index] if node.fn == "arg" else _same(node, operands)
    )
    return MadeSide(ScalarBody(tuple(types), body), tuple(sources))


def _itself(dtype: DType) -> ScalarBody:
    return ScalarBody((dtype,), arg(0, dtype))


def _same(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
    return with_operands(node, operands) if operands else node


def _moved_by(count: int) -> Callable[[Scalar, tuple[Scalar, ...]], Scalar]:
    """Arguments have other numbers."""
    return lambda node, operands: arg(node.index + count, node.dtype) if node.fn == "arg" else _same(node, operands)


def _read(access: Access, map: AffineMap, op: Generic) -> Access:
    """A tensor that the op reads through `map`, with the dims of its result."""
    sizes = op.iteration_shape
    found, along = digits_along(access, map, [Piece(0, s, s) for s in sizes], whole=True)
    return evolve(found, dims=tuple(along[loop] or (Digit(sizes[loop], 0),) for loop in op.maps[-1].positions()))


def _multiplies(op: Op, value: Value) -> bool:
    if not isinstance(op, Contract | packing.Mmt4d | packing.BatchMmt4d):
        return False
    return value.type.dtype == f32 and op.operands.count(value) == 1 and op.rhs is value and not op.init


def multiply_tiles(
    e: Emitter, op: packing.Mmt4d | packing.BatchMmt4d, side: MadeSide, sizes: Sequence[Dim], out: Access,
    rows: AffineMap | None,
) -> None:  # fmt: skip  # arguments that belong together stay on one line
    """A product of tiles: sources are in tiles as the right side would be. `sizes`: of the loops. `rows`: as for the
    step."""
    batch = 1 if isinstance(op, packing.BatchMmt4d) else 0
    maps = packing.mmt4d_maps(batch, op.rhs_order)
    pieces = e.loop_pieces(op, sizes)
    lhs, in_lhs = operand_digits(e, op.lhs, maps[0], pieces)
    if not are_dense([(x.size, x.stride) for dim in e.accesses[op.lhs].dims[-3:] for x in dim if x.size != 1]):
        raise UnfitError("the tiles of a contraction don't lie side by side")
    sources, digits = _sources(side, maps[1], pieces)
    along: list[Digits | None] = [None] * len(pieces)
    for dim, loop in enumerate(maps[2].positions()):
        along[loop] = out.dims[dim]
    loops = refined([Loop(p, (in_lhs[i], *(d[i] for d in digits), along[i])) for i, p in enumerate(pieces)])
    m1, n1, k1, *inner = loops[batch:]
    if any(len(part) != 1 for part in inner):
        raise UnfitError("the tiles of a contraction are not contiguous")
    outer = [*(loop for part in loops[:batch] for loop in part), *m1[:-1], *n1[:-1]]
    flat = [*outer, m1[-1], n1[-1], *k1, *(part[0] for part in inner)]
    e.emit(
        tile.Mmt4dMap, [lhs, *sources], [out], flat,
        body=side.body, depth=len(k1), rhs_order=op.rhs_order, kernel=op.kernel, rows=rows,
    )  # fmt: skip  # attributes that belong together stay on one line


def right_side_loops(
    side: MadeSide, map: AffineMap, pieces: Sequence[Piece], parts: tuple[Sequence[int], ...], tiles: tuple[int, int]
) -> tuple[list[Access], Loops, tuple[Loops, Loops, Loops]]:
    """Returns the sources of a right side that is not in tiles, their batch loops, and the loops along n1, k1 …, and
    within a tile along n0, k0. `parts`: the dims of batch, of columns and of depth. Raises UnfitError unless whole
    tiles make up the columns and the depth."""
    sources, digits = _sources(side, map, pieces)
    batch, columns, depth = (_joined([loop for d in dims for loop in _common(digits, d, pieces[d])]) for dims in parts)
    if len(columns) > 1:
        raise UnfitError("the columns of a right side that is computed are not evenly spaced")
    outer: list[Loops] = []
    inner: Loops = []
    for loops, tile_size in ((columns, tiles[0]), (depth, tiles[1])):
        size, strides = loops[-1] if loops else (1, (0,) * len(sources))
        count = quotient(size, tile_size)
        if count is None:
            raise UnfitError(f"{size} positions of a right side that is computed are not whole tiles of {tile_size}")
        outer.append([*loops[:-1], (count, tuple(s * tile_size for s in strides))])
        inner.append((tile_size, strides))
    return sources, batch, (outer[0], outer[1], inner)


def _sources(side: MadeSide, map: AffineMap, pieces: Sequence[Piece]) -> tuple[list[Access], list[list[Digits | None]]]:
    found = [digits_along(a, map, pieces, whole=True) for a in side.sources]
    return [access for access, _ in found], [digits for _, digits in found]


def _common(digits: Sequence[Sequence[Digits | None]], dim: int, piece: Piece) -> Loops:
    """The loops of one dim along which each source has one stride."""
    here = [d[dim] or (Digit(piece.size, 0),) for d in digits]
    if all(len(x) == 1 for x in here):
        return [(piece.size, tuple(x[0].stride for x in here))]
    return common(here)


def _joined(loops: Loops) -> Loops:
    """Neighbouring loops that every source passes as one are one."""
    made: Loops = []
    for size, strides in loops:
        if size == 1:
            continue
        if made and all(a == b * size for a, b in zip(made[-1][1], strides, strict=True)):
            made[-1] = (product((made[-1][0], size)), strides)
        else:
            made.append((size, strides))
    return made
