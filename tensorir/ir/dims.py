"""Sizes known only at run time, as polynomials over symbols: `S`, `16*ceildiv(S, 16)`.

A `Dim` is an int or a `DimExpr` in one normal form, so two sizes that the rules below can prove equal *are*
equal: `==` and `hash` compare content. The same expressions, over iteration dims instead of named symbols, are
the results of affine maps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias, Union

from attrs import frozen

from tensorir.ir.diagnostic import InferError

MAX_TERMS = 1024
"""A size that expands to more terms is refused, because products of sums grow exponentially."""

MAX_DEPTH = 64
"""The nesting limit of divisions, because printing and comparing sizes recurse into them."""

MAX_DEGREE = 64
"""The most symbols and divisions in one product, because squaring a size doubles their number."""

MAX_WEIGHT = 1024
"""The most symbols and divisions within a division, counted as often as they are written."""

Division = Literal["ceildiv", "floordiv", "mod"]


@frozen(cache_hash=True)
class Symbol:
    """A free variable: a size bound by the arguments of a function."""

    name: str

    def __str__(self) -> str:
        return self.name


@frozen(cache_hash=True)
class IterationDim:
    """Dim number `index` of an iteration space, in the results of an affine map. It is not a size and has no name;
    the text form writes `d0` for number 0."""

    index: int

    def __str__(self) -> str:
        return f"d{self.index}"


@frozen(cache_hash=True)
class Divided:
    """`ceildiv(a, b)`, `floordiv(a, b)` or `mod(a, b)` where the division is not exact."""

    kind: Division
    a: Dim
    b: Dim

    @cached_property
    def depth(self) -> int:
        """The nesting depth of divisions."""
        inside = [atom for dim in (self.a, self.b) for monomial, _ in _terms(dim) for atom in monomial]
        return 1 + max((atom.depth for atom in inside if isinstance(atom, Divided)), default=0)

    @cached_property
    def weight(self) -> int:
        """The number of symbols and divisions in the text of the expression."""
        inside = [atom for dim in (self.a, self.b) for monomial, _ in _terms(dim) for atom in monomial]
        return 1 + sum(atom.weight if isinstance(atom, Divided) else 1 for atom in inside)

    def __str__(self) -> str:
        return f"{self.kind}({self.a}, {self.b})"


Atom: TypeAlias = Union[Symbol, IterationDim, Divided]
Monomial: TypeAlias = tuple[Atom, ...]


@frozen(cache_hash=True)
class DimExpr:
    """A sum of products: monomial → non-zero coefficient, in a fixed order. Never a plain constant."""

    terms: tuple[tuple[Monomial, int], ...]

    def __add__(self, other: Dim) -> Dim:
        return _sum([*self.terms, *_terms(other)])

    __radd__ = __add__

    def __sub__(self, other: Dim) -> Dim:
        return self + -1 * other

    def __rsub__(self, other: int) -> Dim:
        return other + -1 * self

    def __mul__(self, other: Dim) -> Dim:
        return _sum([(_product(m, n), a * b) for m, a in self.terms for n, b in _terms(other)])

    __rmul__ = __mul__

    def __str__(self) -> str:
        parts: list[str] = []
        for monomial, coefficient in self.terms:
            factors = [str(coefficient)] if coefficient != 1 or not monomial else []
            parts.append("*".join([*factors, *map(str, monomial)]))
        return " + ".join(parts)


Dim: TypeAlias = Union[int, DimExpr]


def symbol(name: str) -> DimExpr:
    """Returns the free variable `name` as a size."""
    return DimExpr((((Symbol(name),), 1),))


@cache
def iteration_dim(index: int) -> DimExpr:
    """Returns dim number `index` of an iteration space as an expression. Raises ValueError for a negative number."""
    if index < 0:
        raise ValueError(f"iteration dims are numbered from 0, got {index}")
    return DimExpr((((IterationDim(index),), 1),))


def ceildiv(a: Dim, b: Dim) -> Dim:
    """⌈a / b⌉. Raises ZeroDivisionError when b is the constant 0, InferError beyond MAX_DEPTH nested divisions."""
    return _divide("ceildiv", a, b)


def floordiv(a: Dim, b: Dim) -> Dim:
    """⌊a / b⌋. Raises ZeroDivisionError when b is the constant 0."""
    return _divide("floordiv", a, b)


def mod(a: Dim, b: Dim) -> Dim:
    """a − b·⌊a / b⌋. Raises ZeroDivisionError when b is the constant 0."""
    return _divide("mod", a, b)


def product(dims: Iterable[Dim]) -> Dim:
    """Returns the product of all sizes, or 1 if there are none. Raises InferError if it has more than MAX_TERMS
    terms."""
    result: Dim = 1
    for dim in dims:
        result = result * dim
    return result


def divisible(dim: Dim, by: int) -> bool:
    """True only if every value of `dim` is a multiple of `by`, because all its coefficients are."""
    return all(coefficient % by == 0 for _, coefficient in _terms(dim))


def quotient(a: Dim, b: Dim) -> Dim | None:
    """Returns a / b if b divides a for all values of the symbols, or None."""
    if a == b:
        return 1
    if isinstance(b, int):
        return floordiv(a, b) if b and divisible(a, b) else None
    if isinstance(a, int) or len(b.terms) != 1:
        return None
    ((monomial, coefficient),) = b.terms
    terms: list[tuple[Monomial, int]] = []
    for factors, c in a.terms:
        rest = list(factors)
        for atom in monomial:
            if atom not in rest:
                return None
            rest.remove(atom)
        if c % coefficient:
            return None
        terms.append((tuple(rest), c // coefficient))
    return _sum(terms)


def plain_symbol(dim: Dim) -> str | None:
    """Returns the name if a size is a symbol, or None."""
    match dim:
        case DimExpr(terms=(((Symbol(name=name),), 1),)):
            return name
        case _:
            return None


def never_negative(dim: Dim) -> bool:
    """True only if `dim` is ≥ 0 for all values of its symbols: no coefficient and no dividend of a quotient is
    negative.

    A `mod` has the sign of its divisor, whatever the dividend is."""
    if isinstance(dim, int):
        return dim >= 0
    return all(
        coefficient > 0
        and all(
            not isinstance(a, Divided) or ((a.kind == "mod" or never_negative(a.a)) and never_negative(a.b))
            for a in monomial
        )
        for monomial, coefficient in dim.terms
    )


def symbols_of(dim: Dim) -> frozenset[str]:
    """The names of the free variables in `dim`."""
    return frozenset(atom.name for atom in _leaves(dim) if isinstance(atom, Symbol))


def iteration_dims_of(dim: Dim) -> frozenset[int]:
    """The numbers of the iteration dims in a result of an affine map."""
    return frozenset(atom.index for atom in _leaves(dim) if isinstance(atom, IterationDim))


def _leaves(dim: Dim) -> Iterator[Symbol | IterationDim]:
    for monomial, _ in _terms(dim):
        for atom in monomial:
            if isinstance(atom, Divided):
                yield from _leaves(atom.a)
                yield from _leaves(atom.b)
            else:
                yield atom


_NO_DIMS: Mapping[int, Dim] = MappingProxyType({})
_NO_POINT: Mapping[int, int] = MappingProxyType({})


def substitute(dim: Dim, values: Mapping[str, Dim], iteration: Mapping[int, Dim] = _NO_DIMS) -> Dim:
    """Returns `dim` with symbols and iteration dims replaced by sizes; those without a replacement stay."""
    if isinstance(dim, int):
        return dim
    total: Dim = 0
    for monomial, coefficient in dim.terms:
        value: Dim = coefficient
        for atom in monomial:
            if isinstance(atom, Symbol):
                value = value * values.get(atom.name, DimExpr((((atom,), 1),)))
            elif isinstance(atom, IterationDim):
                value = value * iteration.get(atom.index, DimExpr((((atom,), 1),)))
            else:
                a, b = substitute(atom.a, values, iteration), substitute(atom.b, values, iteration)
                value = value * _divide(atom.kind, a, b)
        total = total + value
    return total


def evaluate(dim: Dim, values: Mapping[str, int], iteration: Mapping[int, int] = _NO_POINT) -> int:
    """Returns the value of `dim` at these values of its symbols and iteration dims. Raises KeyError naming one without
    a value."""
    if isinstance(dim, int):
        return dim
    result = substitute(dim, values, iteration)
    if isinstance(result, int):
        return result
    raise KeyError(f"no value for the size {', '.join(sorted(set(map(str, _leaves(result)))))}")


_DIVIDE: dict[Division, Callable[[int, int], int]] = {
    "ceildiv": lambda a, b: -(-a // b),
    "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
}


def _divide(kind: Division, a: Dim, b: Dim) -> Dim:
    if b == 0:
        raise ZeroDivisionError(f"{kind}({a}, 0)")
    if isinstance(a, int) and isinstance(b, int):
        return _DIVIDE[kind](a, b)
    if b == 1:
        return 0 if kind == "mod" else a
    if isinstance(b, int) and divisible(a, b):
        return 0 if kind == "mod" else _sum([(m, c // b) for m, c in _terms(a)])
    if a == b:
        return 0 if kind == "mod" else 1
    made = Divided(kind, a, b)
    if made.depth > MAX_DEPTH:
        raise InferError(f"a size with {made.depth} nested divisions is over the limit of {MAX_DEPTH}")
    if made.weight > MAX_WEIGHT:
        raise InferError(f"a size with a division of {made.weight} parts is over the limit of {MAX_WEIGHT}")
    return DimExpr((((made,), 1),))


def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(dim, DimExpr):
        return dim.terms
    return (((), dim),) if dim else ()


def _product(a: Monomial, b: Monomial) -> Monomial:
    if len(a) + len(b) > MAX_DEGREE:
        raise InferError(f"a size that is a product of {len(a) + len(b)} sizes is over the limit of {MAX_DEGREE}")
    return tuple(sorted((*a, *b), key=_atom_order)) if a and b else a or b


def _atom_order(atom: Atom) -> tuple[str, bool]:
    return str(atom), isinstance(atom, Symbol)


def _sum(terms: Iterable[tuple[Monomial, int]]) -> Dim:
    """Collects equal monomials; returns an int if only the constant is left. The constant prints last."""
    total: dict[Monomial, int] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, 0) + coefficient
    kept = [(m, c) for m, c in total.items() if c]
    if len(kept) > MAX_TERMS:
        raise InferError(f"a size of {len(kept)} terms is over the limit of {MAX_TERMS}")
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    return DimExpr(tuple(sorted(kept, key=_monomial_order)))


def _monomial_order(term: tuple[Monomial, int]) -> tuple[bool, str, list[bool]]:
    monomial, _ = term
    return not monomial, "*".join(map(str, monomial)), [isinstance(atom, Symbol) for atom in monomial]
