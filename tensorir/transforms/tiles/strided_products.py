"""Contractions whose left side is no matrix in memory, such as windows of an image: one step reads it where it lies,
and writes the result where it is wanted.

The rule: all types are f32; along the rows or along the summed dims the left side is not evenly spaced. The image may
have its dims in any order. Only a right side whose columns don't lie side by side is packed.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tensorir.dialects import linalg, tile
from tensorir.dialects.tile.steps import MAX_CONTRACTED
from tensorir.encoding.resolver import Tiles
from tensorir.ir.dims import Dim, product, quotient
from tensorir.ir.dtype import f32
from tensorir.transforms.tiles.access import Access, Digits, UnfitError, common, joined
from tensorir.transforms.tiles.emitter import Emitter, moved
from tensorir.transforms.tiles.sides import Flat, Product, packed_side

MAX_LOOPS = 16
"""Of a step."""


@frozen
class _Right:
    """The right side, and the part of the out that it gives: `columns` are loops with the stride of both, the last one
    of neighbours."""

    access: Access
    batch: Sequence[Digits]
    columns: Flat
    out: Access
    k: Dim
    """Its stride along all summed positions, one after the other."""


def by_strides(e: Emitter, op: linalg.Contract, p: Product, tiles: Tiles) -> bool:
    """Appends the steps of a contraction, without its initial value; False if the rule does not allow it."""
    m, n, k = p.dims(True, False, True), p.dims(False, True, True), p.dims(True, True, False)
    if not op.lhs.type.dtype == op.rhs.type.dtype == op.dtype == f32 or not m or _is_matrix(p, m, k):
        return False
    depth = product(p.pieces[d].size for d in k)
    if not isinstance(depth, int) or depth > MAX_CONTRACTED:
        return False
    made = len(e.steps)
    try:
        parts = _parts(e, p, m, n, k, tiles)
    except UnfitError:
        parts = []
    if not parts:
        del e.steps[made:]
        return False
    for lhs, rhs, out, loops, summed in parts:
        e.emit(tile.Contract, [lhs, rhs], [out], loops, depth=summed)
    return True


def _is_matrix(p: Product, rows: Sequence[int], columns: Sequence[int]) -> bool:
    sides = (joined(tuple(x for d in dims for x in p.digits[0][d] or ())) for dims in (rows, columns))
    return all(len(side) == 1 for side in sides)


def _parts(
    e: Emitter, p: Product, m: Sequence[int], n: Sequence[int], k: Sequence[int], tiles: Tiles
) -> list[tuple[Access, Access, Access, Flat, int]]:
    """The steps: lhs, rhs and out, the loops, and how many of them are summed. Raises UnfitError if digits don't fit
    each other, or if there are too many loops."""
    lhs, rhs, out = p.digits
    batch = p.dims(True, True, True)
    rows = _merged([loop for d in m for loop in common([lhs[d] or (), out[d] or ()])])
    most = max(range(len(rows)), key=lambda i: (size if isinstance(size := rows[i][0], int) else 0, i))
    other: Flat = [(size, (a, 0, b)) for i, (size, (a, b)) in enumerate(rows) if i != most]
    height, (of_lhs, of_out) = rows[most]
    columns = _merged([loop for d in n for loop in common([rhs[d] or (), out[d] or ()])])
    summed = _merged([loop for d in k for loop in common([lhs[d] or (), rhs[d] or ()])])
    even = _merged([(size, (b,)) for size, (_, b) in summed])
    if len(even) == 1 and columns[-1][1][0] in (1, 0):
        rights = [_Right(p.rhs, [rhs[d] or () for d in batch], columns, p.out, even[0][1][0])]
    else:
        rights = _packed(e, p, batch, n, k, tiles)
        summed = _merged([(size, (a, 0)) for d in k for size, (a,) in common([lhs[d] or ()])])
    found: list[tuple[Access, Access, Access, Flat, int]] = []
    for right in rights:
        *more, last = right.columns
        panels = more.pop() if more else (1, (0, 0))
        sides = ((lhs[d] or (), here, out[d] or ()) for d, here in zip(batch, right.batch, strict=True))
        outer = [loop for side in sides for loop in common(side)]
        loops = [*outer, *other, *((s, (0, a, b)) for s, (a, b) in more), (height, (of_lhs, 0, of_out))]
        loops += [(s, (0, a, b)) for s, (a, b) in (panels, last)]
        inside: Dim = 1
        depth: Flat = []
        for size, (a, _) in reversed(summed):
            depth.insert(0, (size, (a, inside * right.k, 0)))
            inside = inside * size
        if len(loops) + len(depth) > MAX_LOOPS:
            raise UnfitError(f"a step has at most {MAX_LOOPS} loops")
        found.append((p.lhs, right.access, right.out, [*loops, *depth], len(depth)))
    return found


def _packed(
    e: Emitter, p: Product, batch: Sequence[int], n: Sequence[int], k: Sequence[int], tiles: Tiles
) -> list[_Right]:
    """Packs the right side into panels of a tile's columns each. What is left of the columns is a narrower panel."""
    outs = joined(tuple(x for d in n for x in p.digits[2][d] or ()))
    count = product(p.pieces[d].size for d in n)
    whole = quotient(count, tiles.n0)
    if len(outs) != 1 or (whole is None and not isinstance(count, int)):
        raise UnfitError("the columns of the result don't fit panels")
    packed = packed_side(e, p, 1, batch, n, k, (tiles.n0, tiles.k0), True, f32)
    panel, column, stride = packed.dims[-4][0].stride, packed.dims[-2][0].stride, outs[0].stride
    if whole is None:
        assert isinstance(count, int)
        whole = count // tiles.n0
    k_stride, outside = packed.dims[-1][0].stride, packed.dims[: len(batch)]
    made: list[_Right] = []
    if whole != 0:
        wide: Flat = [(whole, (panel, stride * tiles.n0)), (tiles.n0, (column, stride))]
        made.append(_Right(packed, outside, wide, p.out, k_stride))
    if isinstance(count, int) and count % tiles.n0:
        rest: Flat = [(count % tiles.n0, (column, stride))]
        done = whole * tiles.n0
        made.append(_Right(moved(packed, whole * panel), outside, rest, moved(p.out, done * stride), k_stride))
    return made


def _merged(loops: Flat) -> Flat:
    """Merges neighbouring loops that are evenly spaced together in all operands, and drops those of one position."""
    made: Flat = []
    for size, strides in loops:
        if size == 1:
            continue
        if made and made[-1][1] == tuple(size * s for s in strides):
            made[-1] = (made[-1][0] * size, strides)
        else:
            made.append((size, strides))
    return made or [(1, (0,) * len(loops[0][1]) if loops else (0, 0))]
