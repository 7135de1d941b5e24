"""What a call does, in exact numbers: sums over the steps of its plan in all units. Nothing is measured or guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from attrs import frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES
from tensorir.native.table import ELEMENT_TYPES
from tensorir.runtime.arguments_in_place import ArgumentCounts
from tensorir.runtime.compiled_function import CommandPlaces, CompiledFunction, Place
from tensorir.runtime.step_counts import KINDS, MOVES, StepIn, touched
from tensorir.runtime.words import (
    ARENA,
    BRANCH,
    CONSTANT,
    COPY,
    HOST,
    JUMP,
    OUTSIDE,
    RESULT,
    SHARED,
    CommandWords,
    PlanWords,
    ProgramWords,
    StepWords,
    Units,
    Words,
    units_of,
)

_ITEM_BYTES = {number: DTYPES[name].itemsize for name, number in ELEMENT_TYPES.items()}
Control = Literal["", "copy", "jump", "branch"]
CONTROL: Mapping[int, Control] = {COPY: "copy", JUMP: "jump", BRANCH: "branch"}
"""What commands of these kinds do."""
_LINE = 64
"""Bytes: the alignment of buffers, and the slack behind each (kernels/execute/plan.h)."""


@frozen
class StepCounts:
    """One step in all units of its command. Bytes of an element that a step reads several times in a unit count once in
    that unit; bytes of a gather's source count once per element of its result."""

    place: Place
    kind: str
    runs: int
    """In how many units it runs."""
    read_bytes: int
    """Of arguments, constants, results and the arena; not of scratch."""
    written_bytes: int
    """Of results and the arena."""
    scratch_read_bytes: int
    scratch_written_bytes: int
    relaid_bytes: int
    """Written, anywhere, in another order: by packs, unpacks, and copies that do not keep the order."""
    copied_bytes: int
    """Written, anywhere, by copies that keep the order and by gathers."""
    operations: int
    """On floats and in products of tiles: two per multiply-add, one per other function of a map or element of a sum.
    Of softmax and norms, those of their definitions at each valid position of a row (`step_counts.ROW_OPERATIONS`)."""


@frozen
class CommandCounts:
    """One command, which is counted once, however often a loop runs it. Those of Python and those that control which
    commands run have no units and no steps; the former and copies read their operands and write their results whole."""

    place: Place
    python: bool
    units: int
    steps: tuple[StepCounts, ...]
    whole_read_bytes: int = 0
    whole_written_bytes: int = 0
    device: str = ""
    """The name of the device of its launch."""
    control: Control = ""
    """What it does if it controls which commands run."""
    transferred_bytes: int | None = None
    """Moved here from another device; None for what is no transfer."""
    copied: bool = False
    """Whether it copies a buffer from or to the memory of a device, for which nothing runs in Python."""

    def sum(self, name: str) -> int:
        """The sum of a number over the steps."""
        return sum(getattr(step, name) for step in self.steps)

    @property
    def read_bytes(self) -> int:
        return self.whole_read_bytes + self.sum("read_bytes")

    @property
    def written_bytes(self) -> int:
        return self.whole_written_bytes + self.sum("written_bytes")

    @property
    def only_moves(self) -> bool:
        return bool(self.steps) and all(step.kind in MOVES for step in self.steps)


