"""Law L11 once more, by another way: relayouts are compared with relations of integers, for all sizes at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from tensorir.encoding.digits import DigitLayout, Relayout, relayout
from tensorir.ir.dims import Dim
from tensorir.ir.known import NOTHING, Known
from tensorir.testing.programs.layouts import digit_layouts
from tests.support.digits import as_symbols, provable, shapes
from tests.support.integer_sets import NotAffineError, memory_of, moved_by

pytest.importorskip("islpy", reason="integer sets need islpy, which the extra dev installs")

law = settings(
    max_examples=settings().max_examples * 3 // 2,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def check(a: DigitLayout, b: DigitLayout, shape: tuple[Dim, ...], known: Known) -> None:
    """Every element goes to where `b` says, nothing is written twice, and so nothing else is written there."""
    copy = relayout(a, b, shape, known)
    if not isinstance(copy, Relayout):
        event("no common digits")
        return
    before, after = memory_of(a, shape, known), memory_of(b, shape, known)
    moved = moved_by([c.box for c in copy.copies], shape, known)
    assert after.is_subset(before.apply_range(moved))
    assert moved.reverse().is_single_valued()
    written = [moved_by([part.box], shape, known).range() for part in (*copy.copies, *copy.fills)]
    for i, places in enumerate(written):
        assert all(places.is_disjoint(other) for other in written[:i])


@law
@given(st.data())
def test_a_relayout_is_the_relation_of_both_layouts(data: st.DataObject) -> None:
    # Of three dims there are many more relations: they take most of the time.
    shape = data.draw(shapes(3 if data.draw(st.integers(0, 9)) == 9 else 2))
    check(data.draw(digit_layouts(shape)), data.draw(digit_layouts(shape)), shape, NOTHING)


@law
@given(st.data())
def test_it_is_for_all_sizes_at_once(data: st.DataObject) -> None:
    shape = data.draw(shapes(2))
    dims, known, _ = data.draw(as_symbols(shape))
    a, b = (provable(data.draw(digit_layouts(shape)), dims, known) for _ in range(2))
    note(f"{dims} {known}")
    try:
        check(a, b, dims, known)
    except NotAffineError:
        event("not affine")
        return
    event(f"{sum(not isinstance(d, int) for d in dims)} symbols")
