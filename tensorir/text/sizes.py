"""Reads and prints sizes and affine maps.

    size   = ["-"] product {("+" | "-") ["-"] product}
    product = factor {"*" factor}
    factor = int | name | $"any name" | ("ceildiv" | "floordiv" | "mod") "(" size "," size ")"
    map    = "(" [name {"," name}] ")" ["[" size-name {"," size-name} "]"] "->" "(" [size {"," size}] ")"

The brackets of a map list the size symbols that it mentions, as in MLIR.

There are no grouping parentheses: the normal form of sizes has none, and without them no text can expand to an
expression exponentially larger than itself.
"""

from __future__ import annotations

from collections.abc import Callable

from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import (
    Dim,
    DimExpr,
    Divided,
    Symbol,
    ceildiv,
    floordiv,
    iteration_dim,
    mod,
    plain_symbol,
    substitute,
    symbol,
    symbols_of,
)
from tensorir.text.lexer import Lexer, did_you_mean
from tensorir.text.literals import MAX_INT, RESERVED, int_text, integer, size_name, unquoted

MAX_DEPTH = 64
"""The nesting limit of divisions."""
MAX_TERMS = 256
MAX_FACTORS = 64

DIVISIONS: dict[str, Callable[[Dim, Dim], Dim]] = {"ceildiv": ceildiv, "floordiv": floordiv, "mod": mod}


def size_text(dim: Dim) -> str:
    """Prints a size. It does not recurse, so the depth is not limited."""
    if isinstance(dim, int):
        return int_text(dim)
    out: list[str] = []
    stack: list[str | Dim] = [dim]
    while stack:
        match stack.pop():
            case str() as text:
                out.append(text)
            case DimExpr(terms=terms):
                parts: list[str | Dim] = []
                for monomial, coefficient in terms:
                    parts.append(" + ")
                    if coefficient != 1 or not monomial:
                        parts += [int_text(coefficient), "*"]
                    for atom in monomial:
                        if isinstance(atom, Divided):
                            parts += [f"{atom.kind}(", atom.a, ", ", atom.b, ")"]
                        else:
                            parts.append(size_name(atom.name) if isinstance(atom, Symbol) else str(atom))
                        parts.append("*")
                    parts.pop()
                stack += reversed(parts[1:])
            case number:
                out.append(int_text(number))
    return "".join(out)


def size(lex: Lexer, depth: int = 0) -> Dim:
    """Reads a size. Raises ParseError also for a division by zero and beyond the limits above."""
    start = lex.start
    if depth > MAX_DEPTH:
        raise lex.error(f"divisions are nested deeper than {MAX_DEPTH}")
    total: Dim = 0
    sign = 1
    for _ in range(MAX_TERMS):
        if lex.accept("-"):
            sign = -sign
        total = total + sign * _product(lex, depth)
        if lex.text not in ("+", "-"):
            break
        sign = -1 if lex.text == "-" else 1
        lex.advance()
    else:
        raise lex.error(f"a size has at most {MAX_TERMS} terms", start)
    coefficients = [total] if isinstance(total, int) else [c for _, c in total.terms]
    if any(abs(c) >= MAX_INT for c in coefficients):
        raise lex.error("a number in this size is 2**64 or more", start)
    return total


def _product(lex: Lexer, depth: int) -> Dim:
    value = _factor(lex, depth)
    for _ in range(MAX_FACTORS):
        if not lex.accept("*"):
            return value
        start, factor = lex.start, _factor(lex, depth)
        try:
            value = value * factor
        except InferError:
            raise lex.error(f"a product in a size has at most {MAX_FACTORS} factors", start) from None
    raise lex.error(f"a product in a size has at most {MAX_FACTORS} factors")


def _factor(lex: Lexer, depth: int) -> Dim:
    start, text = lex.start, lex.text
    if lex.kind == "int":
        return integer(lex)
    if lex.kind == "size":
        lex.advance()
        return symbol(unquoted(lex, text[1:], start + 1))
    if text in DIVISIONS:
        lex.advance()
        lex.expect("(")
        a = size(lex, depth + 1)
        lex.expect(",")
        b = size(lex, depth + 1)
        lex.expect(")")
        try:
            return DIVISIONS[text](a, b)
        except ZeroDivisionError:
            raise lex.error(f"{text} by zero", start) from None
        except InferError as e:
            raise lex.error(str(e), start) from None
    if lex.kind != "name" or text in RESERVED:
        hint = "; a size has no grouping parentheses, multiply them out" if text == "(" else ""
        raise lex.error(f"expected a size, found {lex.found()}{hint}")
    lex.advance()
    return symbol(text)


def sizes(lex: Lexer, close: str) -> tuple[Dim, ...]:
    """Reads sizes separated by commas up to and including the token `close`."""
    found: list[Dim] = []
    while not lex.accept(close):
        if found:
            lex.expect(",", f"or '{close}'")
        found.append(size(lex))
    return tuple(found)


def sizes_text(dims: tuple[Dim, ...]) -> str:
    """Prints sizes separated by commas."""
    return ", ".join(map(size_text, dims))


def map_text(map: AffineMap) -> str:
    """An affine map."""
    names = ", ".join(size_name(name) for name in map.symbols)
    mentioned = f"[{names}]" if names else ""
    return f"({', '.join(f'd{i}' for i in range(map.num_dims))}){mentioned} -> ({sizes_text(map.results)})"


def affine_map(lex: Lexer) -> AffineMap:
    """Reads an affine map. Iteration dims may have any names; in the map they become d0, d1, …"""
    lex.expect("(")
    names: list[str] = []
    while not lex.accept(")"):
        if names:
            lex.expect(",", "or ')'")
        start = lex.start
        name = lex.take("name", "the name of an iteration dim")
        names.append(name)
        if name in RESERVED:
            raise lex.error(f"'{name}' can't name an iteration dim", start)
    return map_results(lex, tuple(names))


def map_results(lex: Lexer, names: tuple[str, ...]) -> AffineMap:
    """Reads the rest of a map, from the list of its size symbols or the arrow on."""
    symbols = _map_symbols(lex) if lex.accept("[") else ()
    known = frozenset((*names, *symbols))
    if len(frozenset(names)) != len(names):
        raise lex.error("two iteration dims have the same name")
    if len(known) != len(names) + len(symbols):
        raise lex.error("two sizes of a map have the same name, or one has that of an iteration dim")
    lex.expect("->")
    lex.expect("(")
    dims = {n: iteration_dim(i) for i, n in enumerate(names)}
    results: list[Dim] = []
    while not lex.accept(")"):
        if results:
            lex.expect(",", "or ')'")
        start = lex.start
        result = size(lex)
        for name in sorted(symbols_of(result) - known):
            raise lex.error(f"{name} is not a dim of this map{did_you_mean(name, (*names, *symbols))}", start)
        results.append(substitute(result, dims))
    return AffineMap(len(names), tuple(results))


def _map_symbols(lex: Lexer) -> tuple[str, ...]:
    found: list[str] = []
    for dim in sizes(lex, "]"):
        name = plain_symbol(dim)
        if name is None:
            raise lex.error("the brackets of a map list size symbols")
        found.append(name)
    return tuple(found)
