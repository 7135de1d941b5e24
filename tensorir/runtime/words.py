"""The words of a plan, read back into its parts (docs/plan-image.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from attrs import frozen

Words = npt.NDArray[np.int64]

LAUNCH, HOST, QUEUED, COPY, JUMP, BRANCH = range(6)
"""Kinds of commands: a program that the executor runs, what Python runs, a program that a launcher runs, and those that
control which commands run."""
ARGUMENT, RESULT, CONSTANT, ARENA, SHARED, OUTSIDE = range(6)
"""Kinds of buffers."""
ALL_FEATURES = -1


@frozen
class BufferWords:
    """`bytes`: an entry of the value table. `index`: of a shared buffer, the one whose memory it has."""

    kind: int
    index: int
    bytes: int
    first: int
    last: int


@frozen
class OperandWords:
    """`buffer`: a binding of the command, or −1−s for scratch s. `offset` and `strides` are references."""

    buffer: int
    type: int
    offset: int
    strides: tuple[int, ...]


@frozen
class StepWords:
    """`kind`: `TIR_STEP_…`. `sizes` and `attributes` are references."""

    kind: int
    sizes: tuple[int, ...]
    operands: tuple[OperandWords, ...]
    attributes: tuple[int, ...]
    code: tuple[int, ...]


@frozen
class ProgramWords:
    """`grid`: extent and block of each dim, entries of the value table. `operations`: each makes one register.
    `features`: the CPU features that its steps may use, ALL_FEATURES for all that the plan may."""

    grid: tuple[tuple[int, int], ...]
    operations: tuple[tuple[int, int, int], ...]
    scratch: tuple[int, ...]
    steps: tuple[StepWords, ...]
    features: int = ALL_FEATURES


@frozen
class CommandWords:
    """`target`: of a launch, the number of its program. `buffers`: inputs, then results."""

    kind: int
    target: int
    buffers: tuple[int, ...]


@frozen
class PlanWords:
    """`values`: the number of entries of the value table."""

    values: int
    buffers: tuple[BufferWords, ...]
    programs: tuple[ProgramWords, ...]
    commands: tuple[CommandWords, ...]


T = TypeVar("T")


def read_plan(words: Words) -> PlanWords:
    """Returns the parts of a plan that the executor has accepted."""
    header: list[int] = words[:16].tolist()

    def table(count: int, at: int, part: Callable[[Iterator[int]], T]) -> tuple[T, ...]:
        return tuple(part(iter(_Tail(words, int(p)))) for p in words[at : at + count])

    count, at = header[8:10]
    buffers = tuple(BufferWords(*row) for row in words[at : at + 5 * count].reshape(-1, 5).tolist())
    programs, commands = table(header[10], header[11], _program), table(header[12], header[13], _command)
    return PlanWords(sum(header[3:6]), buffers, programs, commands)


def command_kinds(words: Words) -> list[int]:
    """Returns the kind of each command of a plan that the executor has accepted."""
    count, at = words[12:14].tolist()
    return words[words[at : at + count]].tolist()


class _Tail:
    """The words from a position on."""

    def __init__(self, words: Words, at: int) -> None:
        self.words, self.at = words, at

    def __iter__(self) -> Iterator[int]:
        for at in range(self.at, len(self.words)):
            yield int(self.words[at])


def _take(words: Iterator[int], count: int) -> tuple[int, ...]:
    return tuple(next(words) for _ in range(count))


def _program(words: Iterator[int]) -> ProgramWords:
    features = next(words)
    grid = tuple((next(words), next(words)) for _ in range(next(words)))
    operations = tuple((next(words), next(words), next(words)) for _ in range(next(words)))
    _ = next(words)  # the number of bindings
    scratch = _take(words, next(words))
    return ProgramWords(grid, operations, scratch, tuple(_step(words) for _ in range(next(words))), features)


def _step(words: Iterator[int]) -> StepWords:
    kind, _, loops, operands, attributes, code = _take(words, 6)
    sizes = _take(words, loops)
    found = tuple(OperandWords(next(words), next(words), next(words), _take(words, loops)) for _ in range(operands))
    return StepWords(kind, sizes, found, _take(words, attributes), _take(words, code))


def _command(words: Iterator[int]) -> CommandWords:
    kind, target, count = _take(words, 3)
    return CommandWords(kind, target, _take(words, count))


Number = Any
"""A number that is the same in all units, or an array with one for each unit."""

_MOST_UNITS = 1 << 14
"""So many units are evaluated at once."""


def _division(divide: Callable[[Number, Number], Number]) -> Callable[[Number, Number], Number]:
    def run(a: Number, b: Number) -> Number:
        if np.any(np.less_equal(b, 0)):
            raise ZeroDivisionError
        return divide(a, b)

    return run


_OPERATIONS: tuple[Callable[[Number, Number], Number], ...] = (
    np.add,
    np.subtract,
    np.multiply,
    _division(np.floor_divide),
    _division(lambda a, b: -(-a // b)),
    _division(np.mod),
    np.minimum,
    np.maximum,
)
"""By their numbers in an image."""


@frozen(eq=False)
class Units:
    """Some units of a program: what its references stand for in them."""

    count: int
    values: Words
    registers: tuple[Number, ...]

    def __getitem__(self, reference: int) -> Number:
        return int(self.values[reference]) if reference >= 0 else self.registers[-1 - reference]


def units_of(program: ProgramWords, values: Words) -> Iterator[Units]:
    """Walks all units of a program, many at a time; nothing for a program without units. Raises ZeroDivisionError for a
    divisor that is not positive."""
    extents = [int(values[extent]) for extent, _ in program.grid]
    sizes = [int(values[block]) for _, block in program.grid]
    blocks = [-(-extent // size) for extent, size in zip(extents, sizes, strict=True)]
    total = 1
    for b in blocks:
        total *= b
    for first in range(0, total, _MOST_UNITS):
        numbers = np.arange(first, min(first + _MOST_UNITS, total), dtype=np.int64)
        registers: list[Number] = []
        for index, extent, size in zip(np.unravel_index(numbers, blocks or (1,)), extents, sizes, strict=False):
            start = index.astype(np.int64) * size
            registers += [start, np.minimum(size, extent - start)]
        units = Units(len(numbers), values, ())
        for operation, a, b in program.operations:
            units = Units(len(numbers), values, tuple(registers))
            registers.append(_OPERATIONS[operation](units[a], units[b]))
        yield Units(len(numbers), values, tuple(registers))
