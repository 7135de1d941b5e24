"""Functions of tests, run by the processes of mpiexec."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
SECONDS = 300
"""What a run may take on a busy machine; one that hangs fails then."""


@cache
def missing() -> str:
    """Why no processes can be started, or ""."""
    if find_spec("mpi4py") is None:
        return "mpi4py is not installed"
    return "" if mpiexec() is not None else "there is no mpiexec"


def mpiexec() -> str | None:
    """The one of this environment, or of the system."""
    beside = Path(sys.executable).parent / "mpiexec"
    return str(beside) if beside.exists() else which("mpiexec")


needs_mpi = pytest.mark.skipif(bool(missing()), reason=missing() or "there is MPI")


@frozen
class Ran:
    """`told`: what each process told, None for one that told nothing. `status`: that of mpiexec."""

    told: list[Any]
    status: int
    output: str


def run_in_processes(count: int, what: Callable[[Path], None], folder: Path) -> Ran:
    """Runs a function of a module in several processes. It is given a folder, and leaves there what it has found, in
    the file RANK.json."""
    module, name = what.__module__, what.__name__
    code = f"import sys; from pathlib import Path; from {module} import {name}; {name}(Path(sys.argv[1]))"
    command = [str(mpiexec()), "-n", str(count), sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    files = [folder / f"{rank}.json" for rank in range(count)]
    told = [json.loads(f.read_text()) if f.exists() else None for f in files]
    return Ran(told, done.returncode, done.stdout + done.stderr)
