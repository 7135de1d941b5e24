"""Equalities of sizes, solved for symbols."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, DimExpr, ceildiv, floordiv, symbol
from tensorir.mlir.importer.sizes import SizeEquations
from tests.support.growth import growth


def three() -> tuple[SizeEquations, DimExpr, DimExpr, DimExpr]:
    sizes = SizeEquations()
    return sizes, sizes.fresh("a"), sizes.fresh("b"), sizes.fresh("c")


def test_names_are_fresh() -> None:
    sizes = SizeEquations()
    assert [str(sizes.fresh("x")) for _ in range(3)] == ["x", "x_1", "x_2"]


def test_the_older_symbol_stays() -> None:
    sizes, a, b, c = three()
    sizes.equal(c, b)
    sizes.equal(b, a)
    assert [sizes.known(d) for d in (a, b, c)] == [a, a, a]
    assert sizes.solved == 2


def test_numbers_go_through_chains() -> None:
    sizes, a, b, c = three()
    sizes.equal(a, b)
    sizes.equal(b, c)
    sizes.equal(c, 7)
    assert [sizes.known(d) for d in (a, b, c, 2 * a + b * c)] == [7, 7, 7, 63]


def test_linear_equations() -> None:
    sizes, a, b, c = three()
    sizes.equal(4 * a, b)
    sizes.equal(c + 2, a)
    assert sizes.known(b) == 4 * c + 8
    sizes.equal(6 * c, 18)
    assert [sizes.known(d) for d in (a, b, c)] == [5, 20, 3]


def test_a_sum_without_minus_is_preferred() -> None:
    sizes, a, b, _ = three()
    sizes.equal(a - 4, b)
    assert sizes.known(a) == b + 4


def test_quotients_are_values_of_symbols() -> None:
    sizes, a, b, _ = three()
    sizes.equal(b, ceildiv(a, 16))
    assert sizes.known(b) == ceildiv(a, 16)
    sizes.equal(a, 33)
    assert sizes.known(b) == 3


def test_what_can_t_be_solved_is_left_open() -> None:
    sizes, a, b, _ = three()
    sizes.equal(a * b, 12)
    sizes.equal(ceildiv(a, 4), 3)
    sizes.equal(4 * floordiv(a, 4), a)
    assert sizes.solved == 0
    assert sizes.known(a) == a


A, B = symbol("a"), symbol("b")
CONTRADICTIONS: list[tuple[Dim, Dim]] = [
    (3, 4),
    (A + 1, A),
    (2 * A, 5),
    (A + 3, 0),
    (A * B + A + 1, 0),
    (2 * A * B, 4 * A + 1),
]


@pytest.mark.parametrize(("left", "right"), CONTRADICTIONS)
def test_contradictions(left: Dim, right: Dim) -> None:
    sizes, _, _, _ = three()
    with pytest.raises(InferError, match=r"must be equal|would have to be"):
        sizes.equal(left, right)


def test_contradictions_across_equations() -> None:
    sizes, a, b, _ = three()
    sizes.equal(a, 3)
    sizes.equal(b, a)
    with pytest.raises(InferError, match="the sizes 3 and 4 must be equal"):
        sizes.equal(b, 4)


def test_long_chains_take_linear_time() -> None:
    def chain(n: int) -> None:
        sizes = SizeEquations()
        symbols = [sizes.fresh(f"s{i}") for i in range(n)]
        for a, b in zip(reversed(symbols[1:]), reversed(symbols[:-1]), strict=True):
            sizes.equal(a, b)
        assert all(sizes.known(s) == symbols[0] for s in symbols)

    assert growth(lambda: chain(300), lambda: chain(3000), 20) < 20
