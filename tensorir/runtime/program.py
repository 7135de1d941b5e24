"""Compiled programs, which are called with arrays and keep statistics of the last call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from tensorir.analysis.devices import transfer_in
from tensorir.analysis.layout_decision import Decision
from tensorir.analysis.movement import is_view, moves_only
from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.interp.context import Context
from tensorir.interp.interpreter import run_region
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark, Remarks
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.signature import Signature
from tensorir.native.table import Features
from tensorir.runtime.arguments_in_place import Variants
from tensorir.runtime.called_function import CalledFunction, called_functions
from tensorir.runtime.calls import CallableProgram
from tensorir.runtime.executor import Executor
from tensorir.runtime.executor_launcher import launchers_of
from tensorir.runtime.explain.source import SourceValue
from tensorir.runtime.finish import finished
from tensorir.runtime.host_commands import HostCommands
from tensorir.runtime.plan import LaunchCommand, Plan, plan_function
from tensorir.runtime.python_runner import PythonRunner
from tensorir.runtime.queued_commands import DeviceConstants, queued
from tensorir.runtime.region_plan import device_of, plan_executables
from tensorir.runtime.saved.save import save
from tensorir.runtime.session import StoredState
from tensorir.runtime.stats import Stats
from tensorir.runtime.step_counts import MOVES
from tensorir.runtime.strided_plan import Relower, StridedPlan, Strider
from tensorir.runtime.strides import Form
from tensorir.targets.device import Device, devices_text


class Program(CallableProgram):
    """A compiled module. Calls are re-entrant: they share nothing but the constants and the last statistics."""

    def __init__(
        self,
        module: Module,
        tiles: Module,
        devices: Sequence[Device],
        remarks: Sequence[Remark],
        compile_s: float,
        pass_seconds: Mapping[str, float],
        memory_limit: int | None = None,
        num_threads: int | None = None,
        relower: Relower | None = None,
        constants: Mapping[str, int] | None = None,
        decision: Decision | None = None,
        source: Sequence[SourceValue] = (),
    ) -> None:
        """`module` must be fully compiled for `devices`: every global holds data, every dispatch is outlined. `tiles`:
        the same module with tile programs in its executables; what runs is planned from it.

        `memory_limit`: the most bytes of intermediates that a call may allocate; None means the available memory.
        `num_threads`: how many threads work on a call; None means as many as cores that this process may use.
        `relower`: makes tile programs for arguments that are not row-major; None means that those are copied.
        `constants`: how many were `packed` and `mapped`, for the statistics.
        `decision`, `source`: what `explain` tells of the compilation."""
        self.module = module
        self.tiles = tiles
        self.devices = {d.name: d for d in devices}
        """By the names that the program gives them."""
        self.device = devices[0]
        """The first of them; it computes what belongs to none."""
        self.decision = decision
        """The layouts that were chosen: what `tensorir.compile(…, layouts=…)` applies again."""
        self._relower = relower
        self._source = tuple(source)
        self.remarks = Remarks(remarks)
        self.pass_seconds = dict(pass_seconds)
        self._evaluated = dict(constants or {})
        self._constants = {g.name: g.value.array for g in module.globals if isinstance(g.value, Dense)}
        for e in module.executables:
            device_of(e, self.devices)
        executors = [d.executor for d in devices if d.executor is not None]
        tiled = any(d.runs_tiles for d in devices)
        self._features = reduce(lambda a, b: a | b, executors, Features.NONE) if tiled else None
        """Those that any device may use."""
        self._of_device = {
            d.name: int(d.executor) for d in devices if d.executor is not None and d.executor != self._features
        }
        self._launchers = launchers_of(devices)
        self._at_once = {name: launcher.units() for name, launcher in self._launchers.items()}
        self._on_devices = DeviceConstants()
        planned = tiles.functions if tiled else ()
        of_devices = self._of_device, self._at_once
        self.plans = {f.name: plan_function(tiles, f, module, (), None, *of_devices) for f in planned}
        """What the executor does in a call of each function; empty if Python runs the ops of all devices."""
        self._given_remarks = self.remarks
        self.remarks = Remarks((*self.remarks, *(r for plan in self.plans.values() for r in _two_arrays(plan))))
        states = {
            g.name: StoredState(g.logical or g.type, self._constants[g.name]) for g in module.globals if g.mutable
        }
        functions, stats = self._made_functions(), self._built(compile_s)
        super().__init__(functions, stats, memory_limit, num_threads, states)

    def _made_functions(self) -> dict[str, CalledFunction]:
        functions = self.module.functions
        if (features := self._features) is not None:
            return called_functions((f.signature, self._made_executor(self.plans[f.name], features)) for f in functions)
        executables = plan_executables(self.module, self.devices)
        held = tuple(self._constants.values())
        run = (PythonRunner(self.module, f, self.device, executables, held) for f in functions)
        return called_functions(zip((f.signature for f in functions), run, strict=True))

    def _made_executor(self, plan: Plan, features: Features) -> Executor:
        module, variants = self.module, None
        devices = {name: d for name, d in self.devices.items() if d.executor is None}
        if self._relower is not None:
            parts = self._relower, self._of_device, self._at_once
            strider = Strider(self.tiles, module, plan.function, self.devices, *parts)
            launchers, held = self._launchers, self._on_devices

            # It holds neither the program nor the executor: a cycle would keep the constants until they are collected.
            def variant(forms: Sequence[Form]) -> tuple[Executor | None, Mapping[int, str]]:
                found = strider.plan(forms)
                if not isinstance(found, StridedPlan):
                    return None, found
                function = finished(found.plan)
                host = HostCommands(module, found.plan, devices, queued(found.plan, function, launchers, held))
                return Executor(function, features, host, forms=found.forms), found.refused

            variants = Variants(variant)
        function = finished(plan)
        host = HostCommands(module, plan, devices, queued(plan, function, self._launchers, self._on_devices))
        return Executor(function, features, host, variants=variants)

    @property
    def _specs(self) -> str:
        return devices_text(tuple(self.devices.values()))

    def _told(self) -> tuple[str, Decision | None, Remarks, Sequence[SourceValue]]:
        return self._specs, self.decision, self.remarks, self._source

    def _plan(self, signature: Signature) -> Plan | None:
        return next((p for p in self.plans.values() if p.function.signature == signature), None)

    def context(self, sizes: Mapping[str, int]) -> Context:
        load = self._constants.__getitem__
        return Context(self.module, sizes, load_global=load, runner=run_region, memory_limit=self.memory_limit)

    def _built(self, compile_s: float) -> Stats:
        module, default = self.module, _default_function(self.module)
        plan = self.plans.get(default.name) if default is not None else None
        return Stats(
            dispatches=_count_launches(module, default),
            init_dispatches=sum(1 for g in module.globals if not isinstance(g.value, Dense)),
            copies=_moving_launches(plan) if plan is not None else _count_copies(module, default),
            weights_bytes=sum(g.value.nbytes for g in module.globals if isinstance(g.value, Dense) and not g.mutable),
            weights_by_device=_weights_by_device(module, self.device.name),
            compile_s=compile_s,
            kernels={},
            transient_bytes=0,
            constants_packed=self._evaluated.get("packed", 0),
            constants_mapped=self._evaluated.get("mapped", 0),
        )

    def save(self, path: str | Path) -> None:
        """Writes the program to a file that `tensorir.load` reads (docs/saved-programs.md).

        Raises UnsupportedError naming the ops that run in Python, which can't be stored, and TensorIRError if the file
        can't be written."""
        save(path, tuple(self.plans.values()), self._specs, self._features, self.stats, self.states)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles only the compiled modules: plans are made again when they are loaded."""
        seconds = (self.stats.compile_s, self.pass_seconds)
        limits = (self.memory_limit, self.num_threads, self._relower, self._evaluated, self.decision, self._source)
        given = self.module, self.tiles, tuple(self.devices.values()), self._given_remarks
        return Program, (*given, *seconds, *limits)


def _two_arrays(plan: Plan) -> list[Remark]:
    """A remark for each state that calls do not update in place."""
    function = plan.function
    why = zip(function.states, plan.two_arrays, strict=True)
    return [
        Remark("plan", "func", "state-in-place", f"@{state} takes two arrays: {reason}", "", function.loc)
        for state, reason in why
        if reason
    ]


def _default_function(module: Module) -> Function | None:
    """Returns @main, or the only function."""
    called = [f for f in module.functions if f.sizes is None]
    if len(called) == 1:
        return called[0]
    return next((f for f in called if f.name == "main"), None)


def _moving_launches(plan: Plan) -> int:
    """Returns how many commands only move elements, transfers aside."""
    launches = [c.grid.body.ops for c in plan.commands if isinstance(c, LaunchCommand) and c.moved is None]
    return sum(all(op.NAME.removeprefix("tile.") in {*MOVES, "scratch"} for op in ops) for ops in launches)


def _count_launches(module: Module, function: Function | None) -> int:
    if function is None:
        return 0
    launches = (module.lookup(Executable, o.executable) for o in function.body.walk() if isinstance(o, Launch))
    return sum(transfer_in(e.body) is None for e in launches)


def _weights_by_device(module: Module, default: str) -> dict[str, int]:
    """`default`: the device of what is read outside of launches."""
    read: dict[str, dict[str, None]] = {}
    for function in module.functions:
        loaded = {op.result: op.symbol for op in function.body.walk() if isinstance(op, GlobalLoad)}
        for op in function.body.walk():
            device = module.lookup(Executable, op.executable).target if isinstance(op, Launch) else default
            read.setdefault(device, {}).update(dict.fromkeys(loaded[v] for v in op.operands if v in loaded))
    values = {g.name: g.value.nbytes for g in module.globals if isinstance(g.value, Dense) and not g.mutable}
    return {device: sum(values.get(name, 0) for name in names) for device, names in read.items() if names}


def _count_copies(module: Module, function: Function | None) -> int:
    """Counts launches of executables that compute nothing, and data movement outside of launches."""
    if function is None:
        return 0
    moving = {e.name for e in module.executables if all(moves_only(o) for o in e.body.ops) and not transfer_in(e.body)}
    launches: Counter[bool] = Counter(o.executable in moving for o in function.body.walk() if isinstance(o, Launch))
    outside = sum(moves_only(o) and not is_view(o) for o in function.body.walk())
    return launches[True] + outside
