from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import symbol
from tensorir.ir.size_range import SizeRange


def test_both_ends_belong_to_a_range() -> None:
    sizes = SizeRange("M", 2, 8, 4)
    assert [n for n in range(12) if n in sizes] == [2, 3, 4, 5, 6, 7, 8]
    assert sizes.has({"M": 8, "N": 100}) and not sizes.has({"M": 9, "N": 4})
    assert 1 << 40 in SizeRange("M", 9, None, 9)


def test_what_is_known_of_the_symbol() -> None:
    assert SizeRange("M", 2, 8, 4).known.range(3 * symbol("M") + symbol("N")) == (6, None)
    assert SizeRange("M", 2, 8, 4).known.range(3 * symbol("M")) == (6, 24)
    assert SizeRange("M", 2, None, 4).known.range(symbol("M")) == (2, None)


def test_text() -> None:
    assert str(SizeRange("M", 0, 8, 1)) == "M = 0 … 8"
    assert str(SizeRange("M", 9, None, 16)) == "M = 9 …"


@pytest.mark.parametrize("ends", [(9, 8, 9), (-1, 8, 1), (2, 8, 1), (2, 8, 9), (9, None, 8)])
def test_ranges_without_their_typical_size(ends: tuple[int, int | None, int]) -> None:
    with pytest.raises(InferError):
        SizeRange("M", *ends)
