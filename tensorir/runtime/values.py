"""Sizes as a table of numbers: each expression once, computed from earlier entries (docs/plan-image.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

from attrs import frozen

from tensorir.ir.dims import Dim, Divided, IterationDim, Symbol

Operation = Literal["add", "sub", "mul", "floordiv", "ceildiv", "mod", "min", "max"]
OPERATIONS: tuple[Operation, ...] = ("add", "sub", "mul", "floordiv", "ceildiv", "mod", "min", "max")
"""The operations by their numbers in an image."""


@frozen
class Entry:
    """A number of the value table (`kind` is number, symbol or expression), or a register of a unit."""

    kind: Literal["number", "symbol", "expression", "register"]
    index: int


class Values:
    """The value table of a plan: numbers, then symbols, then expressions over earlier entries."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = {name: i for i, name in enumerate(symbols)}
        self.numbers: dict[int, int] = {}
        self.expressions: dict[tuple[Operation, Entry, Entry], int] = {}
        self._known: dict[Dim, Entry] = {}

    def of(self, dim: Dim, bound: Mapping[str, Dim] | None = None) -> Entry:
        """Returns the entry of a size, whose symbols are `bound` to sizes over the symbols of the table."""
        if isinstance(dim, int):
            return self.number(dim)
        if not bound and dim in self._known:
            return self._known[dim]

        def leaf(atom: Symbol | IterationDim) -> Entry:
            assert isinstance(atom, Symbol)  # iteration dims are not sizes
            return self.of(bound[atom.name]) if bound else Entry("symbol", self.symbols[atom.name])

        made = compiled(dim, leaf, self.number, self.apply)
        if not bound:
            self._known[dim] = made
        return made

    def number(self, value: int) -> Entry:
        return Entry("number", self.numbers.setdefault(value, len(self.numbers)))

    def apply(self, operation: Operation, a: Entry, b: Entry) -> Entry:
        """Returns the entry of an operation on two entries."""
        key = operation, a, b
        return Entry("expression", self.expressions.setdefault(key, len(self.expressions)))

    def ref(self, entry: Entry) -> int:
        """Returns the number of an entry in the finished table; −1−r for register r."""
        match entry.kind:
            case "number":
                return entry.index
            case "symbol":
                return len(self.numbers) + entry.index
            case "expression":
                return len(self.numbers) + len(self.symbols) + entry.index
            case "register":
                return -1 - entry.index


class Registers:
    """The registers of a unit: start and count of each dim of the grid, then operations on them and on values."""

    def __init__(
        self, values: Values, bound: Mapping[str, Dim], totals: Sequence[Dim], granules: Sequence[int]
    ) -> None:
        self.values, self.bound = values, bound
        self.totals, self.granules = totals, granules
        self.operations: dict[tuple[Operation, Entry, Entry], int] = {}

    def of(self, dim: Dim) -> Entry:
        """Returns the entry of an expression over sizes and the unit dims of a map."""
        return compiled(dim, self._leaf, self.values.number, self._apply)

    def _leaf(self, atom: Symbol | IterationDim) -> Entry:
        if isinstance(atom, Symbol):
            return self.values.of(self.bound[atom.name])
        unit, part = divmod(atom.index, 3)
        if part < 2:
            return Entry("register", 2 * unit + part)
        start, count = (Entry("register", 2 * unit + i) for i in range(2))
        granule = self.values.number(self.granules[unit])
        rest = self._apply("sub", self.values.of(self.totals[unit], self.bound), self._apply("mul", start, granule))
        return self._apply("min", self._apply("mul", count, granule), rest)

    def _apply(self, operation: Operation, a: Entry, b: Entry) -> Entry:
        if "register" not in (a.kind, b.kind):
            return self.values.apply(operation, a, b)
        key = operation, a, b
        first = 2 * len(self.totals)
        return Entry("register", self.operations.setdefault(key, first + len(self.operations)))


E = TypeVar("E")


def compiled(
    dim: Dim,
    leaf: Callable[[Symbol | IterationDim], E],
    number: Callable[[int], E],
    apply: Callable[[Operation, E, E], E],
) -> E:
    """Builds a size from its leaves by operations on two operands."""
    if isinstance(dim, int):
        return number(dim)
    total: E | None = None
    for monomial, coefficient in dim.terms:
        value: E | None = None
        for atom in monomial:
            if isinstance(atom, Divided):
                parts = (compiled(part, leaf, number, apply) for part in (atom.a, atom.b))
                factor = apply(atom.kind, *parts)
            else:
                factor = leaf(atom)
            value = factor if value is None else apply("mul", value, factor)
        if value is None:
            value = number(abs(coefficient))
        elif abs(coefficient) != 1:
            value = apply("mul", value, number(abs(coefficient)))
        if total is None:
            total = value if coefficient > 0 else apply("sub", number(0), value)
        else:
            total = apply("add" if coefficient > 0 else "sub", total, value)
    assert total is not None  # a DimExpr has terms
    return total
