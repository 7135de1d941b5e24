"""The regions of a function under construction. What an inner region reads from outside becomes an argument of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from attrs import define, field

from tensorir.builder.places import Places
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

O = TypeVar("O", bound=Op)


@define
class Scope:
    """A region under construction. `outer`: the one around it. `captured`: a value of an outer region → the argument
    that stands for it here. `loaded`: global → its value here."""

    places: Places
    outer: Scope | None = None
    builder: RegionBuilder = field(factory=RegionBuilder)
    defined: set[Value] = field(factory=set[Value])
    captured: dict[Value, Value] = field(factory=dict[Value, Value])
    loaded: dict[str, Value] = field(factory=dict[str, Value])

    def arg(self, value: Value, hint: str | None = None) -> Value:
        """Appends an argument like `value`."""
        return self.new_arg(value.type, value.hint if hint is None else hint, self.places.device[value])

    def new_arg(self, type: TensorType, hint: str, device: str) -> Value:
        """Appends an argument that is on a device."""
        made = self.builder.arg(type, hint)
        self.places.device[made] = device
        self.defined.add(made)
        return made

    def local(self, value: Value) -> Value | None:
        """Returns what stands for a value here; None for one of a region that has ended."""
        if value in self.defined:
            return value
        if value not in self.captured:
            if self.outer is None or self.outer.local(value) is None:
                return None
            self.captured[value] = self.arg(value)
        return self.captured[value]

    def add(self, op: O) -> O:
        """Appends an op whose operands are of this region."""
        self.defined.update(op.results)
        return self.builder.add(op)


@define
class Part:
    """A region that has been built: it takes `args`, then `captured`, and yields `yields`."""

    args: tuple[Value, ...]
    ops: tuple[Op, ...]
    yields: tuple[Value, ...]
    captured: dict[Value, Value]

    def region(self, captured: Sequence[Value]) -> Region:
        """Returns the region that takes all of these values of the region around it, whether it reads them or not."""
        rest = (self.captured.get(v) or Value(v.type, v.hint) for v in captured)
        return Region((*self.args, *rest), self.ops, self.yields)
