"""What plans are made of: buffers with their lifetimes, and commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from tensorir.dialects.flow import Launch
from tensorir.dialects.tile import Grid
from tensorir.ir.dims import Dim, product
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.runtime.control_commands import CarryCommand, ControlCommand
from tensorir.runtime.words import ALL_FEATURES

BufferKind = Literal["argument", "result", "constant", "arena", "shared", "outside"]
KINDS: tuple[BufferKind, ...] = ("argument", "result", "constant", "arena", "shared", "outside")


@frozen
class Buffer:
    """`index`: the number of the argument, result or constant. An arena buffer keeps its contents from command `first`
    to `last`, both included. So does a shared one, which has the memory of the arena or shared buffer `index`: that
    one dies in the command that makes this one. One outside lies in the memory of the launcher of `device`; it has the
    constant `index`, and keeps it from call to call, if that is not negative. `reach`: the bytes of an argument that is
    not row-major."""

    kind: BufferKind
    index: int
    type: TensorType
    first: int
    last: int
    name: str = ""
    reach: Dim | None = None
    device: str = ""

    @property
    def bytes(self) -> Dim:
        return self.reach if self.reach is not None else bytes_of(self.type)


def bytes_of(type: TensorType) -> Dim:
    return product(type.shape) * type.dtype.itemsize


@frozen(eq=False)
class LaunchCommand:
    """Runs a grid whose size symbols are `bound` to sizes of the function, for the launch `op`. `buffers`: the grid's
    inputs, then results. `features`: the CPU features that its steps may use, ALL_FEATURES for all that the plan may.
    `moved`: the bytes that are moved here from another device. `units`: how many units the launcher of the device runs
    at once; None: the executor runs them."""

    op: Launch
    executable: str
    grid: Grid
    bound: Mapping[str, Dim]
    buffers: tuple[int, ...]
    features: int = ALL_FEATURES
    device: str = ""
    moved: Dim | None = None
    units: int | None = None


@frozen(eq=False)
class HostCommand:
    """An op that runs in Python, between two runs of the executor. Its size symbols are `bound` to sizes of the
    function. `buffers`: its operands, then results. `device`: the one of its launch, "" outside of launches.
    `moved`: as in LaunchCommand."""

    op: Op
    bound: Mapping[str, Dim]
    buffers: tuple[int, ...]
    device: str = ""
    moved: Dim | None = None


@frozen(eq=False)
class CopyCommand:
    """Copies a buffer to another one of the same type in another memory, for `op`. `device`: the one whose launcher has
    the memory, of both the one that receives it."""

    op: Op
    buffers: tuple[int, int]
    device: str
    moved: Dim | None = None


Command = LaunchCommand | HostCommand | CopyCommand | ControlCommand


def read_and_written(command: Command) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The buffers that a command reads, and those that it writes."""
    match command:
        case LaunchCommand():
            written = len(command.grid.results)
        case CopyCommand() | CarryCommand():
            written = 1
        case HostCommand():
            written = len(command.op.results)
        case _:
            written = 0
    inputs = len(command.buffers) - written
    return command.buffers[:inputs], command.buffers[inputs:]
