"""Which contractions mmt4d can express."""

from __future__ import annotations

import pytest

from tensorir.encoding.encoding import ContractionSpace
from tensorir.ir.affine import select
from tensorir.ir.dtype import f32
from tensorir.targets.lowering import MMT4D, Lowering, Mmt4dLowering


def space(rank: int, lhs: tuple[int, ...], rhs: tuple[int, ...], out: tuple[int, ...]) -> ContractionSpace:
    return ContractionSpace((select(rank, lhs), select(rank, rhs), select(rank, out)), (f32, f32, f32), (None,) * rank)


@pytest.mark.parametrize(
    ("contraction", "reason"),
    [
        (space(3, (0, 2), (2, 1), (0, 1)), ""),
        (space(3, (2, 0), (1, 2), (1, 0)), ""),  # in any order
        (space(4, (0, 1, 3), (0, 3, 2), (0, 1, 2)), ""),
        (space(5, (0, 1, 2, 4), (0, 1, 4, 3), (0, 1, 2, 3)), ""),
        (space(4, (0, 1, 3), (3, 2), (0, 1, 2)), ""),
        (space(4, (0, 3), (3, 1, 2), (0, 1, 2)), ""),
        (space(4, (0, 2, 3), (2, 3, 1), (0, 1)), ""),
        (space(2, (0,), (1,), (0, 1)), "mmt4d needs a dim K, this one has none"),
    ],
)
def test_what_is_refused_and_why(contraction: ContractionSpace, reason: str) -> None:
    assert MMT4D.refusal(contraction) == reason


def test_the_default_is_a_lowering() -> None:
    assert isinstance(MMT4D, Lowering)
    assert Mmt4dLowering() == MMT4D
