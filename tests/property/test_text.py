"""Laws of the text format: print∘parse is the identity, and no text whatever brings out anything but an error."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.registry import OPS
from tensorir.encoding.encoding import Encoding
from tensorir.ir.diagnostic import ParseError, VerifyError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import f32, i8
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Module
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.testing.strategies import dims, encodings, programs, scalar_bodies, tensor_types
from tensorir.text import parse, parse_dim, parse_type, print_module
from tensorir.text.bodies import body, body_text
from tensorir.text.encodings import encoding, encoding_text
from tensorir.text.lexer import Lexer
from tensorir.text.sizes import size_text
from tensorir.text.types import type_text
from tests.support import graphs

many = settings(max_examples=max(200, settings().max_examples), deadline=None)


def assert_round_trip(module: Module) -> None:
    for locations in (False, True):
        text = print_module(module, locations=locations)
        again = parse(text, OPS)
        assert isomorphic(module, again)
        assert fingerprint(module) == fingerprint(again)
        assert print_module(again, locations=locations) == text
    verify(again)


@many
@given(programs())
def test_programs(module: Module) -> None:
    note(print_module(module))
    assert_round_trip(module)


@pytest.mark.parametrize("name", graphs.GRAPHS)
def test_graphs_before_and_after_the_pipeline(name: str) -> None:
    module = graphs.GRAPHS[name]()
    assert_round_trip(module)
    assert_round_trip(compile(module).module)


@many
@given(tensor_types())
def test_types(type: TensorType) -> None:
    assert parse_type(type_text(type)) == type
    assert type_text(type) == str(type)


@many
@given(dims())
def test_sizes(dim: Dim) -> None:
    assert parse_dim(size_text(dim)) == dim


@many
@given(encodings())
def test_encodings(value: Encoding) -> None:
    assert encoding(Lexer(encoding_text(value))) == value


@many
@given(scalar_bodies((f32, i8)))
def test_bodies(value: ScalarBody) -> None:
    assert body(Lexer(body_text(value))) == value


def check_any_text(text: str) -> None:
    """It is refused with a place, or it is a program that prints, reads back and is verified or refused."""
    try:
        module = parse(text, OPS)
    except ParseError as e:
        assert all(d.loc.line >= 1 for d in e.diagnostics)
        str(e).encode()
        return
    printed = print_module(module)
    again = parse(printed, OPS)
    assert isomorphic(module, again)
    assert print_module(again) == printed
    try:
        verify(module)
    except VerifyError as e:
        str(e).encode()


TOKENS = re.compile(r'"[^"\n]*"|[%@#$]?[A-Za-z0-9_.]+|->|\s+|.', re.DOTALL)
STRANGE = [
    *'[](){}<>=,:;*+-?"%@#$\\\n\0é',
    *("0", "-1", "1", "2", "16", "281474976710656", "9" * 30, "1.5", "nan", "inf", "0x0", "true", "none"),
    *("f32", "i1", "bf16", "S", "d0", "ceildiv(S, 0)", "mod(S, 2)", "[[[]]]", "tensor<f32>", "tensor<0x[S]xi8>"),
    *("#layout<inner_dims = [1], inner_tiles = [8], outer_perm = [1, 0]>", "dense<1.0> : tensor<2x2xf32>"),
    *("(d0, d1) -> (d1)", "() -> ()", "(a: f32) { yield a }", '"cpu"', "@main", "@w", "%0", "%x", "loc("),
    *("yield", "return", "func", "global", *sorted(OPS)),
]


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A program's text after a few edits of its tokens."""
    tokens = TOKENS.findall(draw(texts))
    for _ in range(draw(st.integers(1, 4))):
        if not tokens:
            break
        at = draw(st.integers(0, len(tokens) - 1))
        other = draw(st.integers(0, len(tokens) - 1))
        match draw(st.sampled_from(["delete", "repeat", "swap", "copy", "replace", "insert", "cut"])):
            case "delete":
                del tokens[at]
            case "repeat":
                tokens.insert(at, tokens[at])
            case "swap":
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case "copy":
                tokens[at] = tokens[other]
            case "replace":
                tokens[at] = draw(st.sampled_from(STRANGE))
            case "insert":
                tokens.insert(at, draw(st.sampled_from(STRANGE)))
            case _:
                del tokens[at:]
    return "".join(tokens)


@many
@given(mutated(programs().map(print_module)))
def test_mutated_programs(text: str) -> None:
    check_any_text(text)


@pytest.fixture(scope="module")
def compiled_texts() -> list[str]:
    return [print_module(compile(make()).module, locations=True) for make in graphs.GRAPHS.values()]


@many
@given(data=st.data())
def test_mutated_graphs(compiled_texts: list[str], data: st.DataObject) -> None:
    check_any_text(data.draw(mutated(st.sampled_from(compiled_texts))))


@many
@given(st.lists(st.sampled_from([*STRANGE, " "])).map(" ".join))
def test_any_tokens(text: str) -> None:
    check_any_text(text)


@many
@given(st.text())
def test_any_characters(text: str) -> None:
    check_any_text(text)
