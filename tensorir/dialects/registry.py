"""All op classes by name; these are the ops that the text format can read."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.dialects import control, device, encode, flow, func, packing, relayout, tensor
from tensorir.dialects.linalg import contract, moves, reduce, rows, structured
from tensorir.dialects.tile import grid, steps
from tensorir.ir.op import Op
from tensorir.plugins import Table

_FAMILIES = (
    tensor,
    structured,
    contract,
    reduce,
    moves,
    rows,
    packing,
    relayout,
    encode,
    flow,
    func,
    control,
    device,
    grid,
    steps,
)


def _classes() -> Mapping[str, type[Op]]:
    found: dict[str, type[Op]] = {}
    for family in _FAMILIES:
        for value in vars(family).values():
            if isinstance(value, type) and issubclass(value, Op) and value.NAME != Op.NAME:
                found[value.NAME] = value
    return found


OPS: Table[str, type[Op]] = Table("OPS", _classes(), lambda op: op.NAME)
"""All op classes by name, including those of plug-ins."""
