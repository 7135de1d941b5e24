"""Distinct elements of strided loops, against all positions."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.runtime.footprint import distinct, in_order

LOOPS = st.lists(st.tuples(st.integers(0, 5), st.integers(-12, 12)), max_size=4)


@given(LOOPS)
def test_every_element_counts_once(loops: list[tuple[int, int]]) -> None:
    sizes, strides = tuple(n for n, _ in loops), tuple(s for _, s in loops)
    reached = {sum(p * s for p, s in zip(at, strides, strict=True)) for at in product(*map(range, sizes))}
    assert distinct(sizes, strides) == (0 if 0 in sizes else len(reached))


@given(st.lists(st.tuples(st.integers(1, 4), st.permutations(range(3))), min_size=3, max_size=3))
def test_a_copy_keeps_the_order_or_not(drawn: list[tuple[int, list[int]]]) -> None:
    """Each dim of a dense source has some place in a dense target."""
    sizes, order = [n for n, _ in drawn], drawn[0][1]
    source = [sizes[1] * sizes[2], sizes[2], 1]
    target = [0, 0, 0]
    step = 1
    for d in reversed(order):
        target[d] = step
        step *= sizes[d]
    pairs = sorted(
        (sum(p * s for p, s in zip(at, source, strict=True)), sum(p * s for p, s in zip(at, target, strict=True)))
        for at in product(*map(range, sizes))
    )
    assert in_order(sizes, source, target) == ([b for _, b in pairs] == sorted(b for _, b in pairs))


@pytest.mark.parametrize("source, ordered", [([0, 1], True), ([-4, 1], False), ([4, 1], True), ([1, 3], False)])
def test_a_copy_that_repeats_or_reverses(source: list[int], ordered: bool) -> None:
    assert in_order([3, 4], source, [4, 1]) == ordered


def test_loops_that_are_too_many_to_enumerate_count_as_if_they_did_not_overlap() -> None:
    assert distinct((2000, 2000, 2), (3, 2000, 3001)) == 2000 * 2000 * 2
