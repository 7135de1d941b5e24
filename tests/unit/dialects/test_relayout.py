"""Relayouts of memory: which there are, and what can follow a piece of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tensorir.dialects.relayout import Relayout
from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, Digit, DigitLayout, filled, from_pack
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim, ceildiv, symbol
from tensorir.ir.dtype import f32, i8
from tensorir.ir.op import Op
from tensorir.ir.relation import Regrouped, Same, Whole
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tests.support.bad_ops import refusal

S = symbol("S")
EIGHTS = DigitLayout(1, (Digit(0, 8), Digit(0, 1, 8)), (filled(0),))
SIXES = DigitLayout(1, (Digit(0, 6), Digit(0, 1, 6)), (filled(0),))
LOOSE = DigitLayout(1, (Digit(0, 8), Digit(0, 1, 8)), (UNSPECIFIED,))
FULL = DigitLayout(1, (Digit(0, 8), Digit(0, 1, 8)), (NO_PADDING,))
TWO = DigitLayout(2, (Digit(0, 8), Digit(1, 8), Digit(0, 1, 8), Digit(1, 1, 8)), (filled(0), filled(1)))


def v(*shape: Dim) -> Value:
    return Value(TensorType(shape, f32))


BAD: list[tuple[Callable[[], Op], str]] = [
    (lambda: Relayout(v(3, 4), EIGHTS, EIGHTS, (20,)), "the memory of the layout before has ['3', '8']"),
    (lambda: Relayout(v(3, 8), EIGHTS, SIXES, (20,)), "dim 0: the strides form no divisor chain: 1, 6, 8; go through"),
    (lambda: Relayout(v(3, 8), EIGHTS, LOOSE, (20,)), "the padding of the result is unspecified: name a value"),
    (lambda: Relayout(v(3, 8), FULL, EIGHTS, (20,)), "dim 0 of size 20 is said to have no padding"),
    (lambda: Relayout(v(3, 8), EIGHTS, EIGHTS, (20, 3)), "a layout of rank 1 for a tensor of rank 2"),
    (lambda: Relayout(v(3, 3, 8, 8), TWO, TWO, (20, 20)), "the padding of the result has several values"),
    (
        lambda: Relayout(Value(TensorType((3, 8), i8)), LOOSE, DigitLayout(1, LOOSE.digits, (filled(0.5),)), (20,)),
        "the constant 0.5 does not fit into i8",
    ),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[m[:40] for _, m in BAD])
def test_relayouts_that_cannot_be_are_refused(make: Callable[[], Op], message: str) -> None:
    assert message in refusal(make)


def test_pieces_follow_the_digits_that_both_memories_have() -> None:
    """A result becomes a right side: the columns in sixteens are the same digits; the rows, which lie in other tiles,
    are grouped anew where they have no padding."""
    result = from_pack(Layout((0, 1), (8, 16), (0, 1))).with_padding((64, 32))
    right = from_pack(Layout((0, 1), (16, 16), (1, 0))).with_padding((64, 32))
    relation = Relayout(v(8, 2, 8, 16), result, right, (64, 32)).relation()
    assert relation.operands == ((Regrouped((0, 2), (1, 2)), Same(1, 0), Same(3, 3)),)
    ragged = right.with_padding((S, 32), filled(0.0))
    op = Relayout(v(ceildiv(S, 8), 2, 8, 16), result.with_padding((S, 32)), ragged, (S, 32))
    assert op.relation().operands == ((Same(1, 0), Same(3, 3), Whole((0, 2), (1, 2))),), "S may end within a tile"
