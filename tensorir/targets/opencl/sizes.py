"""Sizes as expressions of OpenCL C, over the symbols of a grid and the dims of a unit."""

from __future__ import annotations

from tensorir.dialects.tile import UNIT_DIMS
from tensorir.ir.dims import Dim, Divided, IterationDim, Symbol

UNIT_NAMES = ("start", "count", "valid")
"""What the unit dims of a map are called in a kernel, each with the number of the dim of the grid behind it."""


class Sizes:
    """The symbols of one grid, in the order in which they were met: the kernel has one argument for each."""

    def __init__(self) -> None:
        self.symbols: dict[str, int] = {}

    def of(self, dim: Dim) -> str:
        """Returns an expression of type long."""
        if isinstance(dim, int):
            return f"{dim}L" if dim >= 0 else f"({dim}L)"
        terms: list[str] = []
        for monomial, coefficient in dim.terms:
            factors = [self._atom(atom) for atom in monomial]
            if coefficient != 1 or not factors:
                factors.insert(0, self.of(coefficient))
            terms.append(" * ".join(factors))
        return f"({' + '.join(terms)})"

    def _atom(self, atom: Symbol | IterationDim | Divided) -> str:
        match atom:
            case Symbol(name=name):
                return f"size{self.symbols.setdefault(name, len(self.symbols))}"
            case IterationDim(index=index):
                unit, part = divmod(index, UNIT_DIMS)
                return f"{UNIT_NAMES[part]}{unit}"
            case Divided(kind=kind, a=a, b=b):
                return f"tir_{kind}({self.of(a)}, {self.of(b)})"


def constant(dim: Dim) -> int | None:
    """The number that a size is, if it is one."""
    return dim if isinstance(dim, int) else None
