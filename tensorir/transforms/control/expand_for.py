"""expand-for: loops over an index become loops with a condition, which carry the index.

So one kind of loop is enough for all passes after this one, and for the executor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from attrs import frozen

from tensorir.dialects.control import For, While
from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import Fill, Generic
from tensorir.dialects.tensor import Constant
from tensorir.ir.affine import identity
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.ir.op import Op, name_after
from tensorir.ir.region import Region
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, const
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_FOR, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class ExpandFor(Pass):
    """Laws: interp(expand(m)) == interp(m); no control.for is left. The index never leaves its type, whatever the
    bounds.

    Raises TensorIRError for a step that is known to be below 1; one that only a call knows is checked there."""

    name: ClassVar[str] = "expand-for"
    ensures: ClassVar[tuple[Level, ...]] = (NO_FOR,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        return map_regions(module, _expanded)


def _expanded(region: Region) -> Region:
    def visit(op: Op, operands: tuple[Value, ...]) -> Replacement | None:
        if not isinstance(op, For):
            return None
        step = _literal(region.definitions.get(op.step))
        if step is not None and step < 1:
            raise TensorIRError(f"{op.NAME}: the step is {step}, should be at least 1", op.loc)
        checks = () if step is not None else _checked(operands[2], op.loc)
        loop = _while(op, operands)
        return Replacement((*checks, loop), loop.results[1:])

    return sweep(region, visit)


def _while(op: For, operands: tuple[Value, ...]) -> While:
    lower, upper, step, *inputs = operands
    carried = len(op.body.yields)
    below = [Value(v.type, v.hint) for v in (*op.body.args, upper, step)]
    less = _scalar((below[0], below[-2]), _less, op.loc)
    condition = Region(tuple(below), (less,), less.results)
    end, by = Value(upper.type, "upper"), Value(step.type, "step")
    body_args = (*op.body.args, end, by)
    following = _scalar((body_args[0], end, by), _next, op.loc)
    body = Region(body_args, (following, *op.body.ops), (following.result, *op.body.yields))
    made = While((lower, *inputs, upper, step), condition, body, loc=op.loc)
    assert len(made.results) == carried + 1
    name_after(op.results, made.results[1:])
    return made


def _less(index: Scalar, upper: Scalar) -> Scalar:
    return apply("lt", index, upper)


def _positive(step: Scalar) -> Scalar:
    return apply("ge", step, const(1, step.dtype))


def _next(index: Scalar, upper: Scalar, step: Scalar) -> Scalar:
    """The index of the next iteration, or `upper` if that would be beyond the type."""
    greatest = const(index.dtype.range[1], index.dtype)
    beyond = apply("gt", index, apply("sub", greatest, step))
    return apply("select", beyond, upper, apply("add", index, step))


def _checked(step: Value, loc: Location) -> tuple[Op, ...]:
    positive = _scalar((step,), _positive, loc)
    return positive, Assert(positive.result, "the step of a loop should be at least 1", loc=loc)


def _scalar(operands: tuple[Value, ...], make: Callable[..., Scalar], loc: Location) -> Generic:
    """An op on tensors of one element."""
    types = tuple(v.type.dtype for v in operands)
    body = ScalarBody(types, make(*(arg(i, t) for i, t in enumerate(types))))
    return Generic(operands, (identity(0),) * (len(operands) + 1), body, loc=loc)


def _literal(op: Op | None) -> int | None:
    """The value of a constant of one element; None if it is not known here."""
    match op:
        case Constant():
            return int(np.ravel(op.value.array)[0])
        case Fill():
            return int(op.value)
        case _:
            return None
