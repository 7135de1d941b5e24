"""What a caller must know of a function."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.types import Type


@frozen
class Signature:
    """Name, types and the names of the arguments ("" for none). Symbols in the argument types are bound by each call.

    `signless`: see Function."""

    name: str
    arg_names: tuple[str, ...]
    arg_types: tuple[Type, ...]
    result_types: tuple[Type, ...]
    loc: Location = UNKNOWN
    signless: bool = False

    @property
    def symbols(self) -> tuple[str, ...]:
        """The size variables of the arguments, sorted."""
        return tuple(sorted(frozenset[str]().union(*(t.symbols for t in self.arg_types))))
