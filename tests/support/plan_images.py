"""A small assembler for plans: sizes, programs and commands as Python values, which become the words of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from attrs import field, frozen, mutable
from numpy.typing import NDArray

from tensorir.native._kernels import lib
from tensorir.native.table import ELEMENT_TYPES

MAGIC = int.from_bytes(b"TIRPLAN\0", "little")
HEADER = 16


class Op(IntEnum):
    """Operations of values and registers."""

    ADD, SUB, MUL, FLOORDIV, CEILDIV, MOD, MIN, MAX = range(8)


class Kind(IntEnum):
    """Kinds of buffers."""

    ARGUMENT, RESULT, CONSTANT, ARENA, SHARED, OUTSIDE = range(6)


@frozen
class Symbol:
    """A symbol of the call; 0 is the number of threads."""

    number: int


@frozen
class Expr:
    """A value computed from others."""

    op: Op
    a: Size
    b: Size


@frozen
class Register:
    """A register of the unit: start 0, count 0, start 1, …, then one per operation."""

    number: int


Size: TypeAlias = int | Symbol | Expr | Register


@frozen
class Buffer:
    """`index`: of the argument, result or constant, or the buffer whose memory is shared."""

    kind: Kind
    index: int
    bytes: Size
    first: int = 0
    last: int = 0


@frozen
class Operand:
    """`buffer`: a binding of the program, or -1 - s for scratch s. Strides in elements."""

    buffer: int
    type: str
    strides: Sequence[Size] = ()
    offset: Size = 0


@frozen
class Step:
    """`kind`: the name of a step, such as `copy`."""

    kind: str
    loops: Sequence[Size]
    operands: Sequence[Operand]
    attributes: Sequence[Size] = ()
    code: Sequence[int] = ()


@frozen
class Program:
    """`grid`: extent and block for each dimension of the units. `features`: the CPU features that it may use."""

    grid: Sequence[tuple[Size, Size]]
    bindings: int
    steps: Sequence[Step]
    operations: Sequence[tuple[Op, Size, Size]] = ()
    scratch: Sequence[Size] = ()
    features: int = -1


@frozen
class Launch:
    """`program`: its number in the image."""

    program: int
    buffers: Sequence[int]


@frozen
class Host:
    """A command of the caller."""

    id: int
    buffers: Sequence[int] = ()


@frozen
class Copy:
    """The first buffer is copied to the second one."""

    buffers: Sequence[int]


@frozen
class Jump:
    """Goes on with command `target`."""

    target: int
    buffers: Sequence[int] = ()


@frozen
class Branch:
    """Goes on with command `target` if its buffer, a condition, is false."""

    target: int
    buffers: Sequence[int]


Command: TypeAlias = Launch | Host | Copy | Jump | Branch


@mutable
class Image:
    """A plan to be."""

    buffers: Sequence[Buffer]
    programs: Sequence[Program]
    commands: Sequence[Command]
    symbols: int = 1
    expressions: Sequence[Expr] = ()
    """Values that nothing needs."""
    _numbers: dict[int, int] = field(factory=dict[int, int], init=False)
    _expressions: dict[Expr, int] = field(factory=dict[Expr, int], init=False)

    def reference(self, size: Size) -> int:
        """Its number. Right once all numbers are known, that is, when everything is encoded a second time."""
        if isinstance(size, Register):
            return -1 - size.number
        if isinstance(size, Symbol):
            return len(self._numbers) + size.number
        if isinstance(size, Expr):
            self.reference(size.a)
            self.reference(size.b)
            place = self._expressions.setdefault(size, len(self._expressions))
            return len(self._numbers) + self.symbols + place
        return self._numbers.setdefault(size, len(self._numbers))

    def _step(self, step: Step) -> list[int]:
        ref = self.reference
        words = [ref(size) for size in step.loops]
        for operand in step.operands:
            words += [operand.buffer, ELEMENT_TYPES[operand.type], ref(operand.offset)]
            words += [ref(stride) for stride in operand.strides]
        words += [ref(attribute) for attribute in step.attributes]
        words += step.code
        kind: int = getattr(lib, f"TIR_STEP_{step.kind}")
        counts = [len(step.loops), len(step.operands), len(step.attributes), len(step.code)]
        return [kind, 6 + len(words), *counts, *words]

    def _program(self, program: Program) -> list[int]:
        ref = self.reference
        words = [program.features, len(program.grid)]
        words += [ref(size) for dim in program.grid for size in dim]
        words.append(len(program.operations))
        for op, a, b in program.operations:
            words += [op, ref(a), ref(b)]
        words += [program.bindings, len(program.scratch), *(ref(size) for size in program.scratch)]
        words.append(len(program.steps))
        for step in program.steps:
            words += self._step(step)
        return words

    @staticmethod
    def _command(command: Command) -> list[int]:
        match command:
            case Launch(program=program):
                target = (0, program)
            case Host(id=id):
                target = (1, id)
            case Copy():
                target = (3, 0)
            case Jump(target=number):
                target = (4, number)
            case Branch(target=number):
                target = (5, number)
        return [*target, len(command.buffers), *command.buffers]

    def _encode(self) -> list[int]:
        for expression in self.expressions:
            self.reference(expression)
        buffers = [word for b in self.buffers for word in (b.kind, b.index, self.reference(b.bytes), b.first, b.last)]
        programs = [self._program(program) for program in self.programs]
        commands = [self._command(command) for command in self.commands]
        expressions = [word for e in self._expressions for word in (e.op, self.reference(e.a), self.reference(e.b))]
        body: list[int] = []

        def table(words: Sequence[int]) -> int:
            position = HEADER + len(body)
            body.extend(words)
            return position

        at_numbers, at_expressions, at_buffers = table(list(self._numbers)), table(expressions), table(buffers)
        at_programs = table([table(words) for words in programs])
        at_commands = table([table(words) for words in commands])
        count = {kind: 1 + max((b.index for b in self.buffers if b.kind is kind), default=-1) for kind in Kind}
        header = [MAGIC, 3, HEADER + len(body), len(self._numbers), self.symbols, len(self._expressions)]
        header += [at_numbers, at_expressions, len(self.buffers), at_buffers, len(programs), at_programs]
        header += [len(commands), at_commands, count[Kind.ARGUMENT], count[Kind.RESULT]]
        return header + body

    def words(self) -> NDArray[np.int64]:
        """The words of the plan."""
        self._encode()
        return np.array(self._encode(), np.int64)

    def number_of(self, size: Size) -> int:
        """The entry of the value table; after `words`."""
        return self.reference(size)
