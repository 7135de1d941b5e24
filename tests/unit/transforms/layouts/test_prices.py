"""What a copy from one layout to another costs: what it reads and what it writes."""

from __future__ import annotations

import pytest

from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.types import TensorType
from tensorir.targets.costs import Costs
from tensorir.transforms.layouts.prices import TYPICAL_SIZE, Prices

S = symbol("S")
RESULT, RIGHT = Layout((0, 1), (8, 16), (0, 1)), Layout((0, 1), (16, 16), (1, 0))
SIXES, SIXTEENS, EIGHTS = (Layout((0,), (tile,), (0, 1)) for tile in (6, 16, 8))
PRICES = Prices(Costs(bytes_per_ns=1.0))


@pytest.mark.parametrize(
    ("shape", "a", "b", "elements"),
    [
        ((64, 32), None, None, 0),
        ((64, 32), RESULT, RESULT, 0),
        ((64, 32), None, RESULT, 2 * 64 * 32),
        ((60, 32), RESULT, None, 64 * 32 + 60 * 32),
        ((64, 32), RESULT, RIGHT, 2 * 64 * 32),  # one copy from tiles to tiles
        ((24, 32), RESULT, RIGHT, 24 * 32 + 32 * 32),
        ((S, 32), RESULT, RIGHT, 2 * TYPICAL_SIZE * 32),
        ((24, 32), EIGHTS, SIXES, 4 * 24 * 32),  # 6 and 8 have no common digits: an unpack and a pack
        ((64, 1), EIGHTS, SIXTEENS, 0),  # a column lies as it did
        ((60, 1), EIGHTS, SIXTEENS, 2 * 64),  # but for its padding, in which zeros must lie
    ],
)
def test_a_relayout_is_one_copy_if_there_is_one(
    shape: tuple[Dim, ...], a: Layout | None, b: Layout | None, elements: int
) -> None:
    assert PRICES.relayout(TensorType(shape, f32), a, b) == 4 * elements
