from __future__ import annotations

from typing import cast

import pytest

from tensorir.encoding.encoding import Contraction, Encoding, Role
from tensorir.encoding.layout import Layout
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed
from tensorir.ir.affine import select
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32, i8, i32
from tensorir.ir.types import TypeEncoding
from tensorir.text.encodings import encoding, encoding_text
from tensorir.text.lexer import Lexer

S = symbol("S")
MAPS = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
SPACE = Contraction(MAPS, (i8, i8, i32), (None, 8, None))

ENCODINGS: list[TypeEncoding] = [
    Layout((), (), ()),
    Layout((0, 1), (16, 1), (1, 0)),
    *(Encoding(SPACE, role) for role in cast("tuple[Role, ...]", ("lhs", "rhs", "result"))),
    Encoding(
        Contraction(MAPS, (f32, f32, f32), (None, None, None)),
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
