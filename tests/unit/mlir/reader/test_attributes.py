"""Attributes of MLIR."""

from __future__ import annotations

import math

import pytest

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.parser import OpParser
from tensorir.mlir.syntax import (
    DYNAMIC,
    F64,
    I1,
    I64,
    INDEX,
    AffineMapAttr,
    ArrayAttr,
    Attribute,
    DenseArrayAttr,
    DialectAttr,
    DictAttr,
    FloatAttr,
    FunctionType,
    IntAttr,
    RankedTensor,
    ResourceAttr,
    ScalarType,
    StringAttr,
    SymbolRef,
    TypeAttr,
    UnitAttr,
)

F16, F32, I8 = ScalarType("f16"), ScalarType("f32"), ScalarType("i8")


def read(text: str) -> Attribute:
    parser = OpParser(Lexer(text), {}, {})
    attribute = parser.attribute()
    parser.lex.expect_end()
    return attribute


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("5", IntAttr(5, I64)),
        ("-5 : index", IntAttr(-5, INDEX)),
        ("255 : i8", IntAttr(-1, I8)),
        ("-128 : i8", IntAttr(-128, I8)),
        ("255 : ui8", IntAttr(255, ScalarType("ui8"))),
        ("0xFF : i8", IntAttr(-1, I8)),
        ("18446744073709551615", IntAttr(-1, I64)),
        ("true", IntAttr(1, I1)),
        ("false", IntAttr(0, I1)),
        ("-1 : i1", IntAttr(1, I1)),
        ("1.5", FloatAttr(1.5, F64)),
        ("-0.1 : f32", FloatAttr(-0.10000000149011612, F32)),
        ("0.1 : f16", FloatAttr(0.0999755859375, F16)),
        ("0x7F800000 : f32", FloatAttr(math.inf, F32)),
        ("1.0e400 : f32", FloatAttr(math.inf, F32)),
        ("0x3C00 : f16", FloatAttr(1.0, F16)),
        ("1.3 : f8E4M3FN", FloatAttr(1.25, ScalarType("f8E4M3FN"))),
        (r'"a\22b"', StringAttr('a"b')),
        ('"a" : i8', StringAttr("a")),
        ("unit", UnitAttr()),
        ('@a::@"b c"::@d', SymbolRef(("a", "b c", "d"))),
        ("[]", ArrayAttr(())),
        ('[1, "x", [true]]', ArrayAttr((IntAttr(1, I64), StringAttr("x"), ArrayAttr((IntAttr(1, I1),))))),
        ('{a.b = 1, c, "d e" = @f}', DictAttr({"a.b": IntAttr(1, I64), "c": UnitAttr(), "d e": SymbolRef(("f",))})),
        ("f32", TypeAttr(F32)),
        ("tensor<2xf32>", TypeAttr(RankedTensor((2,), F32))),
        ("(f32) -> ()", TypeAttr(FunctionType((F32,), ()))),
        ("array<i64>", DenseArrayAttr(I64, ())),
        ("array<i8: 1, -2, 255>", DenseArrayAttr(I8, (1, -2, -1))),
        ("array<f32: 1.5, 0x7F800000>", DenseArrayAttr(F32, (1.5, math.inf))),
        ("array<i1: true, false>", DenseArrayAttr(I1, (1, 0))),
        ("dense_resource<a.b> : tensor<2xf32>", ResourceAttr("a.b", RankedTensor((2,), F32))),
        ('dense_resource<"a-b"> : tensor<2xf32>', ResourceAttr("a-b", RankedTensor((2,), F32))),
        ("#linalg.iterator_type<parallel>", DialectAttr("linalg.iterator_type", "parallel")),
        ('#flow.parameter.named<"m"::"w"> : tensor<2xf32>', DialectAttr("flow.parameter.named", '"m"::"w"')),
        ("#hal.affinity", DialectAttr("hal.affinity")),
        ('#arith<fastmath {"}>"}>', DialectAttr("arith", 'fastmath {"}>"}')),
        ("distinct[0]<unit>", DialectAttr("builtin.distinct", "[0]<unit>")),
        ("strided<[1], offset: ?>", DialectAttr("builtin.strided", "[1], offset: ?")),
        ('loc("a":1:2)', DialectAttr("builtin.loc")),
    ],
)
def test_attributes(text: str, attribute: Attribute) -> None:
    assert read(text) == attribute


def test_a_nan_is_one() -> None:
    attribute = read("0x7FC00000 : f32")
    assert isinstance(attribute, FloatAttr)
    assert math.isnan(attribute.value)


def test_an_affine_map_may_be_an_alias() -> None:
    parser = OpParser(Lexer("#map = affine_map<(i) -> (i)> #map affine_map<(d0) -> (d0)>"), {}, {})
    parser.define_attribute()
    first, second = parser.affine_map(), parser.affine_map()
    assert isinstance(first, AffineMapAttr)
    assert first == second


def test_an_encoding_of_iree_has_parameters() -> None:
    map0 = "affine_map<(d0, d1) -> (d0)>"
    attribute = read(
        f"#iree_encoding.encoding<operand_index = 0 : index, op_type = matmul, element_types = [f32, i8], "
        f"user_indexing_maps = [[{map0}, {map0}], {map0}], iteration_sizes = [128, ?]>"
    )
    assert isinstance(attribute, DialectAttr)
    assert attribute.params["operand_index"] == IntAttr(0, INDEX)
    assert attribute.params["op_type"] == StringAttr("matmul")
    assert attribute.params["element_types"] == ArrayAttr((TypeAttr(F32), TypeAttr(I8)))
    assert attribute.params["iteration_sizes"] == ArrayAttr((IntAttr(128, I64), IntAttr(DYNAMIC, I64)))
    maps = attribute.params["user_indexing_maps"]
    assert isinstance(maps, ArrayAttr)
    assert isinstance(maps.items[0], ArrayAttr)
    assert maps.items[0].items[0] == maps.items[1]
    assert attribute != read("#iree_encoding.encoding<operand_index = 1 : index>")


def test_types_with_encodings_are_equal_by_content() -> None:
    text = "tensor<2xf32, #iree_encoding.encoding<operand_index = 0 : index>>"
    first, second = read(text), read(text)
    assert first == second
    assert hash(first) == hash(second)
