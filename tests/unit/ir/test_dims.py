"""Sizes as expressions: what is known of their sign, which are symbols, how large they may grow."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv, floordiv, never_negative, plain_symbol, symbol


def test_signs() -> None:
    a = symbol("a")
    assert never_negative(a * 2 + 1)
    assert never_negative(0)
    assert not never_negative(a - 1)
    assert not never_negative(-1)


def test_plain_symbols() -> None:
    a = symbol("a")
    assert plain_symbol(a) == "a"
    others: list[Dim] = [3, a + 1, 2 * a, a * a, ceildiv(a, 2)]
    assert [plain_symbol(dim) for dim in others] == [None] * len(others)


def test_sizes_that_would_grow_without_end_are_refused() -> None:
    squared: Dim = symbol("S")
    with pytest.raises(InferError, match="a product of 128 sizes is over the limit"):
        for _ in range(30):
            squared = squared * squared
    halved: Dim = symbol("S")
    with pytest.raises(InferError, match="parts is over the limit"):
        for _ in range(30):
            halved = floordiv(halved, 3) + floordiv(halved, 5)
