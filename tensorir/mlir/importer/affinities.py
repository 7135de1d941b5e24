"""Affinities: the attributes that name the device of an op, an argument or a result."""

from __future__ import annotations

import re

from tensorir.ir.diagnostic import InferError
from tensorir.mlir.syntax import Attribute, DialectAttr, Operation, SymbolRef

AFFINITY = "iree.abi.affinity"
"""Of arguments and results."""

_OF_OPS = ("stream.affinity", AFFINITY)
_OF_BOUNDARIES = "affinity"
"""Of ops of the dialect hal, written `on(…)`."""

_DEVICE = re.compile(r'\s*@(?:([A-Za-z_][A-Za-z0-9_$.]*+)|"([^"\\]*+)")\s*(?:,\s*\[\s*\*?\s*\])?\s*')


def affinity_of(op: Operation) -> str:
    """The device on which an op runs, "" if it names none. Raises InferError if it names two."""
    names = (*_OF_OPS, _OF_BOUNDARIES) if op.name.startswith("hal.tensor.") else _OF_OPS
    found = {name: device_name(op.attributes[name]) for name in names if name in op.attributes}
    if len(devices := dict.fromkeys(found.values())) > 1:
        raise InferError(f"it has two affinities, {' and '.join(f'{n} = @{d}' for n, d in found.items())}: leave one")
    return next(iter(devices), "")


def device_name(attribute: Attribute) -> str:
    """The name in `#hal.device.promise<@name>` or `#hal.device.affinity<@name>`."""
    match attribute:
        case DialectAttr(name="hal.device.promise" | "hal.device.affinity", text=text):
            found = _DEVICE.fullmatch(text)
            if found and (found[1] or found[2]):
                return found[1] or found[2]
            raise InferError(
                f"the affinity #{attribute.name}<{text}> is not supported: it must name one device, <@name>"
            )
        case SymbolRef(path=(name,)):
            return name
        case DialectAttr(name=name):
            raise InferError(f"the affinity #{name} is not supported; supported is #hal.device.promise<@name>")
        case _:
            raise InferError("a device must be #hal.device.promise<@name>")
