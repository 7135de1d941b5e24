"""Initializers as tile programs: a constant that is computed ahead of time has the bits that a call would give it."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from attrs import define, field, frozen

from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.tile import Grid
from tensorir.interp import Context
from tensorir.interp.context import Array
from tensorir.interp.interpreter import run_region
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
from tensorir.transforms.constants.constant_memory import ConstantMemory
from tensorir.transforms.tiles.lower_to_tiles import lower_region

_NAME = "initializer"


@frozen
class Initializer:
    """A program of one result: its body, whose arguments are the globals that it loads, its fingerprint, in which their
    names are not, and the shape and element type of the result."""

    body: Region
    loads: tuple[str, ...]
    fingerprint: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def size(self) -> int:
        """The bytes of the result."""
        return prod(self.shape) * self.dtype.itemsize


@define
class InitializerPrograms:
    """Those of one compilation. Initializers that differ only in the globals that they load share one."""

    device: Device
    made: dict[str, tuple[Module, Executor] | None] = field(factory=dict[str, "tuple[Module, Executor] | None"])
    memory: ConstantMemory = field(factory=ConstantMemory)

    def run(self, initializer: Initializer, load: Callable[[str], Array], memory_limit: int | None) -> Array | None:
        """Returns the yield of an initializer, or None if the device has no executor or some op has no steps."""
        if self.device.executor is None:
            return None
        key = initializer.fingerprint
        if key not in self.made:
            self.made[key] = self._compiled(initializer.body)
        if (program := self.made[key]) is None:
            return None
        source, executor = program
        ctx = Context(source, {}, runner=run_region, memory_limit=memory_limit)
        arguments = tuple(np.ascontiguousarray(load(name)) for name in initializer.loads)
        out = self.memory.allocate(initializer.shape, initializer.dtype)
        (result,), _ = executor.run(arguments, ctx, 1, (out,))
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


def initializer_of(region: Region) -> Initializer | None:
    """Returns an initializer as a program; None if it launches, holds regions, or computes nothing."""
    loads = [op for op in region.ops if isinstance(op, GlobalLoad)]
    ops = [op for op in region.ops if not isinstance(op, GlobalLoad)]
    if not ops or any(not op.PLAIN or op.effects() for op in ops):
        return None
    args = {op.result: Value(op.result.type, op.result.hint) for op in loads}
    if any(y in args for y in region.yields):
        return None
    moved = tuple(op.with_operands([args.get(v, v) for v in op.operands]) for op in ops)
    body = Region(tuple(args.values()), moved, region.yields)
    (type,) = region.yield_types
    shape = Context(Module(), {}).shape(type.shape)
    return Initializer(body, tuple(op.symbol for op in loads), fingerprint(body), shape, type.dtype.numpy)
