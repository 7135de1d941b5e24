"""An order that grows with its edges: always a topological one, and cycles are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.analysis.dependence_order import DependenceOrder

NODES = 12
EDGES = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=40)


def closed(edges: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """All pairs (a, b) with a path from a to b, and (a, a)."""
    paths = {(n, n) for n in range(NODES)} | edges
    while True:
        more = paths | {(a, d) for a, b in paths for c, d in paths if b == c}
        if more == paths:
            return paths
        paths = more


@given(EDGES)
def test_the_order_is_topological_and_knows_all_paths(wanted: list[tuple[int, int]]) -> None:
    order, edges = DependenceOrder(), set[tuple[int, int]]()
    for _ in range(NODES):
        order.add()
    for a, b in wanted:
        if (b, a) in closed(edges):
            with pytest.raises(ValueError, match=f"node {a} can't come before node {b}"):
                order.put_before(a, b)
        else:
            order.put_before(a, b)
            edges.add((a, b))
        assert sorted(order.place) == list(range(NODES))
        assert all(order.place[x] < order.place[y] for x, y in edges)
    paths = closed(edges)
    for a in range(NODES):
        assert [order.reaches(a, b) for b in range(NODES)] == [(a, b) in paths for b in range(NODES)]


def test_an_edge_that_agrees_moves_nothing() -> None:
    order = DependenceOrder()
    a, b, c = (order.add() for _ in range(3))
    order.put_before(a, c)
    assert order.place == [0, 1, 2]
    order.put_before(c, b)
    assert order.place == [0, 2, 1]
