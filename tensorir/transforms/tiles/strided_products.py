"""Contractions whose left side is no matrix in memory, such as windows of an image: one step reads it where it lies,
and writes the result where it is wanted.

The rule: all types are f32; along the rows or along the summed dims the left side is not evenly spaced, or the right
side is small (`is_pointwise`), or rows along several dims lie side by side, such as the places of an image whose
channels are outside. The image may have its dims in any order. Only a right side whose columns don't lie side
by side is copied first.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.analysis.placed_products import is_pointwise, of_f32
from tensorir.dialects import linalg, tile
from tensorir.dialects.tile.steps import MAX_CONTRACTED
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import f32
from tensorir.ir.scalar import ScalarBody, apply, arg, const
from tensorir.ir.types import TensorType
from tensorir.transforms.tiles.access import Access, Digits, UnfitError, common, joined
from tensorir.transforms.tiles.emitter import Emitter
from tensorir.transforms.tiles.sides import Flat, Product

MAX_POSITIONS = 64
"""So many summed positions, at most, are added one after the other."""

MAX_LOOPS = 16
"""Of a step."""


def by_strides(e: Emitter, op: linalg.Contract, p: Product) -> bool:
    """Appends the step of a contraction, without its initial value; False if the rule does not allow it."""
    m, n, k = p.dims(True, False, True), p.dims(False, True, True), p.dims(True, True, False)
    if not of_f32(op) or not m or not n or not k:
        return False
    beside = len(m) > 1 and not p.dims(True, True, True) and joined(p.digits[0][m[-1]] or ())[-1].stride == 1
    if _is_matrix(p, m, k) and not beside and not is_pointwise(op):
        return False
    depth = product(p.pieces[d].size for d in k)
    if not isinstance(depth, int) or depth > MAX_CONTRACTED:
        return False
    made = len(e.steps)
    try:
        _emit(e, p, m, n, k)
    except UnfitError:
        del e.steps[made:]
        return False
    return True


def by_positions(e: Emitter, op: linalg.Contract, p: Product) -> bool:
    """Appends the steps of a contraction without columns, such as a depthwise convolution: the few summed positions are
    added one after the other for all of the result. The sums are those of `tile.mmt4d`. False if the rule does not
    allow it."""
    k = p.dims(True, True, False)
    n = p.dims(False, True, True)
    depth = product(p.pieces[d].size for d in k)
    if not of_f32(op) or n or not isinstance(depth, int):
        return False
    if not 0 < depth <= MAX_POSITIONS or _is_matrix(p, p.dims(True, False, True), k):
        return False
    kept = sorted(d for d in range(len(p.pieces)) if d not in k)
    loops: list[Flat] = []
    for d in (*k, *kept):
        moving = [i for i, side in enumerate(p.digits) if side[d] is not None]
        parts = common([p.digits[i][d] or () for i in moving]) or [(1, (0,) * len(moving))]
        loops.append([(s, tuple(st[moving.index(i)] if i in moving else 0 for i in range(3))) for s, st in parts])
    flat = [loop for part in loops for loop in part]
    sequential = sum(len(part) for part in loops[: len(k)])
    here: Flat = [(s, (st[2],)) for part in loops[len(k) :] for s, st in part]
    e.emit(tile.Fill, [], [p.out], here, value=0.0)
    added = ScalarBody((f32,) * 3, apply("fma", arg(0, f32), arg(1, f32), arg(2, f32)))
    e.emit(tile.Map, [p.lhs, p.rhs], [p.out], flat, bodies=(added,), sequential=sequential)
    whole = ScalarBody((f32,), apply("add", arg(0, f32), const(0.0, f32)))  # of -0 makes +0
    e.emit(tile.Map, [p.out], [p.out], [(s, (st, st)) for s, (st,) in here], bodies=(whole,))
    return True


def _is_matrix(p: Product, rows: Sequence[int], columns: Sequence[int]) -> bool:
    sides = (joined(tuple(x for d in dims for x in p.digits[0][d] or ())) for dims in (rows, columns))
    return all(len(side) == 1 for side in sides)


def _emit(e: Emitter, p: Product, m: Sequence[int], n: Sequence[int], k: Sequence[int]) -> None:
    """Raises UnfitError if digits don't fit each other, or if there are too many loops."""
    lhs, right, out = p.digits
    rhs = p.rhs
    batch = p.dims(True, True, True)
    if not _has_columns(right, n, k):
        rhs, right = _copied(e, p, [*batch, *k, *n])
    columns = _merged([loop for d in n for loop in common([right[d] or (), out[d] or ()])])
    summed = _merged([loop for d in k for loop in common([lhs[d] or (), right[d] or ()])])
    rows = _merged([loop for d in m for loop in common([lhs[d] or (), out[d] or ()])])
    # The longest loop of rows is inside, so that many of them share what is read of the right side.
    inside = max(range(len(rows)), key=lambda i: (size if isinstance(size := rows[i][0], int) else 0, i))
    *panels, last = columns
    loops: Flat = [loop for d in batch for loop in common([side[d] or () for side in (lhs, right, out)])]
    loops += [(size, (a, 0, b)) for i, (size, (a, b)) in enumerate(rows) if i != inside]
    loops += [(size, (0, a, b)) for size, (a, b) in panels[:-1]]
    loops += [(size, (a, 0, b)) for size, (a, b) in rows[inside : inside + 1]]
    loops += [(size, (0, a, b)) for size, (a, b) in (*(panels[-1:] or [(1, (0, 0))]), last)]
    loops += [(size, (a, b, 0)) for size, (a, b) in summed]
    if len(loops) > MAX_LOOPS:
        raise UnfitError(f"a step has at most {MAX_LOOPS} loops")
    e.emit(tile.Contract, [p.lhs, rhs], [p.out], loops, depth=len(summed))


def _has_columns(right: Sequence[Digits | None], n: Sequence[int], k: Sequence[int]) -> bool:
    """Whether columns of the right side lie side by side, and all summed positions one after the other."""
    column = joined(right[n[-1]] or ())[-1]
    return (column.size == 1 or column.stride == 1) and len(joined(tuple(x for d in k for x in right[d] or ()))) == 1


def _copied(e: Emitter, p: Product, dims: Sequence[int]) -> tuple[Access, Sequence[Digits | None]]:
    """The right side in memory of the unit, row-major in the order of `dims`."""
    sizes, most = [p.pieces[d].size for d in dims], [p.pieces[d].most for d in dims]
    place = e.scratch_of(sizes, most, TensorType((), f32), "columns")
    along: list[Digits | None] = [None] * len(p.pieces)
    for i, d in enumerate(dims):
        along[d] = place.dims[i]
    loops = [loop for d in dims for loop in common([p.digits[1][d] or (), along[d] or ()]) or [(1, (0, 0))]]
    e.emit(tile.Copy, [p.rhs], [place], loops)
    return place, along


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
    one: tuple[Dim, Dim] = (0, 0)
    return made or [(1, one)]
