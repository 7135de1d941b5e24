"""What is on no device gets one: each device that reads constants, or what is made of them alone, makes its own. What
an op with effects makes is moved instead, because such an op runs once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorir.analysis.devices import EVERYWHERE, devices_of, placed_operands
from tensorir.dialects.device import Transfer
from tensorir.ir.effects import EffectsIn
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value


def on_each_device(
    region: Region, effects: EffectsIn, arg_devices: Sequence[str], result_devices: Sequence[str]
) -> tuple[Region, dict[Value, str]]:
    """Returns a function's region in which every op is read on one device, and the device of each value; the region
    itself, and nothing, if the program names no device. What only sizes or the host read stays on none."""
    known = devices_of(region, arg_devices)
    if not any(known.values()) and not any(result_devices):
        return region, {}
    devices = dict(known)
    ops: list[Op] = []
    env: dict[Value, Value] = {}
    """The result of a transfer of what is on no device → what that device makes itself."""
    copies: dict[tuple[Value, str], Value] = {}

    def on(value: Value, device: str) -> Value:
        """The copy of a value for a device; the value itself if it is on one, or is an argument."""
        value = env.get(value, value)
        maker = region.definitions.get(value)
        if device == EVERYWHERE or devices[value] != EVERYWHERE or maker is None:
            return value
        if (value, device) not in copies:
            if effects(maker):
                made, moved = Transfer(value, device, loc=maker.loc), (value,)
            else:
                made, moved = maker.evolve([on(v, device) for v in maker.operands], results=None), maker.results
            ops.append(made)
            for old, new in zip(moved, made.results, strict=True):
                copies[old, device] = new
                devices[new] = device
        return copies[value, device]

    for op in region.ops:
        device = known[op.results[0]] if op.results else EVERYWHERE
        if isinstance(op, Transfer) and known[op.source] == EVERYWHERE:
            env[op.result] = on(op.source, device)
            continue
        if device == EVERYWHERE and not placed_operands(op, known):
            ops.append(op)  # for the host; nobody else reads it
            continue
        operands = [env.get(v, v) if isinstance(op, Transfer) else on(v, device) for v in op.operands]
        same = all(a is b for a, b in zip(operands, op.operands, strict=True))
        ops.append(op if same else op.with_operands(operands))
    wanted = result_devices or (EVERYWHERE,) * len(region.yields)
    yields = tuple(on(y, device) for y, device in zip(region.yields, wanted, strict=True))
    return Region(region.args, tuple(_read(ops, yields, copies)), yields), devices


def _read(ops: list[Op], yields: Sequence[Value], copies: Mapping[tuple[Value, str], Value]) -> list[Op]:
    """The ops without those of which there are copies, and that nothing reads any more."""
    copied = {v for v, _ in copies}
    read = set(yields)
    kept: list[Op] = []
    for op in reversed(ops):
        if op.results and all(r in copied and r not in read for r in op.results):
            continue
        read.update(op.operands)
        kept.append(op)
    return kept[::-1]
