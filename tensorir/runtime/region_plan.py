"""A region as a list of steps over numbered slots: what is called, what it reads and writes, and which slots die after
it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, evolve, field, frozen

from tensorir.analysis.liveness import dying_values
from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.tensor import Constant
from tensorir.interp import Context, apply_op
from tensorir.interp.context import SizeError
from tensorir.interp.limits import out_of_memory, size_error
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim
from tensorir.ir.module import Executable, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.runtime.memory_plan import check_peak, peak_of
from tensorir.targets.device import Device
from tensorir.targets.kernels import KernelCall

Array = npt.NDArray[Any]
Bound = tuple[tuple[str, int], ...]
"""Size symbols of an executable and their values."""


def _owner(array: Array) -> Array:
    """The array that has the memory of `array`."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


@define
class Run:
    """The state of one call: sizes and globals in `ctx`, the kernels called, the bytes of live intermediates.

    `foreign`: the ids of arrays whose memory the call has not made, its arguments and constants. `held`: of each other
    array that owns its memory, how many slots hold it or a view of it, and the bytes of the first of them: what NumPy
    keeps around a result is not counted."""

    ctx: Context
    foreign: set[int]
    kernels: Counter[str] = field(factory=Counter[str])
    held: dict[int, tuple[int, int]] = field(factory=dict[int, tuple[int, int]])
    live_bytes: int = 0
    peak_bytes: int = 0
    contexts: dict[Bound, Context] = field(factory=dict[Bound, Context])
    """The contexts of executables by their sizes; launches with the same sizes share one, and the sizes evaluated in
    it."""

    @classmethod
    def of(cls, ctx: Context, args: Sequence[Array]) -> Run:
        """A call with these arguments that has not begun."""
        return cls(ctx, {id(_owner(a)) for a in args})

    def hold(self, array: Array) -> None:
        """A slot has got `array`. Memory is counted once, however many views there are."""
        owner = _owner(array)
        if id(owner) in self.foreign:
            return
        slots, nbytes = self.held.get(id(owner), (0, min(array.nbytes, owner.nbytes)))
        self.held[id(owner)] = slots + 1, nbytes
        if not slots:
            self.live_bytes += nbytes
            self.peak_bytes = max(self.peak_bytes, self.live_bytes)

    def release(self, array: Array) -> None:
        """A slot that held `array` is not read any more."""
        owner = _owner(array)
        if id(owner) in self.foreign:
            return
        slots, nbytes = self.held.pop(id(owner))
        if slots > 1:
            self.held[id(owner)] = slots - 1, nbytes
        else:
            self.live_bytes -= nbytes

    @contextmanager
    def within(self, launch: Step) -> Generator[None]:
        """Returns the state while the executable of a launch runs, which has its own sizes."""
        outside = self.ctx
        self.ctx = launch.inside(outside, self.contexts)
        try:
            yield
        finally:
            self.ctx = outside


@frozen(eq=False)
class Step:
    """One op. It runs through `kernel` or `launch`, or through NumPy if neither is set. `dead`: slots not read
    afterwards."""

    op: Op
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    dead: tuple[int, ...]
    kernel: KernelCall | None = None
    launch: RegionPlan | None = None
    bodies: tuple[RegionPlan, ...] = ()
    """The regions of a branch or a loop, whose ops need memory too."""
    sizes: Mapping[str, Dim] = field(factory=dict[str, Dim])
    """For a launch: each size of the executable, in terms of the region's sizes."""

    def inside(self, ctx: Context, known: dict[Bound, Context]) -> Context:
        """Returns the context for the ops of a launch. Raises TensorIRError for a size that is invalid in this call."""
        if not self.sizes:
            return ctx
        try:
            bound = tuple(zip(self.sizes, ctx.shape([*self.sizes.values()]), strict=True))
        except SizeError as e:
            raise size_error(self.op, e, ctx) from None
        if bound not in known:
            known[bound] = evolve(ctx, sizes=dict(bound))
        return known[bound]


