"""What a program says of its bytes, beside what a walk over all accesses to memory sees."""

from __future__ import annotations

from collections import Counter

from tensorir.runtime.counts import Counts
from tensorir.runtime.program import Program
from tests.support.watched_memory import watched

NAMES = {
    "runs": "runs",
    "read": "read_bytes",
    "written": "written_bytes",
    "scratch_read": "scratch_read_bytes",
    "scratch_written": "scratch_written_bytes",
}


def by_kind(counts: Counts) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for command in counts.commands:
        for step in command.steps:
            row = {name: getattr(step, of) for name, of in NAMES.items()}
            found.setdefault(step.kind, Counter()).update(row)
    return found


def assert_counted(program: Program, sizes: dict[str, int]) -> None:
    """@main is the only function, with any number of plans for ranges of sizes."""
    counts = program.counts(sizes=sizes, num_threads=1)
    ranges = (p for p in program.plans.values() if p.function.sizes is not None and p.function.sizes.has(sizes))
    seen = watched(next(ranges, program.plans["main"]), sizes)
    counted = by_kind(counts)
    for kind in {*seen, *counted}:
        for name in NAMES:
            assert counted.get(kind, Counter())[name] == seen.get(kind, Counter())[name], (kind, name)
    packed = sum(seen.get(kind, Counter())[w] for kind in ("pack", "unpack") for w in ("written", "scratch_written"))
    copied = sum(seen.get(kind, Counter())[w] for kind in ("copy", "gather") for w in ("written", "scratch_written"))
    assert counts.relaid_bytes + counts.copied_bytes == packed + copied
    assert counts.relaid_bytes >= packed
    assert 0 <= counts.live_bytes <= counts.arena_bytes
