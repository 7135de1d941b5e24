"""Profiles: what they say adds up, and they are printed and traced as they say."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from attrs import evolve

import tensorir as ti
from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.native.plans import Frame
from tensorir.runtime.profile import Profile
from tensorir.runtime.program import Program
from tests.support.graphs import mlp


def arguments(program: Program) -> list[np.ndarray[Any, Any]]:
    types = program.module.functions[0].body.arg_types
    return [np.ones(t.shape, t.dtype.numpy) for t in types]  # type: ignore[arg-type]  # the sizes are numbers here


def profiled(threads: int = 2) -> Profile:
    program = ti.compile(mlp())
    return program.profile(*arguments(program), num_threads=threads, repeat=3)


@pytest.mark.parametrize("threads", [1, 3])
def test_times_add_up(threads: int) -> None:
    profile = profiled(threads)
    assert profile.threads == threads == len(profile.worker_ns)
    assert 0 < sum(c.ns for c in profile.commands) <= profile.ns
    for command in profile.commands:
        assert command.steps and command.counts.units > 0
        began, ended = min(s[0] for s in command.spans if s), max(s[1] for s in command.spans if s)
        assert 0 <= began < ended <= profile.ns
        for step in command.steps:
            assert step.ns == sum(step.thread_ns) > 0
    for worker, busy in enumerate(profile.worker_ns):
        assert sum(s.thread_ns[worker] for c in profile.commands for s in c.steps) <= busy
    order = [min(s[0] for s in c.spans if s) for c in profile.commands]
    assert order == sorted(order)


def test_a_profile_is_of_one_call_and_leaves_no_counters_on() -> None:
    """The counters of several calls are not added up."""
    program = ti.compile(mlp(), num_threads=1)
    given = arguments(program)
    profile = program.profile(*given, repeat=4)
    assert sum(c.ns for c in profile.commands) <= profile.ns
    expected = program(*given)
    assert program.profile(*given, repeat=1).calls == 1
    assert (program(*given) == expected).all()
    assert program.stats.steps == profile.counts.steps


def test_counters_that_can_not_be_had_are_a_memory_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Frame, on: bool) -> None:
        if on:
            raise MemoryError("counters")

    monkeypatch.setattr(Frame, "profile", fails)
    with pytest.raises(MemoryError):
        profiled()


def test_the_table_is_aligned_and_names_every_command_and_step() -> None:
    profile = profiled()
    head, *rows = str(profile).split("\n\n")[1].splitlines()
    assert len(rows) == len(profile.commands) + sum(len(c.steps) for c in profile.commands)
    end = head.index("  ms") + 4
    assert all(row[end - 1].isdigit() for row in rows)
    commands = [row for row in rows if row.startswith("#")]
    assert [row.split()[0] for row in commands] == [f"#{c.number}" for c in profile.commands]
    assert any(row.split()[0] == "mmt4d" for row in rows)
    assert "2 threads" in str(profile) and "GFLOP/s" in head


def test_the_trace_has_a_track_per_worker() -> None:
    measured = profiled()
    # On a busy machine one of the two may have come too late for any unit.
    spans = ((c, c.spans[0], c.spans[1]) for c in measured.commands)
    first, second = (evolve(c, spans=(zero or one, one or zero)) for c, zero, one in spans)
    profile = evolve(measured, commands=(first, evolve(second, spans=(None, second.spans[1]))))
    found = json.loads(profile.trace())
    events = found["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert names == {0: "caller", 1: "worker 1"}
    slices = [e for e in events if e["ph"] == "X"]
    assert [(e["name"].split()[0], e["tid"]) for e in slices] == [("#0", 0), ("#0", 1), ("#1", 1)]
    for e in slices:
        assert e["pid"] == 1 and e["tid"] in names and e["ts"] >= 0 and e["dur"] > 0
        steps = sum(time for name, time in e["args"].items() if name.endswith("(µs)"))
        assert 0 <= steps <= e["dur"] * 1.001
    for tid in names:
        of_one = sorted((e["ts"], e["ts"] + e["dur"]) for e in slices if e["tid"] == tid)
        assert all(a[1] <= b[0] + 1e-3 for a, b in pairwise(of_one))


def test_what_can_not_be_profiled_is_refused() -> None:
    program = ti.compile(mlp())
    with pytest.raises(ValueError, match="repeat: expected at least 1, got 0"):
        program.profile(*arguments(program), repeat=0)
    with pytest.raises(TensorIRError, match="takes"):
        program.profile()
    with pytest.raises(UnsupportedError, match="there is no plan"):
        ti.compile(mlp(), "reference").profile(*arguments(program))
