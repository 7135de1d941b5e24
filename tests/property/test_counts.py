"""The law of counts: they say what a walk over all accesses to memory sees."""

from __future__ import annotations

import pytest

from tensorir.api import compile
from tests.support.counted import assert_counted
from tests.support.graphs import GRAPHS, SIZES


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name: str, tiling: str) -> None:
    assert_counted(compile(GRAPHS[name](), "cpu", tiling), SIZES.get(name, {}))
