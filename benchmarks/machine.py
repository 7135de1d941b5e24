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

DISTRIBUTIONS = {"iree.compiler": "iree-base-compiler", "iree.runtime": "iree-base-runtime"}
"""Packages whose names are not those of their modules."""


def machine(contenders: Sequence[str]) -> dict[str, Any]:
    """Facts for a report: `cpu`, `cores` that this process may use, `features`, and `versions` by package."""
    modules = dict.fromkeys(module for name in contenders for module in contender(name).needs)
    names = ["tensorir", "numpy", *(DISTRIBUTIONS.get(module, module) for module in modules)]
    versions = {"python": platform.python_version(), **{name: _version(name) for name in names}}
    cores = len(os.sched_getaffinity(0))
    return {"cpu": _cpu(), "cores": cores, "features": str(cpu_features()), "versions": versions}


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def _cpu() -> str:
    """The model as Linux names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
