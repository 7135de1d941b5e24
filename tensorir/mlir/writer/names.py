"""SSA names of one function: the hints of values where there are any, numbers for all else."""

from __future__ import annotations

from tensorir.ir.names import FreshNames
from tensorir.ir.value import Value
from tensorir.text.names import clean_hint


class Names:
    """Unique names in the order of definition. Hints never are numbers, so the two kinds can't meet."""

    __slots__ = ("_fresh", "_names", "_number")

    def __init__(self) -> None:
        self._names: dict[Value, str] = {}
        self._fresh = FreshNames()
        self._number = 0

    def define(self, value: Value) -> str:
        """A new name for a value."""
        hint = clean_hint(value.hint)
        if not hint:
            name = self.fresh()
        else:
            name = f"%{self._fresh.wished(f'_{hint}' if hint[0].isdigit() else hint)}"
        self._names[value] = name
        return name

    def same(self, value: Value, name: str) -> None:
        """Gives a value a name that there is already."""
        self._names[value] = name

    def fresh(self) -> str:
        """Returns a name for something that is not a value of the program: a constant, a size, a destination."""
        self._number += 1
        return f"%{self._number - 1}"

    def __getitem__(self, value: Value) -> str:
        return self._names[value]
