"""The lexer reads one token at a time, in linear time, and its errors show their place.

Tokens are read on demand instead of beforehand, because `2x3xf32` is three tokens inside `tensor<…>` and one
elsewhere: the type parser reads sizes directly from `source` at `pos`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import numpy.typing as npt

from tensorir.ir.diagnostic import ParseError
from tensorir.ir.types import TensorType, TypeEncoding
from tensorir.text.source import Source

MAX_NESTING = 256
"""The nesting limit of regions and of lists."""

# Every quantifier is possessive, so a text that does not match fails without backtracking.
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
    | (?P<hash>\#[A-Za-z_][A-Za-z0-9_]*+)
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
).match
_SKIP = re.compile(_SPACE).match
IDENTIFIER = re.compile(_IDENTIFIER)


class Lexer(Source):
    """The kind of a token is the name of a group of the pattern above."""

    __slots__ = ("aliases", "data", "types")

    def __init__(self, source: str, file: str = "<string>", first_line: int = 1) -> None:
        super().__init__(source, file, first_line)
        self.aliases: dict[str, TypeEncoding] = {}
        """The names of encodings and layouts defined so far."""
        self.types: dict[str, TensorType] = {}
        """The types read so far, by their text, because programs repeat a few types many times."""
        self.data: Mapping[str, npt.ArrayLike] = {}
        """Data that the text names by its digest."""
        self.advance()

    def advance(self) -> None:
        """Advances to the next token. Raises ParseError at characters that do not begin a token."""
        token = _TOKEN(self.source, self.pos)
        if token is None:
            raise self._no_token()
        kind = token.lastgroup or ""
        self.kind = kind
        self.text = token[kind]
        self.start = token.start(kind)
        self.pos = token.end()

    def peek(self) -> tuple[str, str]:
        """Returns the kind and text of the token after the current one; the kind is "" if there is none."""
        token = _TOKEN(self.source, self.pos)
        return ("", "") if token is None else (token.lastgroup or "", token[token.lastgroup or ""])

    def at(self, text: str) -> bool:
        """True if the current token is `text`."""
        return self.text == text

    def _no_token(self) -> ParseError:
        skipped = _SKIP(self.source, self.pos)
        pos = skipped.end() if skipped else self.pos
        character = self.source[pos]
        after = self.source[pos + 1 : pos + 2]
        if character == '"' or (character in "@$" and after == '"'):
            return self.error("this string is not closed on its line", pos)
        names = {"%": "a value's name", "@": "a symbol's name", "#": "encoding or layout", "$": "a quoted name"}
        if character in names:
            return self.error(f"expected {names[character]} after '{character}'", pos)
        return self.error(f"unexpected character {character!a}", pos)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Returns `; did you mean a, b?` with the known names nearest to `name`, or an empty string."""
    close = get_close_matches(name[:100], [k for k in known if len(k) < 200][:5000], 3)
    return f"; did you mean {', '.join(close)}?" if close else ""
