"""From the plan of a function to what the executor runs."""

from __future__ import annotations

import numpy as np

from tensorir.dialects.tile import Step
from tensorir.ir.op import Op
from tensorir.runtime.compiled_function import CommandPlaces, CompiledFunction, Place, Required
from tensorir.runtime.counts import kernels_of
from tensorir.runtime.plan import Command, HostCommand, Plan, plan_image


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
        tuple(_places(command) for command in plan.commands),
        tuple(required),
        kernels_of(plan),
    )


def _places(command: Command) -> CommandPlaces:
    if isinstance(command, HostCommand):
        return CommandPlaces(_place(command.op))
    return CommandPlaces(_place(command.grid), tuple(_place(o) for o in command.grid.body.ops if isinstance(o, Step)))


def _place(op: Op) -> Place:
    return Place(op.NAME, op.loc)
