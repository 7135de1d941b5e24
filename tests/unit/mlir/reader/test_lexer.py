"""Tokens of MLIR."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.mlir.reader.lexer import Lexer


def tokens(text: str) -> list[tuple[str, str]]:
    lex = Lexer(text)
    found: list[tuple[str, str]] = []
    while lex.kind != "end":
        found.append((lex.kind, lex.text))
        lex.advance()
    return found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("linalg.matmul", "name"),
        ("_x$1", "name"),
        ("%x", "value"),
        ("%0", "value"),
        ("%0#12", "value"),
        ("%a-b.c$d", "value"),
        ("@x", "symbol"),
        ('@"a b"', "symbol"),
        ("^bb0", "block"),
        ("!t", "type"),
        ("!hal.device", "type"),
        ("#map", "attr"),
        ("#hal.device.promise", "attr"),
        ("12", "int"),
        ("0x7F", "hex"),
        ("1.", "float"),
        ("1.5e-3", "float"),
        ('"a \\" b"', "string"),
        ('"' + "x" * 1000 + '"', "string"),
        ("->", "punct"),
        ("::", "punct"),
        ("{-#", "punct"),
        ("#-}", "punct"),
    ],
)
def test_one_token(text: str, kind: str) -> None:
    assert tokens(text) == [(kind, text)]
    assert tokens(f" {text} // a comment\n") == [(kind, text)]


def test_what_stands_together_is_apart() -> None:
    assert [t for _, t in tokens("%0:2 = f(%a,-1)->2x3")] == [
        *("%0", ":", "2", "=", "f", "(", "%a", ",", "-", "1", ")", "->", "2", "x3")
    ]


def test_at_is_never_true_for_strings() -> None:
    lex = Lexer('"loc" loc')
    assert not lex.at("loc", "x")
    lex.advance()
    assert lex.at("x", "loc")
    assert lex.peek() == ("end", "")


def test_ways_past_a_token() -> None:
    lex = Lexer("a ( 1 )")
    assert not lex.accept("b")
    assert lex.take("name", "a name") == "a"
    lex.expect("(")
    assert lex.peek() == ("punct", ")")
    with pytest.raises(ParseError, match="<string>:1:5: error: expected a name, found '1'"):
        lex.take("name", "a name")
    with pytest.raises(ParseError, match=r"expected '\)' after operands, found '1'"):
        lex.expect(")", "after operands")


def test_balanced_text_is_taken_as_it_stands() -> None:
    lex = Lexer('<a (b -> c) [">"] {d = <e>}, // f\n> g')
    assert lex.balanced("<") == 'a (b -> c) [">"] {d = <e>}, // f\n'
    assert lex.text == "g"


def test_strings_mean_what_mlir_means() -> None:
    lex = Lexer(r'"a\"\\\n\t\41\C3\A9é"')
    assert lex.string() == 'a"\\\n\tAéé'


def test_locations_count_from_the_first_line() -> None:
    lex = Lexer("a\n  b", "f.mlir", 10)
    lex.advance()
    assert str(lex.location(lex.start)) == "f.mlir:11:3"
