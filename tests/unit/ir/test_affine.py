"""What is known of a map without running it."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, ceildiv, floordiv, iteration_dim, iteration_dims_of, mod, symbol, symbols_of
from tensorir.testing.strategies import affine_results

S = symbol("S")
D0, D1 = iteration_dim(0), iteration_dim(1)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (3, (dict[int, int](), 3)),
        (D0, ({0: 1}, 0)),
        (2 * D0 - 3 * D1 + 1, ({0: 2, 1: -3}, 1)),
        (floordiv(D0, 2), None),
        (D0 * D1, None),
        (symbol("d0") + D0, None),
        (symbol("S"), None),
    ],
    ids=str,
)
def test_strides(expr: Dim, expected: object) -> None:
    assert AffineMap(2, (expr,)).strides(0) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (D0 + 2 * D1 + 1, (1, 1 + 3 + 2 * 4)),
        (D0 - D1, (-4, 3)),
        (7, (7, 7)),
        (floordiv(D0 + 1, 2), (0, 2)),
        (ceildiv(D1, 3) - 1, (-1, 1)),
        (floordiv(D0, 2) + D1, (0, 5)),
        (mod(D0, 3), None),
        (-1 * floordiv(D0, 2), None),
        (floordiv(-1 * D0, 2), None),
        (D0 * D1, None),
        (floordiv(8, D0 + 1), None),
    ],
    ids=str,
)
def test_reach(expr: Dim, expected: object) -> None:
    assert AffineMap(2, (expr,)).reach(0, (4, 5)) == expected


def test_reach_needs_sizes_that_are_known_and_not_empty() -> None:
    map = identity(2)
    assert map.reach(0, (4, symbol("S"))) is None
    assert map.reach(0, (4, 0)) is None
    assert AffineMap(1, (symbol("S") + D0,)).reach(0, (4,)) is None


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (2 * D0 - D1 + 3, (3 - S + 1, 3 + 2 * (S - 1))),
        (D0 + 5, (5, S + 4)),
        (floordiv(D0, 8), (0, floordiv(S - 1, 8))),
        (ceildiv(D0 + D1, 3), (0, ceildiv(2 * S - 2, 3))),
        (mod(D0, 8), None),
        (floordiv(-1 * D0, 8), None),
        (floordiv(D0, S), None),
        (D0 * S, None),
    ],
    ids=str,
)
def test_ends_of_unknown_sizes(expr: Dim, expected: object) -> None:
    assert AffineMap(2, (expr,)).ends(0, (S, S)) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (floordiv(D1, 8), ("floordiv", 1, 8)),
        (mod(D0, 3), ("mod", 0, 3)),
        (mod(D0 + 1, 3), None),
        (2 * mod(D0, 3), None),
        (mod(D0, 3) + D1, None),
        (mod(D0, S), None),
        (D0, None),
    ],
    ids=str,
)
def test_divided(expr: Dim, expected: object) -> None:
    assert AffineMap(2, (expr,)).divided(0) == expected


@given(affine_results(2), st.tuples(st.integers(1, 5), st.integers(1, 5)))
def test_what_is_reached_is_reached(expr: Dim, sizes: tuple[int, int]) -> None:
    map = AffineMap(2, (expr,))
    reach = map.reach(0, sizes)
    if reach is not None:
        found = [map.apply((i, j))[0] for i in range(sizes[0]) for j in range(sizes[1])]
        assert reach == (min(found), max(found))


def test_a_size_is_never_a_dim_whatever_its_name() -> None:
    names = ("d0", "d1", "d", "d01", "")
    assert AffineMap(2, tuple(symbol(n) for n in names)).dims == (None,) * 5
    assert symbol("d0") != D0 and (symbol("d0") + D0) - D0 == symbol("d0") and D0 + symbol("d0") == symbol("d0") + D0
    assert symbols_of(symbol("d0") + D1) == {"d0"} and iteration_dims_of(symbol("d0") + floordiv(D1, 2)) == {1}


def test_compose_replaces_dims_within_divisions() -> None:
    outer = AffineMap(2, (floordiv(D0 + D1, 2), D1))
    inner = AffineMap(3, (2 * D1, iteration_dim(2)))
    assert str(outer.compose(inner)) == "(d0, d1, d2) -> (floordiv(2*d1 + d2, 2), d2)"
    assert [outer.compose(inner).apply((9, a, b)) for a, b in ((1, 2), (3, 5))] == [(2, 2), (5, 5)]


def test_equal_selections_are_one_object_and_its_facts_are_computed_once() -> None:
    map = select(3, (2, 0))
    assert map is select(3, [2, 0]) and map.dims is map.dims and map.positions() == (2, 0)
    again = pickle.loads(pickle.dumps(map))
    assert again == map and hash(again) == hash(map) and again.dims == (2, 0)


def test_a_dim_has_a_number_from_0() -> None:
    with pytest.raises(ValueError, match="numbered from 0, got -1"):
        iteration_dim(-1)
