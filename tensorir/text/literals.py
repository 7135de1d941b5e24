"""Reads and prints strings, integers and floats. Law: reading what was printed gives an equal value of the same
type."""

from __future__ import annotations

import re

from tensorir.ir.dtype import DTYPES
from tensorir.text.lexer import IDENTIFIER, Lexer

MAX_INT = 1 << 64
"""Integers in the text are smaller than this in absolute value."""

FLOATS = {"nan": float("nan"), "inf": float("inf")}
CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "none": None}
RESERVED = frozenset({*FLOATS, *CONSTANTS, *DTYPES, "tensor", "dense", "ceildiv", "floordiv", "mod"})
"""Names that a size symbol can have only in quotes: `$"f32"`."""

_ESCAPE = re.compile(r'\\(?:(["\\nt])|u\{([0-9A-Fa-f]{1,6})\})')
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def quoted(text: str) -> str:
    """A string literal on one line, of printable characters only."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_NAMED.get(c) or (c if c.isprintable() else f"\\u{{{ord(c):x}}}") for c in text) + '"'


def unquoted(lex: Lexer, token: str, start: int) -> str:
    """The string that a literal (with its quotes) stands for. Raises ParseError at an unknown escape."""
    text = token[1:-1]
    if "\\" not in text:
        return text
    parts: list[str] = []
    at = 0
    while (slash := text.find("\\", at)) >= 0:
        escape = _ESCAPE.match(text, slash)
        if escape is None or (escape[2] and int(escape[2], 16) > 0x10FFFF):
            raise lex.error(r"unknown escape; known: \" \\ \n \t \u{hex}", start + 1 + slash)
        parts += [text[at:slash], _ESCAPES[escape[1]] if escape[1] else chr(int(escape[2], 16))]
        at = escape.end()
    return "".join([*parts, text[at:]])


def string(lex: Lexer, what: str = "a string") -> str:
    """Reads a string literal."""
    start = lex.start
    return unquoted(lex, lex.take("string", what), start)


def symbol_name(name: str) -> str:
    """Prints `@name`, in quotes where it is not an identifier."""
    return "@" + (name if IDENTIFIER.fullmatch(name) else quoted(name))


def symbol(lex: Lexer, what: str = "a symbol's name (@name)") -> str:
    """Reads `@name` and returns the name without the @."""
    start = lex.start
    text = lex.take("symbol", what)[1:]
    return unquoted(lex, text, start + 1) if text.startswith('"') else text


def size_name(name: str) -> str:
    """Prints a size symbol, in quotes where it is not an identifier or is reserved."""
    return name if IDENTIFIER.fullmatch(name) and name not in RESERVED else "$" + quoted(name)


def int_text(value: int) -> str:
    """Prints an integer in decimal, or from MAX_INT on in hexadecimal, which prints in linear time but can't be read
    again."""
    value = int(value)
    return str(value) if abs(value) < MAX_INT else hex(value)


def integer(lex: Lexer, what: str = "an integer") -> int:
    """Reads an unsigned integer. Raises ParseError from MAX_INT on."""
    start = lex.start
    text = lex.take("int", what)
    # 20 digits or 16 hex digits hold every smaller number, so int() is never called on a very long literal.
    digits = text[2:].lstrip("0") if text.startswith("0x") else text.lstrip("0")
    value = int(digits or "0", 16 if text.startswith("0x") else 10) if len(digits) <= 20 else MAX_INT
    if value >= MAX_INT:
        raise lex.error("this integer is 2**64 or more", start)
    return value


def signed_integer(lex: Lexer, what: str = "an integer") -> int:
    """Reads an integer with an optional minus."""
    return -integer(lex, what) if lex.accept("-") else integer(lex, what)


def float_text(value: float) -> str:
    """Prints the shortest decimal that gives the same 64 bits, or nan, inf, -inf, -0.0."""
    return float.__repr__(value)


def number_text(value: int | float | bool) -> str:
    """Prints a Python number: true, 1 and 1.0 differ."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return int_text(value) if isinstance(value, int) else float_text(value)


def number(lex: Lexer) -> int | float | bool:
    """Reads an int, a float, nan, inf (each with an optional minus), true or false."""
    start = lex.start
    negative = lex.accept("-")
    if lex.kind == "int":
        value: int | float = integer(lex)
    elif lex.kind == "float":
        value = float(lex.text)
        if value in FLOATS.values():
            raise lex.error("this number does not fit into 64 bits; infinity is written inf", start)
        lex.advance()
    elif lex.text in FLOATS:
        value = FLOATS[lex.text]
        lex.advance()
    elif not negative and isinstance(truth := CONSTANTS.get(lex.text), bool):
        lex.advance()
        return truth
    else:
        raise lex.error(f"expected a number, found {lex.found()}")
    return -value if negative else value
