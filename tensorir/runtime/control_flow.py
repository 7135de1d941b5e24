"""How branches and loops become commands of a plan: their regions one behind the other, with jumps between them.

The values that a loop carries have buffers of their own, in which each iteration finds them and leaves the next ones.
The other inputs of a region are read where they lie. So a call allocates nothing in a loop, however often it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tensorir.dialects.control import If, While
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.runtime.control_commands import BranchCommand, CarryCommand, ControlCommand, JumpCommand


class Planning(Protocol):
    """The plan under construction, as far as it is needed here. `loops`: the first and the last command of each loop,
    inner loops first."""

    place: dict[Value, int]
    loops: list[tuple[int, int]]

    @property
    def position(self) -> int:
        """The number of the next command."""
        ...

    def made(self, value: Value) -> int:
        """Returns a buffer for a value of the region that is being planned."""
        ...

    def temporary(self, value: Value) -> int:
        """Returns a buffer for a copy of a value."""
        ...

    def control(self, command: ControlCommand, at: int | None = None) -> None:
        """Appends a command, or puts it where another one stands."""
        ...

    def region(self, body: Region) -> None:
        """Plans the ops of a region whose arguments have their places."""
        ...


def plan_if(op: If, plan: Planning) -> None:
    """The branch, the first region, a jump behind the second one, the second one."""
    condition, *inputs = (plan.place[v] for v in op.operands)
    results = [plan.made(r) for r in op.results]
    branch = plan.position
    plan.control(BranchCommand(op, branch, (condition,)))
    _region(op, op.then, inputs, results, plan)
    jump = plan.position
    plan.control(JumpCommand(op, jump))
    plan.control(BranchCommand(op, plan.position, (condition,)), branch)
    _region(op, op.otherwise, inputs, results, plan)
    plan.control(JumpCommand(op, plan.position), jump)
    plan.place.update(zip(op.results, results, strict=True))


def plan_while(op: While, plan: Planning) -> None:
    """The first values of what it carries, then in each iteration the condition, a branch behind the loop, the body,
    and a jump to the condition."""
    inputs = [plan.place[v] for v in op.inputs]
    carried = [plan.made(r) for r in op.results]
    for given, buffer in zip(inputs, carried, strict=False):  # other inputs follow
        plan.control(CarryCommand(op, (given, buffer)))
    inputs[: len(carried)] = carried
    first = plan.position
    plan.place.update(zip(op.condition.args, inputs, strict=True))
    plan.region(op.condition)
    condition = plan.place[op.condition.yields[0]]
    branch = plan.position
    plan.control(BranchCommand(op, branch, (condition,)))
    _region(op, op.body, inputs, carried, plan)
    plan.loops.append((first, plan.position))
    plan.control(JumpCommand(op, first))
    plan.control(BranchCommand(op, plan.position, (condition,)), branch)
    plan.place.update(zip(op.results, carried, strict=True))


def _region(op: Op, body: Region, inputs: Sequence[int], results: Sequence[int], plan: Planning) -> None:
    """Plans a region, which reads `inputs` and leaves what it yields in `results`."""
    plan.place.update(zip(body.args, inputs, strict=True))
    plan.region(body)
    made = [plan.place[y] for y in body.yields]
    for i, (value, source) in enumerate(zip(body.yields, made, strict=True)):
        if source in results and source != results[i]:  # it would be overwritten before it is read
            made[i] = plan.temporary(value)
            plan.control(CarryCommand(op, (source, made[i])))
    for source, target in zip(made, results, strict=True):
        if source != target:
            plan.control(CarryCommand(op, (source, target)))


def living_through(first: int, last: int, loops: Sequence[tuple[int, int]]) -> int:
    """Returns the last command that a buffer with contents from `first` to `last` is needed for: what a loop reads and
    does not make itself is needed until the loop ends. `loops`: inner ones first."""
    for begin, end in loops:
        if first < begin <= last < end:
            last = end
    return last
