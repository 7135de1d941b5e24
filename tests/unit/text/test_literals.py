from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.diagnostic import ParseError
from tensorir.text.lexer import Lexer
from tensorir.text.literals import (
    float_text,
    int_text,
    number,
    number_text,
    quoted,
    signed_integer,
    size_name,
    string,
    symbol,
    symbol_name,
)


@given(st.text(st.characters()))
def test_strings(text: str) -> None:
    literal = quoted(text)
    assert literal.isprintable()
    literal.encode()
    assert string(Lexer(literal)) == text
    assert symbol(Lexer(symbol_name(text))) == text


@pytest.mark.parametrize("text", ["\0", "\ud800", "\u2028", '"', "\\", "é", "\n\t\r", "{}"])
def test_odd_strings(text: str) -> None:
    assert string(Lexer(quoted(text))) == text


@given(st.floats() | st.integers(-(2**64) + 1, 2**64 - 1) | st.booleans())
def test_numbers(value: float) -> None:
    found = number(Lexer(number_text(value)))
    assert type(found) is type(value)
    assert found == value or (math.isnan(found) and math.isnan(value))
    assert math.copysign(1, found) == math.copysign(1, value) or math.isnan(value)


def test_floats_keep_all_bits() -> None:
    for bits in (1, 0x3FB999999999999A, 0x7FEFFFFFFFFFFFFF, 0x8000000000000000):
        (value,) = struct.unpack("<d", struct.pack("<Q", bits))
        assert struct.pack("<d", number(Lexer(float_text(value)))) == struct.pack("<Q", bits)


def test_integers_are_bounded_both_ways() -> None:
    assert signed_integer(Lexer("-0x" + "0" * 10_000 + "F")) == -15
    assert int_text(10**5000).startswith("0x")
    for text in (int_text(10**5000), int_text(1 << 64), "9" * 100_000):
        with pytest.raises(ParseError, match=r"2\*\*64 or more"):
            signed_integer(Lexer(text))


def test_size_names_in_quotes() -> None:
    assert size_name("S") == "S"
    assert [size_name(n) for n in ("f32", "a b", "", "mod", "true")] == [
        '$"f32"',
        '$"a b"',
        '$""',
        '$"mod"',
        '$"true"',
    ]
