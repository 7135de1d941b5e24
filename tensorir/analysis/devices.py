"""On which device each value of a program lives. It follows from arguments and transfers, so no op has to say it.

An op runs where its operands are. What is made of nothing but constants and sizes is on no device: each device that
reads it has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.tensor import DimOp
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value

EVERYWHERE = ""
"""The device of what each device has for itself."""


def named_devices(module: Module) -> Iterator[tuple[str, Location]]:
    """Returns every device that the program names, with its place."""
    for symbol in module.all_symbols():
        if isinstance(symbol, Function):
            yield from ((name, symbol.loc) for name in (*symbol.arg_devices, *symbol.result_devices) if name)
    yield from ((o.device, o.loc) for o in module.walk() if isinstance(o, Transfer))


def transfer_in(region: Region) -> Transfer | None:
    """Returns the transfer of a launch that moves a value between devices; None for any other launch."""
    return next((op for op in region.ops if isinstance(op, Transfer)), None)


def placed_operands(op: Op, known: Mapping[Value, str]) -> Sequence[Value]:
    """The operands by which the place of an op is decided: those that are somewhere, unless only their types are
    read."""
    if isinstance(op, DimOp | GlobalLoad):
        return ()
    return [v for v in op.operands if known.get(v, EVERYWHERE) != EVERYWHERE]


def devices_of(region: Region, of_arguments: Sequence[str]) -> dict[Value, str]:
    """Returns the device of each value of a function in which every op reads values of one device, or EVERYWHERE. Of
    several devices the first one counts."""
    known = dict(zip(region.args, of_arguments, strict=True)) if of_arguments else dict.fromkeys(region.args, "")
    for op in region.ops:
        if isinstance(op, Transfer):
            device = op.device
        else:
            near = placed_operands(op, known)
            device = known[near[0]] if near else EVERYWHERE
        known.update(dict.fromkeys(op.results, device))
    return known
