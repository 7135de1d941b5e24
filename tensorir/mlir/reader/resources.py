"""The section `{-# dialect_resources: … #-}` at the end of a file, where large constants stand as hex."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping

from tensorir.mlir.reader.lexer import Lexer
from tensorir.text.lexer import did_you_mean

_HEADER = 4
"""Bytes before the data of a resource: its alignment, little-endian."""
_HEX = re.compile(r"[0-9A-Fa-f]*+").fullmatch


class Resources(Mapping[str, "bytes | memoryview"]):
    """Key → data, without the header. Hex is turned into bytes when the data is asked for."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._spans: dict[str, tuple[int, int]] = {}

    def add(self, key: str, start: int, end: int) -> None:
        """The hex digits of `key` stand at these positions."""
        self._spans[key] = (start, end)

    def size(self, key: str) -> int:
        """Bytes of the data. Raises KeyError."""
        start, end = self._spans[key]
        return (end - start) // 2 - _HEADER

    def __getitem__(self, key: str) -> bytes | memoryview:
        start, end = self._spans[key]
        return memoryview(binascii.unhexlify(self._source[start:end]))[_HEADER:]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def __contains__(self, key: object) -> bool:
        return key in self._spans


def read_metadata(lex: Lexer, resources: Resources) -> None:
    """`{-# section: {…}, … #-}` at the current token. Raises ParseError."""
    lex.expect("{-#")
    while lex.text != "#-}":
        start, section = lex.start, lex.take("name", "the name of a section of the file's metadata")
        if section not in ("dialect_resources", "external_resources"):
            close = did_you_mean(section, ("dialect_resources", "external_resources"))
            raise lex.error(f"unknown section '{section}' of the file's metadata{close}", start)
        lex.expect(":", "after the name of a section")
        lex.expect("{", "before a section")
        while lex.text != "}":
            owner = _key(lex, "the name of a dialect")
            lex.expect(":", "after a dialect's name")
            lex.expect("{", "before resources")
            while lex.text != "}":
                _entry(lex, resources, section == "dialect_resources" and owner == "builtin")
                if not lex.accept(","):
                    break
            lex.expect("}", "after resources")
            if not lex.accept(","):
                break
        lex.expect("}", "after a section")
        if not lex.accept(","):
            break
    lex.expect("#-}", "after the file's metadata")


def _key(lex: Lexer, what: str) -> str:
    return lex.string() if lex.kind == "string" else lex.take("name", what)


def _entry(lex: Lexer, resources: Resources, is_data: bool) -> None:
    """`key: "0x…"`; what other dialects keep may also be a number or a word."""
    at = lex.start
    key = _key(lex, "the key of a resource")
    lex.expect(":", "after the key of a resource")
    if not is_data:
        if lex.kind not in ("string", "int", "hex", "name"):
            raise lex.error(f"expected a resource, found {lex.found()}")
        lex.advance()
        return
    if key in resources:
        raise lex.error(f"the resource {key!r} is given twice", at)
    start, text = lex.start, lex.text
    if lex.kind != "string" or not text.startswith('"0x'):
        raise lex.error(f'expected the hex digits of a resource ("0x…"), found {lex.found()}')
    digits = len(text) - 4
    if digits % 2 or digits < 2 * _HEADER:
        raise lex.error("a resource has two hex digits for each byte, and four bytes before its data", start)
    if _HEX(lex.source, start + 3, start + 3 + digits) is None:
        raise lex.error("a resource has hex digits alone", start)
    lex.advance()
    resources.add(key, start + 3, start + 3 + digits)
