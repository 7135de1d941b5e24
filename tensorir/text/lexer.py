"""The lexer: one token at a time, in linear time, and errors that show their place.

It pulls instead of splitting the text beforehand, because `2x3xf32` is three things inside `tensor<…>` and one
elsewhere: the type parser reads sizes straight from `source` at `pos`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property

from tensorir.ir.diagnostic import Diagnostic, ParseError
from tensorir.ir.location import Location
from tensorir.ir.types import TensorType

MAX_NESTING = 256
"""Regions in regions, and lists in lists."""

# Every quantifier is possessive: a text that does not match fails without trying other splits of it.
_SPACE = r"(?:[ \t\r\n]++|//[^\n\x00]*+)*+"
_STRING = r'"(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+"'
_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_.$]*+"
_TOKEN = re.compile(
    rf"""{_SPACE}(?:
      (?P<value>%[A-Za-z0-9_.$]++)
    | (?P<name>{_IDENTIFIER})
    | (?P<punctuation>->|[=:;,(){{}}\[\]<>*+?-])
    | (?P<float>[0-9]++\.[0-9]*+(?:[eE][+-]?[0-9]++)?+|[0-9]++[eE][+-]?[0-9]++)
    | (?P<int>0x[0-9A-Fa-f]++|[0-9]++)
    | (?P<string>{_STRING})
    | (?P<symbol>@(?:{_IDENTIFIER}|{_STRING}))
    | (?P<size>\${_STRING})
    | (?P<hash>\#[a-z]++)
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
).match
_SKIP = re.compile(_SPACE).match
IDENTIFIER = re.compile(_IDENTIFIER)

_WIDTH = 100
"""How much of a source line an error shows."""


class Lexer:
    """The current token is `kind` (a group of the pattern above), `text`, `start`; `pos` is behind it.

    Strings keep their quotes in `text`, so comparing `text` with a keyword or a punctuation mark is enough.
    """

    __slots__ = ("__dict__", "file", "first_line", "kind", "pos", "source", "start", "text", "types")

    def __init__(self, source: str, file: str = "<string>", first_line: int = 1) -> None:
        self.source = source
        self.file = file
        self.first_line = first_line
        """The line of `file` that the text begins in."""
        self.pos = 0
        self.kind = ""
        self.text = ""
        self.start = 0
        self.types: dict[str, TensorType] = {}
        """Types already read, by their text: programs repeat few types many times."""
        self.advance()

    def advance(self) -> None:
        """Goes to the next token. Raises ParseError at characters that begin none."""
        token = _TOKEN(self.source, self.pos)
        if token is None:
            raise self._no_token()
        kind = token.lastgroup or ""
        self.kind = kind
        self.text = token[kind]
        self.start = token.start(kind)
        self.pos = token.end()

    def peek(self) -> tuple[str, str]:
        """Kind and text of the token after the current one; kind "" if there is none."""
        token = _TOKEN(self.source, self.pos)
        return ("", "") if token is None else (token.lastgroup or "", token[token.lastgroup or ""])

    def at(self, text: str) -> bool:
        """True if the current token is `text`."""
        return self.text == text

    def accept(self, text: str) -> bool:
        """Goes past the current token if it is `text`."""
        if self.text == text:
            self.advance()
            return True
        return False

    def expect(self, text: str, where: str = "") -> None:
        """Goes past `text`, or raises ParseError."""
        if self.text != text:
            raise self.error(f"expected '{text}'{where and ' ' + where}, found {self.found()}")
        self.advance()

    def take(self, kind: str, what: str) -> str:
        """The text of the current token, which must be of this kind, and goes past it."""
        if self.kind != kind:
            raise self.error(f"expected {what}, found {self.found()}")
        text = self.text
        self.advance()
        return text

    def expect_end(self) -> None:
        """Raises ParseError unless all of the text is read."""
        if self.kind != "end":
            raise self.error(f"expected the end of the text, found {self.found()}")

    def found(self) -> str:
        """The current token as errors name it."""
        if self.kind == "end":
            return "the end of the text"
        text = self.text if len(self.text) <= 40 else self.text[:37] + "…"
        return text if self.kind == "string" else f"'{text}'"

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self.source))]

    def location(self, pos: int) -> Location:
        """Line and column, from 1, of a position in the text."""
        line = bisect_right(self._line_starts, pos)
        return Location(self.file, line + self.first_line - 1, pos - self._line_starts[line - 1] + 1)

    def error(self, message: str, pos: int | None = None) -> ParseError:
        """An error at `pos` (the current token unless given), with the source line and a caret below the place."""
        pos = self.start if pos is None else pos
        loc = self.location(pos)
        begin = self._line_starts[loc.line - self.first_line]
        end = self.source.find("\n", pos)
        line = self.source[begin : len(self.source) if end < 0 else end]
        at = loc.col - 1
        first = max(0, at - _WIDTH // 2) if len(line) > _WIDTH else 0
        window = line[first : first + _WIDTH]
        shown = "".join(c if c.isprintable() else " " if c in "\t\r" else "\ufffd" for c in window)
        return ParseError([Diagnostic(message, loc, notes=(shown.rstrip(), " " * (at - first) + "^"))])

    def _no_token(self) -> ParseError:
        skipped = _SKIP(self.source, self.pos)
        pos = skipped.end() if skipped else self.pos
        character = self.source[pos]
        after = self.source[pos + 1 : pos + 2]
        if character == '"' or (character in "@$" and after == '"'):
            return self.error("this string does not end on its line", pos)
        names = {"%": "a value's name", "@": "a symbol's name", "#": "encoding or layout", "$": "a quoted name"}
        if character in names:
            return self.error(f"expected {names[character]} after '{character}'", pos)
        return self.error(f"unexpected character {character!a}", pos)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean a, b?` with the known names nearest to `name`, or nothing."""
    close = get_close_matches(name[:100], [k for k in known if len(k) < 200][:5000], 3)
    return f"; did you mean {', '.join(close)}?" if close else ""
