"""specialize-encodings: the layouts of a program are chosen for its devices, all at once.

Each device says which tiles it has for each contraction. Which contractions are tiled, and how each tensor between them
is stored, is the exact solution of one problem (`transforms/layouts`): the least time by the costs of the devices, each
for its own launches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from attrs import evolve, frozen

from tensorir.analysis.elimination import minimize
from tensorir.analysis.layout_decision import Ranges
from tensorir.dialects.encode import SetEncoding
from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.ir.module import Executable, Global, Module
from tensorir.ir.names import FreshNames
from tensorir.ir.region import Region
from tensorir.passes.levels import NO_CALLS, NO_ENCODINGS, NO_LAYOUTS, Level
from tensorir.passes.pass_ import Pass, PassContext, device_option, option
from tensorir.targets.answers import Answers
from tensorir.targets.device import devices_text
from tensorir.transforms.layouts.choice import Choice, posed
from tensorir.transforms.layouts.decided import decision_of, ranges_of, replay
from tensorir.transforms.layouts.for_sizes import with_ranges
from tensorir.transforms.layouts.given import Given
from tensorir.transforms.layouts.ranges import worthwhile
from tensorir.transforms.layouts.remarks import say_why
from tensorir.transforms.layouts.rewrite import Rewriter


@frozen
class SpecializeEncodings(Pass):
    """Every encoding becomes a layout or vanishes.

    Laws: no Encoding is left; interp(specialize(m)) == interp(m); no other choice costs less, that of a program without
    tiles included; if the device has no tiles for any contraction, the program is isomorphic to one that was never
    encoded. Each contraction that stays row-major is a remark with the reason."""

    name: ClassVar[str] = "specialize-encodings"
    requires: ClassVar[tuple[Level, ...]] = (NO_CALLS,)
    ensures: ClassVar[tuple[Level, ...]] = (NO_ENCODINGS,)
    breaks: ClassVar[tuple[Level, ...]] = (NO_LAYOUTS,)
    device: str = device_option(
        "the device whose resolver answers and whose costs count, unless a launch names another one"
    )
    always: bool = option(False, "tile each contraction for which the device has tiles, whatever it costs")
    ranges: bool = option(False, "make functions for ranges of sizes for which other layouts cost less")

    def run(self, module: Module, ctx: PassContext) -> Module:
        if ctx.layouts is None:
            module, choice, ranges = self._solved(module, ctx)
        else:
            ranges = ranges_of(ctx.layouts, module)
            module = with_ranges(module, {name: [r.sizes for r in of] for name, of in ranges.items()})
            choice = self.posed(module, ctx)
            replay(choice, ctx.layouts)
        devices = [ctx.device(name) for name in choice.others or (self.device,)]
        ctx.decision = decision_of(choice, devices_text(devices), {d.name: d.costs for d in devices}, ranges)
        say_why(choice, ctx.decisions.of(self.name))
        rewriter = Rewriter(choice, ctx.device(self.device).name)
        made = module.map_regions(rewriter.initializer, Global).map_regions(rewriter.region, Executable)
        globals = [s for g in made.globals for s in _stored(g, choice, module)]
        return made.replace(globals=globals, functions=[rewriter.function(f) for f in made.functions])

    def _solved(self, module: Module, ctx: PassContext) -> tuple[Module, Choice, Ranges]:
        """Returns the module, with functions for ranges of sizes, the choice for it, and the ranges by function."""
        choice = self.posed(module, ctx)
        choice.solve()
        if not self.ranges:
            return module, choice, {}
        named = [f.name for f in module.functions if f.sizes is not None] + [f.of for f in module.functions]
        open = [f for f in module.functions if f.name not in named]
        ranges = {f.name: found for f in open if (found := worthwhile(choice, f))}
        if not ranges:
            return module, choice, {}
        kept = {g.name: choice.state(tensor) for tensor, g in choice.globals().items()}
        module = with_ranges(module, {name: [r.sizes for r in of] for name, of in ranges.items()})
        choice = self.posed(module, ctx)
        choice.pose()
        choice.keep({tensor: kept[g.name] for tensor, g in choice.globals().items()})
        choice.settle(minimize(choice.problem))
        return module, choice, ranges

    def posed(self, module: Module, ctx: PassContext) -> Choice:
        """Returns the choice, not yet made."""
        refuse = ctx.decisions.of(self.name)
        named = dict.fromkeys(op.device for op in module.walk() if isinstance(op, Dispatch) and op.device)
        given = {name: Given(Answers(ctx.device(name)), name, refuse, self.always) for name in (self.device, *named)}
        others = {name: (given[name], ctx.device(name).costs) for name in named}
        return posed(module, given[self.device], ctx.device(self.device).costs, others)


def _stored(g: Global, choice: Choice, module: Module) -> Iterator[Global]:
    """Yields a global as it is stored. The initial value of a state that is not row-major is brought into its layout by
    an initializer."""
    stored = choice.stored(choice.program.held[g.name]) if g.mutable else None
    if stored is None:
        yield _typed(g, choice.given)
        return
    if isinstance(g.value, Region):
        before = g.value
    else:
        name = FreshNames(module.symbols).wished(f"{g.name}.initial")
        yield Global(name, g.type, g.value, g.loc)
        load = GlobalLoad(name, g.type, loc=g.loc)
        before = Region((), (load,), load.results)
    last = SetEncoding(before.yields[0], stored, loc=g.loc)
    yield g.with_region(Region((), (*before.ops, last), last.results))


def _typed(g: Global, given: Given) -> Global:
    """Maps the type of a global that holds data."""
    type = given.type(g.type, g.loc)
    return g if type == g.type else evolve(g, type=type)
