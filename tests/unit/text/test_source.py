"""Places and errors that the lexers share."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.text.lexer import Lexer


def test_an_error_shows_its_line_and_a_caret() -> None:
    lex = Lexer("a b\n\tc = \0d", "f", 7)
    error = lex.error("no", 5)
    assert str(error) == "f:8:2: error: no\n   c = \ufffdd\n   ^"


def test_of_a_long_line_a_window_is_shown() -> None:
    lex = Lexer("x" * 500 + "y" + "z" * 500)
    (diagnostic,) = lex.error("no", 500).diagnostics
    line, caret = diagnostic.notes
    assert len(line) == 100
    assert line[caret.index("^")] == "y"


def test_only_the_end_is_the_end() -> None:
    lex = Lexer("a")
    with pytest.raises(ParseError, match="expected the end of the text, found 'a'"):
        lex.expect_end()
    lex.advance()
    lex.expect_end()


def test_long_tokens_are_cut_in_messages() -> None:
    assert Lexer("a" * 100).found() == f"'{'a' * 37}…'"


def test_messages_do_not_break_or_color_lines() -> None:
    (diagnostic,) = Lexer("a").error("\x1b[31mno\n  more " + "x" * 5000).diagnostics
    first, second = diagnostic.message.split("\n")
    assert first == "\ufffd[31mno"
    assert len(second) < 1000
