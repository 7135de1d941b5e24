"""Encodings and what resolvers answer: one contraction, one answer for all that takes part in it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import IDENTITY, Declined, Tiles, layout_for, operand_layout
from tensorir.encoding.views import Transposed
from tensorir.targets.answers import Answers
from tensorir.targets.device import Device
from tensorir.testing.strategies import contractions, encodings


@given(encodings(), st.data())
def test_views_that_undo_each_other_vanish(encoding: Encoding, data: st.DataObject) -> None:
    rank = encoding.rank
    order = tuple(data.draw(st.permutations(range(rank))))
    back = tuple(np.argsort(order).tolist())
    assert encoding.through(Transposed(order)).through(Transposed(back)) in (
        encoding,
        encoding.through(Transposed(tuple(range(rank)))),
    )


@given(contractions(), st.sampled_from(["cpu", "reference"]))
def test_a_resolver_answers_all_operands_of_a_contraction_alike(contraction: ContractionSpace, device: str) -> None:
    choice = Answers(Device(device)).choice(contraction)
    answers = [layout_for(Encoding(contraction, role), choice) for role in ("lhs", "rhs", "result")]
    assert all(a is IDENTITY for a in answers) or all(isinstance(a, Layout) for a in answers)
    assert isinstance(choice, Declined) == (answers[0] is IDENTITY)
    if isinstance(choice, Tiles):
        lhs, rhs, result = (operand_layout(Encoding(contraction, r), choice) for r in ("lhs", "rhs", "result"))
        assert sorted(lhs.inner_tiles) == sorted((choice.m0, choice.k0))
        assert sorted(rhs.inner_tiles) == sorted((choice.n0, choice.k0))
        assert result.inner_tiles == (choice.m0, choice.n0)