@frozen
class Counts:
    """One call of a function with certain sizes and threads. If it `branches`, its values decide how often each command
    runs, and each is counted once."""

    commands: tuple[CommandCounts, ...]
    arena_bytes: int
    """Of the memory in which all intermediates have their places."""
    live_bytes: int
    """The most bytes of intermediates that are alive at one command, each with its slack: never more than
    `arena_bytes`, and equal to it unless the places leave a gap that nothing fits into."""
    scratch_bytes: int
    """Of each thread."""
    constant_bytes: int
    """Of all constants that the plan uses."""
    threads: int
    arguments: tuple[ArgumentCounts, ...] = ()
    """Those that are not row-major: read where they lie, or copied before the call."""

    def sum(self, name: str) -> int:
        """The sum of a number over all steps of all commands."""
        return sum(command.sum(name) for command in self.commands)

    @property
    def branches(self) -> bool:
        """Whether commands run again, or do not run, depending on values."""
        return any(command.control == "branch" for command in self.commands)

    @property
    def launches(self) -> int:
        """Commands that the executor or a launcher runs."""
        return sum(not command.python and not command.control for command in self.commands)

    @property
    def units(self) -> int:
        return sum(command.units for command in self.commands)

    @property
    def steps(self) -> int:
        """Steps run, over all units."""
        return self.sum("runs")

    @property
    def read_bytes(self) -> int:
        return sum(command.read_bytes for command in self.commands)

    @property
    def written_bytes(self) -> int:
        return sum(command.written_bytes for command in self.commands)

    @property
    def transfers(self) -> int:
        """Launches that move a value from one device to another."""
        return sum(command.transferred_bytes is not None for command in self.commands)

    @property
    def transferred_bytes(self) -> int:
        """What they move: the bytes of values as they are stored on the way."""
        return sum(command.transferred_bytes or 0 for command in self.commands)

    @property
    def memory_copies(self) -> int:
        """Copies of a buffer from or to the memory of a device that has one of its own."""
        return sum(command.copied for command in self.commands)

    @property
    def memory_copied_bytes(self) -> int:
        """What they copy. Constants are copied once, not in each call."""
        return sum(command.whole_written_bytes for command in self.commands if command.copied)

    @property
    def relaid_bytes(self) -> int:
        return self.sum("relaid_bytes")

    @property
    def copied_bytes(self) -> int:
        return self.sum("copied_bytes") + sum(c.written_bytes for c in self.commands if c.control == "copy")

    @property
    def operations(self) -> int:
        return self.sum("operations")

    @property
    def python(self) -> dict[str, int]:
        """Op → number of its commands that run in Python."""
        return dict(Counter(c.place.op for c in self.commands if c.python and not c.copied))


def count(
    function: CompiledFunction, plan: PlanWords, values: Words, threads: int, arena_bytes: int, scratch_bytes: int
) -> Counts:
    """Counts a call. `plan`: the words of the function; `values`: its value table for the sizes of the call.

    Raises TensorIRError if a unit of these sizes divides by something that is not positive."""
    sizes = [int(values[b.bytes]) for b in plan.buffers]
    programs: dict[int, tuple[int, list[list[int]]]] = {}
    commands: list[CommandCounts] = []
    for number, (command, places) in enumerate(zip(plan.commands, function.commands, strict=True)):
        if command.kind == HOST or command.kind in CONTROL:
            commands.append(_without_steps(plan, number, places, sizes, _moved(places, values)))
            continue
        program = plan.programs[command.target]
        if command.target not in programs:
            programs[command.target] = _program(program, values, places.command)
        units, sums = programs[command.target]
        known = len(places.steps) == len(program.steps)
        named = zip(places.steps if known else [places.command] * len(sums), program.steps, sums, strict=True)
        steps = tuple(StepCounts(place, KINDS[step.kind], *row) for place, step, row in named)
        moved = _moved(places, values)
        commands.append(CommandCounts(places.command, False, units, steps, 0, 0, places.device, "", moved))
    constants = {b.index: size for b, size in zip(plan.buffers, sizes, strict=True) if b.kind == CONSTANT}
    live = _live_bytes(plan, sizes)
    return Counts(tuple(commands), arena_bytes, live, scratch_bytes, sum(constants.values()), threads)


def _moved(places: CommandPlaces, values: Words) -> int | None:
    return None if places.moved is None else int(values[places.moved])


def _without_steps(
    plan: PlanWords, number: int, places: CommandPlaces, sizes: Sequence[int], moved: int | None
) -> CommandCounts:
    command = plan.commands[number]
    control = CONTROL.get(command.kind, "")
    read, written = (0, 0) if control else _python_bytes(plan, number, command, sizes)
    if control == "copy":
        read, written = (sizes[b] for b in command.buffers)
    return CommandCounts(
        places.command, not control, 0, (), read, written, places.device, control, moved, places.copied
    )


