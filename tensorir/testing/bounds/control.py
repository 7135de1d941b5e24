"""Error bounds of branches and loops: those of the regions that run, as long as rounding does not decide which do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tensorir.dialects.control import For, If, While
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.testing.bounds.scalars import Bounded

Regions = Callable[[Region, Sequence[Bounded]], tuple[Bounded, ...]]
"""Returns the bounds of what a region yields."""


def control_bounds(op: If | While | For, given: Sequence[Bounded], run: Regions) -> tuple[Bounded, ...]:
    """Returns the results and their bounds. Raises TensorIRError where rounding decides what runs."""
    match op:
        case If():
            return run(op.then if holds(op, given[0]) else op.otherwise, given[1:])
        case While():
            carried = len(op.body.yields)
            values, rest = tuple(given[:carried]), given[carried:]
            while holds(op, run(op.condition, (*values, *rest))[0]):
                values = run(op.body, (*values, *rest))
            return values
        case For():
            lower, upper, step = (int(x) for x, _ in given[:3])
            carried = len(op.body.yields)
            values, rest = tuple(given[3 : 3 + carried]), given[3 + carried :]
            for i in range(lower, upper, step):
                index = np.asarray(i, op.lower.type.dtype.numpy)
                values = run(op.body, ((index, np.zeros(())), *values, *rest))
            return values


def holds(op: Op, condition: Bounded) -> bool:
    """Whether a condition holds. Raises TensorIRError if rounding decides that."""
    value, unsure = condition
    if np.any(unsure):
        message = "rounding decides whether its condition holds, so there are no error bounds: give other arguments"
        raise TensorIRError(f"{op.NAME}: {message}", op.loc)
    return bool(value)
