from __future__ import annotations

from typing import cast

import pytest

from tensorir.dialects.registry import OPS
from tensorir.encoding.encoding import ContractionSpace, Encoding, Role
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed
from tensorir.ir.affine import select
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32, i8, i32
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType, TypeEncoding
from tensorir.ir.value import Value
from tensorir.text import parse, print_module
from tensorir.text.attributes import value_text
from tensorir.text.encodings import Aliases, encoding, encoding_text, tiles
from tensorir.text.lexer import Lexer

S = symbol("S")
MAPS = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
SPACE = ContractionSpace(MAPS, (i8, i8, i32), (None, 8, None))

ENCODINGS: list[TypeEncoding] = [
    Layout((), (), ()),
    Layout((0, 1), (16, 1), (1, 0)),
    *(Encoding(SPACE, role) for role in cast("tuple[Role, ...]", ("lhs", "rhs", "result"))),
    Encoding(
        ContractionSpace(MAPS, (f32, f32, f32), (None, None, None)),
        "lhs",
        (
            Transposed((1, 0)),
            Expanded(((0,), (1, 2)), (S, 2, 8)),
            Collapsed(((0, 1), (2,)), (S, 2, 8)),
            Projected((1,)),
            Projected(()),
        ),
    ),
]


@pytest.mark.parametrize("value", ENCODINGS, ids=str)
def test_round_trip(value: TypeEncoding) -> None:
    text = encoding_text(value)
    assert text == str(value)
    lex = Lexer(text)
    assert encoding(lex) == value
    assert lex.kind == "end"


def test_odd_size_names_are_quoted() -> None:
    value = Encoding(SPACE, "lhs", (Expanded(((0, 1),), (symbol("a b"), 2)),))
    assert 'to [$"a b", 2]' in encoding_text(value)
    assert encoding(Lexer(encoding_text(value))) == value


def test_no_text_for_other_classes() -> None:
    class Mine(TypeEncoding):
        pass

    with pytest.raises(TypeError, match="Mine"):
        encoding_text(Mine())


def test_names_are_given_in_the_order_of_first_use_and_never_twice() -> None:
    aliases = Aliases()
    lhs, layout = Encoding(SPACE, "lhs"), Layout((0, 1), (16, 1), (1, 0))
    assert [aliases(e) for e in (lhs, layout, ENCODINGS[-1], lhs, Layout((), (), (0,)))] == [
        *("#lhs0", "#layout0", "#lhs1", "#lhs0", "#layout1"),
    ]
    assert aliases.definitions().splitlines()[:2] == [f"#lhs0 = {lhs}", f"#layout0 = {layout}"]


def test_a_module_says_each_encoding_once() -> None:
    layout = Layout((0,), (8,), (0,))
    type = TensorType((16,), f32, layout)
    x = Value(type, "x")
    body = Region((x,), (), (x, x))
    text = print_module(Module([Function("f", body), Function("g", body)]))
    first, empty, head, *_ = text.splitlines()
    assert (first, empty) == (f"#layout0 = {layout}", "")
    assert head.startswith("func @f(%x: tensor<16xf32, #layout0>) -> (tensor<16xf32, #layout0>,")
    assert text.count("inner_dims") == 1
    assert isomorphic(parse(text, OPS), Module([Function("f", body), Function("g", body)]))


def test_names_may_be_chosen_and_used_in_later_names() -> None:
    text = (
        "#rows = #layout<inner_dims = [0], inner_tiles = [8], outer_perm = [0]>\n"
        "#same = #rows\n"
        "func @f(%x: tensor<16xf32, #rows>) -> (tensor<16xf32, #same>) { return %x : tensor<16xf32, #same> }"
    )
    (function,) = parse(text, OPS).functions
    assert function.body.args[0].type.encoding == Layout((0,), (8,), (0,))


@pytest.mark.parametrize("value", [Tiles(8, 16, 1), Tiles(1, 2, 3, "kn"), Tiles(4, 8, 16, "nk", swapped=True)], ids=str)
def test_tiles_round_trip(value: Tiles) -> None:
    assert tiles(Lexer(value_text(value))) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#tiles<8, 8>", "expected ','"),
        ("#tiles<8, 8, 8>", "expected ','"),
        ("#tiles<8, 0, 8, nk>", "tile sizes must be at least 1"),
        ("#tiles<8, 8, 8, km>", "expected nk or kn, found 'km'"),
        ("#tiles<8, 8, 8, kn, turned>", "expected 'swapped'"),
        ("#tiles<8, 8, 8, kn", "expected '>'"),
        ("#tile<8, 8, 8, kn>", "expected '#tiles'"),
    ],
)
def test_wrong_tiles_are_refused_with_their_place(text: str, message: str) -> None:
    with pytest.raises(ParseError) as e:
        tiles(Lexer(text, "a.tir"))
    assert message in str(e.value)
    assert str(e.value).startswith("a.tir:1:")
