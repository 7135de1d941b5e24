"""Parts of formulas: products, differences, squares, roots, means, in every spelling that exporters use.

Each function returns None where a term is something else. Law: what it returns has the value of the term in exact
arithmetic; the patterns say how far rounding may differ."""

from __future__ import annotations

import math
from collections.abc import Callable

from attrs import field, frozen

from tensorir.ir.dims import product
from tensorir.ir.dtype import DType
from tensorir.transforms.raising.terms import Apply, Number, Reading, Term, Total

MOST = 32
"""The most factors that a product is read as."""

ROUNDING = {16: 2.0**-8, 32: 2.0**-23, 64: 2.0**-52}
"""Twice the unit roundoff by the bits of a float type; bf16's for 16."""


def close(value: float, exact: float, dtype: DType) -> bool:
    """Whether a literal is a constant as an exporter rounds it, in one or two steps."""
    return abs(value - exact) <= 2 * ROUNDING[dtype.bits] * abs(exact)


@frozen
class Product:
    """`number` times all of `times`, divided by all of `over`."""

    number: float
    times: list[Term] = field(factory=list[Term])
    over: list[Term] = field(factory=list[Term])


def product_of(r: Reading, term: Term, leaf: Callable[[Term], bool] = lambda term: False) -> Product | None:
    """Reads products, quotients, negations and reciprocals as one product. Terms for which `leaf` holds are not taken
    apart. Returns None for a product of very many factors."""
    number = 1.0
    times: list[Term] = []
    over: list[Term] = []
    todo = [(term, True)]
    left = MOST
    while todo:
        term, above = todo.pop()
        left -= 1
        if left < 0:
            return None
        stopped = leaf(term)
        while not stopped and (after := _step(r, term)) is not None:
            term = after
            stopped = leaf(term)
        match term:
            case Number(value=value) if not stopped:
                if not value and not above:
                    return None
                number = number * value if above else number / value
            case Apply(fn="mul", terms=(a, b)) if not stopped:
                todo += [(b, above), (a, above)]
            case Apply(fn="div", terms=(a, b)) if not stopped and term.dtype.is_float:
                todo += [(b, not above), (a, above)]
            case Apply(fn="neg", terms=(a,)) if not stopped:
                number = -number
                todo.append((a, above))
            case _:
                (times if above else over).append(term)
    return Product(number, times, over)


def _step(r: Reading, term: Term) -> Term | None:
    """One step of `Reading.plain`."""
    match term:
        case Apply(fn="cast", terms=(inner,)) if term.dtype.is_float and inner.dtype.is_float:
            r.widest = max(r.widest, term.dtype.bits, inner.dtype.bits)
            return inner
        case _:
            after = r.step(term)
            if after is not None and after.dtype.is_float:
                r.widest = max(r.widest, after.dtype.bits)
            return after


def difference(r: Reading, term: Term) -> tuple[Term, Term] | None:
    """a, b of `a − b`, also spelt `a + (−b)`."""
    match r.plain(term):
        case Apply(fn="sub", terms=(a, b)):
            return a, b
        case Apply(fn="add", terms=(a, b)):
            for one, other in ((a, b), (b, a)):
                match r.plain(other):
                    case Apply(fn="neg", terms=(c,)):
                        return one, c
                    case _:
                        pass
            return None
        case _:
            return None


def square(r: Reading, term: Term) -> Term | None:
    """a of `a·a` or `pow(a, 2)`."""
    match r.plain(term):
        case Apply(fn="mul", terms=(a, b)) if r.same(a, b):
            return a
        case Apply(fn="pow", terms=(a, b)) if number(r, b) == 2:
            return a
        case _:
            return None


def number(r: Reading, term: Term) -> float | None:
    match r.plain(term):
        case Number(value=value):
            return float(value)
        case _:
            return None


def root_below(r: Reading, times: list[Term], over: list[Term]) -> tuple[Term, Term] | None:
    """The factor that divides by √v, and v: `/ √v`, `/ pow(v, ½)`, `· rsqrt(v)`, `· pow(v, −½)`."""
    for factors, fn, power in ((over, "sqrt", 0.5), (times, "rsqrt", -0.5)):
        for factor in factors:
            match r.plain(factor):
                case Apply(fn=found, terms=(v,)) if found == fn:
                    return factor, v
                case Apply(fn="pow", terms=(v, exponent)) if number(r, exponent) == power:
                    return factor, v
                case _:
                    pass
    return None


@frozen
class Mean:
    """The sum of a row, divided by `count`; the mean, if that is the number of elements."""

    total: Total
    right: bool
    count: str


def mean(r: Reading, term: Term) -> Mean | None:
    """`Σ / n` or `Σ · (1/n)`, where n is a literal or made of sizes."""
    found = product_of(r, term, lambda t: isinstance(t, Total) or r.size(t) is not None)
    if found is None:
        return None
    match found.times:
        case [Total(kind="add") as total]:
            pass
        case _:
            return None
    length = product(r.shape[d] for d in total.dims)
    sizes = [r.size(t) for t in found.over]
    known = [s for s in sizes if s is not None]
    if len(known) < len(sizes):
        return None
    over = product(known)
    if isinstance(over, int) and isinstance(length, int):
        inverse = found.number / over if over else math.inf
        right = length > 0 and close(inverse, 1 / length, total.dtype)
        return Mean(total, right, f"{1 / inverse:g}" if inverse else "0")
    return Mean(total, found.number == 1 and over == length, f"{over}")


def deviation(r: Reading, term: Term) -> tuple[Term, float] | None:
    """v, ε of `v + ε`; ε is 0 if the term is no such sum."""
    match r.plain(term):
        case Apply(fn="add", terms=(a, b)):
            for v, literal in ((a, b), (b, a)):
                if (epsilon := number(r, literal)) is not None:
                    return (v, epsilon) if 0 <= epsilon < math.inf else None
            return None
        case _:
            return term, 0.0


def not_negative(r: Reading, term: Term) -> Term:
    """v of `max(v, 0)`, or the term itself."""
    match r.plain(term):
        case Apply(fn="max", terms=(a, b)):
            for v, literal in ((a, b), (b, a)):
                if number(r, literal) == 0:
                    return v
            return term
        case _:
            return term
