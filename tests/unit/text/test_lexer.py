from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.ir.location import Location
from tensorir.text.lexer import Lexer, did_you_mean


def tokens(text: str) -> list[tuple[str, str]]:
    lex = Lexer(text)
    found: list[tuple[str, str]] = []
    while lex.kind != "end":
        found.append((lex.kind, lex.text))
        lex.advance()
    return found


def test_kinds() -> None:
    assert tokens('%a.1 linalg.pack -> -1 1.5 2e-3 0x1F "a\\"b" @m @"odd" $"f32" #layout // rest') == [
        ("value", "%a.1"),
        ("name", "linalg.pack"),
        ("punctuation", "->"),
        ("punctuation", "-"),
        ("int", "1"),
        ("float", "1.5"),
        ("float", "2e-3"),
        ("int", "0x1F"),
        ("string", '"a\\"b"'),
        ("symbol", "@m"),
        ("symbol", '@"odd"'),
        ("size", '$"f32"'),
        ("hash", "#layout"),
    ]


def test_comments_and_every_kind_of_space_separate() -> None:
    assert [t for _, t in tokens("a\t// x\r\nb\r\n\n // y\nc//")] == ["a", "b", "c"]


def test_locations_count_from_one() -> None:
    lex = Lexer("a\n\n  b", "f")
    assert lex.location(lex.start) == Location("f", 1, 1)
    lex.advance()
    assert lex.location(lex.start) == Location("f", 3, 3)


def test_peek_does_not_move_and_does_not_fail() -> None:
    lex = Lexer("a b")
    assert lex.peek() == ("name", "b")
    assert lex.text == "a"
    assert Lexer("a \0").peek() == ("", "")


def test_an_error_shows_the_line_and_a_caret() -> None:
    lex = Lexer("first\n\tfoo bar\nlast", "f.tir")
    lex.advance()
    lex.advance()
    assert str(lex.error("no bar")) == "f.tir:2:6: error: no bar\n   foo bar\n       ^"


def test_expect_says_where_and_what_was_found() -> None:
    with pytest.raises(ParseError, match=r"expected ',' between them, found 'b'"):
        Lexer("b").expect(",", "between them")
    with pytest.raises(ParseError, match="found the end of the text"):
        Lexer("").expect(",")
    with pytest.raises(ParseError, match=r"found 'x{37}…'"):
        Lexer("x" * 1000).expect(",")


def test_did_you_mean_lists_close_names_only() -> None:
    assert did_you_mean("transpos", ["transpose", "pack"]) == "; did you mean transpose?"
    assert did_you_mean("zzz", ["transpose", "pack"]) == ""


def test_spaces_that_lead_nowhere_take_linear_time() -> None:
    with pytest.raises(ParseError):
        Lexer(" \t\n" * 1_000_000 + "// c\n" * 100_000 + "\0")
