"""Devices: transfers between them, and where arguments and results live."""

from __future__ import annotations

from tensorir.dialects.device import Transfer
from tensorir.ir.diagnostic import InferError
from tensorir.mlir.importer.affinities import AFFINITY, device_name
from tensorir.mlir.importer.attributes import attribute
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import ArrayAttr, Attribute, DictAttr, Operation


def transfer(op: Operation, scope: Scope) -> None:
    """flow.tensor.transfer; further operands are the sizes that are `?` in the type."""
    (source, *_), (result,) = op.operands, op.results
    device = device_name(attribute(op, "target"))
    scope.bind(result, scope.add(Transfer(scope.tensor(source), device, loc=scope.loc)).result)


def devices(op: Operation, name: str) -> tuple[str, ...]:
    """The device of each argument (`arg_attrs`) or result (`res_attrs`), "" where none is said; () if none is."""
    found = op.attributes.get(name)
    if found is None:
        return ()
    if not isinstance(found, ArrayAttr):
        raise InferError(f"the attribute {name} must be an array")
    names = tuple(_affinity(item) for item in found.items)
    return names if any(names) else ()


def _affinity(item: Attribute) -> str:
    if not isinstance(item, DictAttr) or AFFINITY not in item.entries:
        return ""
    return device_name(item.entries[AFFINITY])


OPS = {"flow.tensor.transfer": transfer}
