"""Mutable globals as states: within a function, what was stored last is what is loaded next."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from tensorir.ir.builder import RegionBuilder
from tensorir.ir.diagnostic import InferError
from tensorir.ir.module import Global
from tensorir.ir.value import Value


@define
class States:
    """The states of one function. `args`: those that it mentions, in the order of first mention → the argument that is
    their value when it is called. `current`: the value that each has here."""

    globals: Mapping[str, Global]
    region: RegionBuilder
    args: dict[str, Value] = field(factory=dict[str, Value])
    current: dict[str, Value] = field(factory=dict[str, Value])

    def load(self, name: str) -> Value:
        """Returns the value that a state has here."""
        if name not in self.args:
            self.args[name] = self.current[name] = self.region.arg(self.globals[name].type, name)
        return self.current[name]

    def store(self, name: str, value: Value) -> None:
        """Gives a state another value. Raises InferError for one of another type."""
        if value.type != self.globals[name].type:
            raise InferError(f"@{name} is {self.globals[name].type}, {value.type} is stored to it")
        self.load(name)
        self.current[name] = value

    @property
    def results(self) -> tuple[Value, ...]:
        """The values that the function leaves, in the order of `args`."""
        return tuple(self.current[name] for name in self.args)
