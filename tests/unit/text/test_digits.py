"""Layouts as digits are read as they are printed, and refused with a place."""

from __future__ import annotations

import re

import pytest

from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, Digit, DigitLayout, filled, row_major
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.dims import ceildiv, symbol
from tensorir.text.attributes import attribute_value, value_text
from tensorir.text.digits import digits, digits_text
from tensorir.text.encodings import encoding
from tensorir.text.lexer import Lexer

S = symbol("S")
LAYOUTS = [
    row_major(0),
    row_major(2),
    DigitLayout(2, (Digit(0, 8), Digit(1, 16), Digit(0, 1, 8), Digit(1, 1, 16)), (filled(-0.0), UNSPECIFIED)),
    DigitLayout(1, (Digit(0, 1, S), Digit(0, S)), (NO_PADDING,)),
    DigitLayout(1, (Digit(0, 4 * ceildiv(S, 4)), Digit(0, 1, 4 * ceildiv(S, 4))), (filled(3),)),
    DigitLayout(1, (Digit(0, 8), Digit(0, 1, 8)), (filled(float("-inf")),)),
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_round_trip(layout: DigitLayout) -> None:
    text = digits_text(layout)
    assert text == str(layout)
    lex = Lexer(text)
    assert digits(lex) == layout
    assert lex.kind == "end"
    assert attribute_value(Lexer(value_text(layout))) == layout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "#digits<[(0, 8, ?), (0, 1, 4)], padding = [none]>",
            "1:1: error: dim 0: the strides form no divisor chain: 1, 8",
        ),
        ("#digits<[(0, 1, 4)], padding = [none]>", "1:1: error: dim 0 has 0 open digits"),
        ("#digits<[(1, 1, ?)], padding = [none]>", "1:1: error: digit (1, 1, ?) of a tensor of rank 1"),
        ("#digits<[0], padding = [none]>", "1:10: error: expected '('"),
        ("#digits<[(0, 1, ?)], padding = [full]>", "1:33: error: expected a number"),
    ],
)
def test_digits_that_cannot_be_are_refused_with_a_place(text: str, message: str) -> None:
    with pytest.raises(ParseError, match=re.escape(message)):
        digits(Lexer(text))


def test_types_have_no_digits() -> None:
    with pytest.raises(ParseError, match=r"is an attribute of linalg\.relayout, not a layout of types"):
        encoding(Lexer("#digits<[], padding = []>"))
