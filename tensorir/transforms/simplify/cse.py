"""cse: equal pure ops on the same operands are one."""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import frozen

from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class CommonSubexpressions(Pass):
    """Merges ops without effects that have the same class, operands and attributes. Ops with regions stay apart."""

    name: ClassVar[str] = "cse"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        return map_regions(module, lambda region: merge_equal_ops(region, effects))


def merge_equal_ops(region: Region, effects: EffectsIn) -> Region:
    """f(x, y); f(x, y) == f(x, y), if f does nothing else"""
    seen: dict[Any, Op] = {}

    def visit(op: Op, operands: tuple[Value, ...]) -> Replacement | None:
        if op.REGIONS or effects(op):
            return None
        # With their types, because True == 1 == 1.0 as attributes.
        attributes: tuple[Any, ...] = tuple((type(v), v) for v in op.attributes().values())
        first = seen.setdefault((type(op), operands, attributes, tuple(r.type for r in op.results)), op)
        return None if first is op else Replacement((), first.results)

    return sweep(region, visit)
