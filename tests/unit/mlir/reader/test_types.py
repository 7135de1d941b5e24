"""Types of MLIR."""

from __future__ import annotations

import pytest

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.parser import OpParser
from tensorir.mlir.reader.types import width_of
from tensorir.mlir.syntax import (
    FunctionType,
    OpaqueType,
    RankedTensor,
    ScalarType,
    StringAttr,
    Type,
)

F32 = ScalarType("f32")


def read(text: str) -> Type:
    parser = OpParser(Lexer(text), {}, {})
    type = parser.type()
    parser.lex.expect_end()
    return type


@pytest.mark.parametrize(
    "name",
    ["f16", "bf16", "f32", "f64", "f80", "f128", "tf32", "f8E4M3FN", "i1", "i7", "si8", "ui4", "i128", "index", "none"],
)
def test_scalars_keep_their_names(name: str) -> None:
    assert read(name) == ScalarType(name)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("tensor<f32>", RankedTensor((), F32)),
        ("tensor<2x?x0x4xf32>", RankedTensor((2, None, 0, 4), F32)),
        ("tensor< 2 x ? x f32 >", RankedTensor((2, None), F32)),
        ("tensor<3xi7>", RankedTensor((3,), ScalarType("i7"))),
        ("tensor<2x!hal.device>", RankedTensor((2,), OpaqueType("!hal.device"))),
        ("tensor<2xvector<4xf32>>", RankedTensor((2,), OpaqueType("vector<4xf32>"))),
        ('tensor<2xf32, "enc">', RankedTensor((2,), F32, StringAttr("enc"))),
        ("tensor<*xf32>", OpaqueType("tensor<*xf32>")),
        (
            "memref<4x?xf32, strided<[?, 1], offset: ?>, 3>",
            OpaqueType("memref<4x?xf32, strided<[?, 1], offset: ?>, 3>"),
        ),
        ("tuple<i1, complex<f32>>", OpaqueType("tuple<i1, complex<f32>>")),
        ("!util.list<!hal.buffer_view>", OpaqueType("!util.list<!hal.buffer_view>")),
        ("() -> ()", FunctionType((), ())),
        ("(f32, tensor<f32>) -> f32", FunctionType((F32, RankedTensor((), F32)), (F32,))),
        ("(() -> f32) -> (f32, f32)", FunctionType((FunctionType((), (F32,)),), (F32, F32))),
    ],
)
def test_types(text: str, type: Type) -> None:
    assert read(text) == type


def test_equal_types_are_read_once() -> None:
    parser = OpParser(Lexer("tensor<2x3xf32> tensor<2x3xf32>"), {}, {})
    assert parser.type() is parser.type()


@pytest.mark.parametrize(("name", "width"), [("index", 64), ("bf16", 16), ("ui7", 7), ("f8E5M2", 8), ("none", None)])
def test_width(name: str, width: int | None) -> None:
    assert width_of(ScalarType(name)) == width
