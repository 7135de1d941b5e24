"""Programs whose ops are written in another order."""

from __future__ import annotations

from random import Random

from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region


def reordered(module: Module, random: Random) -> Module:
    """The same functions with their ops in a random order."""
    effects = EffectsIn(module)
    return module.replace(functions=[f.with_region(_reordered(f.body, effects, random)) for f in module.functions])


def _reordered(region: Region, effects: EffectsIn, random: Random) -> Region:
    """The ops in any order in which each follows what it reads, and ops with effects each other."""
    left, made = list(region.ops), set(region.args)
    ops: list[Op] = []
    while left:
        effect = next((op for op in left if effects(op)), None)
        ready = [op for op in left if made.issuperset(op.operands) and (op is effect or not effects(op))]
        ops.append(random.choice(ready))
        left.remove(ops[-1])
        made.update(ops[-1].results)
    return Region(region.args, tuple(ops), region.yields)
