"""The launcher of a device of one process: there it is the device's own, and elsewhere it takes what that one tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, frozen

from tensorir.dialects.tile import Grid
from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.location import UNKNOWN
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.targets.launcher import DeviceMemoryError, Launcher, LaunchFault, Memory, OnExecutor
from tensorir.targets.mpi.world import World, shareable, world

Array = npt.NDArray[Any]


@define(eq=False)
class Piece:
    """Memory of the device, which only its process has. `error`: why its contents are not what they should be. An error
    stays in the process, in what it has spoilt, until all processes hear of it together."""

    held: Memory | None = None
    error: Exception | None = None


@frozen(eq=False)
class Program:
    """`made`: what the device's launcher made of the grid; None in other processes."""

    grid: Grid
    name: str
    made: Any


@frozen
class MpiLauncher:
    """All processes ask the same of it. The process `rank` does it by `inner`; a copy to the host is a message to all
    others, and so is what they have to know: how many units there are, whether a grid can be run, what failed."""

    rank: int
    inner: Launcher

    @property
    def _here(self) -> bool:
        return self._world.rank == self.rank

    @property
    def _world(self) -> World:
        return world()

    def units(self) -> int:
        self._world.did("units", self.rank)
        return self._world.agreed(self.rank, self.inner.units)

    def compile(self, grid: Grid, name: str) -> Program:
        args = tuple(Value(t) for t in grid.body.arg_types[: len(grid.inputs)])
        inside = grid.with_operands(args)
        self._world.did(f"compile {name} {fingerprint(Region(args, (inside,), inside.results))}", self.rank)
        made: list[Any] = [None]

        def make() -> None:
            made[0] = self.inner.compile(grid, name)

        self._world.agreed(self.rank, make)
        return Program(grid, name, made[0])

    def allocate(self, nbytes: int) -> Piece:
        self._world.did("allocate", self.rank, nbytes)
        return self._kept(Piece(), lambda: self.inner.allocate(nbytes))

    def release(self, memory: Piece) -> None:
        if memory.held is not None:
            self.inner.release(memory.held)

    def write(self, memory: Piece, array: Array) -> None:
        self._world.did("write", self.rank, array.nbytes)
        self._written(memory, array)

    def read(self, memory: Piece, array: Array) -> None:
        self._world.did("read", self.rank, array.nbytes)
        found = self._world.broadcast(self.rank, array.nbytes, lambda made: self._read(memory, made))
        array.reshape(-1).view(np.uint8)[...] = found

    def copy(self, memory: Piece, source: Launcher, given: Piece, nbytes: int) -> bool:
        """Copies the beginning of a memory of another device to one of this, if that is a device of a process as well:
        one message to this process alone, or none if both are the same. An error goes with it."""
        if not isinstance(source, MpiLauncher):
            return False
        self._world.did("copy", source.rank, self.rank, nbytes)
        if self._world.rank not in (source.rank, self.rank):
            return True
        found: Array | Exception
        if self._world.rank == source.rank:
            try:
                found = np.empty(nbytes, np.uint8)
                source._read(given, found)
            except Exception as e:
                found = shareable(e)
            if not self._here:
                self._world.send((self.rank,), found)
                return True
        else:
            found = self._world.receive(source.rank)
        if isinstance(found, Exception):
            memory.error = memory.error or found
        else:
            self._written(memory, found)
        return True

    def launch(
        self,
        program: Program,
        memories: Sequence[Piece],
        sizes: Mapping[str, int],
        grid: Sequence[tuple[int, int]],
        command: int,
        faults: Piece,
    ) -> None:
        self._world.did("launch", self.rank, command, *(sizes[name] for name in sorted(sizes)))
        if not self._here:
            return
        error = next((m.error for m in (*memories, faults) if m.error is not None), None)
        if error is None:
            try:
                held = [m.held for m in memories]
                self.inner.launch(program.made, held, sizes, grid, command, faults.held)
            except Exception as e:
                error = e
        if error is not None:
            placed = _placed(error, program)
            for piece in (*memories[len(program.grid.inputs) :], faults):
                piece.error = placed

    def new_faults(self) -> Piece:
        self._world.did("faults", self.rank)
        return self._kept(Piece(), self.inner.new_faults)

    def fault(self, faults: Piece) -> LaunchFault | None:
        self._world.did("fault", self.rank)

        def found() -> LaunchFault | None:
            if faults.error is not None:
                raise faults.error
            return self.inner.fault(faults.held)

        return self._world.agreed(self.rank, found)

    def _kept(self, piece: Piece, make: Callable[[], Memory]) -> Piece:
        """The piece with what is made in the device's process, or with the error."""
        if self._here:
            try:
                piece.held = make()
            except Exception as e:
                piece.error = e
        return piece

    def _written(self, memory: Piece, array: Array) -> None:
        if not self._here or memory.error is not None:
            return
        try:
            self.inner.write(memory.held, array)
        except Exception as e:
            memory.error = e

    def _read(self, memory: Piece, array: Array) -> None:
        if memory.error is not None:
            raise memory.error
        self.inner.read(memory.held, array)


@frozen
class MpiOnExecutor:
    """The launcher of a device of one process that lets the executor run its programs there."""

    rank: int
    inner: OnExecutor

    def on(self, executor: Launcher) -> Launcher:
        return MpiLauncher(self.rank, self.inner.on(executor))


def _placed(error: Exception, program: Program) -> TensorIRError:
    """The error with the name of the executable and the place of its grid, unless it has a place."""
    name, loc = f"@{program.name}", program.grid.loc
    if isinstance(error, DeviceMemoryError):
        return OutOfMemoryError(f"{name}: {error}", loc)
    error = shareable(error)
    assert isinstance(error, TensorIRError)
    if error.diagnostics[0].loc != UNKNOWN:
        return error
    return TensorIRError(f"{name}: {error.diagnostics[0].message}", loc)
