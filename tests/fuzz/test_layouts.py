"""A few of the cases of `make layout-laws`."""

from __future__ import annotations

import random

from tests.fuzz.layouts import check


def test_relayouts_there_and_back() -> None:
    rng = random.Random(7)
    assert sum(check(rng) for _ in range(300)) > 200, "most layouts have common digits"
