"""The devices `mpi:RANK/DEVICE`: a device of one of the processes that `mpiexec` started."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.cpu import COSTS, OWN_MEMORY
from tensorir.targets.launcher import OnExecutor, OwnMemory
from tensorir.targets.mpi.launcher import MpiLauncher, MpiOnExecutor
from tensorir.targets.mpi.world import world
from tensorir.targets.target import Target

PREFIX = "mpi"
_SPEC = re.compile(rf"{PREFIX}:(\d+)/(.+)")
_LEFT_OUT = (COSTS, OWN_MEMORY)
"""Options that such devices do not have: costs that are measured differ from process to process, and so would the
programs; each device has a memory of its own."""


def is_mpi(name: str) -> bool:
    """Returns whether a name means a device of a process."""
    return name.partition(":")[0] == PREFIX


def mpi_target(name: str, known: Callable[[str], Target]) -> Target:
    """Returns the target called `name`, which is mpi:RANK/DEVICE, where `known` returns the target of DEVICE.

    Raises UnsupportedError without MPI, and TensorIRError for another form of name, a rank that there is not, and a
    device of which Python runs the ops."""
    match = _SPEC.fullmatch(name)
    if match is None or is_mpi(match[2]):
        raise TensorIRError(
            f"a device of another process is written {PREFIX}:RANK/DEVICE, such as mpi:1/cpu, got {name!r}"
        )
    rank, inner = int(match[1]), known(match[2])
    if inner.launcher is None and inner.executor is None:
        raise TensorIRError(
            f"{name!r}: Python runs the ops of {inner.name!r}, which has no memory of its own: choose a device with an "
            "executor or a launcher, such as cpu"
        )
    size = world().size
    if rank >= size:
        there = (
            "this is the only process" if size == 1 else f"there are {size} processes, with the ranks 0 … {size - 1}"
        )
        raise TensorIRError(f"{name!r}: {there}; start more of them, as in mpiexec -n {rank + 1} python script.py")
    options = tuple(evolve(o, apply=_Applied(rank, o.apply)) for o in inner.options if o not in _LEFT_OUT)
    described = f"{inner.description}, of the process with rank {rank}"
    return _of_process(evolve(inner, name=name, description=described, options=options), rank)


def _of_process(inner: Target, rank: int) -> Target:
    """A target whose launcher is that of a process; `inner` has its own one."""
    launcher = OwnMemory() if inner.launcher is None else inner.launcher
    made = MpiOnExecutor(rank, launcher) if isinstance(launcher, OnExecutor) else MpiLauncher(rank, launcher)
    return evolve(inner, launcher=made)


@frozen
class _Applied:
    """Applies an option of a device to that of a process."""

    rank: int
    apply: Callable[[Target, Any], Target]

    def __call__(self, target: Target, value: Any) -> Target:
        launcher = target.launcher
        assert isinstance(launcher, MpiLauncher | MpiOnExecutor)  # the option is of such a target
        return _of_process(self.apply(evolve(target, launcher=launcher.inner), value), self.rank)
