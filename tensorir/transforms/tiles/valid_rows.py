"""How many rows of a product in tiles count, so that no row of padding is multiplied."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, quotient
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.transforms.tiles.emitter import Emitter


def packed_rows(region: Region) -> Mapping[Op, Dim]:
    """Returns, for products whose left side is packed in this region and whose result does not leave it in tiles, the
    rows that are packed; none for those whose rows are known to be whole tiles. What is in other rows of the result is
    dropped by an unpack in any case."""
    packs = {op.result: op for op in region.ops if isinstance(op, Pack)}
    found: dict[Op, Dim] = {}
    for op in region.ops:
        if not isinstance(op, Mmt4d | BatchMmt4d) or (pack := packs.get(op.lhs)) is None or op.init:
            continue
        height = op.lhs.type.shape[-2]
        rows = pack.source.type.shape[pack.inner_dims_pos[0]]
        outer = len(op.lhs.type.shape) - 4
        is_left = pack.inner_dims_pos == tuple(pack.outer_dims_perm[outer:])
        if is_left and quotient(rows, height) is None and not _leaves(op.result, region):
            found[op] = rows
    return found


def _leaves(value: Value, region: Region) -> bool:
    """Whether something made of a value leaves the region without being unpacked."""
    reached = {value}
    for op in region.ops:
        if not isinstance(op, Unpack) and any(v in reached for v in op.operands):
            reached.update(op.results)
    return any(y in reached for y in region.yields)


def valid_rows(e: Emitter, op: Mmt4d | BatchMmt4d, batch: int) -> AffineMap | None:
    """Returns how many rows of the unit count, from its dims; None for all."""
    rows = e.packed_rows.get(op)
    height = op.lhs.type.shape[-2]
    if rows is None or not isinstance(height, int):
        return None
    along = [(k, at) for k, unit in enumerate(e.units) if (at := unit.ops.get(op)) is not None and at.dim == batch]
    if not along:
        return e.unit_map(rows)
    ((unit, at),) = along
    if e.units[unit].total != rows or e.units[unit].granule != at.factor * height:
        return None
    return e.unit_map(e.piece(unit, at.factor * height, rows).size)
