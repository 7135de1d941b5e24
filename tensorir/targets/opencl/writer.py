"""Writes the text of one kernel: statements, loops that the work items of a group share, and where operands lie."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from attrs import frozen

from tensorir.dialects.tile import Step
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.targets.opencl.elements import loaded, stored, stored_type
from tensorir.targets.opencl.sizes import Sizes

_INDENT = "  "


@frozen
class Operand:
    """A slice of a buffer. `base`: the variable that holds its address; `strides`: one per loop of its step."""

    base: str
    dtype: DType
    offset: str
    strides: tuple[Dim, ...]
    texts: tuple[str, ...]
    """The strides in C."""

    @property
    def pointer(self) -> str:
        return f"((__global {stored_type(self.dtype)}*){self.base})"

    def at(self, positions: Sequence[str]) -> str:
        """The index of an element, given its position along each loop."""
        terms = [self.offset]
        for stride, text, position in zip(self.strides, self.texts, positions, strict=True):
            if stride != 0 and position != "0":
                terms.append(position if stride == 1 else f"{position} * {text}")
        return " + ".join(terms)

    def load(self, positions: Sequence[str]) -> str:
        return loaded(self.dtype, self.pointer, self.at(positions))

    def store(self, positions: Sequence[str], value: str) -> str:
        return stored(self.dtype, self.pointer, self.at(positions), value)

    def copy(self, positions: Sequence[str], source: Operand, places: Sequence[str]) -> str:
        """The statement that writes an element of another operand of this type, bit for bit."""
        return f"{self.pointer}[{self.at(positions)}] = {source.pointer}[{source.at(places)}];"

    def along(self, loop: int) -> bool:
        """Whether it moves along a loop."""
        return self.strides[loop] != 0


class Writer:
    """The lines of one kernel, which `items` work items run together for each unit."""

    def __init__(self, items: int) -> None:
        self.items = items
        self.sizes = Sizes()
        self.lines: list[str] = []
        self.may_fail = False
        self.step = 0
        """The number of the step that is being written."""
        self._depth = 1
        self._names = 0

    def line(self, text: str) -> None:
        self.lines.append(_INDENT * self._depth + text)

    def name(self, prefix: str) -> str:
        """A name that no other variable of the kernel has."""
        self._names += 1
        return f"{prefix}{self._names}_"

    @contextmanager
    def block(self, head: str) -> Generator[None]:
        self.line(f"{head} {{".lstrip())
        self._depth += 1
        yield
        self._depth -= 1
        self.line("}")

    def value(self, dim: Dim) -> str:
        """A size of a step, as a variable unless it is a number."""
        text = self.sizes.of(dim)
        if isinstance(dim, int):
            return text
        name = self.name("n")
        self.line(f"const long {name} = {text};")
        return name

    def fails(self, kind: int, index: str = "0", size: str = "0") -> str:
        """The statement that reports a failure of this step."""
        self.may_fail = True
        return f"tir_fail(fault, {kind}, command, {self.step}, {index}, {size});"

    def operands(self, step: Step, bases: Sequence[str]) -> list[Operand]:
        """The operands of a step, with their offsets and strides in variables."""
        made: list[Operand] = []
        for i, (value, base) in enumerate(zip(step.buffers, bases, strict=True)):
            found = step.slice(i)
            texts = tuple(self.value(s) for s in found.strides)
            made.append(Operand(base, value.type.dtype, self.value(found.offset), found.strides, texts))
        return made

    @contextmanager
    def serial(self, sizes: Sequence[str]) -> Generator[list[str]]:
        """A nest of loops that one work item runs; gives the positions."""
        names = ["0" if size == "1L" else self.name("i") for size in sizes]
        moving = [(name, size) for name, size in zip(names, sizes, strict=True) if name != "0"]
        for name, size in moving:
            self.line(f"for (long {name} = 0; {name} < {size}; {name}++) {{")
            self._depth += 1
        yield names
        for _ in moving:
            self._depth -= 1
            self.line("}")

    @contextmanager
    def shared(self, sizes: Sequence[str]) -> Generator[list[str]]:
        """A nest of loops whose positions the work items of the group share; gives the positions. No position may read
        what another one writes."""
        if self.items == 1:
            with self.serial(sizes) as names:
                yield names
            return
        names = ["0" if size == "1L" else self.name("i") for size in sizes]
        moving = [(name, size) for name, size in zip(names, sizes, strict=True) if name != "0"]
        total, flat = self.name("n"), self.name("w")
        self.line(f"const long {total} = {' * '.join(size for _, size in moving) or '1L'};")
        rest = self.name("r")
        with self.block(f"for (long {flat} = get_local_id(0); {flat} < {total}; {flat} += {self.items})"):
            if moving:
                self.line(f"long {rest} = {flat};")
            for number, (name, size) in enumerate(reversed(moving)):
                last = number == len(moving) - 1
                self.line(f"const long {name} = {rest if last else f'{rest} % {size}'};")
                if not last:
                    self.line(f"{rest} /= {size};")
            yield names

    def meet(self) -> None:
        """What all work items of the group have written can be read by all of them from here on."""
        if self.items > 1:
            self.line("barrier(CLK_GLOBAL_MEM_FENCE);")
