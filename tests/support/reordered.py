"""Programs whose ops are written in another order."""

from __future__ import annotations

from hypothesis import strategies as st

from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region


def reordered(module: Module, data: st.DataObject) -> Module:
    """The same functions with their ops in an order that is drawn."""
    effects = EffectsIn(module)
    return module.replace(functions=[f.with_region(_reordered(f.body, effects, data)) for f in module.functions])


def _reordered(region: Region, effects: EffectsIn, data: st.DataObject) -> Region:
    """The ops in any order in which each follows what it reads, and ops with effects each other."""
    left, made = list(region.ops), set(region.args)
    ops: list[Op] = []
    while left:
        effect = next((op for op in left if effects(op)), None)
        ready = [op for op in left if made.issuperset(op.operands) and (op is effect or not effects(op))]
        ops.append(data.draw(st.sampled_from(ready)) if len(ready) > 1 else ready[0])
        left.remove(ops[-1])
        made.update(ops[-1].results)
    return Region(region.args, tuple(ops), region.yields)
