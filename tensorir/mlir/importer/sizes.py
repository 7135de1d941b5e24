"""Collects the equalities of sizes that a program states, and solves them into a substitution of symbols.

MLIR writes `?` for every unknown size. Here each `?` of an argument gets a separate symbol; an op that
needs two sizes to be equal records it, and the function is then converted again with one symbol fewer.
"""

from __future__ import annotations

from math import gcd

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, DimExpr, floordiv, never_negative, plain_symbol, substitute, symbol, symbols_of
from tensorir.ir.names import FreshNames
from tensorir.mlir.syntax import Block, Operation, SSAValue


class SizeEquations:
    """The symbols of one function in order of creation, and what they are known to be."""

    def __init__(self) -> None:
        self._order: dict[str, int] = {}
        self._names = FreshNames()
        self._values: dict[str, Dim] = {}
        self.solved = 0
        """How many symbols are known to be something else. It only grows, up to the number of symbols."""
        self.unknowns: dict[SSAValue, tuple[DimExpr, Operation]] = {}
        """Symbols that stand for values which no size can say, and the op that first used each as a size."""

        self.copies: dict[Operation, Block] = {}
        """The bodies that calls are replaced by: the same values each time, so that `unknowns` finds them again."""

    def fresh(self, name: str) -> DimExpr:
        """A new symbol, called `name` or, where that is taken, `name` with a number after it."""
        made = self._names.wished(name)
        self.declare(made)
        return symbol(made)

    def declare(self, name: str) -> None:
        """Makes `name` a symbol. One that exists stays as it is."""
        self._names.take(name)
        self._order.setdefault(name, len(self._order))

    def unknown(self, v: SSAValue, user: Operation) -> DimExpr:
        """The symbol that stands for `v`."""
        if v not in self.unknowns:
            self.unknowns[v] = self.fresh(f"unknown_{len(self.unknowns)}"), user
        return self.unknowns[v][0]

    def known(self, dim: Dim) -> Dim:
        """`dim` in terms of the symbols that are left."""
        while not isinstance(dim, int):
            values = {s: self._values[s] for s in symbols_of(dim) if s in self._values}
            if not values:
                break
            if symbol(first := next(iter(values))) == dim:
                return self._follow(first)
            dim = substitute(dim, values)
        return dim

    def equal(self, a: Dim, b: Dim) -> None:
        """Takes over that `a` and `b` are equal. What can't be solved for a symbol is left to a check when run.

        Raises InferError if they can't be equal."""
        a, b = self.known(a), self.known(b)
        if a == b:
            return
        difference = a - b
        if isinstance(difference, int):
            raise InferError(f"the sizes {a} and {b} must be equal")
        if solution := self._solution(difference):
            name, value = solution
            self._values[name] = value
            self.solved += 1
        elif not _may_vanish(difference):
            raise InferError(f"the sizes {a} and {b} must be equal, and can't be")

    def _follow(self, name: str) -> Dim:
        """What a symbol is in the end; every symbol on the way learns it."""
        passed: list[str] = []
        dim: Dim = symbol(name)
        while (plain := plain_symbol(dim)) is not None and plain in self._values:
            passed.append(plain)
            dim = self._values[plain]
        if plain is None:
            dim = self.known(dim)
        for symbol_name in passed:
            self._values[symbol_name] = dim
        return dim

    def _solution(self, difference: DimExpr) -> tuple[str, Dim] | None:
        """A symbol and what it must be for `difference` to be 0: the newest one, preferably as a sum without minus."""
        found: list[tuple[bool, int, str, Dim]] = []
        for monomial, coefficient in difference.terms:
            name = plain_symbol(DimExpr(((monomial, 1),))) if monomial else None
            rest = DimExpr(difference.terms) - coefficient * DimExpr(((monomial, 1),)) if name else None
            if name is None or rest is None or name in symbols_of(rest) or not _divides(rest, coefficient):
                continue
            value = floordiv(-1 * rest if coefficient > 0 else rest, abs(coefficient))
            if isinstance(value, int) and value < 0:
                raise InferError(f"the size {name} would have to be {value}")
            found.append((never_negative(value), self._order.get(name, -1), name, value))
        if not found:
            return None
        _, _, name, value = max(found, key=lambda f: f[:2])
        return name, value


def _divides(dim: Dim, by: int) -> bool:
    return dim % by == 0 if isinstance(dim, int) else all(c % by == 0 for _, c in dim.terms)


def _may_vanish(difference: DimExpr) -> bool:
    """False only if `difference` can't be 0, because all terms have one sign or the constant is not a multiple."""
    constant = sum(c for m, c in difference.terms if not m)
    others = [c for m, c in difference.terms if m]
    if constant and (all(c > 0 for c in (*others, constant)) or all(c < 0 for c in (*others, constant))):
        return False
    return constant % gcd(*others) == 0
