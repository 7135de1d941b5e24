"""Plans and their frames: whole programs in one call of C.

A plan is an array of words (docs/plan-image.md). A frame holds the sizes and the memory of one call at a time; a plan
may have many of them, and any number of threads may run frames of one plan at once.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib
from tensorir.native.table import Features, given_features

BYTES = ffi.typeof("char[]")
from_buffer = ffi.from_buffer
"""The memory of a contiguous array, as a pointer of C."""

PAUSE_NS = 50_000_000
"""How long C runs before Python may look at its signals."""

OK, PAUSED, HOST = lib.TIR_STATUS_OK, lib.TIR_STATUS_PAUSED, lib.TIR_STATUS_HOST


class PlanFault(Exception):  # noqa: N818 (it is what the C interface calls a fault)
    """A plan, a frame or a run failed; -1 stands for what is not known."""

    def __init__(self, status: int, command: int, unit: int, step: int, operand: int, value: int, size: int) -> None:
        super().__init__(status, command, unit, step, operand, value, size)
        self.status = status
        """`TIR_STATUS_…`."""
        self.command = command
        self.unit = unit
        self.step = step
        """Of the program that the command launches."""
        self.operand = operand
        """Of the step."""
        self.value = value
        """BAD_IMAGE: the position of the wrong word. BAD_SIZE: the number of the value, in a command of the operation.
        BAD_INDEX: the index."""
        self.size = size
        """BAD_INDEX: how many indices there are, from 0 on."""

    def __str__(self) -> str:
        message = ffi.string(lib.tir_status_message(self.status)).decode()
        names = ("command", "unit", "step", "operand", "value", "size")
        places = [f"{name} {getattr(self, name)}" for name in names if getattr(self, name) != -1]
        return f"{message} ({', '.join(places)})" if places else message


class PlanMemoryError(PlanFault, MemoryError):
    """There is not enough memory for a plan or a frame, or its limit is lower."""


def _fault(fault: Any) -> PlanFault:
    kind = PlanMemoryError if fault.status == lib.TIR_STATUS_NO_MEMORY else PlanFault
    return kind(fault.status, fault.command, fault.unit, fault.step, fault.operand, fault.value, fault.size)


class Plan:
    """A plan that was checked, with its constants.

    Args:
        words: int64, contiguous; kept, and not to be changed while the plan lives.
        constants: contiguous arrays; kept likewise.
        features: the CPU features that its steps may use; None: all that this machine has.

    Raises:
        PlanFault: a word is wrong (`value`: its position).
        ValueError: features the CPU lacks, or arrays that are not contiguous.
    """

    def __init__(
        self, words: NDArray[np.int64], constants: Sequence[NDArray[Any]] = (), features: Features | None = None
    ) -> None:
        if words.dtype != np.int64:
            raise ValueError(f"words: expected dtype int64, got {words.dtype}")
        self._words = ffi.from_buffer("int64_t[]", words)
        self._constants = [ffi.from_buffer(BYTES, constant) for constant in constants]
        plan = ffi.new("tir_plan **")
        fault = ffi.new("tir_fault *")
        status = lib.tir_plan_open(
            self._words,
            len(self._words),
            ffi.new("void *[]", self._constants),
            ffi.new("int64_t[]", [len(constant) for constant in self._constants]),
            len(self._constants),
            int(given_features(features)),
            plan,
            fault,
        )
        if status != OK:
            raise _fault(fault)
        self.handle = ffi.gc(plan[0], lib.tir_plan_close)
        """The plan in C."""
        header = words[:16].tolist()
        self.commands: int = header[12]
        self.arguments: int = header[14]
        self.results: int = header[15]
        buffers = words[header[9] : header[9] + 5 * header[8]].reshape(-1, 5)[:, :2].tolist()
        self.argument_buffers = [(index, number) for number, (kind, index) in enumerate(buffers) if kind == 0]
        """(argument, buffer) for each buffer that is one."""
        self.result_buffers = [(index, number) for number, (kind, index) in enumerate(buffers) if kind == 1]
        """(result, buffer) for each buffer that is one."""

    def frame(
        self, symbols: Sequence[int] = (), threads: int = 1, byte_limit: int | None = None, checked: bool = False
    ) -> "Frame":
        """The memory for calls with these sizes.

        Args:
            symbols: the values of symbols 1, 2, …
            threads: how many may work on a call.
            byte_limit: at most so many bytes.
            checked: verify each access before it happens. A plan whose origin is not trusted needs it.

        Raises:
            PlanFault: a size is negative or too large (`value`: its number in the value table).
            PlanMemoryError: not so much memory, or more than the limit.
        """
        return Frame(self, symbols, threads, byte_limit, checked)


class Frame:
    """Sizes and memory for one call of a plan at a time; made by `Plan.frame`."""

    def __init__(self, plan: Plan, symbols: Sequence[int], threads: int, byte_limit: int | None, checked: bool) -> None:
        frame = ffi.new("tir_frame **")
        self._plan = plan
        self._threads = threads
        self._fault = ffi.new("tir_fault *")
        status = lib.tir_frame_open(
            plan.handle,
            ffi.new("int64_t[]", list(symbols)),
            len(symbols),
            threads,
            -1 if byte_limit is None else byte_limit,
            checked,
            frame,
            self._fault,
        )
        if status != OK:
            raise _fault(self._fault)
        self._frame = ffi.gc(frame[0], lib.tir_frame_close)
        # One memory, seen as pointers for arrays and as integers for addresses.
        self.argument_pointers = ffi.new("void *[]", plan.arguments)
        """Where the arguments of the next run lie; `run` sets and checks them."""
        self.result_pointers = ffi.new("void *[]", plan.results)
        """Likewise of its results."""
        self._argument_addresses = ffi.cast("uintptr_t *", self.argument_pointers)
        self._result_addresses = ffi.cast("uintptr_t *", self.result_pointers)
        self.argument_bytes = self._bytes_of(plan.arguments, plan.argument_buffers)
        """What each argument must have at least."""
        self.result_bytes = self._bytes_of(plan.results, plan.result_buffers)
        """What each result must have at least."""

    def _bytes_of(self, count: int, buffers: list[tuple[int, int]]) -> list[int]:
        """What each argument or result must have at least."""
        least = [0] * count
        for index, number in buffers:
            least[index] = max(least[index], lib.tir_frame_buffer_bytes(self._frame, number))
        return least

    def run(
        self,
        arguments: Sequence[NDArray[Any] | int],
        results: Sequence[NDArray[Any] | int],
        host: Callable[[int], None] | None = None,
        pause_ns: int = PAUSE_NS,
    ) -> None:
        """Runs all commands.

        Args:
            arguments: contiguous arrays, or addresses of elements, which must be aligned and live until the end.
            results: likewise; written.
            host: runs a command of the caller, given by its number. `buffer` gives it what the command binds.
            pause_ns: how long to run before Python may look at its signals; negative: to the end.

        Raises:
            PlanFault: a step failed. The results are not complete then, and the frame may be used again.
            ValueError: too few or too small arrays, one that is not contiguous, or a result that is read-only.
        """
        pointers = self.argument_pointers, self.result_pointers
        self._fill("argument", arguments, pointers[0], self._argument_addresses, self.argument_bytes, False)
        self._fill("result", results, pointers[1], self._result_addresses, self.result_bytes, True)
        self.run_bound(host, pause_ns)

    def run_bound(self, host: Callable[[int], None] | None = None, pause_ns: int = PAUSE_NS) -> None:
        """Runs all commands, as `run` does, with the arguments and results that the pointers say. Nothing checks those:
        they must be what an earlier `run` took, or like it in size and alignment."""
        frame, arguments, results, fault = self._frame, self.argument_pointers, self.result_pointers, self._fault
        try:
            status = lib.tir_frame_run(frame, arguments, results, pause_ns, fault)
            while status != OK:
                if status == HOST:
                    if host is None:
                        raise ValueError(f"command {fault.command} is the caller's: expected a function for it")
                    host(fault.command)
                elif status != PAUSED:
                    raise _fault(fault)
                status = lib.tir_frame_run(frame, arguments, results, pause_ns, fault)
        except BaseException:
            lib.tir_frame_rewind(self._frame)
            raise

    def _fill(
        self,
        name: str,
        values: Sequence[NDArray[Any] | int],
        pointers: Any,
        addresses: Any,
        least: list[int],
        writable: bool,
    ) -> None:
        if len(values) != len(least):
            raise ValueError(f"expected {len(least)} {name}s, got {len(values)}")
        for index, value in enumerate(values):
            if value.__class__ is int:
                addresses[index] = value
                continue
            try:
                memory = ffi.from_buffer(BYTES, value, writable)
            except ValueError as error:
                raise ValueError(f"{name} {index}: {error}") from error
            if len(memory) < least[index]:
                raise ValueError(f"{name} {index}: expected at least {least[index]} bytes, got {len(memory)}")
            pointers[index] = memory

    def value(self, number: int) -> int:
        """Of the value table; -1 for a number that it doesn't have."""
        return lib.tir_frame_value(self._frame, number)

    def buffer(self, number: int) -> memoryview:
        """The bytes of a buffer, as long as the frame lives; of an argument or result those of the latest run.

        Raises:
            ValueError: there is no memory behind it yet.
        """
        address = lib.tir_frame_buffer(self._frame, number)
        if address == ffi.NULL:
            raise ValueError(f"buffer {number}: expected one with memory")
        return memoryview(ffi.buffer(ffi.cast("char *", address), lib.tir_frame_buffer_bytes(self._frame, number)))

    def buffer_bytes(self, number: int) -> int:
        """The bytes of a buffer; -1 for a number that there is not."""
        return lib.tir_frame_buffer_bytes(self._frame, number)

    @property
    def arena_bytes(self) -> int:
        """Of all buffers between commands."""
        return lib.tir_frame_arena_bytes(self._frame)

    @property
    def scratch_bytes(self) -> int:
        """Of each thread."""
        return lib.tir_frame_scratch_bytes(self._frame)

    def profile(self, on: bool) -> None:
        """Turns the counters on or off; turning them on sets them to 0. Raises MemoryError."""
        if lib.tir_frame_profile(self._frame, on) != OK:
            raise MemoryError("there is not enough memory for the counters of a profile")

    def command_counters(self) -> list[tuple[int, int]]:
        """Of each command: nanoseconds and units, over all runs with the counters on."""
        commands = range(self._plan.commands)
        return [
            (lib.tir_frame_command_ns(self._frame, c), lib.tir_frame_command_units(self._frame, c)) for c in commands
        ]

    def worker_ns(self) -> list[int]:
        """What each thread spent in units; the caller is the first."""
        return [lib.tir_frame_worker_ns(self._frame, worker) for worker in range(self._threads)]

    def step_ns(self, command: int, steps: int) -> list[list[int]]:
        """What each thread spent in each of the first steps of a command."""
        frame, threads = self._frame, range(self._threads)
        return [[lib.tir_frame_step_ns(frame, worker, command, step) for step in range(steps)] for worker in threads]

    def spans(self, command: int) -> list[tuple[int, int]]:
        """When each thread began its first and ended its last unit of a command, in ns of `time.monotonic_ns`; (0, 0)
        for a thread that ran none."""
        frame, threads = self._frame, range(self._threads)
        return [(lib.tir_frame_began(frame, w, command), lib.tir_frame_ended(frame, w, command)) for w in threads]