def _python_bytes(plan: PlanWords, number: int, command: CommandWords, sizes: Sequence[int]) -> tuple[int, int]:
    """What a command in Python reads and writes: it makes the buffers that are first used here."""
    made = {b for b in command.buffers if plan.buffers[b].kind in (RESULT, ARENA, SHARED, OUTSIDE)}
    made = {b for b in made if plan.buffers[b].first == number}
    return sum(sizes[b] for b in {*command.buffers} - made), sum(sizes[b] for b in made)


def _program(program: ProgramWords, values: Words, place: Place) -> tuple[int, list[list[int]]]:
    """Returns the units, and for each step the numbers of `StepCounts` behind its kind."""
    sums = [[0] * 8 for _ in program.steps]
    total = 0
    try:
        for units in units_of(program, values):
            total += units.count
            for step, row in zip(program.steps, sums, strict=True):
                for i, n in enumerate(_step(step, units)):
                    row[i] += n
    except ZeroDivisionError:
        raise TensorIRError(f"{place.op}: a size divides by zero in a unit", place.loc) from None
    return total, sums


def _step(step: StepWords, units: Units) -> list[int]:
    """Sums a step over units; those that give it the same sizes and strides are counted together."""
    references = [*step.sizes, *(s for o in step.operands for s in o.strides), *step.attributes]
    if not references:
        return [units.count * n for n in _once(step, ())]
    table = np.stack([np.broadcast_to(units[r], (units.count,)) for r in references], 1)
    if (table == table[0]).all():
        return [units.count * n for n in _once(step, table[0].tolist())]
    rows, times = np.unique(table, axis=0, return_counts=True)
    sums = [0] * 8
    for row, many in zip(rows, times, strict=True):
        for i, n in enumerate(_once(step, row.tolist())):
            sums[i] += int(many) * n
    return sums


def _once(step: StepWords, row: Sequence[int]) -> Sequence[int]:
    """Counts a step in one unit. `row`: its sizes, strides and attributes there."""
    loops = len(step.sizes)
    sizes, rest = tuple(row[:loops]), row[loops:]
    if any(size < 0 for size in sizes):
        return (0,) * 8
    strides = tuple(tuple(rest[loops * i : loops * (i + 1)]) for i in range(len(step.operands)))
    kind = KINDS[step.kind]
    found = touched(StepIn(kind, sizes, strides, tuple(rest[loops * len(step.operands) :]), step.code))
    read, written = [0, 0], [0, 0]
    for operand, r, w in zip(step.operands, found.read, found.written, strict=True):
        item, scratch = _ITEM_BYTES[operand.type], operand.buffer < 0
        read[scratch] += r * item
        written[scratch] += w * item
    moved = sum(written) if kind in MOVES - {"fill"} else 0
    relaid = moved if found.reordered else 0
    return (1, read[0], written[0], read[1], written[1], relaid, moved - relaid, found.operations)


def _live_bytes(plan: PlanWords, sizes: Sequence[int]) -> int:
    """The most bytes of arena buffers that live at one command; those that share a memory count once."""
    owner = list(range(len(plan.buffers)))
    lives: dict[int, tuple[int, int, int]] = {}
    for i, b in enumerate(plan.buffers):
        if b.kind not in (ARENA, SHARED):
            continue
        home = owner[i] = i if b.kind == ARENA else owner[b.index]
        size, first, last = lives.get(home, (0, b.first, b.last))
        lives[home] = max(size, sizes[i]), min(first, b.first), max(last, b.last)
    change = [0] * (len(plan.commands) + 2)
    for size, first, last in lives.values():
        room = -(-size // _LINE) * _LINE + _LINE
        change[first] += room
        change[last + 1] -= room
    return max(np.cumsum(change).tolist())
