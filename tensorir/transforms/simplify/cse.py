"""cse: merges equal pure ops on the same operands."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from attrs import frozen

from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse, unheard
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class CommonSubexpressions(Pass):
    """Merges ops without effects that have the same class, operands and attributes. Ops with regions stay apart, and so
    do those that give memory."""

    name: ClassVar[str] = "cse"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects, refuse = EffectsIn(module), ctx.decisions.of(self.name)
        return map_regions(module, lambda region: merge_equal_ops(region, effects, refuse))


def merge_equal_ops(region: Region, effects: EffectsIn, refuse: Refuse = unheard) -> Region:
    """f(x, y); f(x, y) == f(x, y), if f does nothing else"""
    seen: dict[Any, Op] = {}

    def visit(op: Op, operands: tuple[Value, ...]) -> Replacement | None:
        attributes = tuple(_exactly(v) for v in op.attributes().values())
        key = (type(op), operands, attributes, op.regions, tuple(r.type for r in op.results))
        first = seen.setdefault(key, op)
        if first is op:
            return None
        if found := effects(op):
            refuse(op, "merge", f"an equal op stands before it, but it {found}")
            return None
        if Trait.ALLOCATES in op.TRAITS:
            refuse(op, "merge", "an equal op stands before it, but each gives memory of its own")
            return None
        if op.REGIONS:
            refuse(op, "merge", "an equal op stands before it, but ops with regions stay apart")
            return None
        return Replacement((), first.results)

    return sweep(region, visit)


def _exactly(attribute: object) -> object:
    """A key that tells apart what Python calls equal: True, 1 and 1.0, and zeros of either sign. NaN equals itself."""
    match attribute:
        case float():
            return float, repr(attribute)
        case tuple():
            return tuple, tuple(_exactly(a) for a in cast("tuple[object, ...]", attribute))
        case _:
            return type(attribute), attribute
