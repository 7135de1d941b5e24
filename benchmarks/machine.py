"""Where figures are from: the CPU, and the versions of what was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.peers import contender
from tensorir.native import cpu_features
from tensorir.native.calibrate import read_rate

DISTRIBUTIONS = {"iree.compiler": "iree-base-compiler", "iree.runtime": "iree-base-runtime"}
"""Packages whose names are not those of their modules."""


READS = {"16 KiB": 1 << 14, "512 KiB": 1 << 19, "256 MiB": 1 << 28}
"""Sizes that a first cache, a second cache, and no cache holds."""


def machine(contenders: Sequence[str]) -> dict[str, Any]:
    """Facts for a report.

    `cpu`, `cores` that this process may use, `features`; `versions` by package; `busy`: the processes that wanted a
    core in the last minute, on average, near 0 on a quiet machine; `gigabytes_per_second` of reads, by size."""
    modules = dict.fromkeys(module for name in contenders for module in contender(name).needs)
    names = ["tensorir", "numpy", *(DISTRIBUTIONS.get(module, module) for module in modules)]
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "features": str(cpu_features()),
        "versions": {"python": platform.python_version(), **{name: version_of(name) for name in names}},
        "busy": os.getloadavg()[0],
        "gigabytes_per_second": {size: read_rate(bytes) for size, bytes in READS.items()},
    }


def version_of(distribution: str) -> str:
    """The installed version, or "unknown"."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def _cpu() -> str:
    """The model as Linux names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
