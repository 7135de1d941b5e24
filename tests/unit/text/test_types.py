from __future__ import annotations

import pytest

from tensorir.encoding.layout import Layout
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.dims import ceildiv, symbol
from tensorir.ir.dtype import DTYPES, bf16, f32, i1
from tensorir.ir.types import TensorType
from tensorir.text import parse_type
from tensorir.text.lexer import Lexer
from tensorir.text.types import tensor_type, type_text

S = symbol("S")


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("tensor<f32>", TensorType((), f32)),
        ("tensor<0x3xi1>", TensorType((0, 3), i1)),
        ("tensor<0x10x1e5xf32>".replace("1e5", "5"), TensorType((0, 10, 5), f32)),
        ("tensor<2x[S]x3xbf16>", TensorType((2, S, 3), bf16)),
        ("tensor<[ceildiv(S, 8)]x24xf32>", TensorType((ceildiv(S, 8), 24), f32)),
        (
            "tensor<2x3xf32, #layout<inner_dims = [0], inner_tiles = [8], outer_perm = [1, 0]>>",
            TensorType((2, 3), f32, Layout((0,), (8,), (1, 0))),
        ),
        *((f"tensor<7x{name}>", TensorType((7,), t)) for name, t in DTYPES.items()),
    ],
)
def test_round_trip(text: str, type: TensorType) -> None:
    assert parse_type(text) == type
    assert type_text(type) == text == str(type)


def test_spaces_are_free_and_static_sizes_may_stand_in_brackets() -> None:
    assert parse_type("tensor < 2x [ S ]x[4]x f32 >") == TensorType((2, S, 4), f32)


def test_a_type_seen_before_is_the_same_object() -> None:
    lex = Lexer("tensor<2xf32, #layout<inner_dims = [], inner_tiles = [], outer_perm = [0]>> " * 2 + "tensor<2xf32>")
    first, second, third = tensor_type(lex), tensor_type(lex), tensor_type(lex)
    assert first is second
    assert third == TensorType((2,), f32)
    assert lex.kind == "end"


def test_odd_sizes_print() -> None:
    assert type_text(TensorType((-1, symbol("a b")), f32)) == 'tensor<[-1]x[$"a b"]xf32>'


@pytest.mark.parametrize(
    "text", ["tensor<2xf32> x", "tensor", "tensor<", "tensor<2", "tensor<2x", "tensor<[", "tensor<]"]
)
def test_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_type(text)
