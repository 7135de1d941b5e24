"""sink-constants: branches and loops take as inputs only what they need from outside, and no constants.

A weight that is read in a loop is a constant there too, so that its layout is chosen, and it is packed ahead of time.
What an iteration never changes is not carried, so that it is never copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attrs import frozen

from tensorir.dialects.control import If, While
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Fill
from tensorir.dialects.tensor import Constant
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_FOR, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import RegionFn, map_regions

CONSTANTS = (Constant, GlobalLoad, Fill)
"""Ops that are repeated in the regions that read them."""


@frozen
class SinkConstants(Pass):
    """Laws: interp(sink(m)) == interp(m); no constant is an input of a branch or a loop, unless the loop carries it;
    each input is read by a region of the op, or carried; no loop carries what its body yields unchanged."""

    name: ClassVar[str] = "sink-constants"
    requires: ClassVar[tuple[Level, ...]] = (NO_FOR,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        return map_regions(module, _pruned).map_regions(_sunk)


def _sunk(region: Region) -> Region:
    """Constants as deep as they are read: outer regions first."""

    def visit(op: Op, operands: tuple[Value, ...]) -> Replacement | None:
        return _rebuilt(op, operands, [region.definitions.get(v) for v in op.operands], _sunk)

    return sweep(region, visit)


def _pruned(region: Region) -> Region:
    """Inputs that are read, and values that change: inner regions first, which says what outer ones need."""

    def visit(op: Op, operands: tuple[Value, ...]) -> Replacement | None:
        return _rebuilt(op, operands, [None] * len(operands), lambda inner: inner)

    return sweep(region, visit)


def _rebuilt(op: Op, operands: Sequence[Value], makers: Sequence[Op | None], inner: RegionFn) -> Replacement | None:
    """Returns a branch or a loop without the inputs that it need not have; None for another op, and if nothing changes.
    `makers`: the op that makes each operand, if it is known. `inner` is applied to the new regions."""
    match op:
        case If():
            return _if(op, operands, makers, inner)
        case While():
            return _while(op, operands, makers, inner)
        case _:
            return None


def _if(op: If, operands: Sequence[Value], makers: Sequence[Op | None], inner: RegionFn) -> Replacement | None:
    read = _read(op.then, op.then.yields) | _read(op.otherwise, op.otherwise.yields)
    kept, sunk = _chosen(sorted(read), makers[1:])
    then, otherwise = (inner(_on(r, kept, sunk)) for r in op.regions)
    if len(kept) == len(op.inputs) and then is op.then and otherwise is op.otherwise:
        return None
    inputs = tuple(operands[1 + i] for i in kept)
    made = If(operands[0], inputs, then, otherwise, results=op.results, loc=op.loc)
    return Replacement((made,), made.results)


def _while(op: While, operands: Sequence[Value], makers: Sequence[Op | None], inner: RegionFn) -> Replacement | None:
    changed = [i for i, y in enumerate(op.body.yields) if y is not op.body.args[i]]
    read = _read(op.condition, op.condition.yields) | _read(op.body, [op.body.yields[i] for i in changed])
    unchanged, sunk = _chosen(sorted(read - {*changed}), makers)
    kept = [*changed, *unchanged]
    condition, body = _on(op.condition, kept, sunk), _on(op.body, kept, sunk)
    if len(changed) < len(body.yields):
        body = Region(body.args, body.ops, tuple(body.yields[i] for i in changed))
    condition, body = inner(condition), inner(body)
    if len(kept) == len(op.inputs) and condition is op.condition and body is op.body:
        return None
    results = tuple(op.results[i] for i in changed)
    made = While(tuple(operands[i] for i in kept), condition, body, results=results, loc=op.loc)
    return Replacement((made,), tuple(op.results[i] if i in changed else operands[i] for i in range(len(op.results))))


def _read(region: Region, yields: Sequence[Value]) -> set[int]:
    """The arguments that a region reads, by their numbers. `yields`: those that are wanted."""
    return {i for i, arg in enumerate(region.args) if arg in region.uses or arg in yields}


def _chosen(inputs: Sequence[int], makers: Sequence[Op | None]) -> tuple[list[int], dict[int, Op]]:
    """Returns which inputs are kept, and those that are constants: input → its op."""
    sunk: dict[int, Op] = {i: made for i in inputs if isinstance(made := makers[i], CONSTANTS)}
    return [i for i in inputs if i not in sunk], sunk


def _on(region: Region, kept: Sequence[int], sunk: dict[int, Op]) -> Region:
    """Returns a region that takes only some of its arguments; itself if that is all of them, in order. What is sunk and
    read is made in it."""
    if [*kept] == [*range(len(region.args))]:
        return region
    read = {*region.uses, *region.yields}
    made = {region.args[i]: op.evolve() for i, op in sunk.items() if region.args[i] in read}
    env = {arg: op.result for arg, op in made.items()}
    ops = [op.with_operands([env.get(v, v) for v in op.operands]) for op in region.ops]
    yields = tuple(env.get(y, y) for y in region.yields)
    return Region(tuple(region.args[i] for i in kept), (*made.values(), *ops), yields)
