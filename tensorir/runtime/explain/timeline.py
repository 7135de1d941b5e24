"""The plan of a function as a picture: which command runs when and where, and which buffers it reads and writes.

A column per command, in the order in which they run. Above, a lane per device with the commands that run on it; below,
a line per buffer from the first command that needs it to the last one, with a mark for each command that reads it,
writes it, or relays it: reads or writes it in another order than it lies in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Literal

from attrs import frozen

from tensorir.dialects.tile import Grid, Step
from tensorir.ir.value import Value
from tensorir.runtime.counts import CommandCounts, Counts
from tensorir.runtime.explain.report import launch_rows
from tensorir.runtime.plan import Buffer, Command, LaunchCommand, Plan
from tensorir.runtime.plan_parts import read_and_written

Access = Literal["read", "written", "relaid"]
ACCESSES: tuple[Access, ...] = ("read", "written", "relaid")

LABELS, COLUMN, ROW = 300, 18, 16
"""Pixels: the width of the names and of a command, and the height of a line."""

MOST = 42
"""The most characters of a name that are shown; the rest appears when the mouse is over it."""


@frozen
class _Line:
    """A buffer, and what each command that uses it does with it."""

    name: str
    uses: dict[int, Access]


def timeline(plan: Plan, counts: Counts) -> str:
    """Returns the picture as SVG, which has no script and loads nothing."""
    commands = list(zip(plan.commands, counts.commands, strict=True))
    devices = list(dict.fromkeys(_where(c) for c in counts.commands))
    rows = [" ".join(cells).strip() for cells in launch_rows(counts, plan)]
    parts = [_text(0, i, device) for i, device in enumerate(devices)]
    for number, (_, counted) in enumerate(commands):
        lane = devices.index(_where(counted))
        kind = f"c{lane % 4}" + (" relays" if counted.sum("relaid_bytes") else "")
        parts.append(
            f'<rect class="{kind}" x="{_x(number)}" y="{lane * ROW}" width="{COLUMN - 2}" height="{ROW - 2}">'
            f"<title>{escape(rows[number])}</title></rect>"
        )
    lines = sorted(_lines(plan, commands), key=lambda line: (min(line.uses), max(line.uses)))
    for at, line in enumerate(lines, len(devices)):
        parts += _drawn(line, at)
    width, height = LABELS + COLUMN * len(commands), ROW * (len(devices) + len(lines))
    return f'<svg class="timeline" width="{width}" height="{height}">{"".join(parts)}</svg>'


def _where(counted: CommandCounts) -> str:
    return "Python" if counted.python else counted.device or "host"


def _lines(plan: Plan, commands: Sequence[tuple[Command, CommandCounts]]) -> Iterator[_Line]:
    """The buffers that some command uses."""
    used: dict[int, dict[int, Access]] = {}
    for number, (command, counted) in enumerate(commands):
        for buffer, access in _accesses(command, counted):
            used.setdefault(buffer, {})[number] = access
    for buffer, uses in used.items():
        yield _Line(_name(buffer, plan.buffers[buffer]), uses)


def _accesses(command: Command, counted: CommandCounts) -> Iterator[tuple[int, Access]]:
    """The buffers of a command, and what it does with each."""
    read, written = read_and_written(command)
    relaid = _relaid(command.grid, counted) if isinstance(command, LaunchCommand) else ()
    uses: list[tuple[Access, Iterable[int]]] = [("read", read), ("written", written)]
    uses.append(("relaid", [command.buffers[i] for i in relaid]))
    for access, buffers in uses:
        for buffer in buffers:
            yield buffer, access


def _relaid(grid: Grid, counted: CommandCounts) -> set[int]:
    """The arguments of a grid that its steps read or write in another order."""
    of: dict[Value, int] = {a: i for i, a in enumerate(grid.body.args)}
    found: set[int] = set()
    steps = iter(counted.steps)
    for op in grid.body.ops:
        if not isinstance(op, Step):
            continue
        if next(steps).relaid_bytes:
            found |= {of[v] for v in op.buffers if v in of}
        of |= {r: of[out] for r, out in zip(op.results, op.outs, strict=True) if out in of}
    return found


def _name(number: int, buffer: Buffer) -> str:
    indexed = buffer.kind in ("argument", "result", "constant")
    what = f"%{buffer.name}" if buffer.name else f"{buffer.kind} {buffer.index}" if indexed else buffer.kind
    return f"b{number} {what} {buffer.type}"


def _drawn(line: _Line, at: int) -> Iterator[str]:
    first, last = min(line.uses), max(line.uses)
    y = at * ROW + ROW // 2
    yield _text(0, at, line.name)
    yield f'<line x1="{_x(first)}" y1="{y}" x2="{_x(last) + COLUMN - 2}" y2="{y}"/>'
    for number, access in line.uses.items():
        what = f"<title>{escape(f'#{number}: {line.name} is {access}')}</title>"
        yield f'<circle class="{access}" cx="{_x(number) + COLUMN // 2 - 1}" cy="{y}" r="4">{what}</circle>'


def _text(x: int, row: int, text: str) -> str:
    shown = text if len(text) <= MOST else f"{text[: MOST // 6]}…{text[MOST // 6 + 1 - MOST :]}"
    return f'<text x="{x}" y="{row * ROW + 12}">{escape(shown)}<title>{escape(text)}</title></text>'


def _x(command: int) -> int:
    return LABELS + command * COLUMN
