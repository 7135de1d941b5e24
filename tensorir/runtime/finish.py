"""From the plan of a function to what the executor runs."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tensorir.dialects.tile import Mmt4d, Mmt4dMap, Step
from tensorir.ir.op import Op
from tensorir.runtime.compiled_function import CommandPlaces, CompiledFunction, Place, Required
from tensorir.runtime.control_commands import ControlCommand
from tensorir.runtime.plan import Command, CopyCommand, HostCommand, Plan, plan_image


def finished(plan: Plan) -> CompiledFunction:
    """Returns the plan as words, with the places of its commands."""
    image = plan_image(plan)
    required = [
        Required(value, _place(r.op), str(r.dim)) for value, r in zip(image.required, plan.requirements, strict=True)
    ]
    return CompiledFunction(
        plan.function.signature,
        image.words,
        tuple(np.ascontiguousarray(c) for c in plan.constants),
        tuple(_places(command, moved) for command, moved in zip(plan.commands, image.moved, strict=True)),
        tuple(required),
        _kernels(plan),
        tuple(not why for why in plan.two_arrays),
    )


def _places(command: Command, moved: int | None) -> CommandPlaces:
    if isinstance(command, HostCommand | CopyCommand | ControlCommand):
        return CommandPlaces(_place(command.op), (), command.device, moved, isinstance(command, CopyCommand))
    steps = (o for o in command.grid.body.ops if isinstance(o, Step))
    places = tuple(Place(o.origin or o.NAME, o.loc) for o in steps)
    return CommandPlaces(_place(command.grid), places, command.device, moved)


def _place(op: Op) -> Place:
    return Place(op.NAME, op.loc)


def _kernels(plan: Plan) -> dict[str, int]:
    """Returns, for each kernel, how many steps of the plan run it."""
    found: Counter[str] = Counter()
    for command in plan.commands:
        if isinstance(command, HostCommand):
            found[f"python:{command.op.NAME}"] += 1
            continue
        if isinstance(command, CopyCommand):
            found["copy between memories"] += 1
            continue
        if isinstance(command, ControlCommand):
            continue
        for op in command.grid.body.ops:
            if isinstance(op, Step):
                found[op.kernel if isinstance(op, Mmt4d | Mmt4dMap) and op.kernel else op.NAME] += 1
    return dict(found)
