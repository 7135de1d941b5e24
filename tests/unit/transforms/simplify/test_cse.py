"""cse: what counts as equal. What is merged is shown in tests/filetests/cse."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.linalg import Fill
from tensorir.dialects.tensor import Pad
from tensorir.interp import interpret
from tensorir.ir.dtype import f32, i1, i32
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.passes.runner import run_passes
from tensorir.transforms.simplify.cse import CommonSubexpressions
from tests.support.graphs import Graph

FOUR = TensorType((4,), f32)


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        (Fill(1.0, FOUR), Fill(1.0, FOUR), 1),
        (Fill(0.0, FOUR), Fill(-0.0, FOUR), 2),  # equal as numbers, but 1 / x tells them apart
        (Fill(-0.0, FOUR), Fill(-0.0, FOUR), 1),
        (Fill(float("nan"), FOUR), Fill(float("nan"), FOUR), 1),  # the same elements, though NaN is not equal to NaN
        (Fill(1, TensorType((4,), i32)), Fill(True, TensorType((4,), i1)), 2),
        (Fill(1.0, FOUR), Fill(1.0, TensorType((5,), f32)), 2),
    ],
)
def test_literals_are_equal_if_their_elements_are(a: Op, b: Op, count: int) -> None:
    g = Graph()
    module = g.done(g.b.add(a).results[0], g.b.add(b).results[0])
    after = run_passes(module, (CommonSubexpressions(),))
    assert len(after.functions[0].body.ops) == count


def test_padding_with_negative_zeros_is_not_padding_with_zeros() -> None:
    g = Graph()
    x = g.arg(4)
    module = g.done(*(g.b.add(Pad(x, (0,), (1,), zero)).result for zero in (0.0, -0.0)))
    plus, minus = interpret(run_passes(module, (CommonSubexpressions(),)), "main", [np.ones(4, np.float32)])
    assert (np.signbit(plus[4]), np.signbit(minus[4])) == (False, True)
