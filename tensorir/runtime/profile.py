"""Where the time of a call goes: the counters of the executor beside the counts of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from time import monotonic_ns

from attrs import field, frozen

from tensorir.native.calibrate import multiply_add_rate, read_rate
from tensorir.native.plans import Frame
from tensorir.native.table import Features
from tensorir.runtime.arguments_in_place import ArgumentCounts
from tensorir.runtime.counts import CommandCounts, Counts, StepCounts

_READ_BYTES = 64 << 20
"""More than a core's caches hold."""


@frozen
class Peaks:
    """What one core of this machine can do at most, measured with `tensorir.native.calibrate`."""

    gflops: float
    """Of f32 multiply-adds in registers, two operations each."""
    gbps: float
    """GB/s of reading memory that no cache holds. What lies in a cache is faster, so that a fraction may be over 1."""


@cache
def peaks(features: Features) -> Peaks:
    """Measures them once per process and features; about 0.1 s."""
    return Peaks(multiply_add_rate(features), read_rate(_READ_BYTES, features))


@frozen
class StepProfile:
    """`thread_ns`: the time of the step in each worker, over all of its units."""

    counts: StepCounts
    thread_ns: tuple[int, ...]

    @property
    def ns(self) -> int:
        return sum(self.thread_ns)

    @property
    def bytes(self) -> int:
        """Read and written, scratch included."""
        c = self.counts
        return c.read_bytes + c.written_bytes + c.scratch_read_bytes + c.scratch_written_bytes


@frozen
class CommandProfile:
    """`ns`: from its begin to its end. `spans`: when each worker began its first and ended its last unit of it, in ns
    since the call began; None for a worker that ran none."""

    number: int
    counts: CommandCounts
    ns: int
    steps: tuple[StepProfile, ...]
    spans: tuple[tuple[int, int] | None, ...]

    @property
    def operations(self) -> int:
        return self.counts.sum("operations")

    @property
    def bytes(self) -> int:
        """Read from and written to buffers; not to scratch, which stays in a cache."""
        return self.counts.read_bytes + self.counts.written_bytes


@frozen
class CopyProfile:
    """An argument that is copied to row-major memory. `span`: when that began and ended, in ns since the call began."""

    counts: ArgumentCounts
    span: tuple[int, int]

    @property
    def ns(self) -> int:
        return self.span[1] - self.span[0]

    @property
    def bytes(self) -> int:
        """Read and written."""
        return 2 * self.counts.bytes


@frozen
class Profile:
    """The fastest of several calls with counters. Counting takes time too, one look at the clock per step and unit:
    `plain_ns` is the fastest of as many calls without counters."""

    function: str
    sizes: Mapping[str, int]
    counts: Counts
    copies: tuple[CopyProfile, ...]
    commands: tuple[CommandProfile, ...]
    worker_ns: tuple[int, ...]
    """What each worker spent in units; the caller is the first."""
    ns: int
    """Of the whole call with counters, in the executor and in Python's commands."""
    plain_ns: int
    calls: int
    peaks: Peaks

    @property
    def threads(self) -> int:
        return self.counts.threads

    def __str__(self) -> str:
        from tensorir.runtime.profile_table import table

        return table(self)

    def trace(self) -> str:
        """Returns JSON that ui.perfetto.dev and chrome://tracing show."""
        from tensorir.runtime.profile_trace import trace

        return trace(self)


@frozen
class _Measured:
    """One call with counters. `python`: what `Note` was told → when it began and ended."""

    began: int
    ns: int
    command_ns: tuple[int, ...]
    worker_ns: tuple[int, ...]
    step_ns: tuple[list[list[int]], ...]
    spans: tuple[list[tuple[int, int]], ...]
    python: Mapping[int, tuple[int, int]]


Note = Callable[[int, int, int], None]
"""Is told of a command in Python, or of a copy of argument i as −1−i, when it began and when it ended."""

Run = Callable[[Note | None], None]
"""Runs a call."""


@frozen
class Profiler:
    """Runs one call again and again, without counters and with them."""

    counts: Counts
    calls: int
    _found: list[_Measured] = field(factory=list[_Measured])
    _plain: list[int] = field(factory=list[int])

    def __call__(self, frame: Frame, run: Run) -> None:
        for _ in range(self.calls):
            began = monotonic_ns()
            run(None)
            self._plain.append(monotonic_ns() - began)
            try:
                self._found.append(self._measured(frame, run))
            finally:
                frame.profile(False)

    def _measured(self, frame: Frame, run: Run) -> _Measured:
        python: dict[int, tuple[int, int]] = {}

        def note(command: int, began: int, ended: int) -> None:
            python[command] = began, ended

        frame.profile(True)
        began = monotonic_ns()
        run(note)
        took = monotonic_ns() - began
        steps = [len(command.steps) for command in self.counts.commands]
        return _Measured(
            began,
            took,
            tuple(ns for ns, _ in frame.command_counters()),
            tuple(frame.worker_ns()),
            tuple(frame.step_ns(command, count) for command, count in enumerate(steps)),
            tuple(frame.spans(command) for command in range(len(steps))),
            python,
        )

    def profile(self, function: str, sizes: Mapping[str, int], peaks: Peaks) -> Profile:
        """Returns what was found."""
        best = min(self._found, key=lambda m: m.ns)
        commands = tuple(_command(number, counts, best) for number, counts in enumerate(self.counts.commands))
        copied = [a for a in self.counts.arguments if a.copied]
        copies = tuple(CopyProfile(a, _since(best.began, best.python[-1 - a.number])) for a in copied)
        parts = copies, commands, best.worker_ns
        return Profile(function, sizes, self.counts, *parts, best.ns, min(self._plain), self.calls, peaks)


def _command(number: int, counts: CommandCounts, found: _Measured) -> CommandProfile:
    if number in found.python:  # Python ran it, or asked a launcher to
        span = _since(found.began, found.python[number])
        return CommandProfile(number, counts, span[1] - span[0], (), (span,))
    by_worker = found.step_ns[number]
    steps = tuple(StepProfile(step, tuple(times[i] for times in by_worker)) for i, step in enumerate(counts.steps))
    spans = tuple(_since(found.began, span) if span[1] else None for span in found.spans[number])
    return CommandProfile(number, counts, found.command_ns[number], steps, spans)


def _since(began: int, span: Sequence[int]) -> tuple[int, int]:
    return max(span[0] - began, 0), max(span[1] - began, 0)
