"""Profiles as text: a row per argument that is copied, then a row per command, and below it a row per step."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.runtime.arguments_in_place import ArgumentCounts
from tensorir.runtime.profile import CommandProfile, CopyProfile, Profile, StepProfile

_HEAD = ("", "op", "where", "units", "ms", "time", "GFLOP/s", "peak", "GB/s", "peak", "MB")
_TEXT = 3
"""The first columns are text, the others numbers."""


def table(profile: Profile) -> str:
    """Returns the profile as lines of aligned columns, and what they mean."""
    rows: list[Sequence[str]] = [_HEAD]
    rows += [_copy_row(copy, profile) for copy in profile.copies]
    for command in profile.commands:
        rows.append(_command_row(command, profile))
        rows += [_step_row(step, command, profile) for step in command.steps]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    lines = ["  ".join(_cell(text, i, widths[i]) for i, text in enumerate(row)).rstrip() for row in rows]
    return "\n".join([*_summary(profile), "", *lines])


def _cell(text: str, column: int, width: int) -> str:
    return text.ljust(width) if column < _TEXT else text.rjust(width)


def _summary(profile: Profile) -> list[str]:
    counts, peaks = profile.counts, profile.peaks
    sizes = "".join(f", {name}={size}" for name, size in profile.sizes.items())
    busy = ", ".join(f"{_share(ns, profile.ns)}" for ns in profile.worker_ns)
    slower = profile.ns / max(profile.plain_ns, 1) - 1
    threads = f"{profile.threads} thread{'s' * (profile.threads > 1)}"
    return [
        f"@{profile.function}{sizes}, {threads}: {profile.plain_ns / 1e6:.3f} ms without "
        f"counters, {profile.ns / 1e6:.3f} ms with them ({slower:+.1%}); the fastest of {profile.calls} each",
        f"{counts.launches} launches, {counts.units} units, {counts.steps} steps; read {_mb(counts.read_bytes)} MB, "
        f"written {_mb(counts.written_bytes)}, relaid {_mb(counts.relaid_bytes)}, copied {_mb(counts.copied_bytes)}; "
        f"arena {_mb(counts.arena_bytes)}, constants {_mb(counts.constant_bytes)}",
        *(_argument(a) for a in counts.arguments),
        f"busy in units, of the time of the call: {busy or 'nothing'}",
        f"peaks of one core: {peaks.gflops:.1f} GFLOP/s, {peaks.gbps:.1f} GB/s from memory",
    ]


def _argument(argument: ArgumentCounts) -> str:
    if argument.copied:
        return f"{argument} is copied to row-major memory: {argument.copied}"
    return f"{argument} is not row-major, and read where it lies"


def _copy_row(copy: CopyProfile, profile: Profile) -> Sequence[str]:
    times = (f"{copy.ns / 1e6:.3f}", _share(copy.ns, profile.ns))
    return ("copy", str(copy.counts), "", "", *times, *_rates(0, copy.bytes, copy.ns, profile, 1))


def _command_row(command: CommandProfile, profile: Profile) -> Sequence[str]:
    place = command.counts.place
    by = "Python" if command.counts.python else command.counts.control
    name = f"{place.op} ({by})" if by else place.op
    head = (f"#{command.number}", name, str(place.loc), str(command.counts.units))
    times = (f"{command.ns / 1e6:.3f}", _share(command.ns, profile.ns))
    return (*head, *times, *_rates(command.operations, command.bytes, command.ns, profile, profile.threads))


def _step_row(step: StepProfile, command: CommandProfile, profile: Profile) -> Sequence[str]:
    """The time of all threads together, so its rates are those of one core."""
    counts = step.counts
    head = ("", f"  {counts.kind}", str(counts.place.loc), str(counts.runs))
    times = (f"{step.ns / 1e6:.3f}", _share(step.ns, sum(s.ns for s in command.steps)))
    return (*head, *times, *_rates(counts.operations, step.bytes, step.ns, profile, 1))


def _rates(operations: int, bytes: int, ns: int, profile: Profile, cores: int) -> Sequence[str]:
    if ns <= 0:
        return ("", "", "", "", _mb(bytes))
    gflops, gbps = operations / ns, bytes / ns
    of_flops, of_bytes = gflops / (profile.peaks.gflops * cores), gbps / (profile.peaks.gbps * cores)
    computed = (f"{gflops:.2f}", f"{of_flops:.0%}") if operations else ("", "")
    return (*computed, f"{gbps:.2f}", f"{of_bytes:.0%}", _mb(bytes))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _mb(bytes: int) -> str:
    return f"{bytes / 1e6:.3f}"
