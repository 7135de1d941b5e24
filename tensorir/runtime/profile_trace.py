"""Profiles as trace events, which chrome://tracing and ui.perfetto.dev show: one track per worker."""

from __future__ import annotations

import json
from typing import Any

from tensorir.runtime.profile import CommandProfile, CopyProfile, Profile


def trace(profile: Profile) -> str:
    """Returns the JSON of a trace: a slice for each argument that is copied, one from a worker's first to its last unit
    of each command, and what its steps took in between. Times are in µs since the call began."""
    events: list[dict[str, Any]] = [_named("process_name", 0, f"@{profile.function}")]
    for worker in range(profile.threads):
        events.append(_named("thread_name", worker, "caller" if worker == 0 else f"worker {worker}"))
    events += [_copy(copy) for copy in profile.copies]
    for command in profile.commands:
        for worker, span in enumerate(command.spans):
            if span is not None:
                events.append(_slice(command, worker, span))
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ns"}, indent=1)


def _named(what: str, worker: int, name: str) -> dict[str, Any]:
    return {"name": what, "ph": "M", "pid": 1, "tid": worker, "args": {"name": name}}


def _slice(command: CommandProfile, worker: int, span: tuple[int, int]) -> dict[str, Any]:
    counts = command.counts
    steps = {f"{i} {s.counts.kind} (µs)": s.thread_ns[worker] / 1e3 for i, s in enumerate(command.steps)}
    return {
        "name": f"#{command.number} {counts.place.op}",
        "cat": "python" if counts.python else counts.control or "launch",
        "ph": "X",
        "pid": 1,
        "tid": worker,
        "ts": span[0] / 1e3,
        "dur": (span[1] - span[0]) / 1e3,
        "args": {"where": str(counts.place.loc), "units": counts.units, **steps},
    }


def _copy(copy: CopyProfile) -> dict[str, Any]:
    counts = copy.counts
    times = {"ts": copy.span[0] / 1e3, "dur": copy.ns / 1e3}
    args = {"why": counts.copied, "bytes": counts.bytes}
    return {"name": f"copy of {counts}", "cat": "copy", "ph": "X", "pid": 1, "tid": 0, **times, "args": args}
