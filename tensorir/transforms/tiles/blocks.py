"""Which of the possible unit dims a grid has, and how large a unit is.

A unit should be large enough that its start costs nothing, small enough that what it makes stays in the caches, and
there should be enough of them for several threads (which split further, see `runtime.image`). Contractions: 128
columns, so that a kernel fetches the next panel while it multiplies this one, of up to 64 rows.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.ir.dims import Dim, ceildiv
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import quotient
from tensorir.transforms.tiles.unit_dims import UnitDim, unit_dims

ELEMENTS = 1 << 14
"""About how many elements a unit of elementwise work has."""

COLUMNS = 128
ROWS = 64

MAX_DIMS = 3


def chosen_units(
    ops: Sequence[Op], yields: Sequence[Value], whole: Container[Value]
) -> tuple[list[UnitDim], list[Dim]]:
    """Returns unit dims and the granules per block of each."""
    found = unit_dims(ops, yields, whole)
    contraction = next((op for op in ops if isinstance(op, Mmt4d | BatchMmt4d)), None)
    if contraction is not None:
        return _of_contraction(contraction, found)
    return _of_elements(yields[0], found)


def _of_contraction(op: Mmt4d | BatchMmt4d, found: Sequence[UnitDim]) -> tuple[list[UnitDim], list[Dim]]:
    """Batch dims first, then columns, then rows, so that neighbouring units share the right side."""
    batch = 1 if isinstance(op, BatchMmt4d) else 0
    shape = op.result.type.shape
    by_dim = {unit.values[op.result].dim: unit for unit in found}
    units: list[UnitDim] = []
    blocks: list[Dim] = []
    outer = [(0, 1, 1)] if batch else []
    for dim, wanted, per in (*outer, (batch + 1, COLUMNS, shape[-1]), (batch, ROWS, shape[-2])):
        unit = by_dim.get(dim)
        if unit is None or not isinstance(per, int):
            continue
        each = unit.values[op.result].factor * per
        units.append(unit)
        blocks.append(max(1, wanted // each))
    return units, blocks


def _of_elements(value: Value, found: Sequence[UnitDim]) -> tuple[list[UnitDim], list[Dim]]:
    """Outer dims one by one until a unit is small, then a block of the next."""
    units = list(found[:MAX_DIMS])
    blocks: list[Dim] = []
    rest: Dim = value.type.elements
    for unit in units:
        rest = _per_granule(rest, unit)
        blocks.append(1)
        if isinstance(rest, int) and rest <= ELEMENTS:
            blocks[-1] = ceildiv(ELEMENTS, max(1, rest))
            return units[: len(blocks)], blocks
    return units[: len(blocks)], blocks


def _per_granule(elements: Dim, unit: UnitDim) -> Dim:
    """The elements of one granule."""
    exact = quotient(elements, unit.total)
    return exact * unit.granule if exact is not None else elements
