"""Sizes as expressions: what is known of their sign, which are symbols, how large they may grow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir import mlir
from tensorir.interp import interpret
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv, floordiv, mod, never_negative, plain_symbol, quotient, symbol


def test_signs() -> None:
    a = symbol("a")
    assert never_negative(a * 2 + 1)
    assert never_negative(0)
    assert not never_negative(a - 1)
    assert not never_negative(-1)


def test_signs_of_divisions() -> None:
    a, b = symbol("a"), symbol("b")
    assert never_negative(floordiv(a + 1, 2) * b)
    assert never_negative(mod(a - 9, 2)), "as the divisor, whatever is divided"
    for dim in (floordiv(a - 9, 2), ceildiv(a - 9, b), floordiv(a, b - 1), mod(a, b - 1), ceildiv(mod(a, 3) - 1, 2)):
        assert not never_negative(dim), dim


def test_a_remainder_of_a_quotient_that_may_be_negative_keeps_its_sign() -> None:
    """remsi has the sign of the dividend: it is our mod only where that is never negative."""
    text = """func.func @f(%a: tensor<?xf32>) -> index {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %k = arith.constant -9 : index
  %d = tensor.dim %a, %c0 : tensor<?xf32>
  %n = arith.addi %d, %k : index
  %h = arith.floordivsi %n, %c2 : index
  %r = arith.remsi %h, %c2 : index
  return %r : index
}"""
    (result,) = interpret(mlir.parse(text), "f", (np.zeros(4, np.float32),))
    assert int(result) == -1, "floor(-5 / 2) = -3, and -3 = -1 * 2 - 1"


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


S = symbol("S")


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [(12, 4, 3), (12, 5, None), (8 * S, 8, S), (8 * S + 4, 8, None), (S, S, 1), (6 * S, 2 * S, 3), (S, 0, None)],
)
def test_a_quotient_is_exact_for_all_sizes_or_none(a: Any, b: Any, wanted: Any) -> None:
    assert quotient(a, b) == wanted
