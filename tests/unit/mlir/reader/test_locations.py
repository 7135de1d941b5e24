"""Locations are read and left out, whatever the order."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.locations import LocationReader


@pytest.mark.parametrize(
    "text",
    [
        "unknown",
        "#loc",
        '"a.py":1:2',
        '"a.py":1',
        '"a.py":1:2 to :5',
        '"a.py":1:2 to 3:4',
        '"name"',
        '"name"("a.py":1:2)',
        '"name"(#loc)',
        'callsite("f" at callsite(#loc at unknown))',
        'fused["a", "b":1:2, #loc]',
        'fused<#x.y<"tag">>["a", fused[unknown]]',
        'fused<{a = "b"}>["a"]',
        '#x.y<"z">',
        "loc(unknown)",
    ],
)
def test_every_kind_is_left_out(text: str) -> None:
    lex = Lexer(f"loc({text}) next")
    reader = LocationReader(lex)
    reader.skip()
    assert lex.text == "next"
    reader.defined.add("#loc")
    reader.finish()


def test_an_alias_has_to_be_defined_somewhere() -> None:
    reader = LocationReader(Lexer("loc(fused[#loc1, #loc2])"))
    reader.skip()
    reader.defined.add("#loc1")
    with pytest.raises(
        ParseError, match="<string>:1:18: error: the location #loc2 is nowhere defined; did you mean #loc1"
    ):
        reader.finish()
