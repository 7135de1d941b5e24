"""The plan of a function: buffers with their lifetimes, and commands in order. From it come the image that the executor
runs, and all counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, evolve, field, frozen

from tensorir.analysis.devices import transfer_in
from tensorir.dialects.control import If, While
from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.tensor import Cast, Constant
from tensorir.dialects.tile import Grid
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import UnsupportedError
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.module import Executable, Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.sizes import substituted
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.runtime.control_commands import ControlCommand, control_words
from tensorir.runtime.control_flow import living_through, plan_if, plan_while
from tensorir.runtime.image import THREADS, Word, program_words
from tensorir.runtime.in_place import may_lie_in
from tensorir.runtime.plan_parts import (
    KINDS,
    Buffer,
    BufferKind,
    Command,
    CopyCommand,
    HostCommand,
    LaunchCommand,
    bytes_of,
)
from tensorir.runtime.requirements import Requirement, requirements
from tensorir.runtime.states_in_place import StatesInPlace
from tensorir.runtime.strides import Form
from tensorir.runtime.values import OPERATIONS, Values
from tensorir.runtime.words import ALL_FEATURES, HOST, LAUNCH, QUEUED

Array = npt.NDArray[Any]
MAGIC = 0x004E414C50524954
VERSION = 3


@frozen(eq=False)
class Plan:
    """What one function does in a call."""

    function: Function
    symbols: tuple[str, ...]
    buffers: tuple[Buffer, ...]
    commands: tuple[Command, ...]
    constants: tuple[Array, ...]
    launches: int
    """The number of `flow.launch` ops."""
    requirements: tuple[Requirement, ...]
    two_arrays: tuple[str, ...] = ()
    """For each state, why its new value does not lie where the old one does; "" if it does."""

    def __str__(self) -> str:
        from tensorir.runtime.plan_text import plan_text

        return plan_text(self)

    @property
    def results(self) -> tuple[TensorType, ...]:
        return self.function.body.yield_types


def plan_function(
    module: Module,
    function: Function,
    source: Module,
    forms: Sequence[Form] = (),
    bodies: Mapping[Op, Region] | None = None,
    features: Mapping[str, int] | None = None,
    launchers: Mapping[str, int] | None = None,
) -> Plan:
    """Returns the plan of a compiled function. `source`: the module from which the tile programs were made, whose ops
    say what sizes are valid. `forms`: those of arguments that are not row-major; `bodies`: the tile programs of the
    launches that read them. `features`: device → the CPU features that its launches may use, if those are not all
    that the plan may. `launchers`: device → how many units its launcher runs at once, for devices that have one."""
    return _Planner(module, function, source, forms, bodies or {}, features or {}, launchers or {}).plan()


@define
class _Planner:
    module: Module
    function: Function
    source: Module
    forms: Sequence[Form]
    bodies: Mapping[Op, Region]
    features: Mapping[str, int]
    launchers: Mapping[str, int]
    needed: dict[tuple[Dim, ...], Requirement] = field(factory=dict[tuple[Dim, ...], Requirement])
    buffers: list[Buffer] = field(factory=list[Buffer])
    commands: list[Command] = field(factory=list[Command])
    constants: list[Array] = field(factory=list[Array])
    place: dict[Value, int] = field(factory=dict[Value, int])
    known: dict[str, int] = field(factory=dict[str, int])
    """Global → its buffer."""
    results: dict[Value, int] = field(factory=dict[Value, int])
    copies: dict[tuple[int, str], int] = field(factory=dict[tuple[int, str], int])
    """Buffer and the device whose memory it is wanted in, "" for the host's → the buffer there."""
    loops: list[tuple[int, int]] = field(factory=list[tuple[int, int]])
    launches: int = 0

    def plan(self) -> Plan:
        body = self.function.body
        for i, arg in enumerate(body.args):
            reach = next((symbol(f.bytes_symbol) for f in self.forms if f.argument == i), None)
            self.buffers.append(Buffer("argument", i, arg.type, 0, 0, arg.hint, reach))
            self.place[arg] = len(self.buffers) - 1
        count, own = len(body.yields), len(body.yields) - len(self.function.states)
        for i in (*range(own, count), *range(own)):  # a value that is also a state is made there, and then copied
            self.results.setdefault(body.yields[i], i)
        self.region(body)
        self._yields()
        for i, b in enumerate(self.buffers):
            self.buffers[i] = evolve(b, last=living_through(b.first, b.last, self.loops))
        merged = StatesInPlace(self.function, self.buffers, self.commands)
        merged.merge()
        self._share()
        symbols = (THREADS, *self.function.symbols, *self._strides)
        return Plan(
            self.function,
            symbols,
            tuple(self.buffers),
            tuple(self.commands),
            tuple(self.constants),
            self.launches,
            tuple(self.needed.values()),
            tuple(merged.reasons),
        )

    def region(self, body: Region) -> None:
        """Plans the ops of a region whose arguments have their places."""
        for op in body.ops:
            match op:
                case GlobalLoad():
                    self.place[op.result] = self._global(op.symbol)
                case Launch():
                    self.launches += 1
                    self._launch(op)
                case If() | While() if self.launchers:
                    reason = "branches and loops run on devices that work in the host's memory alone"
                    raise UnsupportedError(f"{op.NAME}: {reason}: compile the program for one of these", op.loc)
                case If():
                    plan_if(op, self)
                case While():
                    plan_while(op, self)
                case _:
                    self._host(op)

    @property
    def position(self) -> int:
        """The number of the next command."""
        return len(self.commands)

    def made(self, value: Value) -> int:
        """Returns a buffer for a value of the function or of a region in it."""
        return self._made(value, value.type)

    def temporary(self, value: Value) -> int:
        """Returns a buffer for a copy of a value."""
        return self._buffer("arena", 0, value.type, value.hint)

    def control(self, command: ControlCommand, at: int | None = None) -> None:
        """Appends a command, or puts it where one of the same buffers stands."""
        if at is None:
            self._add(command)
        else:
            self.commands[at] = command

    @property
    def _strides(self) -> Mapping[str, Dim]:
        """What calls state of arguments that are not row-major, in terms of itself."""
        return {name: symbol(name) for form in self.forms for name in form.symbols}

    @property
    def own_sizes(self) -> Mapping[str, Dim]:
        """The sizes of the function, in terms of themselves."""
        return {name: symbol(name) for name in self.function.symbols}

    def _buffer(self, kind: BufferKind, index: int, type: TensorType, name: str = "", device: str = "") -> int:
        at = len(self.commands)
        self.buffers.append(Buffer(kind, index, type, at, at, name, device=device))
        return len(self.buffers) - 1

    def _in_memory(self, number: int, device: str, op: Op) -> int:
        """The buffer with the contents of another one in the memory of a device's launcher, or of the host if `device`
        is "": itself, the copy that was made before, or a new one. A constant is not copied by a command, but once."""
        buffer = self.buffers[number]
        if buffer.device == device:
            return number
        known = self.copies.get((number, device))
        if known is not None:
            return known
        if device and buffer.kind == "constant":
            made = self._buffer("outside", buffer.index, buffer.type, buffer.name, device)
        else:
            made = self._buffer("outside" if device else "arena", -1 if device else 0, buffer.type, buffer.name, device)
            self._add(CopyCommand(op, (number, made), device or buffer.device))
        self.copies[number, device] = made
        return made

    def _constant(self, value: Dense, name: str) -> int:
        self.constants.append(value.array)
        type = TensorType(value.shape, value.dtype)
        return self._buffer("constant", len(self.constants) - 1, type, name)

    def _global(self, name: str) -> int:
        if name not in self.known:
            held = self.module.lookup(Global, name).value
            assert isinstance(held, Dense)  # the program was compiled
            self.known[name] = self._constant(held, name)
        return self.known[name]

    def _made(self, value: Value, type: TensorType) -> int:
        """A buffer for what a command makes: a result of the function is made where it is wanted."""
        if value in self.results:
            return self._buffer("result", self.results[value], type, value.hint)
        return self._buffer("arena", 0, type, value.hint)

    def _launch(self, op: Launch) -> None:
        executable = self.module.lookup(Executable, op.executable)
        bound = op.bound_sizes(executable)
        source = self.source.lookup(Executable, op.executable)
        for found in requirements(op, source):
            self.needed.setdefault(found.key, found)
        transfer = transfer_in(source.body)
        moved = None if transfer is None else bytes_of(substituted(transfer.result.type, bound))
        device = executable.target
        body = self.bodies.get(op, executable.body)
        of_grid = {**bound, **self._strides} if op in self.bodies else bound
        inner: dict[Value, int] = {a: self.place[v] for a, v in zip(body.args, op.inputs, strict=True)}
        outer = dict(zip(body.yields, op.results, strict=True))
        for o in body.ops:
            if isinstance(o, Constant):
                inner[o.result] = self._constant(o.value, "literal")
                continue
            queued = isinstance(o, Grid) and device in self.launchers
            there = device if queued else ""
            inputs = [self._in_memory(inner[v], there, o) for v in o.operands]
            for r in o.results:
                value, type = outer.get(r, r), substituted(r.type, bound)
                made = self._buffer("outside", -1, type, value.hint, device) if queued else self._made(value, type)
                inner[r] = self.place[value] = made
            buffers = (*inputs, *(inner[v] for v in o.results))
            if isinstance(o, Grid):
                features, units = self.features.get(device, ALL_FEATURES), self.launchers.get(device)
                launch = LaunchCommand(op, executable.name, o, of_grid, buffers, features, device, moved, units)
                self._add(launch)
            else:
                self._add(HostCommand(o, bound, buffers, device, moved))
            moved = None  # once for the whole launch
        for y, r in zip(body.yields, op.results, strict=True):
            self.place[r] = inner[y]  # maybe a literal, or what is yielded twice

    def _host(self, op: Op) -> None:
        """An op of the function, whose sizes are those of the function."""
        inputs = [self._in_memory(self.place[v], "", op) for v in op.operands]
        for r in op.results:
            self.place[r] = self._made(r, r.type)
        self._add(HostCommand(op, self.own_sizes, (*inputs, *(self.place[r] for r in op.results))))

    def _add(self, command: Command) -> None:
        for b in command.buffers:
            self.buffers[b] = evolve(self.buffers[b], last=len(self.commands))
        self.commands.append(command)

    def _yields(self) -> None:
        """Copies results that are not made where they are wanted: arguments, constants, and what is yielded twice."""
        body, states = self.function.body, len(self.function.states)
        for i, y in enumerate(body.yields):
            made = self.buffers[self.place[y]]
            if len(body.yields) - i <= states and y is body.args[i - len(body.yields)]:
                self._buffer("result", i, y.type)  # a state that keeps its value
            elif (made.kind, made.index) != ("result", i):
                copy = Cast(y, y.type.shape, loc=self.function.loc)
                at = self._buffer("result", i, y.type)
                if made.device:
                    self._add(CopyCommand(copy, (self.place[y], at), made.device))
                else:
                    self._add(HostCommand(copy, self.own_sizes, (self.place[y], at)))

    def _share(self) -> None:
        """Gives results of launches the memory of inputs where that is safe: both lie in the arena and have as many
        bytes, the input is not used afterwards, and the tile program allows it (`may_lie_in`)."""
        known: dict[tuple[int, tuple[int, ...], int], bool] = {}

        def allowed(command: LaunchCommand, given: int, result: int) -> bool:
            inputs = tuple(i for i, b in enumerate(command.buffers[: len(command.grid.inputs)]) if b == given)
            key = id(command.grid), inputs, result
            if key not in known:
                known[key] = may_lie_in(command.grid, inputs, result)
            return known[key]

        for number, command in enumerate(self.commands):
            if not isinstance(command, LaunchCommand) or command.units is not None:
                continue
            inputs = len(command.grid.inputs)
            dying = dict.fromkeys(b for b in command.buffers[:inputs] if self._dies(b, number))
            for result, made in enumerate(command.buffers[inputs:]):
                if self.buffers[made].kind != "arena":
                    continue
                fitting = (b for b in dying if self.buffers[b].bytes == self.buffers[made].bytes)
                given = next((b for b in fitting if allowed(command, b, result)), None)
                if given is not None:
                    self.buffers[made] = evolve(self.buffers[made], kind="shared", index=given)
                    del dying[given]

    def _dies(self, number: int, command: int) -> bool:
        """Whether a buffer lies in the arena and is used by a command for the last time."""
        buffer = self.buffers[number]
        return buffer.kind in ("arena", "shared") and buffer.last == command


