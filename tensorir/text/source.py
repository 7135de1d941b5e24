"""A text read token by token, with positions of tokens and errors that show their place. Subclasses define the tokens
(`tensorir.text.lexer` for `.tir`, `tensorir.mlir.reader.lexer` for MLIR)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from functools import cached_property

from tensorir.ir.diagnostic import Diagnostic, ParseError
from tensorir.ir.location import Location

_WIDTH = 100
"""How many characters of a source line an error shows."""

_MESSAGE = 1000
"""The limit of a message's length, because it may quote a name of any length."""


class Source(ABC):
    """The current token is `kind` (named by the subclass), `text`, `start`; `pos` is the position after it.

    Strings keep their quotes in `text`, so comparing `text` with a keyword or a punctuation mark is enough.
    """

    __slots__ = ("__dict__", "file", "first_line", "kind", "pos", "source", "start", "text")

    def __init__(self, source: str, file: str = "<string>", first_line: int = 1) -> None:
        self.source = source
        self.file = file
        self.first_line = first_line
        """The line of `file` in which the text begins."""
        self.pos = 0
        self.kind = ""
        self.text = ""
        self.start = 0

    @abstractmethod
    def advance(self) -> None:
        """Advances to the next token. Raises ParseError at characters that do not begin a token."""

    def accept(self, text: str) -> bool:
        """Skips the current token if it is `text`; returns whether it was."""
        if self.text == text:
            self.advance()
            return True
        return False

    def expect(self, text: str, where: str = "") -> None:
        """Skips `text`, or raises ParseError."""
        if self.text != text:
            raise self.error(f"expected '{text}'{where and ' ' + where}, found {self.found()}")
        self.advance()

    def take(self, kind: str, what: str) -> str:
        """Returns the text of the current token, which must be of this kind, and advances."""
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
        """Describes the current token for error messages."""
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

    def position(self, loc: Location) -> int:
        """The position of a line and a column of this text."""
        return self._line_starts[loc.line - self.first_line] + loc.col - 1

    def error(self, message: str, pos: int | None = None) -> ParseError:
        """Makes an error at `pos` (by default the current token), with the source line and a caret below the place."""
        pos = self.start if pos is None else pos
        loc = self.location(pos)
        begin = self._line_starts[loc.line - self.first_line]
        end = self.source.find("\n", pos)
        line = self.source[begin : len(self.source) if end < 0 else end]
        at = loc.col - 1
        first = max(0, at - _WIDTH // 2) if len(line) > _WIDTH else 0
        window = line[first : first + _WIDTH]
        notes = (_one_line(window).rstrip(), " " * (at - first) + "^")
        lines = map(_one_line, message[:_MESSAGE].split("\n"))
        return ParseError([Diagnostic("\n".join(lines), loc, notes=notes)])


def _one_line(text: str) -> str:
    """Removes characters that would break or color the line, because names in quotes may hold anything."""
    return "".join(c if c.isprintable() else " " if c in "\t\r" else "\ufffd" for c in text)
