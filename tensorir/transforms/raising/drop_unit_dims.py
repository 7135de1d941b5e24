"""drop-unit-dims: no op carries dims of size 1 along."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import index
from tensorir.rewrite.symbols import map_regions
from tensorir.transforms.raising.unit_dims import UNIT_DIMS
from tensorir.transforms.raising.unit_views import UNIT_VIEWS

PATTERNS = index([*UNIT_VIEWS, *UNIT_DIMS])


@frozen
class DropUnitDims(Pass):
    """Drops dims of size 1 from all ops but those that need them, and from what is between them. Exporters carry a
    batch of one through a whole model: then weights are not 2-D, and a batch is the only loop that a launch could
    share among threads. Law: interp(drop-unit-dims(m)) == interp(m), bit by bit."""

    name: ClassVar[str] = "drop-unit-dims"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        return map_regions(module, lambda region: greedy(region, PATTERNS, ctx.trace(self.name), effects))
