"""A layer of a decoder as exporters write it runs exactly as the one that the builder makes, however the rotations, the
factor of the scores, the mask and the heads are spelt."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from attrs import evolve

from benchmarks.graphs.figures import Figures, figures
from tensorir.api import compile
from tensorir.ir.dims import Dim, symbol
from tests.support.compared_graphs import ComparedGraph
from tests.support.models.exported_llama import Exported
from tests.support.models.llama import HIDDEN, llama
from tests.support.recorded import needs_features

LENGTHS: dict[str, Dim] = {"static": 128, "any length": symbol("S")}

SPELLINGS = {
    "factor of the scores": Exported(),
    "divisor of the scores, mask first": Exported("quotient", mask_first=True),
    "factor of the queries, broadcast mask": Exported("queries", broadcast=True),
    "factors of both, product with -1": Exported("both", mask_first=True, broadcast=True, negated_last=True),
}


def _counted(graph: ComparedGraph) -> Figures:
    found = figures(graph, "late")
    assert isinstance(found, Figures)
    return evolve(found, layer=None, arena_bytes=0, peak_bytes=0)


@cache
def _built(length: str) -> Figures:
    size = LENGTHS[length]
    return _counted(ComparedGraph(lambda: llama("repeated", 1, size), {} if size == 128 else {"S": 128}))


@needs_features
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_plan_is_that_of_the_builder(spelling: str, length: str) -> None:
    """Launches, relayouts, moved bytes: every figure but the room in the arena, where the buffers of the same launches
    may be placed in another way."""
    size = LENGTHS[length]
    sizes = {} if size == 128 else {"S": 128}
    assert _counted(ComparedGraph(lambda: SPELLINGS[spelling].module(size), sizes)) == _built(length)


def test_the_results_are_those_of_the_builder() -> None:
    """All spellings compute the same, which the other test takes for granted."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1, 24, HIDDEN), np.float32)
    mask = np.where(rng.random((24, 24)) < 0.8, 0, -np.inf).astype(np.float32)
    mask[:, 0] = 0
    expected = compile(llama("repeated", 1, 24))(x[0], mask)
    for spelling in SPELLINGS.values():
        found = compile(spelling.module(24))(x, mask[None, None])
        np.testing.assert_allclose(found[0], expected, rtol=1e-4, atol=1e-4)
