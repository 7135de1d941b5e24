"""Plans as text: what each buffer is, and what each command does with which of them."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.tile import Mmt4d, Mmt4dMap, Scratch, Step
from tensorir.runtime.control_commands import BranchCommand, CarryCommand, ControlCommand
from tensorir.runtime.plan import Buffer, Command, CopyCommand, HostCommand, LaunchCommand, Plan
from tensorir.runtime.plan_parts import read_and_written

_NAMES = {
    "argument": "arg",
    "result": "result",
    "constant": "const",
    "arena": "tmp",
    "shared": "tmp",
    "outside": "device",
}


def plan_text(plan: Plan) -> str:
    """Returns the buffers, then the commands in order. Sizes may be polynomials of the call's symbols. Places in the
    arena depend on the sizes, so only a call knows them: buffers whose lifetimes do not overlap may share one."""
    results = ", ".join(map(str, plan.function.body.yield_types))
    symbols = ", ".join(plan.function.symbols) or "none"
    lines = [f"plan @{plan.function.name} -> ({results}), symbols: {symbols}", "buffers:"]
    lines += _aligned([_buffer(i, b) for i, b in enumerate(plan.buffers)])
    lines.append("commands:")
    for number, command in enumerate(plan.commands):
        lines += _command(number, command, plan.buffers)
    return "\n".join(lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(t.ljust(w) for t, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _buffer(number: int, buffer: Buffer) -> Sequence[str]:
    shared = f"memory of b{buffer.index}" if buffer.kind == "shared" else f"{buffer.kind} {buffer.index}"
    place = "arena" if buffer.kind == "arena" else f"on {buffer.device}" if buffer.device else shared
    hint = f"%{buffer.name}" if buffer.name else ""
    lives = f"commands {buffer.first} to {buffer.last}" if buffer.kind in ("arena", "shared", "outside") else ""
    return (f"b{number}", place, str(buffer.type), f"{buffer.bytes} bytes", hint, lives)


def _command(number: int, command: Command, buffers: Sequence[Buffer]) -> list[str]:
    if isinstance(command, ControlCommand):
        return [f"  #{number}: {_control(command, buffers)}  // {command.op.NAME} {command.op.loc}"]
    op = command.op if not isinstance(command, LaunchCommand) else command.grid
    given, made = (", ".join(_name(b, buffers) for b in part) for part in read_and_written(command))
    what = _what(command)
    lines = [f"  #{number}: {what} ({given}) -> ({made})  // {op.loc}"]
    if not isinstance(command, LaunchCommand):
        return lines
    if command.bound:
        lines.append("      sizes: " + ", ".join(f"{name} = {dim}" for name, dim in command.bound.items()))
    grid = command.grid
    dims = zip(grid.extents, grid.blocks, grid.granules, strict=True)
    cut = " × ".join(f"{extent} granules of {granule} in blocks of {block}" for extent, block, granule in dims)
    lines.append(f"      units: {cut or 'one'}")
    scratch = [str(o.type) for o in grid.body.ops if isinstance(o, Scratch)]
    if scratch:
        lines.append(f"      scratch: {', '.join(scratch)}")
    for o in grid.body.ops:
        if isinstance(o, Step):
            kernel = f" {o.kernel}" if isinstance(o, Mmt4d | Mmt4dMap) and o.kernel else ""
            loops = "×".join(_short(str(s)) for s in o.shape.results) or "once"
            lines.append(f"      {o.NAME.removeprefix('tile.')}{kernel}  [{loops}]")
    return lines


def _what(command: LaunchCommand | HostCommand | CopyCommand) -> str:
    match command:
        case LaunchCommand():
            on = "" if command.units is None else f" on {command.device}"
            return f"launch @{command.executable}{on}"
        case CopyCommand():
            return f"copy between memories ({command.device})"
        case HostCommand():
            return f"python {command.op.NAME}"


def _control(command: ControlCommand, buffers: Sequence[Buffer]) -> str:
    names = [_name(b, buffers) for b in command.buffers]
    match command:
        case CarryCommand():
            return f"copy {names[0]} -> {names[1]}"
        case BranchCommand(target=target):
            return f"unless {names[0]} go to #{target}"
        case _:
            return f"go to #{command.target}"


def _name(number: int, buffers: Sequence[Buffer]) -> str:
    kind = _NAMES[buffers[number].kind]
    return f"b{number}:{kind}"


def _short(size: str) -> str:
    return size if size.isalnum() else f"({size})"
