"""Numbers as attributes, with the type written or given."""

from __future__ import annotations

import pytest

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.parser import OpParser
from tensorir.mlir.syntax import FloatAttr, IntAttr, ScalarType

F32, F64, I1, I8, I64 = (ScalarType(name) for name in ("f32", "f64", "i1", "i8", "i64"))


def test_the_type_stands_behind() -> None:
    parser = OpParser(Lexer("-3 : i8 3 -0.5 0x10 0x3F800000 : f32"), {}, {})
    numbers = [parser.number() for _ in range(5)]
    assert numbers == [IntAttr(-3, I8), IntAttr(3, I64), FloatAttr(-0.5, F64), IntAttr(16, I64), FloatAttr(1.0, F32)]


def test_the_type_may_be_given() -> None:
    parser = OpParser(Lexer("200 true 1.1 : f64"), {}, {})
    assert parser.literal(I8) == IntAttr(-56, I8)
    assert parser.literal(I1) == IntAttr(1, I1)
    assert parser.literal(F32) == FloatAttr(1.100000023841858, F32)
    assert parser.lex.text == ":"


def test_words_are_given_ones_alone() -> None:
    parser = OpParser(Lexer("true"), {}, {})
    with pytest.raises(ValueError, match="expected a number, found 'true'"):
        parser.literal(I8)