@frozen(eq=False)
class RegionPlan:
    """Runs a region. Slots 0 … arguments−1 hold the arguments, which belong to the caller."""

    arguments: int
    slots: int
    steps: tuple[Step, ...]
    yields: tuple[int, ...]

    def run(self, args: tuple[Array, ...], run: Run) -> tuple[Array, ...]:
        """Returns the yields for `args`. Raises the errors of the ops."""
        values: list[Array | None] = [*args, *[None] * (self.slots - self.arguments)]
        for step in self.steps:
            inputs = tuple([values[i] for i in step.inputs])
            for slot, array in zip(step.outputs, _results(step, inputs, run), strict=True):  # pyright: ignore[reportArgumentType]  # an input slot is always filled: the verifier checked
                values[slot] = array
                if isinstance(step.op, Constant | GlobalLoad):
                    run.foreign.add(id(_owner(array)))
                run.hold(array)
            for slot in step.dead:
                if (dead := values[slot]) is not None:
                    run.release(dead)
                values[slot] = None
        for made in values[self.arguments :]:  # whoever runs the region holds its yields
            if made is not None:
                run.release(made)
        return tuple(v for i in self.yields if (v := values[i]) is not None)


def _results(step: Step, inputs: tuple[Array, ...], run: Run) -> tuple[Array, ...]:
    """Returns the results of a step. Raises OutOfMemoryError with the place of the op if memory runs out."""
    if step.launch is not None:
        with run.within(step):
            return step.launch.run(inputs, run)
    if step.kernel is not None:
        try:
            array, kernel = step.kernel(inputs, run.ctx)
        except MemoryError as e:
            raise out_of_memory(step.op, e) from None
        run.kernels[kernel] += 1
        return (array,)
    return apply_op(step.op, inputs, run.ctx)


Launched = tuple[Executable, RegionPlan]


def plan_region(region: Region, device: Device, launches: Mapping[str, Launched]) -> RegionPlan:
    """Makes the plan of a region whose ops run on `device`; `launches` holds executables with their plans."""
    slot: dict[Value, int] = {a: i for i, a in enumerate(region.args)}
    for op in region.ops:
        for r in op.results:
            slot[r] = len(slot)
    foreign = {*region.args, *(r for op in region.ops if isinstance(op, GlobalLoad) for r in op.results)}
    steps: list[Step] = []
    for op, dying in zip(region.ops, dying_values(region), strict=True):
        dead = tuple(slot[v] for v in dying if v not in foreign)
        launch, sizes = None, dict[str, Dim]()
        if isinstance(op, Launch):
            executable, launch = launches[op.executable]
            sizes = op.bound_sizes(executable)
        kernel = device.kernels.call(op, device.memory)
        inputs, outputs = tuple(slot[v] for v in op.operands), tuple(slot[r] for r in op.results)
        bodies = tuple(plan_region(r, device, launches) for r in op.regions)
        steps.append(Step(op, inputs, outputs, dead, kernel, launch, bodies, sizes))
    return RegionPlan(len(region.args), len(slot), tuple(steps), tuple(slot[y] for y in region.yields))


def plan_executables(module: Module, devices: Mapping[str, Device]) -> dict[str, Launched]:
    """Makes one plan per executable, on its own device. Raises TensorIRError for a device that is not among
    `devices`."""
    return {e.name: (e, plan_region(e.body, device_of(e, devices), {})) for e in module.executables}


def device_of(executable: Executable, devices: Mapping[str, Device]) -> Device:
    """Returns the device of an executable. Raises TensorIRError if it is not among `devices`."""
    device = devices.get(executable.target)
    if device is None:
        raise TensorIRError(
            f"@{executable.name} is made for the device {executable.target!r}; the program has: {', '.join(devices)}",
            executable.loc,
        )
    return device


def evaluate(region: Region, device: Device, launches: Mapping[str, Launched], ctx: Context) -> tuple[Array, ...]:
    """The yields of a region without arguments, as arrays of their own. `launches` holds the plans of the module's
    executables, made once for all its initializers."""
    plan = plan_region(region, device, launches)
    check_peak(peak_of(plan, ctx, ()), ctx, "evaluating a constant")
    return tuple(
        np.array(a, order="C") if a.base is not None or not a.flags.writeable or not a.flags.c_contiguous else a
        for a in plan.run((), Run.of(ctx, ()))
    )
