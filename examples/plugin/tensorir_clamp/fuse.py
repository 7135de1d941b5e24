"""fuse-clamps: merges two consecutive clamps into one."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import RegionView, Rewrite, index, pattern
from tensorir.rewrite.symbols import map_regions
from tensorir_clamp.op import Clamp


@pattern(Clamp)
def clamp_of_clamp(op: Clamp, view: RegionView) -> Rewrite:
    """clamp(clamp(x, a, b), c, d) == clamp(x, max(c, min(a, d)), max(c, min(b, d)))"""
    match view.def_of(op.source):
        case Clamp(source=x, low=a, high=b):
            low, high = (max(op.low, min(bound, op.high)) for bound in (a, b))
            return Clamp(x, low, high, loc=op.loc)
        case _:
            return None


@frozen
class FuseClamps(Pass):
    """Law: interp(fuse(m)) == interp(m), and no clamp of a clamp is left."""

    name: ClassVar[str] = "fuse-clamps"

    def run(self, module: Module, ctx: PassContext) -> Module:
        return map_regions(module, lambda region: greedy(region, index([clamp_of_clamp]), ctx.trace(self.name)))
