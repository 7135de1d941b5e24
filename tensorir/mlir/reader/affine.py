"""Affine maps of MLIR, as maps of the core: dims become iteration dims, symbols become s0, s1, …"""

from __future__ import annotations

from collections.abc import Callable

from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, DimExpr, ceildiv, floordiv, iteration_dim, iteration_dims_of, mod, symbol
from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.limits import MAX_NESTING, MAX_OPERATORS, MAX_RANK
from tensorir.mlir.syntax import AffineMapAttr
from tensorir.text.lexer import did_you_mean

_LIMIT = 1 << 63
_DIVISIONS: dict[str, Callable[[Dim, Dim], Dim]] = {"floordiv": floordiv, "ceildiv": ceildiv, "mod": mod}


def read_affine_map(lex: Lexer) -> AffineMapAttr:
    """`affine_map<(d0, d1)[s0] -> (d0 + s0, d1 floordiv 2)>` at the current token, and goes past it."""
    lex.expect("affine_map")
    lex.expect("<", "after affine_map")
    attribute = _Reader(lex).map()
    lex.expect(">", "after an affine map")
    return attribute


class _Reader:
    """One map: its names, and how many operators were read."""

    def __init__(self, lex: Lexer) -> None:
        self.lex = lex
        self.names: dict[str, Dim] = {}
        self.operators = 0
        self.depth = 0

    def map(self) -> AffineMapAttr:
        lex = self.lex
        dims = self._bind("(", ")", iteration_dim)
        symbols = self._bind("[", "]", lambda number: symbol(f"s{number}")) if lex.text == "[" else 0
        lex.expect("->", "in an affine map")
        lex.expect("(", "before the results of an affine map")
        results: list[Dim] = []
        if lex.text != ")":
            results.append(self.sum())
            while lex.accept(","):
                results.append(self.sum())
                if len(results) > MAX_RANK:
                    raise lex.error(f"an affine map with more than {MAX_RANK} results is not supported")
        lex.expect(")", "after the results of an affine map")
        return AffineMapAttr(AffineMap(dims, tuple(results)), symbols)

    def sum(self) -> Dim:
        """Terms with + and - between them."""
        lex = self.lex
        value = self._product()
        while lex.kind == "punct" and lex.text in ("+", "-"):
            start, sign = lex.start, 1 if lex.text == "+" else -1
            lex.advance()
            value = self._checked(lambda a, b, sign=sign: a + sign * b, value, self._product(), start)
        return value

    def _product(self) -> Dim:
        lex = self.lex
        value = self._factor()
        while lex.text in ("*", "floordiv", "ceildiv", "mod"):
            start, operator = lex.start, lex.text
            lex.advance()
            right = self._factor()
            if operator == "*":
                if not (_no_dims(value) or _no_dims(right)):
                    raise lex.error("a product of two dims is not affine", start)
                value = self._checked(lambda a, b: a * b, value, right, start)
                continue
            if not _no_dims(right):
                raise lex.error(f"a dim on the right of '{operator}' is not affine", start)
            if isinstance(right, int) and right <= 0:
                raise lex.error(f"'{operator}' by {right}: the right side has to be positive", start)
            value = self._checked(_DIVISIONS[operator], value, right, start)
        return value

    def _factor(self) -> Dim:
        lex = self.lex
        negative = False
        while lex.text == "-":
            negative = not negative
            lex.advance()
        if lex.kind == "name":
            if lex.text not in self.names:
                raise lex.error(f"'{lex.text}' is not a dim of this map{did_you_mean(lex.text, self.names)}")
            value = self.names[lex.text]
            lex.advance()
        elif lex.kind == "int":
            if len(lex.text) > 19 or int(lex.text) >= _LIMIT:
                raise lex.error("an integer in an affine map has to fit 64 bits")
            value = int(lex.text)
            lex.advance()
        elif lex.text == "(":
            self.depth += 1
            if self.depth > MAX_NESTING // 4:
                raise lex.error(f"this is nested deeper than {MAX_NESTING // 4}")
            lex.advance()
            value = self.sum()
            lex.expect(")", "in an affine expression")
            self.depth -= 1
        else:
            raise lex.error(f"expected an affine expression, found {lex.found()}")
        return -1 * value if negative else value

    def _bind(self, opening: str, closing: str, make: Callable[[int], Dim]) -> int:
        """The names in a list of dims or symbols; their number."""
        lex = self.lex
        lex.expect(opening, "before the dims of an affine map")
        count = 0
        while lex.text != closing:
            if count:
                lex.expect(",", "between the dims of an affine map")
            start, name = lex.start, lex.take("name", "the name of a dim")
            if name in self.names:
                raise lex.error(f"the dim '{name}' is named twice", start)
            if count == MAX_RANK:
                raise lex.error(f"an affine map with more than {MAX_RANK} dims is not supported", start)
            self.names[name] = make(count)
            count += 1
        lex.advance()
        return count

    def _checked(self, operator: Callable[[Dim, Dim], Dim], a: Dim, b: Dim, start: int) -> Dim:
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            raise self.lex.error(f"an affine map with more than {MAX_OPERATORS} operators is not supported", start)
        try:
            value = operator(a, b)
        except InferError as e:
            raise self.lex.error(str(e), start) from e
        numbers = [c for _, c in value.terms] if isinstance(value, DimExpr) else [value]
        if any(abs(n) >= _LIMIT for n in numbers):
            raise self.lex.error("an affine expression with numbers over 64 bits is not supported", start)
        return value


def _no_dims(value: Dim) -> bool:
    """True for constants and expressions of symbols alone."""
    return isinstance(value, int) or not iteration_dims_of(value)
