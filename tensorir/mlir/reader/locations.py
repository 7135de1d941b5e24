"""Locations: read by their grammar, and left out. Their aliases stand at the end of a file, after their uses."""

from __future__ import annotations

import re

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.limits import MAX_NESTING
from tensorir.text.lexer import did_you_mean

_SIMPLE = re.compile(r"loc\((?:(#[A-Za-z0-9_]++)|unknown)\)").match


class LocationReader:
    """Goes past locations; remembers the aliases used and defined."""

    def __init__(self, lex: Lexer) -> None:
        self.lex = lex
        self.used: dict[str, int] = {}
        """Where an alias is first used."""
        self.defined: set[str] = set()

    def skip(self) -> None:
        """Goes past the `loc(…)` at the current token."""
        lex = self.lex
        simple = _SIMPLE(lex.source, lex.start)
        if simple is not None:
            if simple[1]:
                self.used.setdefault(simple[1], simple.start(1))
            lex.goto(simple.end())
            return
        lex.expect("loc")
        lex.expect("(", "after 'loc'")
        self._location(0)
        lex.expect(")", "after a location")

    def finish(self) -> None:
        """At the end of the text: every alias used is defined. Raises ParseError."""
        for name, start in self.used.items():
            if name not in self.defined:
                close = did_you_mean(name, self.defined)
                raise self.lex.error(f"the location {name} is nowhere defined{close}", start)

    def _location(self, depth: int) -> None:
        lex = self.lex
        if depth > MAX_NESTING:
            raise lex.error(f"this is nested deeper than {MAX_NESTING}")
        if lex.text == "loc" and lex.peek() == ("punct", "("):
            lex.advance()
            lex.advance()
            self._location(depth + 1)
            lex.expect(")", "after a location")
        elif lex.kind == "string":
            lex.advance()
            if lex.accept("("):
                self._location(depth + 1)
                lex.expect(")", "after a location")
            elif lex.accept(":"):
                self._position()
        elif lex.kind == "attr":
            self._attribute()
        elif lex.accept("unknown"):
            pass
        elif lex.accept("callsite"):
            lex.expect("(", "after 'callsite'")
            self._location(depth + 1)
            lex.expect("at", "in a callsite location")
            self._location(depth + 1)
            lex.expect(")", "after a callsite location")
        elif lex.accept("fused"):
            if lex.text == "<":
                lex.balanced("<")
            lex.expect("[", "after 'fused'")
            self._location(depth + 1)
            while lex.accept(","):
                self._location(depth + 1)
            lex.expect("]", "after a fused location")
        else:
            raise lex.error(f"expected a location, found {lex.found()}")

    def _attribute(self) -> None:
        lex = self.lex
        start, name = lex.start, lex.text
        lex.advance()
        if "." not in name:
            self.used.setdefault(name, start)
        if lex.text == "<":
            lex.balanced("<")

    def _position(self) -> None:
        """`line:col`, `line:col to :col`, `line:col to line:col`."""
        lex = self.lex
        lex.take("int", "a line number")
        if lex.accept(":"):
            lex.take("int", "a column number")
        if lex.accept("to"):
            if lex.kind == "int":
                lex.advance()
            lex.expect(":", "in the end of a location's range")
            lex.take("int", "a column number")
