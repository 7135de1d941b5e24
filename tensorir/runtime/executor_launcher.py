"""The executor as a launcher: tile programs run in C, in memory that is not that of the calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

from tensorir.dialects.flow import Launch
from tensorir.dialects.tile import Grid
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.module import Function
from tensorir.ir.region import Region
from tensorir.ir.sizes import size_names
from tensorir.ir.value import Value
from tensorir.native.plans import Frame, PlanFault, PlanMemoryError
from tensorir.native.plans import Plan as NativePlan
from tensorir.native.table import Features, lib
from tensorir.runtime.executor import usable_cores
from tensorir.runtime.image import THREADS
from tensorir.runtime.plan import Plan, plan_image
from tensorir.runtime.plan_parts import Buffer, LaunchCommand
from tensorir.targets.device import Device
from tensorir.targets.launcher import DeviceMemoryError, Launcher, LaunchFault, OnExecutor

Array = npt.NDArray[Any]
MAX_FRAMES = 8
"""The most frames of a program that wait for its next launch."""

_LINE = 64
"""Memory begins at multiples of it, as the packed constants of the host do."""


@frozen(eq=False)
class _Program:
    """A plan of one launch. `symbols`: its sizes, besides the number of threads."""

    grid: Grid
    name: str
    native: NativePlan
    symbols: tuple[str, ...]
    frames: dict[tuple[int, ...], list[Frame]] = field(factory=dict[tuple[int, ...], list[Frame]])
    """Those that wait, by their sizes."""


@define(eq=False)
class _Faults:
    """What failed first in the launches of a call."""

    first: LaunchFault | None = None


@frozen
class ExecutorLauncher:
    """Runs each launch at once, on as many threads as this process has cores. `features`: the CPU features that its
    steps may use."""

    features: Features

    def units(self) -> int:
        return usable_cores()

    def compile(self, grid: Grid, name: str) -> _Program:
        args = tuple(Value(t) for t in grid.body.arg_types[: len(grid.inputs)])
        inside = grid.with_operands(args)
        function = Function(name, Region(args, (inside,), inside.results), grid.loc)
        symbols = size_names(function.body)
        buffers = [Buffer("argument", i, a.type, 0, 0, a.hint) for i, a in enumerate(args)]
        buffers += [Buffer("result", i, r.type, 0, 0, r.hint) for i, r in enumerate(inside.results)]
        bound = {s: symbol(s) for s in symbols}
        launch = Launch(args, name, grid.types)
        command = LaunchCommand(launch, name, grid, bound, tuple(range(len(buffers))), int(self.features))
        plan = Plan(function, (THREADS, *symbols), tuple(buffers), (command,), (), 1, ())
        return _Program(grid, name, NativePlan(plan_image(plan).words, (), self.features), symbols)

    def allocate(self, nbytes: int) -> Array:
        try:
            held = np.empty(nbytes + _LINE, np.uint8)
        except MemoryError as e:
            raise DeviceMemoryError(f"the executor has not enough memory to hold {nbytes} bytes more") from e
        start = -held.ctypes.data % _LINE
        return held[start : start + nbytes]

    def release(self, memory: Any) -> None:
        """Nothing: the memory is freed when nobody has it any more."""

    def write(self, memory: Array, array: Array) -> None:
        memory[: array.nbytes] = array.reshape(-1).view(np.uint8)

    def read(self, memory: Array, array: Array) -> None:
        array.reshape(-1).view(np.uint8)[...] = memory[: array.nbytes]

    def launch(
        self,
        program: _Program,
        memories: Sequence[Array],
        sizes: Mapping[str, int],
        grid: Sequence[tuple[int, int]],
        command: int,
        faults: _Faults,
    ) -> None:
        """Runs a program. Its plan has the extents and blocks of `grid`, because both follow from the sizes and from
        `units`."""
        key = tuple(sizes[name] for name in program.symbols)
        inputs = len(program.grid.inputs)
        try:
            frame = self._taken(program, key)
            frame.run(memories[:inputs], memories[inputs:])
        except PlanMemoryError as e:
            raise DeviceMemoryError(f"the executor has not enough memory for @{program.name}: {e}") from e
        except PlanFault as fault:
            indexed = fault.status == lib.TIR_STATUS_BAD_INDEX
            if not indexed and fault.status != lib.TIR_STATUS_BAD_DIVISION:
                raise TensorIRError(f"@{program.name}: {fault}", program.grid.loc) from None
            if faults.first is None:
                faults.first = LaunchFault(command, fault.step, fault.value if indexed else None, fault.size)
            return
        if sum(map(len, list(program.frames.values()))) >= MAX_FRAMES:
            program.frames.clear()
        program.frames.setdefault(key, []).append(frame)

    def _taken(self, program: _Program, key: tuple[int, ...]) -> Frame:
        """A frame for these sizes: one that waits, or a new one."""
        try:
            return program.frames[key].pop()
        except (KeyError, IndexError):
            return program.native.frame(key, self.units())

    def new_faults(self) -> _Faults:
        return _Faults()

    def fault(self, faults: _Faults) -> LaunchFault | None:
        return faults.first


def launchers_of(devices: Iterable[Device]) -> dict[str, Launcher]:
    """Returns the launchers of those devices that have a memory of their own, by name."""
    found: dict[str, Launcher] = {}
    for d in devices:
        launcher = d.launcher
        if isinstance(launcher, OnExecutor):
            assert d.executor is not None  # the target was checked
            launcher = launcher.on(ExecutorLauncher(d.executor))
        if launcher is not None:
            found[d.name] = launcher
    return found
