"""Which values of a region are constants, and which of them are stored: the others are computed where they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import define, field

from tensorir.ir.op import Op
from tensorir.ir.sizes import needed_sizes
from tensorir.ir.value import Value

LOOKED_AT = 64
"""How many ops `is_made_of_constants` looks at before it says no."""


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


def is_made_of_constants(value: Value, def_of: Callable[[Value], Op | None]) -> bool:
    """Whether the few ops that make a value read nothing but constants and have no effects. `def_of`: the op that
    defines a value, None for an argument."""
    seen: set[Op] = set()
    waiting = [value]
    while waiting:
        op = def_of(waiting.pop())
        if op in seen:
            continue
        if op is None or len(seen) == LOOKED_AT or not op.PLAIN or op.effects():
            return False
        if any(True for a in op.attributes().values() for _ in needed_sizes(a)):  # a size that only a call knows
            return False
        seen.add(op)
        waiting += op.operands
    return True
