"""Finds the first pass that changes what a program computes, and what it did: by the interpreter, after every pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

from tensorir.interp import Context, interpret
from tensorir.interp.differences import difference
from tensorir.interp.interpreter import apply_op
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.numbering import numbered
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.runner import run_passes
from tensorir.rewrite.trace import Trace
from tensorir.testing.agreement import assert_within
from tensorir.testing.bounds.operations import error_bounds

Array = npt.NDArray[Any]
Check = Callable[[Sequence[Array]], str]
"""Says what is wrong with the results of a program, or ""."""


@frozen
class Suspect:
    """What a pass did where it went wrong: the op, its place, and what is different there. `rewrite`: the number of the
    rewrite and the pattern, if the pass is made of patterns."""

    op: str
    loc: Location
    what: str
    rewrite: str = ""

    def __str__(self) -> str:
        head = f"{self.loc}: {self.op} {self.loc.op}".rstrip()
        return ", ".join(filter(None, (head, self.rewrite))) + (f": {self.what}" if self.what else "")


@frozen
class WrongPass:
    """The first pass after which the results are wrong. `number` counts from 1; 0 is the given program itself, which
    then is what is wrong, and has no `name`. `result` says which result is wrong, and what was expected."""

    number: int
    name: str
    result: str
    suspects: tuple[Suspect, ...] = ()


def within_bounds(module: Module, function: str, args: Sequence[npt.ArrayLike]) -> Check:
    """Returns the check that results are those of @function of `module`, within its error bounds (see
    `assert_agrees`). Raises TensorIRError for an op without a rule for its error."""
    bounds = error_bounds(module, function, args)
    types = [y.type.dtype for y in module.lookup(Function, function).body.yields]

    def check(results: Sequence[Array]) -> str:
        try:
            assert_within(bounds, types, results)
        except AssertionError as e:
            return str(e)
        return ""

    return check


def as_expected(expected: Sequence[Array]) -> Check:
    """Returns the check that results are these, by the tolerance of `tensorir run --expected-output`."""

    def check(results: Sequence[Array]) -> str:
        if len(results) != len(expected):
            return f"{len(results)} results, expected {len(expected)}"
        found = (
            f"result {i}: {what}"
            for i, (r, e) in enumerate(zip(results, expected, strict=True))
            if (what := difference(r, e))
        )
        return next(found, "")

    return check


def first_wrong_pass(
    module: Module,
    passes: Sequence[Pass],
    function: str,
    args: Sequence[npt.ArrayLike],
    check: Check,
    ctx: PassContext | None = None,
) -> WrongPass | None:
    """Returns the first of `passes` after which the interpreter of @function gives wrong results, or None.

    A program that the interpreter refuses is wrong, too. Raises the errors of the passes, and those of the interpreter
    for the given program."""
    ctx = ctx or PassContext()
    before = numbered(module)
    if wrong := check(interpret(before, function, args)):
        return WrongPass(0, "", wrong)
    for number, p in enumerate(passes, 1):
        ctx.traces.pop(p.name, None)
        after = run_passes(before, [p], ctx, verify_each=False)
        if after is before:
            continue
        wrong = _wrong(after, function, args, check)
        if wrong:
            applied = ctx.traces[p.name].applied if p.name in ctx.traces else 0
            suspects = list(_values(before, after, function, args))
            if applied:
                suspects.insert(0, _rewrite(before, p, function, args, check, applied, ctx))
            return WrongPass(number, p.name, wrong, tuple(suspects))
        before = after
    return None


def _wrong(module: Module, function: str, args: Sequence[npt.ArrayLike], check: Check) -> str:
    try:
        return check(interpret(module, function, args))
    except TensorIRError as e:
        return f"the interpreter refuses the program: {e}"


def _rewrite(
    before: Module,
    p: Pass,
    function: str,
    args: Sequence[npt.ArrayLike],
    check: Check,
    applied: int,
    ctx: PassContext,
) -> Suspect:
    """Returns the first rewrite with which the results are wrong, if all up to it are done: by halving."""
    right, wrong = 0, applied

    def limited(limit: int) -> tuple[Module, Trace]:
        trace = Trace(limit=limit)
        of_run = PassContext(devices=ctx.devices, memory_limit=ctx.memory_limit, traces={p.name: trace})
        return run_passes(before, [p], of_run, verify_each=False), trace

    while wrong - right > 1:
        middle = (right + wrong) // 2
        if _wrong(limited(middle)[0], function, args, check):
            wrong = middle
        else:
            right = middle
    _, trace = limited(wrong)
    assert trace.last is not None
    op, pattern = trace.last
    return Suspect(op.NAME, op.loc, "", f"rewrite {wrong} of {applied}, {pattern.name}")


def _values(before: Module, after: Module, function: str, args: Sequence[npt.ArrayLike]) -> Iterator[Suspect]:
    """Yields the first op of the program after the pass whose value no op with the same id had before it. An op of
    which no value of the same type was computed before says nothing."""
    known: dict[str, list[Array]] = {}
    for op, results in _computed(before, function, args):
        known.setdefault(op.loc.op, []).extend(results)
    for op, results in _computed(after, function, args):
        for result in results:
            same = [a for a in known.get(op.loc.op, ()) if (a.dtype, a.shape) == (result.dtype, result.shape)]
            differences = [difference(result, a) for a in same]
            if op.loc.op and same and all(differences):
                yield Suspect(op.NAME, op.loc, f"{differences[-1].replace('expected', 'before the pass')}")
                return


def _computed(module: Module, function: str, args: Sequence[npt.ArrayLike]) -> list[tuple[Op, tuple[Array, ...]]]:
    """Returns the ops of a call in the order in which they ran, with what they gave, up to an error."""
    record = _Record()
    try:
        interpret(module, function, args, runner=record.run)
    except TensorIRError:
        return record.made  # that the interpreter refuses the program is said already
    return record.made


@define
class _Record:
    made: list[tuple[Op, tuple[Array, ...]]] = field(factory=list[tuple[Op, tuple[Array, ...]]])

    def run(self, region: Region, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
        env: dict[Value, Array] = dict(zip(region.args, inputs, strict=True))
        for op in region.ops:
            results = apply_op(op, tuple(env[v] for v in op.operands), ctx)
            self.made.append((op, tuple(np.array(r) for r in results)))
            env.update(zip(op.results, results, strict=True))
        return tuple(env[y] for y in region.yields)
