"""drop-transfers: removes transfers from programs on one device, where every value already is."""

from __future__ import annotations

from typing import ClassVar

from attrs import evolve, frozen

from tensorir.analysis.devices import named_devices
from tensorir.dialects.device import Transfer
from tensorir.ir.diagnostic import Remark
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_TRANSFERS, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class DropTransfers(Pass):
    """Laws: interp(drop(m)) == interp(m); no transfer is left, and no device is named. If the program names several, a
    remark says that it runs on one."""

    name: ClassVar[str] = "drop-transfers"
    ensures: ClassVar[tuple[Level, ...]] = (NO_TRANSFERS,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        names = dict.fromkeys(name for name, _ in named_devices(module))
        if len(names) > 1:
            message = f"the program is for the devices {', '.join(names)}: all of it runs on one"
            loc = next(loc for _, loc in named_devices(module))
            ctx.decisions.add(Remark(self.name, "module", "one-device", message, "", loc))
        dropped = map_regions(module, lambda region: sweep(region, _visit))
        return dropped.replace(functions=[_on_none(f) for f in dropped.functions])


def _on_none(f: Function) -> Function:
    return evolve(f, arg_devices=(), result_devices=()) if f.arg_devices or f.result_devices else f


def _visit(op: Op, operands: tuple[Value, ...]) -> Value | None:
    return operands[0] if isinstance(op, Transfer) else None
