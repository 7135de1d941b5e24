"""States of programs in packed form: callers give and get them row-major, as before they were packed."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from tensorir.encoding.layout import Layout
from tensorir.interp.context import Array
from tensorir.interp.packed_arrays import out_of_tiles, packed
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.signature import Signature
from tensorir.ir.types import Type


@frozen
class StoredStates:
    """The states of one function. `types`: for each the type with its layout, None for one that is row-major."""

    types: tuple[Type | None, ...]

    @staticmethod
    def of(module: Module, function: Function) -> StoredStates:
        return StoredStates(tuple(module.lookup(Global, name).logical for name in function.states))

    def row_major(self, signature: Signature) -> Signature:
        """The signature that callers see."""
        own = len(signature.arg_types) - len(self.types)
        states = zip(signature.arg_types[own:], self.types, strict=True)
        types = (t if of is None else of.with_encoding(None) for t, of in states)
        return evolve(signature, arg_types=(*signature.arg_types[:own], *types))

    def stored(self, arguments: Sequence[Array]) -> tuple[Array, ...]:
        """The arguments with states as they are stored."""
        own = len(arguments) - len(self.types)
        states = zip(arguments[own:], map(_layout, self.types), strict=True)
        return (*arguments[:own], *(a if layout is None else packed(a, layout) for a, layout in states))

    def read(self, results: Sequence[Array]) -> tuple[Array, ...]:
        """The results with row-major states."""
        own = len(results) - len(self.types)
        return (*results[:own], *(_read(a, type) for a, type in zip(results[own:], self.types, strict=True)))


def _layout(type: Type | None) -> Layout | None:
    return type.encoding if type is not None and isinstance(type.encoding, Layout) else None


def _read(array: Array, type: Type | None) -> Array:
    layout = _layout(type)
    if type is None or layout is None:
        return array
    return out_of_tiles(array, layout, tuple(n for n in type.shape if isinstance(n, int)))
