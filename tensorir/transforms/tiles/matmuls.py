"""Contractions with few rows: one step reads the other side, which is read once, where it lies, instead of packing it.

The rule: all types are f32, the rows or the columns are at most 8 for all sizes, and the other side is evenly spaced
along both of its dims, with neighbours side by side along one of them. With few columns the sides are swapped.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from tensorir.analysis.placed_products import of_f32
from tensorir.dialects import linalg, tile
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import f32
from tensorir.ir.known import NOTHING, Known
from tensorir.ir.types import TensorType
from tensorir.transforms.tiles.access import Access, Digit, Digits, UnfitError, common, joined
from tensorir.transforms.tiles.blocks import Cut
from tensorir.transforms.tiles.emitter import Emitter, Piece

MAX_ROWS = 8
"""The kernels share what they read of the other side among so many rows."""

WIDER = 8
"""How many times as many columns a unit has as one that packs them: longer reads, and nothing that must stay in a
cache. For several threads units are smaller."""

Side = tuple[Access, Sequence[Digits | None]]
"""Where an operand lies, and its digits along each dim of the iteration space."""


@frozen
class FewRows:
    """The dims of the result along which only the side with few rows moves, and those of the other side, which is the
    lhs if the sides are swapped."""

    few: list[int]
    many: list[int]
    swapped: bool


def few_rows(op: linalg.Contract, known: Known = NOTHING) -> FewRows | None:
    """Returns which side has few rows, the lhs if both have as few; None if neither has, or for other types. `known`:
    facts about sizes."""
    if not of_f32(op):
        return None
    lhs, rhs, out = (m.positions() for m in op.maps)
    sizes = dict(zip(out, op.result.type.shape, strict=True))
    sides = [d for d in out if d not in rhs], [d for d in out if d not in lhs]
    counts = [product(sizes[d] for d in side) for side in sides]
    few = [(n, i) for i, n in enumerate(known.range(c)[1] for c in counts) if n is not None and n <= MAX_ROWS]
    if not few:
        return None
    _, first = min(few)
    return FewRows(sides[first], sides[1 - first], first == 1)


def wide_units(op: linalg.Contract, cuts: Sequence[Cut], known: Known) -> list[Cut]:
    """Returns larger units along the many columns of a contraction with few rows."""
    found = few_rows(op, known)
    if found is None:
        return list(cuts)
    dims = op.maps[2].positions()
    return [
        evolve(cut, block=cut.block * WIDER) if dims[cut.unit.values[op.result].dim] in found.many else cut
        for cut in cuts
    ]


def by_few_rows(e: Emitter, op: linalg.Contract, pieces: Sequence[Piece], sides: tuple[Side, Side, Side]) -> bool:
    """Appends the step of a contraction of lhs, rhs and out, without its initial value; False if the rule does not
    allow it."""
    found = few_rows(op, e.known)
    if found is None:
        return False
    few, many = found.few, found.many
    lhs, rhs, out = (sides[1], sides[0], sides[2]) if found.swapped else sides
    kept = op.maps[2].positions()
    summed = [d for d in range(len(pieces)) if d not in kept]
    batch = [d for d in kept if d not in few and d not in many]
    k, n, m_out, n_out = _one(rhs, summed), _one(rhs, many), _one(out, few), _one(out, many)
    if k is None or n is None or m_out is None or n_out is None or not (_side_by_side(k) or _side_by_side(n)):
        return False
    made = len(e.steps)
    try:
        m, k_lhs = _one(lhs, few), _one(lhs, summed)
        if m is None or k_lhs is None or not _side_by_side(k_lhs):
            lhs = _copied(e, lhs, [*batch, *few, *summed], pieces)
            m, k_lhs = _one(lhs, few), _one(lhs, summed)
        outer = [loop for d in batch for loop in common([side[1][d] or () for side in (lhs, rhs, out)])]
    except UnfitError:
        m = k_lhs = None
        outer = []
    if m is None or k_lhs is None:
        del e.steps[made:]
        return False
    loops: list[tuple[Dim, tuple[Dim, ...]]] = [
        *outer,
        (m.size, (m.stride, 0, m_out.stride)),
        (n.size, (0, n.stride, n_out.stride)),
        (k.size, (k_lhs.stride, k.stride, 0)),
    ]
    e.emit(tile.Matmul, [lhs[0], rhs[0]], [out[0]], loops)
    return True


def _one(side: Side, dims: Sequence[int]) -> Digit | None:
    """The digit of some dims as one, or None if they are not evenly spaced together."""
    digits = joined(tuple(x for d in dims for x in side[1][d] or ()))
    return digits[0] if len(digits) == 1 else None


def _side_by_side(digit: Digit) -> bool:
    return digit.size == 1 or digit.stride == 1


def _copied(e: Emitter, side: Side, dims: Sequence[int], pieces: Sequence[Piece]) -> Side:
    """The few rows in memory of the unit, row-major in the order of `dims`."""
    access, digits = side
    place = e.scratch_of([pieces[d].size for d in dims], [pieces[d].most for d in dims], TensorType((), f32), "rows")
    loops = [loop for i, d in enumerate(dims) for loop in common([digits[d] or (), place.dims[i]]) or [(1, (0, 0))]]
    e.emit(tile.Copy, [access], [place], loops)
    along: list[Digits | None] = [None] * len(digits)
    for i, d in enumerate(dims):
        along[d] = place.dims[i]
    return place, along
