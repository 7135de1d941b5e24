"""What a program does in a call, in numbers: sums over its plan."""

from __future__ import annotations

from collections import Counter

from tensorir.dialects import tile
from tensorir.runtime.plan import LaunchCommand, Plan


def kernels_of(plan: Plan) -> dict[str, int]:
    """Returns, for each kernel, how many steps of the plan run it."""
    found: Counter[str] = Counter()
    for command in plan.commands:
        if isinstance(command, LaunchCommand):
            for op in command.grid.body.ops:
                if isinstance(op, tile.Step):
                    found[op.kernel if isinstance(op, tile.Mmt4d) and op.kernel else op.NAME] += 1
        else:
            found[f"python:{command.op.NAME}"] += 1
    return dict(found)


def moving_launches(plan: Plan) -> int:
    """Returns how many commands only move elements."""
    moves = tile.Copy | tile.Pack | tile.Unpack | tile.Gather | tile.Fill | tile.Scratch
    return sum(
        isinstance(c, LaunchCommand) and all(isinstance(op, moves) for op in c.grid.body.ops) for c in plan.commands
    )
