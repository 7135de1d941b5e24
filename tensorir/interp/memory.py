"""How much memory a call may still allocate: what the machine and the limits of the process leave."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

UNLIMITED = 1 << 62
SMALL = 1 << 26
"""The number of bytes that are allocated without asking how much is left, because asking reads files of the system."""


def available_bytes() -> int:
    """Returns the minimum of what the machine, its control group and the limits of this process leave; UNLIMITED if
    unknown."""
    return max(0, min([UNLIMITED, *_left()]))


def bytes_text(count: int) -> str:
    """Formats bytes for messages, as in `3.2 GB`."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:.3g} {unit}" if count < 1000 * size else f"{count // size} {unit}"
    return f"{count} bytes"


def _left() -> Iterator[int]:
    machine = _table("/proc/meminfo")
    if "MemAvailable" in machine:
        yield (machine["MemAvailable"] + machine.get("SwapFree", 0)) << 10
    mapped = _words("/proc/self/statm")
    for limit, pages in ((resource.RLIMIT_AS, mapped[:1]), (resource.RLIMIT_DATA, mapped[5:6])):
        soft, _ = resource.getrlimit(limit)
        if soft != resource.RLIM_INFINITY:
            yield soft - sum(pages) * os.sysconf("SC_PAGE_SIZE")
    for root, most, used in (
        ("/sys/fs/cgroup", "memory.max", "memory.current"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        limit, current = _words(f"{root}/{most}"), _words(f"{root}/{used}")
        if limit and current:  # where nothing is limited, the files are missing or hold "max"
            reclaimable = _table(f"{root}/memory.stat").get("inactive_file", 0)
            yield limit[0] - current[0] + reclaimable


def _words(path: str) -> list[int]:
    """Returns the numbers in a file of the system; none if there is no such file."""
    return [int(w) for w in _text(path).split() if w.isdigit()]


def _table(path: str) -> dict[str, int]:
    """Reads lines `name: number …` or `name number`."""
    lines = (line.replace(":", " ").split() for line in _text(path).splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}


def _text(path: str) -> str:
    try:
        return Path(path).read_text("ascii")
    except OSError:
        return ""
