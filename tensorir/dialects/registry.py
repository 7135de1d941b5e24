"""All op classes by name: what the text format can read."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.dialects import device, encode, flow, func, linalg, packing, tensor
from tensorir.ir.op import Op

_FAMILIES = (tensor, linalg, packing, encode, flow, func, device)


def _classes() -> Mapping[str, type[Op]]:
    found: dict[str, type[Op]] = {}
    for family in _FAMILIES:
        for value in vars(family).values():
            if isinstance(value, type) and issubclass(value, Op) and value.NAME != Op.NAME:
                found[value.NAME] = value
    return found


OPS: Mapping[str, type[Op]] = _classes()
