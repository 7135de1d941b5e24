"""What each way of data-tiling makes of the graphs of `benchmarks.graphs`: no count may be worse than recorded.

The summary of a run lists, as expected failures, what is better than recorded and which bars are missed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.graphs.figures import Figures, compiled, figures, model_bytes
from benchmarks.graphs.report import BEGIN, DOCS, END, docs_table
from benchmarks.graphs.table import better, load_table, unmet, worse
from tensorir.pipelines import DATA_TILING
from tests.support.compared_graphs import GRAPHS, arguments
from tests.support.recorded import needs_features

REFUSED = {"two devices": {"early"}}
"""The ways that don't compile a graph: early is for one device."""


@cache
def found(name: str) -> dict[str, Figures | str]:
    """The figures of today, by way."""
    return {way: figures(GRAPHS[name], way) for way in DATA_TILING}


def test_the_table_has_these_graphs_in_this_order() -> None:
    assert [*load_table()] == [*GRAPHS]


def test_the_documentation_has_the_recorded_table() -> None:
    text = DOCS.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert text.strip() == docs_table(load_table()), "run python -m benchmarks.graphs --record"


@needs_features
@pytest.mark.parametrize("name", GRAPHS)
def test_no_figure_is_worse_than_recorded(name: str) -> None:
    recorded = load_table()[name]
    now = found(name)
    changes = [f"{way}: {c}" for way, before in recorded.figures.items() for c in worse(before, now[way])]
    assert not changes, "; ".join(changes)
    missed = unmet(recorded, now)
    assert missed.keys() <= unmet(recorded, recorded.figures).keys(), "; ".join(missed.values())
    assert {way for way, f in now.items() if isinstance(f, str)} == REFUSED.get(name, set())
    assert recorded.model_bytes == model_bytes(GRAPHS[name].make())


@needs_features
@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_better_than_recorded_and_what_is_missed(name: str) -> None:
    """Fails only as expected, so that the summary of the run says it."""
    recorded = load_table()[name]
    now = found(name)
    notes = [
        f"better than recorded, run python -m benchmarks.graphs --record: {way}: {change}"
        for way, before in recorded.figures.items()
        for change in better(before, now[way])
    ]
    notes += [f"{way} is not recorded yet" for way in now.keys() - recorded.figures.keys()]
    if notes := [*notes, *(f"missed: {miss}" for miss in unmet(recorded, now).values())]:
        pytest.xfail("; ".join(notes))


@pytest.mark.parametrize("name", GRAPHS)
def test_all_ways_give_the_same_bits(name: str) -> None:
    module = GRAPHS[name].make()
    args, function = arguments(GRAPHS[name], module), module.functions[0].name
    ways = [way for way in DATA_TILING if way not in REFUSED.get(name, ())]
    wanted, *others = (compiled(module, way, "cpu").call(args, function) for way in ways)
    assert all(np.isfinite(r).all() and np.ptp(r) > 0 for r in wanted)
    for got in others:
        assert [r.tobytes() for r in got] == [r.tobytes() for r in wanted]
