"""What is known of a map without running it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dims import Dim, ceildiv, floordiv, mod, symbol
from tensorir.testing.strategies import dims

D0, D1 = symbol("d0"), symbol("d1")


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (3, (dict[int, int](), 3)),
        (D0, ({0: 1}, 0)),
        (2 * D0 - 3 * D1 + 1, ({0: 2, 1: -3}, 1)),
        (floordiv(D0, 2), None),
        (D0 * D1, None),
        (symbol("d01") + D0, None),
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


@given(dims(("d0", "d1")), st.tuples(st.integers(1, 5), st.integers(1, 5)))
def test_what_is_reached_is_reached(expr: Dim, sizes: tuple[int, int]) -> None:
    map = AffineMap(2, (expr,))
    reach = map.reach(0, sizes)
    if reach is not None:
        found = [map.apply((i, j))[0] for i in range(sizes[0]) for j in range(sizes[1])]
        assert reach == (min(found), max(found))


def test_only_dims_of_a_map_are_dims() -> None:
    names = ("d", "d01", "d1x", "x1", "", "d²", "d٣")
    assert AffineMap(2, tuple(symbol(n) for n in names)).dims == (None,) * 7
