"""control: branches and loops, iteration by iteration."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorir.dialects import control
from tensorir.interp.context import Array, Context
from tensorir.ir.diagnostic import TensorIRError

Arrays = tuple[Array, ...]


def branch(op: control.If, inputs: Arrays, ctx: Context) -> Arrays:
    condition, *rest = inputs
    return ctx.run_region(op.then if condition else op.otherwise, rest)


def while_(op: control.While, inputs: Arrays, ctx: Context) -> Arrays:
    carried = len(op.body.yields)
    rest = inputs[carried:]
    values = inputs[:carried]
    while ctx.run_region(op.condition, (*values, *rest))[0]:
        values = ctx.run_region(op.body, (*values, *rest))
    return values


def for_(op: control.For, inputs: Arrays, ctx: Context) -> Arrays:
    """Raises TensorIRError for a step below 1."""
    (lower, upper, step), given = map(int, inputs[:3]), inputs[3:]
    if step < 1:
        raise TensorIRError(f"{op.NAME}: the step is {step}, should be at least 1", op.loc)
    carried = len(op.body.yields)
    rest = given[carried:]
    values = given[:carried]
    type = ctx.numpy(op.lower.type.dtype)
    for index in range(lower, upper, step):
        values = ctx.run_region(op.body, (np.asarray(index, type), *values, *rest))
    return values


CONTROL_OPS: dict[type[Any], Any] = {control.If: branch, control.While: while_, control.For: for_}
