"""raise-ops: formulas that exporters write in pieces become ops again."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import index
from tensorir.rewrite.symbols import map_regions
from tensorir.transforms.raising.activations import ACTIVATIONS
from tensorir.transforms.raising.narrow import NARROW
from tensorir.transforms.raising.norms import NORMS
from tensorir.transforms.raising.softmax import SOFTMAX
from tensorir.transforms.raising.windows import WINDOWS
from tensorir.transforms.simplify.reads import drop_unread_inputs

PATTERNS = index([*SOFTMAX, *NORMS, *NARROW, *ACTIVATIONS, *WINDOWS, drop_unread_inputs])


@frozen
class RaiseOps(Pass):
    """Applies the patterns of this folder exhaustively. Law: in exact arithmetic interp(raise-ops(m)) == interp(m), and
    no result is farther from it than before, within the bounds that the patterns state; NaN and infinities stay."""

    name: ClassVar[str] = "raise-ops"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        return map_regions(module, lambda region: greedy(region, PATTERNS, ctx.trace(self.name), effects))
