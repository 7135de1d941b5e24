"""What a caller must know of a function."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.size_range import SizeRange
from tensorir.ir.types import Type


@frozen
class Signature:
    """Name, types and the names of the arguments ("" for none). Symbols in the argument types are bound by each call.

    `signless`, `states`: see Function. `sizes`: which calls it is for, if the function has plans for several ranges."""

    name: str
    arg_names: tuple[str, ...]
    arg_types: tuple[Type, ...]
    result_types: tuple[Type, ...]
    loc: Location = UNKNOWN
    signless: bool = False
    states: tuple[str, ...] = ()
    sizes: SizeRange | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """The size variables of the arguments, sorted."""
        return tuple(sorted(frozenset[str]().union(*(t.symbols for t in self.arg_types))))

    @property
    def without_states(self) -> Signature:
        """What the caller of a session gives and gets: the same, without the states."""
        if not self.states:
            return self
        args, results = (len(types) - len(self.states) for types in (self.arg_types, self.result_types))
        names, given, made = self.arg_names[:args], self.arg_types[:args], self.result_types[:results]
        return Signature(self.name, names, given, made, self.loc, self.signless, (), self.sizes)

    @property
    def state_types(self) -> tuple[Type, ...]:
        """The types of the states, in their order."""
        return self.arg_types[len(self.arg_types) - len(self.states) :]
