"""Which values of a region are constants, and which of them are stored: the others are computed where they are read."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from tensorir.ir.op import Op
from tensorir.ir.value import Value


@define
class Constants:
    """The constants of a region whose ops are visited in order, each after those that make its operands."""

    absorbed: frozenset[Value] = frozenset()
    """Values of which each reader can make its own copy, see `absorbed_values`."""
    stored: set[Value] = field(factory=set[Value])
    repeated: dict[Value, frozenset[Value]] = field(factory=dict[Value, frozenset[Value]])
    """Constants that are not stored → the stored ones of which they are made."""

    def hold(self, values: Iterable[Value]) -> bool:
        """Whether all values are constants."""
        return all(v in self.stored or v in self.repeated for v in values)

    def sources(self, op: Op) -> frozenset[Value] | None:
        """The stored constants of which an op on constants can be made again by all its readers; None if some can't."""
        if not all(r in self.absorbed for r in op.results):
            return None
        return frozenset[Value]().union(*(self.repeated.get(v, (v,)) for v in op.operands))

    def repeat(self, op: Op) -> None:
        """Computes an op on constants where it is read."""
        made_of = self.sources(op) or frozenset()
        self.repeated.update((r, made_of) for r in op.results)