@frozen
class Image:
    """The words of a plan, and the number in its value table of each requirement, and of what each command moves from
    another device."""

    words: npt.NDArray[np.int64]
    required: tuple[int, ...]
    moved: tuple[int | None, ...]


def plan_image(plan: Plan) -> Image:
    """Returns a plan in the form that the executor runs."""
    values = Values(plan.symbols)
    programs: list[list[Word]] = []
    number: dict[tuple[int, tuple[tuple[str, Dim], ...]], int] = {}
    commands: list[list[Word]] = []
    for i, command in enumerate(plan.commands):
        if isinstance(command, HostCommand | CopyCommand):
            commands.append([HOST, i, len(command.buffers), *command.buffers])
            continue
        if isinstance(command, ControlCommand):
            commands.append([*control_words(command)])
            continue
        key = id(command.grid), tuple(sorted(command.bound.items(), key=lambda item: item[0]))
        if key not in number:
            number[key] = len(programs)
            programs.append(program_words(command.grid, command.bound, values, command.features, command.units))
        kind = LAUNCH if command.units is None else QUEUED
        commands.append([kind, number[key], len(command.buffers), *command.buffers])
    buffers: list[Word] = []
    for b in plan.buffers:
        buffers += [KINDS.index(b.kind), max(b.index, 0), values.of(b.bytes), b.first, b.last]
    larger = partial(values.apply, "max")
    required = [reduce(larger, map(values.of, r.key)) for r in plan.requirements]
    moved = [None if c.moved is None else values.of(c.moved) for c in plan.commands]
    words = _assembled(plan, values, buffers, programs, commands)
    of_commands = tuple(None if entry is None else values.ref(entry) for entry in moved)
    return Image(words, tuple(values.ref(entry) for entry in required), of_commands)


def _assembled(
    plan: Plan, values: Values, buffers: list[Word], programs: list[list[Word]], commands: list[list[Word]]
) -> npt.NDArray[np.int64]:
    words: list[Word] = [0] * 16
    positions: list[int] = []

    def section(items: Sequence[Word]) -> int:
        positions.append(len(words))
        words.extend(items)
        return positions[-1]

    def table(parts: Sequence[Sequence[Word]]) -> int:
        at = [section(part) for part in parts]
        return section(at)

    numbers = section(list(values.numbers))
    expressions = section([w for operation, a, b in values.expressions for w in (OPERATIONS.index(operation), a, b)])
    of_buffers = section(buffers)
    of_programs, of_commands = table(programs), table(commands)
    arguments, results = len(plan.function.body.args), len(plan.function.body.yields)
    words[:16] = [
        *(MAGIC, VERSION, len(words), len(values.numbers), len(values.symbols), len(values.expressions)),
        *(numbers, expressions, len(plan.buffers), of_buffers, len(programs), of_programs),
        *(len(commands), of_commands, arguments, results),
    ]  # fmt: skip  # in groups, as docs/plan-image.md describes them
    return np.array([w if isinstance(w, int) else values.ref(w) for w in words], np.int64)
