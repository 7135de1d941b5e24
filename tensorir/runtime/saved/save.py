"""Writes compiled programs to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tensorir.dialects.tensor import Cast, CollapseShape, ExpandShape
from tensorir.ir.diagnostic import UnsupportedError
from tensorir.native.table import Features
from tensorir.runtime.finish import finished
from tensorir.runtime.plan import HostCommand, LaunchCommand, Plan
from tensorir.runtime.saved.container import write
from tensorir.runtime.saved.manifest import StoredProgram, encoded
from tensorir.runtime.session import StoredState
from tensorir.runtime.stats import Stats

COPIES = Cast | CollapseShape | ExpandShape
"""Ops in Python that can be stored: their result has the same bytes as their operand."""


def save(
    path: str | Path,
    plans: Sequence[Plan],
    device: str,
    features: Features | None,
    stats: Stats,
    states: Mapping[str, StoredState],
) -> None:
    """Writes a program. `device`: the text that makes its device.

    Raises UnsupportedError naming the ops that run in Python, or the device with a launcher, and TensorIRError if the
    file can't be written."""
    if features is None:
        raise UnsupportedError(f"a program for the device {device!r} can't be saved: Python runs its ops")
    for plan in plans:
        _check(plan)
    functions = tuple(finished(plan) for plan in plans)
    write(path, *encoded(StoredProgram(device, features, functions, stats, states)))


def _check(plan: Plan) -> None:
    queued = [c for c in plan.commands if isinstance(c, LaunchCommand) and c.units is not None]
    if queued:
        why = f"the device {queued[0].device!r} has a memory of its own, and makes its programs when one is compiled"
        raise UnsupportedError(f"@{plan.function.name} can't be saved: {why}", queued[0].op.loc)
    ops = [c.op for c in plan.commands if isinstance(c, HostCommand) and not isinstance(c.op, COPIES)]
    if ops:
        names = ", ".join(f"{op.NAME} ({op.loc})" for op in ops)
        raise UnsupportedError(f"@{plan.function.name} can't be saved: Python runs {names}", ops[0].loc)
