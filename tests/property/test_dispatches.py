"""Dispatches follow from what depends on what: programs whose ops are written in another order have the same ones."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.ir.effects import EffectsIn
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.verify import verify
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.testing.strategies import programs
from tensorir.text import print_module


def rewritten(region: Region, effects: EffectsIn, data: st.DataObject) -> Region:
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


@given(module=programs(), data=st.data())
def test_the_order_of_the_text_does_not_matter(module: Module, data: st.DataObject) -> None:
    module = run_passes(module, [PASSES[p]() for p in ("inline-calls", "canonicalize", "set-encodings")])
    effects = EffectsIn(module)
    functions = [f.with_region(rewritten(f.body, effects, data)) for f in module.functions]
    other = module.replace(functions=functions)
    verify(other)
    note(print_module(other))
    formed, of_other = (run_passes(m, [PASSES["form-dispatches"]()]) for m in (module, other))
    assert isomorphic(formed, of_other), print_module(formed)
