"""Which of the possible unit dims a grid has, and how large a unit is.

A unit should be large enough that its start costs nothing, small enough that what it makes stays in the caches, and
there should be enough of them for several threads (which split further, see `runtime.image`). Contractions: 128
columns, so that a kernel fetches the next panel while it multiplies this one, of up to 64 rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import frozen

from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.dialects.tile.grid import MAX_GRID_RANK
from tensorir.ir.dims import Dim, product, quotient
from tensorir.ir.op import Op, Trait
from tensorir.ir.value import Value
from tensorir.targets.costs import typical
from tensorir.transforms.tiles.unit_dims import UnitDim, unit_dims

ELEMENTS = 1 << 14
"""About how many elements a unit of elementwise work has."""

COLUMNS, LEAST_COLUMNS = 128, 32
ROWS, LEAST_ROWS = 64, 16

PACKED_ELEMENTS = 1 << 17
"""About how many elements of the right side a unit packs."""

LEAST = 1 << 12
"""A unit of elementwise work has at least so many elements, also for several threads."""

MAX_DIMS = 3


@frozen
class Cut:
    """One dim of a grid: granules per block, and the fewest for several threads."""

    unit: UnitDim
    block: int
    least: int


def chosen_units(
    ops: Sequence[Op], yields: Sequence[Value], whole: Collection[Value], made: Collection[Value] = ()
) -> list[Cut]:
    """Returns the dims of the grid, the slowest first. `whole`: values that exist outside of units. `made`: right sides
    that are computed where they are multiplied."""
    found = unit_dims(ops, yields, {*whole, *made})
    match next((op for op in ops if op.is_(Trait.CONTRACTION)), None):
        case Mmt4d() | BatchMmt4d() as op:
            packs = any(len(u.ops) != len(ops) for u in found)
            return _of_tiles(op, found, (2 if packs or op.rhs in made else 1, 2 if packs else 1))
        case Contract() as op:
            return _of_rows_and_columns(op, found)
        case _:
            return _of_elements(_whole_of(yields[0], found), found)


def _of_tiles(op: Mmt4d | BatchMmt4d, found: Sequence[UnitDim], times: tuple[int, int]) -> list[Cut]:
    """Batch dims first, then columns, then rows, so that neighbouring units share the right side. Units that pack their
    own rows and columns, or compute the columns, have `times` as many rows and columns, so that this is a small part of
    the work."""
    batch = 1 if isinstance(op, BatchMmt4d) else 0
    shape = op.result.type.shape
    by_dim = {unit.values[op.result].dim: unit for unit in found}
    cuts: list[Cut] = []
    outer = [(0, 1, 1, 1)] if batch else []
    for dim, most, least, per in (
        *outer,
        (batch + 1, times[1] * COLUMNS, LEAST_COLUMNS, shape[-1]),
        (batch, times[0] * ROWS, LEAST_ROWS, shape[-2]),
    ):
        unit = by_dim.get(dim)
        if unit is None or not isinstance(per, int):
            continue
        each = max(1, unit.values[op.result].factor * per)
        cuts.append(Cut(unit, max(1, most // each), max(1, least // each)))
    return cuts


def _of_rows_and_columns(op: Contract, found: Sequence[UnitDim]) -> list[Cut]:
    """As for tiles, but with larger blocks, because each unit packs its rows and columns for itself. Among several dims
    of rows or columns the innermost is cut, and the outer ones have units of one position."""
    lhs, rhs, out = (set(m.positions()) for m in op.maps)
    sizes = dict(zip(op.maps[2].positions(), op.result.type.shape, strict=True))
    by_loop = {op.maps[2].positions()[u.values[op.result].dim]: u for u in found}
    depth = product(s for d, s in zip(op.maps[0].positions(), op.lhs.type.shape, strict=True) if d not in out)
    columns = max(COLUMNS, min(2 * COLUMNS, PACKED_ELEMENTS // depth)) if isinstance(depth, int) and depth else COLUMNS
    cuts: list[Cut] = []
    batch = lhs & rhs & out
    for dims, most, least in (
        ([d for d in sizes if d in batch], 1, 1),
        ([d for d in sizes if d in rhs - lhs], columns, LEAST_COLUMNS),
        ([d for d in sizes if d in lhs - rhs], 2 * ROWS, LEAST_ROWS),
    ):
        for i, d in enumerate(dims):
            if (unit := by_loop.get(d)) is None:
                continue
            inner = product(sizes[x] for x in dims[i + 1 :])
            each = max(1, unit.values[op.result].factor * (inner if isinstance(inner, int) else most))
            cuts.append(Cut(unit, max(1, most // each), max(1, least // each)))
            if each < most:
                break
    return cuts[:MAX_GRID_RANK]


def _whole_of(value: Value, found: Sequence[UnitDim]) -> Value:
    """The value itself, or the largest that the units run along, if they run beyond the end of this one, which is a
    slice of their first positions."""
    if not any(unit.is_beyond(value) for unit in found):
        return value
    followed = [v for v in found[0].values if all(v in unit.values for unit in found)]
    return max(followed, key=lambda v: typical(v.type.elements))


def _of_elements(value: Value, found: Sequence[UnitDim]) -> list[Cut]:
    """Outer dims one by one until a unit is small, then a block of the next."""
    cuts: list[Cut] = []
    rest: Dim = value.type.elements
    for unit in found[:MAX_DIMS]:
        exact = quotient(rest, unit.total)
        rest = exact * unit.granule if exact is not None else rest
        if isinstance(rest, int) and rest <= ELEMENTS:
            each = max(1, rest)
            cuts.append(Cut(unit, -(-ELEMENTS // each), -(-LEAST // each)))
            break
        cuts.append(Cut(unit, 1, 1))
    return cuts
