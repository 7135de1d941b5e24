from __future__ import annotations

import pytest

from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed, View
from tensorir.ir.dims import symbol

S = symbol("S")


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (Transposed((2, 0, 1)), "transpose[2, 0, 1]"),
        (Projected(()), "project[]"),
        (Expanded(((0,), (1, 2)), (S, 2, 8)), "expand[[0], [1, 2]] to [S, 2, 8]"),
        (Collapsed(((0, 1),), (S, 2 * S)), "collapse[[0, 1]] from [S, 2*S]"),
    ],
)
def test_a_view_says_what_it_does_and_is_compared_by_it(view: View, text: str) -> None:
    assert str(view) == text
    assert view in {view}
    assert len({Transposed((1, 0)), Transposed((1, 0)), Projected((1, 0))}) == 2
