"""join-dispatches: forms the launches again, now that the program is in packed form, if it then has fewer.

Launches are formed before layouts are chosen, so that the choice knows what is stored between them. Packed form makes
more possible: two products that differ in the order of their dims are one product of tiles, and a slice that cuts
elements may take whole tiles.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.dialects.flow import Dispatch
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.symbols import in_order, map_regions
from tensorir.transforms.dispatch.form_dispatches import form_dispatches
from tensorir.transforms.simplify.cse import merge_equal_ops


@frozen
class JoinDispatches(Pass):
    """Law: interp(join(m)) == interp(m); no region has more launches than before, and one that would not have fewer
    stays as it is. So does one with launches of several devices: there, equal ops on constants must stay apart."""

    name: ClassVar[str] = "join-dispatches"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        return map_regions(module, lambda region: _joined(region, effects), Function, enter=in_order)


def _joined(region: Region, effects: EffectsIn) -> Region:
    launches = _launches(region)
    devices = {op.device for op in launches}
    if len(launches) < 2 or len(devices) > 1:
        return region
    flat = merge_equal_ops(_without_dispatches(region), effects)
    formed = form_dispatches(flat, effects, device=devices.pop(), packed=True)
    return formed if len(_launches(formed)) < len(launches) else region


def _launches(region: Region) -> list[Dispatch]:
    return [op for op in region.ops if isinstance(op, Dispatch)]


def _without_dispatches(region: Region) -> Region:
    """The region with the ops of each dispatch in its place."""
    env: dict[Value, Value] = {}
    ops: list[Op] = []

    def add(op: Op, env: dict[Value, Value]) -> tuple[Value, ...]:
        made = op.evolve([env.get(v, v) for v in op.operands])
        ops.append(made)
        env.update(zip(op.results, made.results, strict=True))
        return made.results

    for op in region.ops:
        if isinstance(op, Dispatch):
            inner = {a: env.get(v, v) for a, v in zip(op.body.args, op.inputs, strict=True)}
            for o in op.body.ops:
                add(o, inner)
            env.update((r, inner[y]) for r, y in zip(op.results, op.body.yields, strict=True))
        else:
            add(op, env)
    return Region(region.args, tuple(ops), tuple(env.get(y, y) for y in region.yields))
