"""canonicalize-dispatches: brings the inputs and results of dispatches, and loads of globals, into a normal form.

Inputs are used, distinct, and in the order of their first use. Results are used, distinct, and in the order of
their definition; an input is never a result. Each global is loaded once; loads come first, in the
order of their first use. Two functions that do the same with equal dispatches are then isomorphic.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.analysis.liveness import needed_ops
from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.symbols import in_order, map_regions


@frozen
class CanonicalizeDispatches(Pass):
    """Law: interp(canonicalize(m)) == interp(m), and the pass is idempotent."""

    name: ClassVar[str] = "canonicalize-dispatches"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        return map_regions(module, lambda region: _normalize(region, effects), enter=in_order)


def _normalize(region: Region, effects: EffectsIn) -> Region:
    kept = _live_ops(region, effects)
    env: dict[Value, Value] = {}
    ops: list[Op] = []
    for op in kept:
        if not isinstance(op, Dispatch):
            ops.append(op.with_operands([env.get(v, v) for v in op.operands]) if env else op)
            continue
        inputs = tuple(env.get(v, v) for v in op.inputs)
        ops += _border(op, inputs, env)
    yields = tuple(env.get(y, y) for y in region.yields)
    ops, yields = _loads_first(ops, yields)
    changed = len(ops) != len(region.ops) or any(a is not b for a, b in zip(ops, region.ops, strict=True))
    return Region(region.args, tuple(ops), yields) if changed or yields != region.yields else region


def _loads_first(ops: list[Op], yields: tuple[Value, ...]) -> tuple[list[Op], tuple[Value, ...]]:
    """Merges the loads of globals and moves them to the front; keeps the order of everything else."""
    loads = {o.result: o for o in ops if isinstance(o, GlobalLoad)}
    first: dict[str, GlobalLoad] = {}
    merged: dict[Value, Value] = {}
    rest = [o for o in ops if not isinstance(o, GlobalLoad)]
    for v in [*(v for o in rest for v in o.operands), *yields]:
        if v in loads:
            merged[v] = first.setdefault(loads[v].symbol, loads[v]).result
    if any(a is not b for a, b in merged.items()):
        rest = [o.with_operands([merged.get(v, v) for v in o.operands]) for o in rest]
    return [*first.values(), *rest], tuple(merged.get(y, y) for y in yields)


def _live_ops(region: Region, effects: EffectsIn) -> list[Op]:
    """Returns the live ops, from back to front, with each dispatch reduced to the results that are read."""
    live = set(region.yields)
    kept: list[Op] = []
    for op in reversed(region.ops):
        if not any(r in live for r in op.results) and effects(op).only_reads:
            continue
        if isinstance(op, Dispatch):
            op = _only(op, live)
        live.update(op.operands)
        kept.append(op)
    return kept[::-1]


def _only(op: Dispatch, live: set[Value]) -> Dispatch:
    """Returns `op` without unused results and without the inputs and ops that only those needed."""
    results = tuple(r for r in op.results if r in live)
    yields = tuple(y for r, y in zip(op.results, op.body.yields, strict=True) if r in live)
    ops = needed_ops(op.body, yields)
    needed = {*yields, *(v for o in ops for v in o.operands)}
    used = [a in needed for a in op.body.args]
    if len(results) == len(op.results) and len(ops) == len(op.body.ops) and all(used):
        return op
    args = tuple(a for a, u in zip(op.body.args, used, strict=True) if u)
    inputs = tuple(v for v, u in zip(op.inputs, used, strict=True) if u)
    return Dispatch(inputs, Region(args, tuple(ops), yields), op.device, loc=op.loc, results=results)


def _border(op: Dispatch, inputs: tuple[Value, ...], env: dict[Value, Value]) -> list[Op]:
    """Returns the dispatch with inputs and results in normal form, or nothing if no result is left; adds merged values
    to `env`."""
    first_arg: dict[Value, Value] = {}
    merged = {a: first_arg.setdefault(v, a) for a, v in zip(op.body.args, inputs, strict=True)}
    outer = {a: v for v, a in first_arg.items()}
    order = {r: i for i, r in enumerate(r for o in op.body.ops for r in o.results)}
    result_of: dict[Value, Value] = {}
    for r, y in zip(op.results, op.body.yields, strict=True):
        if y in merged:
            env[r] = outer[merged[y]]
        elif (same := result_of.setdefault(y, r)) is not r:
            env[r] = same
    if not result_of:
        return []
    yields = sorted(result_of, key=order.__getitem__)
    used = dict.fromkeys(merged[v] for o in op.body.ops for v in o.operands if v in merged)
    new_inputs, args = tuple(outer[a] for a in used), tuple(used)
    results = tuple(result_of[y] for y in yields)
    if (new_inputs, args, tuple(yields)) == (op.inputs, op.body.args, op.body.yields):
        return [op]
    ops = tuple(o.with_operands([merged.get(v, v) for v in o.operands]) for o in op.body.ops)
    return [Dispatch(new_inputs, Region(args, ops, tuple(yields)), op.device, loc=op.loc, results=results)]
