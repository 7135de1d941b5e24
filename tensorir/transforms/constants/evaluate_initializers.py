"""evaluate-initializers: constant evaluation at compile time, when layouts are known. Nothing is left to run at load
time.

It runs after materialization, so an initializer is an ordinary physical program and packing a weight is one call
of the pack kernel; docs/design-notes.md explains this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from tensorir.transforms.constants.constant_memory import ConstantMemory
from tensorir.transforms.constants.initializer_programs import InitializerPrograms, initializer_of
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
    device: str = device_option("the device whose kernels run the initializers, if it has any; else another one")

    def run(self, module: Module, ctx: PassContext) -> Module:
        if missing := [g for g in module.globals if isinstance(g.value, Parameter)]:
            raise unbound(*missing)
        pending = [g for g in module.globals if isinstance(g.value, Region)]
        if not pending:
            return module
        own = ctx.device(self.device)
        device = next((d for d in (own, *ctx.devices.values()) if d.executor is not None), own)
        work = _Evaluator(module, pending, ctx, device)
        for done, g in enumerate(pending):
            ctx.report("evaluating constants", done, len(pending))
            work.value(g.name)
        work.finish()
        ctx.report("evaluating constants", len(pending), len(pending))
        ctx.constants.update(packed=len(pending) - work.mapped, mapped=work.mapped)
        for problem in () if ctx.store is None else ctx.store.problems:
            ctx.decisions.add(Remark(self.name, "module", "store-constants", problem))
        return module.replace(globals=[evolve(g, value=work.value(g.name)) for g in module.globals])


class _Evaluator:
    """The values of all globals of a module. `mapped`: how many initializers were not evaluated, because their values
    were found in the store."""

    def __init__(self, module: Module, pending: Sequence[Global], ctx: PassContext, device: Device) -> None:
        self.module = module
        self.device = device
        self.memory_limit = ctx.memory_limit
        self.programs = InitializerPrograms(device)
        self.initializers = {g.name: initializer_of(g.value) for g in pending if isinstance(g.value, Region)}
        self.stored = StoredConstants.of(ctx.store, device, module, self.initializers)
        found = {} if self.stored is None else self.stored.found()
        self.mapped = len(found)
        self.values: dict[str, Dense] = {name: Dense.own(array) for name, array in found.items()}
        self.running: list[str] = []
        launching = any(isinstance(o, Launch) for g in module.globals if g.region is not None for o in g.region.walk())
        self.plans = plan_executables(module, {**ctx.devices, device.name: device}) if launching else {}

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
        array = self._evaluated(name, symbol.value, ctx)
        self.running.pop()
        self.values.setdefault(name, Dense.own(array))
        return self.values[name]

    def finish(self) -> None:
        """Stores what was evaluated, and is not stored yet."""
        if self.stored is not None:
            self._replace(self.stored.written())

    def _evaluated(self, name: str, region: Region, ctx: Context) -> Array:
        """Computes a constant as a call of a program would, so that its bits don't depend on when it is computed; what
        has no tile program runs op by op."""
        if self.memory_limit is not None:
            plan = plan_region(region, self.device, self.plans)
            check_peak(peak_of(plan, ctx, ()), ctx, "evaluating a constant")
        initializer = self.initializers.get(name)
        made = None if initializer is None else self.programs.run(initializer, ctx.load_global, None)
        if made is None:
            (array,) = evaluate(region, self.device, self.plans, ctx)
            return array
        if self.stored is not None:
            self._replace(self.stored.add(name, made))
        return made

    def _replace(self, stored: Mapping[str, Array]) -> None:
        """Uses the memory of the store for constants instead of that in which they were computed."""
        if stored:
            self.values |= {name: Dense.own(array) for name, array in stored.items()}
            self.programs.memory = ConstantMemory()
