"""What follows from facts about symbols, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import ceildiv, evaluate, floordiv, mod, symbol, symbols_of
from tensorir.ir.known import NOTHING, Known, SizeFact, known
from tensorir.testing.strategies import dims

S, T = symbol("S"), symbol("T")
EIGHTS = known(S=SizeFact(multiple=8))
SMALL = known(S=SizeFact(1, 512))


@pytest.mark.parametrize(
    ("a", "b", "facts", "wanted"),
    [
        (S, 8, NOTHING, None),
        (S, 8, EIGHTS, floordiv(S, 8)),
        (S * 3, 24, EIGHTS, floordiv(S, 8)),
        (S * 16, 8, EIGHTS, 2 * S),
        (S * 4, 8, EIGHTS, 4 * floordiv(S, 8)),
        (S, 16, EIGHTS, None),
        (S * T, 8, EIGHTS, T * floordiv(S, 8)),
        (S * T, S, NOTHING, T),
        (S, 8, known(T=SizeFact(multiple=8)), None),
    ],
)
def test_a_quotient_uses_that_a_size_is_a_multiple(a: Any, b: Any, facts: Known, wanted: Any) -> None:
    assert facts.quotient(a, b) == wanted
    assert facts.divides(b, a) == (wanted is not None)


def test_a_size_counted_in_parts_is_the_size() -> None:
    assert EIGHTS.equal(8 * floordiv(S, 8), S)
    assert not EIGHTS.equal(16 * floordiv(S, 16), S)
    assert not NOTHING.equal(8 * floordiv(S, 8), S)


@pytest.mark.parametrize(
    ("dim", "facts", "wanted"),
    [
        (S, NOTHING, (0, None)),
        (S, SMALL, (1, 512)),
        (3 * S - 1, SMALL, (2, 1535)),
        (1 - S, SMALL, (-511, 0)),
        (1 - S, NOTHING, (None, 1)),
        (S * T, SMALL, (0, None)),
        (ceildiv(S, 100), SMALL, (1, 6)),
        (floordiv(S, 100), SMALL, (0, 5)),
        (mod(S, 100), NOTHING, (0, 99)),
        (floordiv(S, T), SMALL, (None, None)),  # T may be 0
        (S, known(S=SizeFact(3, 30, 8)), (8, 24)),
    ],
)
def test_a_range_is_that_of_all_values(dim: Any, facts: Known, wanted: Any) -> None:
    assert facts.range(dim) == wanted


def test_one_tile_is_enough_for_a_size_that_is_at_most_one() -> None:
    assert SMALL.ceildiv(S, 512) == 1
    assert SMALL.ceildiv(S, 511) == ceildiv(S, 511)
    assert known(S=SizeFact(0, 512)).ceildiv(S, 512) == ceildiv(S, 512), "no tile if S is 0"
    assert SMALL.at_most(S, 512)
    assert not SMALL.at_most(S, 511)


@pytest.mark.parametrize(
    ("parts", "message"),
    [((-1,), "at least 0"), ((0, None, 0), "at least 1"), ((5, 4), "no such size"), ((9, 15, 8), "no such size")],
)
def test_facts_that_no_size_has_are_refused(parts: Any, message: str) -> None:
    with pytest.raises(InferError, match=message):
        SizeFact(*parts)


def fact(low: int, extra: int | None, multiple: int) -> SizeFact:
    return SizeFact(low, None if extra is None else low + extra + multiple, multiple)


FACTS = st.builds(fact, st.integers(0, 9), st.none() | st.integers(0, 9), st.sampled_from([1, 2, 3, 8]))


@given(dims(), dims(), st.dictionaries(st.sampled_from("MNS"), FACTS), st.data())
def test_every_answer_holds_for_all_values(a: Any, b: Any, facts: dict[str, SizeFact], data: st.DataObject) -> None:
    k = known(**facts)
    values: dict[str, int] = {}
    for name in symbols_of(a) | symbols_of(b):
        given_fact = k.fact(name)
        first = -(-given_fact.least // given_fact.multiple)
        last = first + 5 if given_fact.most is None else given_fact.most // given_fact.multiple
        values[name] = given_fact.multiple * data.draw(st.integers(first, last))
    try:
        x, y = evaluate(a, values), evaluate(b, values)
    except ZeroDivisionError:
        return
    low, high = k.range(a)
    assert low is None or low <= x
    assert high is None or x <= high
    assert not k.at_most(a, b) or x <= y
    assert not k.equal(a, b) or x == y
    if (q := k.quotient(a, b)) is not None and y:
        assert evaluate(q, values) * y == x
    if y:
        assert evaluate(k.ceildiv(a, b), values) == -(-x // y)
