"""drop-transfers: removes transfers from programs on one device, where every value already is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from attrs import frozen

from tensorir.dialects.device import Transfer
from tensorir.ir.diagnostic import UnsupportedError
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_TRANSFERS, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class DropTransfers(Pass):
    """Laws: interp(drop(m)) == interp(m); no transfer is left. Raises UnsupportedError for a program over several
    devices."""

    name: ClassVar[str] = "drop-transfers"
    ensures: ClassVar[tuple[Level, ...]] = (NO_TRANSFERS,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        names = dict.fromkeys(name for name, _ in named_devices(module))
        if len(names) > 1:
            places = [loc for name, loc in named_devices(module) if name]
            transfers = [o.loc for o in module.walk() if isinstance(o, Transfer)]
            raise UnsupportedError(
                f"the program is for the devices {', '.join(names)}; programs for several devices can't be compiled "
                "yet, but the interpreter runs them",
                (transfers or places)[0],
            )
        return map_regions(module, lambda region: sweep(region, _visit))


def _visit(op: Op, operands: tuple[Value, ...]) -> Value | None:
    return operands[0] if isinstance(op, Transfer) else None


def named_devices(module: Module) -> Iterator[tuple[str, Location]]:
    """Returns every device that the program names, with its place."""
    for symbol in module.all_symbols():
        if isinstance(symbol, Function):
            yield from ((name, symbol.loc) for name in (*symbol.arg_devices, *symbol.result_devices) if name)
    yield from ((o.device, o.loc) for o in module.walk() if isinstance(o, Transfer))
