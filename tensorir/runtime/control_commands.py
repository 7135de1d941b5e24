"""The commands that control which commands run: copies of carried values, jumps and branches."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tensorir.ir.dims import Dim
from tensorir.ir.op import Op
from tensorir.runtime.words import BRANCH, COPY, JUMP


@frozen(eq=False)
class _ControlCommand:
    """`op`: the branch or the loop. It belongs to no device and moves nothing from one to another."""

    op: Op

    @property
    def device(self) -> str:
        return ""

    @property
    def moved(self) -> Dim | None:
        return None


@frozen(eq=False)
class CarryCommand(_ControlCommand):
    """Copies the first of two `buffers` to the second one: what a region yields, or the first value that a loop
    carries. Both have the same bytes."""

    buffers: tuple[int, int]


@frozen(eq=False)
class JumpCommand(_ControlCommand):
    """Goes on with command `target`, or ends the call if there is none of that number."""

    target: int
    buffers: tuple[int, ...] = ()


@frozen(eq=False)
class BranchCommand(_ControlCommand):
    """Goes on with command `target` if the only one of `buffers`, a condition, is false."""

    target: int
    buffers: tuple[int, ...]


ControlCommand = CarryCommand | JumpCommand | BranchCommand


def control_words(command: ControlCommand) -> Sequence[int]:
    """Returns the words of a command (docs/plan-image.md)."""
    match command:
        case CarryCommand():
            return [COPY, 0, 2, *command.buffers]
        case JumpCommand():
            return [JUMP, command.target, 0]
        case BranchCommand():
            return [BRANCH, command.target, 1, *command.buffers]
