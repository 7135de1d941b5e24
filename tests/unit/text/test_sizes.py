from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.affine import AffineMap, select
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.dims import Dim, DimExpr, Divided, ceildiv, floordiv, iteration_dim, mod, symbol
from tensorir.text import parse_dim
from tensorir.text.lexer import Lexer
from tensorir.text.sizes import affine_map, map_text, size_text

S, T = symbol("S"), symbol("T")

NAMES = st.sampled_from(["S", "T", "batch_size", "f32", "a b", "ceildiv", "é"])


def _sum(a: Dim, b: Dim) -> Dim:
    return a + b


def _product(a: Dim, b: Dim) -> Dim:
    return a * b


def _larger(dims: st.SearchStrategy[Dim]) -> st.SearchStrategy[Dim]:
    divided = [st.builds(f, dims, st.integers(1, 9) | NAMES.map(symbol)) for f in (ceildiv, floordiv, mod)]
    return st.one_of(st.builds(_sum, dims, dims), st.builds(_product, dims, dims), *divided)


DIMS: st.SearchStrategy[Dim] = st.recursive(st.integers(-40, 40) | NAMES.map(symbol), _larger, max_leaves=8)


@given(DIMS)
def test_round_trip(dim: Dim) -> None:
    text = size_text(dim)
    assert parse_dim(text) == dim
    assert size_text(parse_dim(text)) == text


@pytest.mark.parametrize(
    ("text", "dim"),
    [
        ("S", S),
        ("2*S + 1", 2 * S + 1),
        ("S - T", S - T),
        ("S - -3", S + 3),
        ("-S", -1 * S),
        ("-1*S + 2", 2 - S),
        ("S*T*2", 2 * S * T),
        ("S - S", 0),
        ("4*4", 16),
        ("16*ceildiv(S, 16)", 16 * ceildiv(S, 16)),
        ("floordiv(S + 1, T) + mod(S, 3)", floordiv(S + 1, T) + mod(S, 3)),
        ("ceildiv(8, 3)", 3),
    ],
)
def test_meaning(text: str, dim: Dim) -> None:
    assert parse_dim(text) == dim


def test_ordinary_sizes_print_as_str() -> None:
    dim = 16 * ceildiv(2 * S + T, 16) - 3
    assert size_text(dim) == str(dim)


def test_printing_is_not_limited_by_depth() -> None:
    dim: Dim = S
    for _ in range(50_000):
        dim = DimExpr((((Divided("ceildiv", dim, 2),), 1),))
    assert size_text(dim).count("ceildiv") == 50_000


def test_limits() -> None:
    assert parse_dim("ceildiv(" * 64 + "S" + ", 2)" * 64) is not None
    for text, message in [
        ("ceildiv(" * 66 + "S" + ", 2)" * 66, "deeper than 64"),
        (" + ".join(f"A{i}" for i in range(257)), "at most 256 terms"),
        ("*".join(["S"] * 66), "at most 64 factors"),
        ("*".join(["1000000"] * 20), r"2\*\*64 or more"),
        ("S S", "expected the end"),
        ("", "expected a size, found the end"),
    ]:
        with pytest.raises(ParseError, match=message):
            parse_dim(text)


@pytest.mark.parametrize(
    ("text", "map"),
    [
        ("() -> ()", AffineMap(0, ())),
        ("(d0, d1) -> (d1, 16*d0 + 1)", AffineMap(2, (iteration_dim(1), 16 * iteration_dim(0) + 1))),
        ("(d1, d0) -> (d1, d0)", select(2, (0, 1))),
        ("(m, n, k) -> (m, k)", select(3, (0, 2))),
        ("(i) -> (0, i)", AffineMap(1, (0, iteration_dim(0)))),
    ],
)
def test_maps(text: str, map: AffineMap) -> None:
    found = affine_map(Lexer(text))
    assert found == map
    assert map_text(found) == str(map)
    assert affine_map(Lexer(map_text(found))) == map
