"""What is known of the symbols of sizes (`1 ≤ S ≤ 512`, "S is a multiple of 8"), and what follows for sizes of them.

A symbol of which nothing is said is at least 0. Every answer holds for all values that the facts allow; where none can
be proved, the answer is None or False.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from attrs import frozen

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import (
    Atom,
    Dim,
    DimExpr,
    Divided,
    IterationDim,
    Symbol,
    ceildiv,
    floordiv,
    mod,
    quotient,
    substitute,
    symbol,
)

_DIVISIONS = {"ceildiv": ceildiv, "floordiv": floordiv, "mod": mod}
_DIVIDE: Mapping[str, Callable[[int, int], int]] = {"ceildiv": lambda a, b: -(-a // b), "floordiv": lambda a, b: a // b}


@frozen(cache_hash=True)
class SizeFact:
    """`least` ≤ symbol ≤ `most` (None: no limit), and the symbol is a multiple of `multiple`.

    Raises InferError for a negative size, an empty range or a multiple below 1."""

    least: int = 0
    most: int | None = None
    multiple: int = 1

    def __attrs_post_init__(self) -> None:
        if self.least < 0 or self.multiple < 1:
            raise InferError(f"{self}: sizes are at least 0, and multiples of at least 1")
        if self.most is not None and self.most // self.multiple * self.multiple < self.least:
            raise InferError(f"{self}: there is no such size")

    def __str__(self) -> str:
        upper = "" if self.most is None else f" ≤ {self.most}"
        return f"{self.least} ≤ size{upper}, a multiple of {self.multiple}"


@frozen(cache_hash=True)
class Known:
    """Facts by the names of symbols, sorted by name (`known` makes them)."""

    facts: tuple[tuple[str, SizeFact], ...] = ()

    @cached_property
    def _by_name(self) -> Mapping[str, SizeFact]:
        return dict(self.facts)

    def fact(self, name: str) -> SizeFact:
        """What is known of the symbol `name`."""
        return self._by_name.get(name, _ANY)

    def equal(self, a: Dim, b: Dim) -> bool:
        """Whether two sizes are the same."""
        return a == b or self._counted(a) == self._counted(b)

    def quotient(self, a: Dim, b: Dim) -> Dim | None:
        """Returns a / b if b divides a, or None."""
        found = quotient(a, b)
        if found is None and self.facts:
            found = quotient(self._counted(a), self._counted(b))
            found = None if found is None else self._uncounted(found)
        return found

    def divides(self, b: Dim, a: Dim) -> bool:
        """Whether a is a multiple of b."""
        return self.quotient(a, b) is not None

    def ceildiv(self, a: Dim, b: Dim) -> Dim:
        """Returns ⌈a / b⌉, without a division where it is exact, and 1 where 1 ≤ a ≤ b."""
        found = self.quotient(a, b)
        if found is not None:
            return found
        return 1 if self.at_most(1, a) and self.at_most(a, b) else ceildiv(a, b)

    def at_most(self, a: Dim, b: Dim) -> bool:
        """Whether a ≤ b."""
        low, _ = self.range(b - a)
        return low is not None and low >= 0

    def range(self, dim: Dim) -> tuple[int | None, int | None]:
        """The least and the largest value of a size; None is no limit."""
        total = _Range(0, 0)
        for monomial, coefficient in _terms(dim):
            part = _Range(coefficient, coefficient)
            for atom in monomial:
                part = part.times(self._atom(atom))
            total = _Range(_plus(total.low, part.low), _plus(total.high, part.high))
        return total.low, total.high

    def _atom(self, atom: Atom) -> _Range:
        if isinstance(atom, Symbol):
            fact = self.fact(atom.name)
            multiple = fact.multiple
            most = None if fact.most is None else fact.most // multiple * multiple
            return _Range(-(-fact.least // multiple) * multiple, most)
        if isinstance(atom, IterationDim):
            return _Range(0, None)
        low, high = self.range(atom.b)
        if low is None or low < 1:
            return _Range(None, None)
        if atom.kind == "mod":
            return _Range(0, None if high is None else high - 1)
        least, most = self.range(atom.a)
        if least is None or least < 0:
            return _Range(None, None)
        divide = _DIVIDE[atom.kind]
        return _Range(0 if high is None else divide(least, high), None if most is None else divide(most, low))

    def _counted(self, dim: Dim) -> Dim:
        """The size with each symbol that is a multiple counted in its parts: S becomes 8·S."""
        parts = {name: fact.multiple * symbol(name) for name, fact in self.facts if fact.multiple > 1}
        return substitute(dim, parts) if parts else dim

    def _uncounted(self, dim: Dim) -> Dim:
        """The inverse of `_counted`: c·S becomes (c / 8)·S if 8 divides c, otherwise c·⌊S / 8⌋."""
        total: Dim = 0
        for monomial, coefficient in _terms(dim):
            rest: Dim = 1
            for atom in monomial:
                multiple = self.fact(atom.name).multiple if isinstance(atom, Symbol) else 1
                if isinstance(atom, Divided):
                    rest = rest * _DIVISIONS[atom.kind](self._uncounted(atom.a), self._uncounted(atom.b))
                elif coefficient % multiple == 0:
                    coefficient //= multiple
                    rest = rest * DimExpr((((atom,), 1),))
                else:
                    rest = rest * floordiv(DimExpr((((atom,), 1),)), multiple)
            total = total + coefficient * rest
        return total


_ANY = SizeFact()

NOTHING = Known()
"""No facts."""


def known(**facts: SizeFact) -> Known:
    """Returns facts by the names of symbols."""
    return Known(tuple(sorted(facts.items())))


@frozen
class _Range:
    low: int | None
    high: int | None

    def times(self, other: _Range) -> _Range:
        """All products. A limit is kept where the signs say which factors give it."""
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        if all(e is not None for e in ends):
            numbers = [e for e in ends if e is not None]
            return _Range(min(numbers), max(numbers))
        if other.low is not None and other.low >= 0:
            if self.low is not None and self.low >= 0:
                return _Range(self.low * other.low, None)
            if self.high is not None and self.high <= 0:
                return _Range(None, self.high * other.low)
        return _Range(None, None)


def _times(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a * b


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _terms(dim: Dim) -> tuple[tuple[tuple[Atom, ...], int], ...]:
    return dim.terms if isinstance(dim, DimExpr) else ((((), dim),) if dim else ())
