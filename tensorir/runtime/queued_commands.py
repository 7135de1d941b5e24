"""Commands of devices with a launcher: launches in its memory, and copies from and to it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, field

from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError
from tensorir.ir.dims import evaluate
from tensorir.ir.location import UNKNOWN
from tensorir.native.plans import Frame, PlanFault
from tensorir.native.table import lib
from tensorir.runtime.compiled_function import CompiledFunction
from tensorir.runtime.plan import Command, CopyCommand, LaunchCommand, Plan
from tensorir.runtime.words import QUEUED, read_plan
from tensorir.targets.launcher import CopiesFromOthers, DeviceMemoryError, Launcher, Memory

Array = npt.NDArray[Any]
HostArray = Callable[[int], Array]
"""Returns the memory of a buffer that lies with the host."""


@define(eq=False)
class DeviceConstants:
    """The constants of a program in the memories of its devices, each copied there once, when it is first used."""

    _held: dict[tuple[str, int], tuple[Array, Memory]] = field(factory=dict[tuple[str, int], tuple[Array, Memory]])
    """Device and id of an array, which is kept, so that no other one gets its id."""
    _lock: Lock = field(factory=Lock)

    def memory(self, device: str, launcher: Launcher, array: Array, new: list[Array]) -> Memory:
        """Returns the memory with the contents of an array, which is added to `new` if it is copied now. Raises
        DeviceMemoryError."""
        with self._lock:
            if (device, id(array)) not in self._held:
                memory = launcher.allocate(array.nbytes)
                launcher.write(memory, np.ascontiguousarray(array))
                self._held[device, id(array)] = array, memory
                new.append(array)
            return self._held[device, id(array)][1]

    def forget(self, arrays: Sequence[Array]) -> None:
        """Copies arrays again when they are next used. Their memory is not released, because another call may use it;
        it is freed when nobody has it any more."""
        given = {id(array) for array in arrays}
        with self._lock:
            for key in [key for key in self._held if key[1] in given]:
                del self._held[key]


@define(eq=False)
class _Call:
    """What a running call holds of the devices: memory of buffers, and that for faults of each device."""

    buffers: dict[int, Memory] = field(factory=dict[int, Memory])
    faults: dict[str, Memory] = field(factory=dict[str, Memory])
    constants: list[Array] = field(factory=list[Array])
    """Those that were copied in this call. It is not known whether that went well before its end, because a device may
    be slower than the call."""


@define(eq=False)
class QueuedCommands:
    """Those of one plan. `launchers`: those of the devices, by name; all their programs are compiled here. `grids`: the
    entries of the value table with extent and block of each dim of the grid of a launch.

    Raises TensorIRError for a grid that a device can't run."""

    plan: Plan
    launchers: Mapping[str, Launcher]
    constants: DeviceConstants
    grids: Mapping[int, Sequence[tuple[int, int]]]
    _programs: dict[int, Any] = field(init=False, factory=dict[int, Any])
    """Command → what its launcher made of the grid."""
    _calls: dict[int, _Call] = field(init=False, factory=dict[int, _Call])
    """Of each frame that runs, by its id."""

    def __attrs_post_init__(self) -> None:
        compiled: dict[tuple[str, int], Any] = {}
        for number, command in enumerate(self.plan.commands):
            if isinstance(command, LaunchCommand) and command.units is not None:
                key = command.device, id(command.grid)
                if key not in compiled:
                    compiled[key] = self.launchers[command.device].compile(command.grid, command.executable)
                self._programs[number] = compiled[key]

    def run(self, number: int, frame: Frame, sizes: Mapping[str, int], host: HostArray) -> None:
        """Queues a launch, or copies a buffer."""
        command = self.plan.commands[number]
        call = self._calls.setdefault(id(frame), _Call())
        with self._placed(command):
            if isinstance(command, CopyCommand):
                self._copy(command, frame, call, host)
            else:
                assert isinstance(command, LaunchCommand)  # only those come here
                self._launch(number, command, frame, call, sizes)
        self._release(number, command, call)

    def finish(self, frame: Frame) -> None:
        """Waits until all that was queued is done. Raises PlanFault for a step that failed."""
        call = self._calls.get(id(frame))
        found = [] if call is None else [self.launchers[d].fault(f) for d, f in call.faults.items()]
        if call is not None:
            call.constants.clear()
        first = min((f for f in found if f is not None), key=lambda f: f.command, default=None)
        if first is None:
            return
        status = lib.TIR_STATUS_BAD_DIVISION if first.index is None else lib.TIR_STATUS_BAD_INDEX
        raise PlanFault(
            status, first.command, -1, first.step, -1, -1 if first.index is None else first.index, first.size
        )

    def end(self, frame: Frame) -> None:
        """Gives back all that a call still holds."""
        call = self._calls.pop(id(frame), None)
        if call is None:
            return
        self.constants.forget(call.constants)
        for number, memory in call.buffers.items():
            self.launchers[self.plan.buffers[number].device].release(memory)
        for device, memory in call.faults.items():
            self.launchers[device].release(memory)

    @contextmanager
    def _placed(self, command: Command) -> Generator[None]:
        """Names the op and its place in errors of a device."""
        op = command.grid if isinstance(command, LaunchCommand) else command.op
        try:
            yield
        except DeviceMemoryError as e:
            raise OutOfMemoryError(f"{_named(command)}: {e}", op.loc) from None
        except TensorIRError as e:
            if e.diagnostics[0].loc != UNKNOWN:  # of an earlier command, of which this process hears now
                raise
            raise TensorIRError(f"{_named(command)}: {e.diagnostics[0].message}", op.loc) from e.__cause__

    def _memory(self, number: int, frame: Frame, call: _Call) -> Memory:
        """The memory of a buffer outside of the host's; that of a constant is filled when it is first used."""
        buffer = self.plan.buffers[number]
        launcher = self.launchers[buffer.device]
        if buffer.index < 0:
            if number not in call.buffers:
                call.buffers[number] = launcher.allocate(frame.buffer_bytes(number))
            return call.buffers[number]
        return self.constants.memory(buffer.device, launcher, self.plan.constants[buffer.index], call.constants)

    def _copy(self, command: CopyCommand, frame: Frame, call: _Call, host: HostArray) -> None:
        source, target = command.buffers
        given, made = self.plan.buffers[source], self.plan.buffers[target]
        if not made.device:
            self.launchers[given.device].read(self._memory(source, frame, call), host(target))
            return
        receiver, memory = self.launchers[made.device], self._memory(target, frame, call)
        if not given.device:
            receiver.write(memory, host(source))
            return
        sender, contents = self.launchers[given.device], self._memory(source, frame, call)
        nbytes = frame.buffer_bytes(source)
        if isinstance(receiver, CopiesFromOthers) and receiver.copy(memory, sender, contents, nbytes):
            return
        array = np.empty(nbytes, np.uint8)
        sender.read(contents, array)
        receiver.write(memory, array)

    def _launch(self, number: int, command: LaunchCommand, frame: Frame, call: _Call, sizes: Mapping[str, int]) -> None:
        launcher = self.launchers[command.device]
        if command.device not in call.faults:
            call.faults[command.device] = launcher.new_faults()
        memories = [self._memory(b, frame, call) for b in command.buffers]
        bound = {name: evaluate(dim, sizes) for name, dim in command.bound.items()}
        blocks = [(frame.value(extent), frame.value(block)) for extent, block in self.grids[number]]
        launcher.launch(self._programs[number], memories, bound, blocks, number, call.faults[command.device])

    def _release(self, number: int, command: Command, call: _Call) -> None:
        """Gives back the memory of buffers that no later command uses."""
        for b in dict.fromkeys(command.buffers):
            if b in call.buffers and self.plan.buffers[b].last == number:
                self.launchers[self.plan.buffers[b].device].release(call.buffers.pop(b))


def _named(command: Command) -> str:
    return f"@{command.executable}" if isinstance(command, LaunchCommand) else f"a copy for {command.op.NAME}"


def queued(
    plan: Plan, function: CompiledFunction, launchers: Mapping[str, Launcher], constants: DeviceConstants
) -> QueuedCommands | None:
    """Returns the commands of devices with a launcher; None if there are none. Raises TensorIRError for a grid that a
    device can't run."""
    if not launchers:
        return None
    words = read_plan(function.image)
    grids = {i: words.programs[c.target].grid for i, c in enumerate(words.commands) if c.kind == QUEUED}
    return QueuedCommands(plan, launchers, constants, grids)
