"""MLIR's tokens: one at a time, in linear time. Kinds:

"name" (`linalg.matmul`, `f32`, `dense`), "value" (`%x`, `%0#1`), "symbol" (`@x`, `@"x"`), "block" (`^bb0`), "type"
(`!x`, `!dialect.x`), "attr" (`#x`, `#dialect.x`), "int", "hex", "float", "string" (with its quotes), "punct", "end".

Sizes (`2x3xf32`) and the bodies of foreign types and attributes are not tokens: their readers take them from `source`
and continue after them with `goto`.
"""

from __future__ import annotations

import re

from tensorir.ir.diagnostic import ParseError
from tensorir.mlir.reader.limits import MAX_NESTING
from tensorir.text.source import Source

# Every quantifier is possessive, so a text that does not match fails without backtracking.
_SPACE = r"(?:[ \t\r\n]++|//[^\n]*+)*+"
_SUFFIX = r"(?:[0-9]++|[A-Za-z_$.\-][A-Za-z0-9_$.\-]*+)"
_NAME = r"[A-Za-z_][A-Za-z0-9_$.]*+"
_SHORT = r'"[^"\\\x00-\x1f]{0,256}+"'
"""Longer strings, and those with escapes, are found by str.find: weights in hex are strings of 100 MB."""
_TOKEN = re.compile(
    rf"""{_SPACE}(?:
      (?P<value>%{_SUFFIX}(?:\#[0-9]++)?+)
    | (?P<punct>->|::|\{{-\#|\#-\}}|\.\.\.|[=:;,(){{}}\[\]<>*+?|/-])
    | (?P<name>{_NAME})
    | (?P<float>[0-9]++\.[0-9]*+(?:[eE][+-]?[0-9]++)?+)
    | (?P<hex>0x[0-9A-Fa-f]++)
    | (?P<int>[0-9]++)
    | (?P<string>{_SHORT})
    | (?P<attr>\#{_SUFFIX})
    | (?P<type>!{_SUFFIX})
    | (?P<symbol>@(?:{_NAME}|{_SHORT}))
    | (?P<block>\^{_SUFFIX})
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
).match
_STRING = re.compile(r'"(?:[^"\\\n]++|\\[^\n])*+"').match
_SKIP = re.compile(_SPACE).match
_BRACKET = re.compile(r'->|[\[\](){}<>"]').search
_CLOSES = {"(": ")", "[": "]", "{": "}", "<": ">"}
_ESCAPE = re.compile(rb'\\(?:([nt"\\])|([0-9A-Fa-f]{2})|)')
_ESCAPED = {b"n": b"\n", b"t": b"\t", b'"': b'"', b"\\": b"\\"}


class Lexer(Source):
    """The token at hand, and the ways past it."""

    __slots__ = ()

    def __init__(self, source: str, file: str = "<string>", first_line: int = 1) -> None:
        super().__init__(source, file, first_line)
        self.advance()

    def advance(self) -> None:
        """Goes to the next token. Raises ParseError at characters that begin none."""
        token = _TOKEN(self.source, self.pos)
        if token is None:
            self._long_token()
            return
        group = token.lastindex or 0
        self.kind = token.lastgroup or ""
        self.text = token[group]
        self.start = token.start(group)
        self.pos = token.end()

    def goto(self, pos: int) -> None:
        """Makes the token at `pos` (or after spaces there) the current one."""
        self.pos = pos
        self.advance()

    def at(self, *texts: str) -> bool:
        """True if the current token is one of these."""
        return self.text in texts

    def peek(self) -> tuple[str, str]:
        """Kind and text of the token after the current one; kind "" if that is none, or a long string."""
        token = _TOKEN(self.source, self.pos)
        return ("", "") if token is None else (token.lastgroup or "", token[token.lastindex or 0])

    def balanced(self, opening: str) -> str:
        """The current token is the bracket `opening`: the raw text up to the bracket that closes it, and goes past
        that. Brackets within have to match; strings and `->` are none. Raises ParseError."""
        self.require(opening)
        begin = position = self.pos
        open_brackets = [(_CLOSES[opening], self.start)]
        while open_brackets:
            found = _BRACKET(self.source, position)
            if found is None:
                raise self.error(f"this '{self.source[open_brackets[-1][1]]}' is not closed", open_brackets[-1][1])
            text, start, position = found[0], found.start(), found.end()
            if text == '"':
                position = self._string_end(start)
            elif text in _CLOSES:
                if len(open_brackets) >= MAX_NESTING:
                    raise self.error(f"brackets are nested deeper than {MAX_NESTING}", start)
                open_brackets.append((_CLOSES[text], start))
            elif text != "->":
                closing, at = open_brackets.pop()
                if text != closing:
                    opened = self.location(at)
                    place = f"{opened.line}:{opened.col}"
                    raise self.error(
                        f"expected '{closing}' for the '{self.source[at]}' at {place}, found '{text}'", start
                    )
        self.goto(position)
        return self.source[begin : position - 1]

    def require(self, text: str, why: str = "") -> None:
        """Raises ParseError unless the current token is `text`; stays there."""
        if self.text != text:
            raise self.error(f"expected '{text}'{why and ' ' + why}, found {self.found()}")

    def string(self, what: str = "a string") -> str:
        """The text that the current string token stands for, and goes past it."""
        start = self.start
        return self.unescape(self.take("string", what), start)

    def unescape(self, token: str, start: int) -> str:
        """What a string token that begins at `start` stands for: `\\n`, `\\t`, `\\"`, `\\\\`, `\\HH` (a byte)."""
        body = token[1:-1]
        if "\\" not in body:
            return body
        raw = body.encode("utf-8", "surrogatepass")
        wrong: list[int] = []

        def replace(match: re.Match[bytes]) -> bytes:
            if match[1]:
                return _ESCAPED[match[1]]
            if match[2]:
                return bytes.fromhex(match[2].decode())
            wrong.append(match.start())
            return b""

        result = _ESCAPE.sub(replace, raw)
        if wrong:
            raise self.error('unknown escape in a string (there are \\n, \\t, \\", \\\\ and two hex digits)', start)
        try:
            return result.decode("utf-8")
        except UnicodeDecodeError:
            raise self.error("a string of bytes that are not UTF-8 is not supported", start) from None

    def _long_token(self) -> None:
        """A string that the pattern leaves out, or an error."""
        skipped = _SKIP(self.source, self.pos)
        pos = skipped.end() if skipped else self.pos
        character = self.source[pos]
        quote = pos + (character == "@")
        if self.source[quote : quote + 1] != '"':
            raise self._no_token(pos, character)
        end = self._string_end(quote)
        self.kind = "string" if quote == pos else "symbol"
        self.start, self.pos = pos, end
        self.text = self.source[pos:end]

    def _string_end(self, start: int) -> int:
        """The position after the string that begins at `start`."""
        source = self.source
        quote = source.find('"', start + 1)
        if quote >= 0 and source.find("\\", start, quote) < 0 and source.find("\n", start, quote) < 0:
            return quote + 1
        found = _STRING(source, start)
        if found is None:
            raise self.error("this string is not closed on its line", start)
        return found.end()

    def _no_token(self, pos: int, character: str) -> ParseError:
        names = {
            "%": "a value's name",
            "@": "a symbol's name",
            "#": "an attribute's name",
            "!": "a type's name",
            "^": "a block's name",
        }
        if character in names:
            return self.error(f"expected {names[character]} after '{character}'", pos)
        return self.error(f"unexpected character {character!a}", pos)
