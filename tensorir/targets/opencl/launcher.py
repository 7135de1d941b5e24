"""Runs grids on an OpenCL device: kernels are built from source, and launched in the order of the device's queue."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from math import prod
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from tensorir.dialects.tile import Grid
from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.ir.dims import Dim, evaluate
from tensorir.targets.launcher import LaunchFault
from tensorir.targets.opencl.devices import Selection, opened
from tensorir.targets.opencl.machine import Machine, Piece, driver
from tensorir.targets.opencl.prelude import FAULT_WORDS, INDEX
from tensorir.targets.opencl.source import KERNEL, Source, source_of

Array = npt.NDArray[Any]

CPU_ITEMS, GPU_ITEMS = 1, 64
"""Work items of a group: a core of a CPU runs a whole unit by itself."""

GROUPS_PER_UNIT = 4
"""So many groups for each compute unit share the units of a grid, at most."""

_LINE = 128
"""Pieces of scratch begin at multiples of it."""


@frozen(eq=False)
class Program:
    """A grid as the device runs it. `lock`: a kernel holds the arguments of one launch at a time."""

    grid: Grid
    source: Source
    kernel: Any
    items: int
    lock: Lock = field(factory=Lock)


@frozen
class OpenClLauncher:
    """The device that `selection` names, opened when it is first used. `items`: work items of a group; None: as many as
    suit the kind of device."""

    selection: Selection = field(factory=Selection)
    items: int | None = None

    @property
    def machine(self) -> Machine:
        """The device itself. Raises UnsupportedError if there is none, or no driver."""
        return opened(self.selection)

    def units(self) -> int:
        return self.machine.units

    def compile(self, grid: Grid, name: str) -> Program:
        machine = self.machine
        items = self.items or (CPU_ITEMS if machine.is_cpu else GPU_ITEMS)
        source = source_of(grid, items)
        if source.f64 and not machine.has_f64:
            raise UnsupportedError(
                f"@{name} computes in f64, which the device {machine.name!r} can't: run it on another device", grid.loc
            )
        return Program(grid, source, _built(machine, source.text, name, grid), items)

    def allocate(self, nbytes: int) -> Piece:
        return self.machine.allocate(nbytes)

    def release(self, memory: Piece) -> None:
        self.machine.release(memory)

    def write(self, memory: Piece, array: Array) -> None:
        self.machine.copy_in(memory, array)

    def read(self, memory: Piece, array: Array) -> None:
        self.machine.copy_out(memory, array)

    def launch(
        self,
        program: Program,
        memories: Sequence[Piece],
        sizes: Mapping[str, int],
        grid: Sequence[tuple[int, int]],
        command: int,
        faults: Piece,
    ) -> None:
        machine, source, kernel = self.machine, program.source, program.kernel
        units = prod(-(-extent // block) for extent, block in grid)
        if units == 0:
            return
        groups = min(units, GROUPS_PER_UNIT * machine.units)
        offsets, each = _placed(source.pieces, sizes)
        scratch = machine.allocate(each * groups)
        numbers = (each, *offsets, *(sizes[name] for name in source.symbols), *(n for pair in grid for n in pair))
        arguments = [*(m.buffer for m in memories), faults.buffer, np.int64(command), scratch.buffer]
        items = program.items
        machine.check_process()
        try:
            with program.lock, machine.lock, machine.errors(f"launch {program.grid.loc}"):
                kernel.set_args(*arguments, *map(np.int64, numbers))
                driver().enqueue_nd_range_kernel(machine.queue, kernel, (groups * items,), (items,))
                machine.queue.flush()
        finally:
            machine.release(scratch)

    def new_faults(self) -> Piece:
        memory = self.allocate(8 * FAULT_WORDS)
        self.write(memory, np.zeros(FAULT_WORDS, np.int64))
        return memory

    def fault(self, faults: Piece) -> LaunchFault | None:
        found = np.zeros(FAULT_WORDS, np.int64)
        self.read(faults, found)
        kind, command, step, index, size = found.tolist()
        return LaunchFault(command, step, index if kind == INDEX else None, size) if kind else None


def _placed(pieces: Sequence[Dim], sizes: Mapping[str, int]) -> tuple[list[int], int]:
    """Where pieces of scratch begin, and the bytes of all."""
    offsets, end = list[int](), 0
    for piece in pieces:
        offsets.append(end)
        end += -(-evaluate(piece, sizes) // _LINE) * _LINE
    return offsets, end


def _built(machine: Machine, text: str, name: str, grid: Grid) -> Any:
    """The kernel of a text. Raises TensorIRError with what the driver says if it can't build it."""
    cl = driver()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is a log
            program = cl.Program(machine.context, text).build(options=machine.options)
            return cl.Kernel(program, KERNEL)
    except cl.Error as e:
        lines = [line for line in str(e).split("\n") if "error" in line.lower()][:3] or str(e).split("\n")[:3]
        raise TensorIRError(
            f"the driver of the device {machine.name!r} can't build the kernel of @{name}: {' '.join(lines).strip()}; "
            "run these ops on another device, or update the driver",
            grid.loc,
        ) from None
