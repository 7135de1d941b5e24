"""assign-devices: decides on which device each op of a program for several devices runs, and inserts the transfers.

Transfers of the program, and the devices of its arguments and results, are kept. What they leave open is chosen so
that the fewest bytes are moved. Which kinds of devices they are decides nothing, so a program is cut the same way
wherever it runs.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import define, evolve, field, frozen

from tensorir.analysis.devices import EVERYWHERE, named_devices, placed_operands
from tensorir.dialects.control import If, While
from tensorir.dialects.device import Transfer
from tensorir.ir.diagnostic import Remark, UnsupportedError
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse
from tensorir.passes.levels import NO_CALLS, PLACED, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.targets.costs import typical_bytes
from tensorir.transforms.devices.placement import Placement, is_remade


@frozen
class AssignDevices(Pass):
    """Laws: interp(assign(m)) == interp(m); every op reads values of one device; no transfer leads from a device to
    itself, and no two move the same value to the same device; each function says where its arguments and results are.
    A program that names no device is left as it is.

    Raises UnsupportedError for branches and loops in a program that names devices."""

    name: ClassVar[str] = "assign-devices"
    requires: ClassVar[tuple[Level, ...]] = (NO_CALLS,)
    ensures: ClassVar[tuple[Level, ...]] = (PLACED,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        names = tuple(dict.fromkeys(name for name, _ in named_devices(module)))
        for name in ctx.devices:
            if name not in names:
                idle = f"the program places nothing on {name!r}" + ("" if names else ": it names no device")
                ctx.decisions.add(Remark(self.name, "module", "idle", idle))
        if not names:
            return module
        for op in module.walk():
            if isinstance(op, If | While):
                reason = "its ops can't be placed on several devices: compile the program for one device"
                raise UnsupportedError(f"{op.NAME}: {reason}", op.loc)
        refuse = ctx.decisions.of(self.name)
        return module.replace(functions=[_placed(f, names, refuse) for f in module.functions])


def _placed(function: Function, names: tuple[str, ...], refuse: Refuse) -> Function:
    placement = Placement(names, function)
    placement.find()
    work = _Rebuild(placement, refuse)
    body = function.body
    for op in body.ops:
        work.add(op)
    wanted = function.result_devices or ("",) * len(body.yields)
    yields = tuple(
        work.on(y, device, function.loc) if device else work.env.get(y, y)
        for y, device in zip(body.yields, wanted, strict=True)
    )
    arguments = tuple(placement.device[a] for a in body.args)
    results = tuple(device or placement.device[y] for y, device in zip(body.yields, wanted, strict=True))
    work.ops = _read(work.ops, yields)
    same = len(work.ops) == len(body.ops) and all(a is b for a, b in zip(work.ops, body.ops, strict=True))
    region = body if same and yields == body.yields else Region(body.args, tuple(work.ops), yields)
    return evolve(function, body=region, arg_devices=arguments, result_devices=results)


def _read(ops: list[Op], yields: tuple[Value, ...]) -> list[Op]:
    """The ops without transfers and views that nothing reads, because they were made again elsewhere."""
    read = set(yields)
    kept: list[Op] = []
    for op in reversed(ops):
        if (isinstance(op, Transfer) or is_remade(op)) and op.result not in read:
            continue
        read.update(op.operands)
        kept.append(op)
    return kept[::-1]


@define
class _Rebuild:
    """A function under construction. `env`: old value → new one on its own device. `copies`: new value, device → the
    one there."""

    placement: Placement
    refuse: Refuse
    ops: list[Op] = field(factory=list[Op])
    env: dict[Value, Value] = field(factory=dict[Value, Value])
    copies: dict[tuple[Value, str], Value] = field(factory=dict[tuple[Value, str], Value])

    def add(self, op: Op) -> None:
        """Appends an op on its device. A transfer of a value to where it is vanishes."""
        if isinstance(op, Transfer):
            self.env[op.result] = self.on(op.source, self.placement.device[op.result], op.loc, ordered=True)
            return
        device = self.placement.device[op.results[0]] if op.results else EVERYWHERE
        # An op without results runs on the host, which reads what is on any device.
        near = set(placed_operands(op, self.placement.device)) if op.results else set[Value]()
        for i, v in enumerate(op.operands):
            if v in near and self.placement.device[v] != device and (self.env.get(v, v), device) not in self.copies:
                self._say(op, i, v, device)
        operands = [self.on(v, device, op.loc) if v in near else self.env.get(v, v) for v in op.operands]
        same = all(a is b for a, b in zip(operands, op.operands, strict=True))
        made = op if same else op.with_operands(operands)
        self.ops.append(made)
        self.env.update(zip(op.results, made.results, strict=True))

    def on(self, value: Value, device: str, loc: Location, *, ordered: bool = False) -> Value:
        """Returns a value on a device. A view is made again there, so that what it reads is moved, and nothing has to
        be stored for the transfer. What was moved before is moved from where it was first, unless the program has
        `ordered` the way."""
        held = self.placement.device[value]
        if held in (EVERYWHERE, device):
            return self.env.get(value, value)
        key = self.env.get(value, value), device
        if key not in self.copies:
            maker = self.placement.function.body.definitions.get(value)
            if isinstance(maker, Transfer) and (not ordered or self.placement.device[maker.source] == held):
                made = self.on(maker.source, device, loc, ordered=ordered)
            elif maker is not None and is_remade(maker):
                here = maker.evolve([self.on(maker.operands[0], device, loc, ordered=ordered)])
                self.ops.append(here)
                made = here.result
            else:
                move = Transfer(key[0], device, loc=loc)
                self.ops.append(move)
                made = move.result
            self.copies[key] = made
        return self.copies[key]

    def _say(self, op: Op, operand: int, value: Value, device: str) -> None:
        """Records a remark about a transfer that the program does not state."""
        held, bytes = self.placement.device[value], typical_bytes(value.type)
        reason = f"it runs on {device!r}, and its operand is on {held!r}: {bytes} bytes are moved"
        for name, more in self.placement.more_elsewhere(op.results[0]).items():
            reason += f"; on {name!r} it would be {more} more"
        self.refuse(op, "transfer", reason, op.operand_name(operand))
