"""Reads and prints for which sizes a function runs the calls of another one.

range = size-name "from" int ["to" int] "typically" int
"""

from __future__ import annotations

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import symbol, symbols_of
from tensorir.ir.size_range import SizeRange
from tensorir.text.lexer import Lexer
from tensorir.text.literals import int_text, integer, size_name
from tensorir.text.sizes import size


def range_text(sizes: SizeRange) -> str:
    """Prints a range."""
    most = "" if sizes.most is None else f" to {int_text(sizes.most)}"
    return f"{size_name(sizes.symbol)} from {int_text(sizes.least)}{most} typically {int_text(sizes.typical)}"


def size_range(lex: Lexer) -> SizeRange:
    """Reads `for` and a range. Raises ParseError also for an empty one."""
    lex.expect("for")
    start = lex.start
    named = size(lex)
    name = next(iter(symbols_of(named)), "")
    if named != symbol(name):
        raise lex.error("expected the name of a size", start)
    lex.expect("from")
    least = integer(lex)
    most = integer(lex) if lex.accept("to") else None
    lex.expect("typically")
    try:
        return SizeRange(name, least, most, integer(lex))
    except InferError as e:
        raise lex.error(str(e), start) from None
