"""Sizes as a table: every entry has the value of its size, and each expression is there once."""

from __future__ import annotations

import pytest

from tensorir.ir.dims import Dim, ceildiv, evaluate, floordiv, iteration_dim, mod, symbol
from tensorir.runtime.values import Entry, Registers, Values
from tests.support.value_tables import RUN, numbers

S, T = symbol("S"), symbol("T")
SIZES: tuple[Dim, ...] = (
    7,
    0,
    -3,
    S,
    2 - S,
    -1 * S,
    S * S * T - 3 * S + 1,
    ceildiv(S, 8) * 8,
    floordiv(S - T, 3) + mod(T, 4),
    ceildiv(S * ceildiv(T, 2), T),
)


@pytest.mark.parametrize("sizes", [{"S": 5, "T": 3}, {"S": 0, "T": 1}, {"S": 1, "T": 64}])
def test_an_entry_has_the_value_of_its_size(sizes: dict[str, int]) -> None:
    values = Values(("S", "T"))
    entries = [values.of(dim) for dim in SIZES]
    table = numbers(values, sizes)
    assert [table[values.ref(e)] for e in entries] == [evaluate(dim, sizes) for dim in SIZES]


def test_bound_sizes_are_those_of_the_caller() -> None:
    """Also where the same sizes are in the table already, as those of the function."""
    values = Values(("S", "T"))
    own = [values.of(dim) for dim in SIZES]
    assert own[SIZES.index(S)] == Entry("symbol", 0)
    bound: dict[str, Dim] = {"S": T * 2 + 1, "T": 9}
    entries = [values.of(dim, bound) for dim in SIZES]
    table = numbers(values, {"S": 100, "T": 4})
    inner = {"S": 9, "T": 9}
    assert [table[values.ref(e)] for e in entries] == [evaluate(dim, inner) for dim in SIZES]


def test_the_same_size_is_one_entry() -> None:
    values = Values(("S", "T"))
    first = [values.of(dim) for dim in SIZES]
    count = len(values.numbers), len(values.expressions)
    assert [values.of(dim) for dim in SIZES] == first
    assert [values.of(dim, {"S": S, "T": T}) for dim in SIZES] == first
    assert (len(values.numbers), len(values.expressions)) == count


@pytest.mark.parametrize(("start", "count"), [(0, 2), (2, 2), (4, 1)])
def test_a_unit_has_no_positions_beyond_the_total(start: int, count: int) -> None:
    """Five granules of four; the last one has two positions."""
    values = Values(("S",))
    registers = Registers(values, {"S": S}, (S,), (4,))
    first, granules, positions = map(iteration_dim, range(3))
    read = [registers.of(d) for d in (first * 4, granules, positions, positions * S + first)]
    table = numbers(values, {"S": 18})
    known = [start, count]
    for operation, a, b in registers.operations:
        given = (table[r] if (r := values.ref(e)) >= 0 else known[-1 - r] for e in (a, b))
        known.append(RUN[operation](*given))
    valid = min(count * 4, 18 - 4 * start)
    assert [known[-1 - values.ref(e)] for e in read] == [4 * start, count, valid, 18 * valid + start]


def test_what_does_not_depend_on_the_unit_is_computed_once_for_all() -> None:
    values = Values(("S",))
    registers = Registers(values, {"S": S}, (S,), (1,))
    assert registers.of(S * S + 1) == values.of(S * S + 1)
    assert not registers.operations
    assert registers.of(iteration_dim(1) + S).kind == "register"
