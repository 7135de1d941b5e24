"""evaluate-initializers: constant evaluation at compile time, when layouts are known. Nothing is left to run at load
time.

It runs after materialization, so an initializer is an ordinary physical program and packing a weight is one call
of the pack kernel; docs/design-notes.md explains this order.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import evolve, frozen

from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.interp import Context
from tensorir.interp.context import Array
from tensorir.interp.interpreter import run_region, unbound
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark, TensorIRError
from tensorir.ir.module import Global, Module, Parameter
from tensorir.ir.region import Region
from tensorir.passes.levels import NO_ENCODINGS, NO_LAYOUTS, ONLY_DATA, Level
from tensorir.passes.pass_ import Pass, PassContext, device_option
from tensorir.runtime.memory_plan import check_peak, peak_of
from tensorir.runtime.region_plan import evaluate, plan_executables, plan_region
from tensorir.targets.device import Device
from tensorir.transforms.constants.initializer_programs import InitializerPrograms
from tensorir.transforms.constants.stored_constants import StoredConstants


@frozen
class EvaluateInitializers(Pass):
    """Laws: interp(evaluate(m)) == interp(m); every global holds data; equal initializers run once.
    What is in the store of the context is mapped from there, with the same bits.

    Raises UnsupportedError for parameters without data, OutOfMemoryError for an initializer whose intermediates take
    more than the memory limit of the context."""

    name: ClassVar[str] = "evaluate-initializers"
    requires: ClassVar[tuple[Level, ...]] = (NO_ENCODINGS, NO_LAYOUTS)
    ensures: ClassVar[tuple[Level, ...]] = (ONLY_DATA,)
    device: str = device_option("the device whose kernels run the initializers")

    def run(self, module: Module, ctx: PassContext) -> Module:
        if missing := [g for g in module.globals if isinstance(g.value, Parameter)]:
            raise unbound(*missing)
        pending = [g for g in module.globals if isinstance(g.value, Region)]
        if not pending:
            return module
        device = ctx.device(self.device)
        stored = StoredConstants.of(ctx.store, device)
        work = _Evaluator(module, device, ctx.memory_limit, stored)
        for done, g in enumerate(pending):
            ctx.report("evaluating constants", done, len(pending))
            work.value(g.name)
        ctx.report("evaluating constants", len(pending), len(pending))
        mapped = 0 if stored is None else stored.mapped
        ctx.constants.update(packed=len(pending) - mapped, mapped=mapped)
        for problem in () if ctx.store is None else ctx.store.problems:
            ctx.decisions.add(Remark(self.name, "module", "store-constants", problem))
        return module.replace(globals=[evolve(g, value=work.value(g.name)) for g in module.globals])


class _Evaluator:
    def __init__(
        self, module: Module, device: Device, memory_limit: int | None, stored: StoredConstants | None
    ) -> None:
        self.module = module
        self.device = device
        self.memory_limit = memory_limit
        self.programs = InitializerPrograms(device, stored)
        self.values: dict[str, Dense] = {}
        self.running: list[str] = []
        launching = any(isinstance(o, Launch) for g in module.globals if g.region is not None for o in g.region.walk())
        self.plans = plan_executables(module, {device.name: device}) if launching else {}

    def value(self, name: str) -> Dense:
        """Returns the data of a global. Raises TensorIRError if its initializer depends on itself."""
        if name in self.values:
            return self.values[name]
        symbol = self.module.lookup(Global, name)
        if isinstance(symbol.value, Dense):
            self.values[name] = symbol.value
            return symbol.value
        if isinstance(symbol.value, Parameter):
            raise unbound(symbol)
        if name in self.running:
            raise TensorIRError(
                f"the initializer of @{name} depends on itself: {' → '.join([*self.running, name])}", symbol.loc
            )
        self.running.append(name)
        for op in symbol.value.walk():
            if isinstance(op, GlobalLoad):
                self.value(op.symbol)  # computed before the region runs, so that a cycle is detected
        ctx = Context(
            self.module,
            {},
            load_global=lambda n: self.value(n).array,
            runner=run_region,
            memory_limit=self.memory_limit,
        )
        array = self._evaluated(symbol.value, ctx)
        self.running.pop()
        self.values[name] = Dense.own(array)
        return self.values[name]

    def _evaluated(self, region: Region, ctx: Context) -> Array:
        """Computes a constant as a call of a program would, so that its bits don't depend on when it is computed; what
        has no tile program runs op by op."""
        if self.memory_limit is not None:
            plan = plan_region(region, self.device, self.plans)
            check_peak(peak_of(plan, ctx, ()), ctx, "evaluating a constant")
        made = self.programs.run(region, self.value, None)
        if made is not None:
            return made
        (array,) = evaluate(region, self.device, self.plans, ctx)
        return array
