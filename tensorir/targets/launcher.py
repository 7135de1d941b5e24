"""Launchers run tile programs in a memory of their own, in the order in which they are asked to, and perhaps later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy.typing as npt
from attrs import frozen

from tensorir.dialects.tile import Grid

Array = npt.NDArray[Any]
Memory = Any
"""A piece of a device's memory; what it is only its launcher knows."""


@frozen
class LaunchFault:
    """The first step that failed. `index`: the one that is outside of its table, which has `size`; None: an integer
    was divided by zero."""

    command: int
    step: int
    index: int | None
    size: int


class DeviceMemoryError(MemoryError):
    """A device has not enough memory."""


@runtime_checkable
class Launcher(Protocol):
    """A device with its own memory and a queue. Any number of threads may use it at once.

    Whatever the driver reports is a TensorIRError that names the device; a lack of memory is a DeviceMemoryError."""

    def units(self) -> int:
        """Returns how many units of a grid it runs at the same time. It is not a property, because a check whether an
        object is a launcher would then open the device."""
        ...

    def compile(self, grid: Grid, name: str) -> Any:
        """Returns what `launch` runs. `name`: the executable, for errors. Raises TensorIRError with the place of the
        grid if the device can't run it."""
        ...

    def allocate(self, nbytes: int) -> Memory:
        """Returns memory of at least so many bytes, with unspecified contents. Raises DeviceMemoryError."""
        ...

    def release(self, memory: Memory) -> None:
        """Takes memory back. What was queued before may still use it."""
        ...

    def write(self, memory: Memory, array: Array) -> None:
        """Copies a contiguous array to the beginning of a memory, and returns when the array is not read any more."""
        ...

    def read(self, memory: Memory, array: Array) -> None:
        """Waits for all that was queued before, and copies the beginning of a memory to a contiguous array."""
        ...

    def launch(
        self,
        program: Any,
        memories: Sequence[Memory],
        sizes: Mapping[str, int],
        grid: Sequence[tuple[int, int]],
        command: int,
        faults: Memory,
    ) -> None:
        """Queues a program. `memories`: those of the grid's inputs, then of its results. `grid`: extent and block of
        each dim. `command`: its number, for faults."""
        ...

    def new_faults(self) -> Memory:
        """Returns memory in which launches report what fails."""
        ...

    def fault(self, faults: Memory) -> LaunchFault | None:
        """Waits for all that was queued before, and returns what failed first, if anything did."""
        ...


@runtime_checkable
class CopiesFromOthers(Protocol):
    """A launcher that may get the contents of another device's memory by a shorter way than through the host's."""

    def copy(self, memory: Memory, source: Launcher, given: Memory, nbytes: int) -> bool:
        """Copies the beginning of `given`, a memory of `source`, to the beginning of `memory`, when all that was queued
        there before is done. Returns False, and does nothing, if there is no such way."""
        ...


@runtime_checkable
class OnExecutor(Protocol):
    """Stands for a launcher that lets the executor run tile programs; the runtime, which has the executor, asks for it.
    Only a target with an executor can have it."""

    def on(self, executor: Launcher) -> Launcher:
        """Returns the launcher. `executor`: runs tile programs in C, in a memory of its own."""
        ...


@frozen
class OwnMemory:
    """The executor itself, which has the host's memory otherwise."""

    def on(self, executor: Launcher) -> Launcher:
        return executor


AnyLauncher = Launcher | OnExecutor
