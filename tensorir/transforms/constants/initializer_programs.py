"""Initializers as tile programs: a constant that is computed ahead of time has the bits that a call would give it.

A large one is looked for in the store before it is computed, and stored when it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np
from attrs import define, field

from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.tile import Grid
from tensorir.interp import Context
from tensorir.interp.context import Array
from tensorir.interp.interpreter import run_region
from tensorir.ir.dense import Dense
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.decisions import unheard
from tensorir.runtime.executor import Executor
from tensorir.runtime.finish import finished
from tensorir.runtime.host_commands import HostCommands
from tensorir.runtime.plan import plan_function
from tensorir.targets.device import Device
from tensorir.transforms.constants.constant_memory import ConstantMemory, ScratchMemory
from tensorir.transforms.constants.stored_constants import LEAST, StoredConstants
from tensorir.transforms.tiles.lower_to_tiles import lower_region

_NAME = "initializer"


@define
class InitializerPrograms:
    """Those of one compilation. Initializers that differ only in the globals that they load share one."""

    device: Device
    stored: StoredConstants | None = None
    made: dict[str, tuple[Module, Executor] | None] = field(factory=dict[str, "tuple[Module, Executor] | None"])
    memory: ConstantMemory = field(factory=ConstantMemory)
    scratch: ScratchMemory = field(factory=ScratchMemory)

    def run(self, region: Region, load: Callable[[str], Dense], memory_limit: int | None) -> Array | None:
        """Returns the yield of an initializer, or None if the device has no executor or some op has no steps."""
        loads = [op for op in region.ops if isinstance(op, GlobalLoad)]
        body = _body(region, loads)
        if self.device.executor is None or body is None:
            return None
        program = fingerprint(body)
        sources = tuple(load(op.symbol) for op in loads)
        (type,) = region.yield_types
        shape, dtype = Context(Module(), {}).shape(type.shape), type.dtype.numpy
        key = None
        if self.stored is not None and prod(shape) * dtype.itemsize >= LEAST:
            key = self.stored.key(program, sources)
        if self.stored is None or key is None:
            return self._computed(program, body, sources, self.memory.allocate(shape, dtype), memory_limit)
        if (found := self.stored.find(key, shape, dtype)) is not None:
            return found
        made = self._computed(program, body, sources, self.scratch.take(shape, dtype), memory_limit)
        if made is None:
            return None
        if (kept := self.stored.keep(key, made, str(type))) is not None:
            return kept
        own = self.memory.allocate(shape, dtype)
        own[...] = made
        return own

    def _computed(
        self, program: str, body: Region, sources: Sequence[Dense], out: Array, memory_limit: int | None
    ) -> Array | None:
        if program not in self.made:
            self.made[program] = self._compiled(body)
        if (made := self.made[program]) is None:
            return None
        module, executor = made
        ctx = Context(module, {}, runner=run_region, memory_limit=memory_limit)
        (result,), _ = executor.run(tuple(np.ascontiguousarray(s.array) for s in sources), ctx, 1, (out,))
        return result

    def _compiled(self, body: Region) -> tuple[Module, Executor] | None:
        features = self.device.executor
        lowered = lower_region(body, self.device, unheard)
        if features is None or not any(isinstance(op, Grid) for op in lowered.ops):
            return None
        args = tuple(Value(a.type) for a in body.args)
        launch = Launch(args, _NAME, body.yield_types)
        function = Function("evaluated", Region(args, (launch,), launch.results))
        source, tiles = (
            Module((function,), (), (Executable(_NAME, self.device.name, region),)) for region in (body, lowered)
        )
        plan = plan_function(tiles, function, source)
        return source, Executor(finished(plan), features, HostCommands(source, plan))


def _body(region: Region, loads: list[GlobalLoad]) -> Region | None:
    """The region with what it loads as arguments; None if it launches, holds regions, or computes nothing."""
    ops = [op for op in region.ops if not isinstance(op, GlobalLoad)]
    if not ops or any(not op.PLAIN or op.effects() for op in ops):
        return None
    args = {op.result: Value(op.result.type, op.result.hint) for op in loads}
    if any(y in args for y in region.yields):
        return None
    moved = tuple(op.with_operands([args.get(v, v) for v in op.operands]) for op in ops)
    return Region(tuple(args.values()), moved, region.yields)
