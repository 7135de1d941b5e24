"""A formula as a quotient of polynomials in one variable x and one function value E, so that it does not matter how its
sums and products are grouped and ordered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from attrs import frozen

from tensorir.transforms.raising.formulas import number
from tensorir.transforms.raising.terms import Apply, At, Number, Reading, Term

Polynomial: TypeAlias = Mapping[tuple[int, int], float]
"""Powers of x and of E → coefficient."""

MOST = 12
"""The most terms of a polynomial, and the greatest power."""

DEEPEST = 12
"""The most operations that are read below one another."""


@frozen
class Rational:
    over: Polynomial
    under: Polynomial

    def scaled(self) -> Rational:
        """The same quotient whose divisor has the constant 1, if it has one."""
        by = self.under.get((0, 0), 0.0)
        if not by:
            return self
        return Rational(*({k: c / by for k, c in p.items()} for p in (self.over, self.under)))


def _number(value: float) -> Rational:
    return Rational({(0, 0): value} if value else {}, {(0, 0): 1.0})


def _times(a: Polynomial, b: Polynomial) -> Polynomial | None:
    made: dict[tuple[int, int], float] = {}
    for (i, j), c in a.items():
        for (k, l), d in b.items():
            made[i + k, j + l] = made.get((i + k, j + l), 0.0) + c * d
    return made if len(made) <= MOST and all(max(key) <= MOST for key in made) else None


def _plus(a: Polynomial, b: Polynomial, sign: float) -> Polynomial:
    made = {key: a.get(key, 0.0) + sign * b.get(key, 0.0) for key in (*a, *b)}
    return {key: c for key, c in made.items() if c}


def rational(r: Reading, term: Term, x: Term, function: Term | None, depth: int = DEEPEST) -> Rational | None:
    """Reads a term as a quotient of polynomials in `x` and `function`; None if it holds anything else."""
    while True:
        if term is x or (isinstance(term, At) and term == x):
            return Rational({(1, 0): 1.0}, {(0, 0): 1.0})
        if term is function:
            return Rational({(0, 1): 1.0}, {(0, 0): 1.0})
        match term:
            case Apply(fn="cast", terms=(inner,)) if term.dtype.is_float and inner.dtype.is_float:
                r.widest = max(r.widest, term.dtype.bits)
                term = inner
            case At():
                if (after := r.step(term)) is None:
                    return None
                term = after
            case _:
                break
    if term.dtype.is_float:
        r.widest = max(r.widest, term.dtype.bits)
    match term:
        case Number(value=value):
            return _number(float(value))
        case Apply() if depth and term.dtype.is_float:
            return _applied(r, term, x, function, depth - 1)
        case _:
            return None


def _applied(r: Reading, term: Apply, x: Term, function: Term | None, depth: int) -> Rational | None:
    if term.fn == "pow":
        power = number(r, term.terms[1])
        if power is None or power != int(power) or not 0 < power <= MOST:
            return None
        base = made = rational(r, term.terms[0], x, function, depth)
        for _ in range(int(power) - 1):
            made = None if made is None or base is None else _product(made, base)
        return made
    if term.fn not in ("add", "sub", "mul", "div", "neg"):
        return None
    parts = [rational(r, t, x, function, depth) for t in term.terms]
    match term.fn, parts:
        case "neg", [Rational() as a]:
            return _product(_number(-1.0), a)
        case "mul", [Rational() as a, Rational() as b]:
            return _product(a, b)
        case "div", [Rational() as a, Rational() as b] if b.over:
            return _product(a, Rational(b.under, b.over))
        case "add" | "sub", [Rational() as a, Rational() as b]:
            left, right, under = _times(a.over, b.under), _times(b.over, a.under), _times(a.under, b.under)
            if left is None or right is None or under is None:
                return None
            return Rational(_plus(left, right, 1.0 if term.fn == "add" else -1.0), under).scaled()
        case _:
            return None


def _product(a: Rational, b: Rational) -> Rational | None:
    over, under = _times(a.over, b.over), _times(a.under, b.under)
    return None if over is None or under is None else Rational(over, under).scaled()
