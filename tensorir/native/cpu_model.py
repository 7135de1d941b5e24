"""Which processor this is: what was measured on one says nothing about another."""

from __future__ import annotations

import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_SAYS = {
    *("vendor_id", "cpu family", "model", "model name", "stepping", "cache size", "flags"),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features"),
}
"""Lines of that file that say what a processor is, on x86 and on ARM; others, such as its frequency, change."""


def cpu_model() -> str:
    """Returns a text that is the same whenever this machine is asked; the system's name of it if there is no more."""
    try:
        written = _CPUINFO.read_text("utf-8", "replace")
    except OSError:
        written = ""
    return f"{platform.machine()} {described(written) or platform.processor()}"


def described(cpuinfo: str) -> str:
    """Returns what /proc/cpuinfo says about the kind of its first processor."""
    first = cpuinfo.strip().partition("\n\n")[0]
    lines = [[part.strip() for part in line.partition(":")[::2]] for line in first.splitlines()]
    return "; ".join(f"{name}: {value}" for name, value in lines if name in _SAYS)
