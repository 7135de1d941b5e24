"""Decisions about layouts in JSON: read as they were written, and refused with the place where they are damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tensorir.api import compile
from tensorir.ir.diagnostic import TensorIRError
from tensorir.transforms.layouts.read_decision import read_decision
from tests.support.models.bert import bert

Damage = Callable[[Any], object]


@pytest.fixture(scope="module")
def written() -> str:
    decision = compile(bert(1, 32)).decision
    assert decision is not None
    return decision.json()


def test_reading_gives_what_was_written(written: str) -> None:
    found = read_decision(written)
    assert found.json() == written
    assert any(d.relaid for d in found) and any(d.state.form.tiles for d in found)


def without(name: str) -> Damage:
    return lambda whole: whole.pop(name)


def changed(name: str, value: object) -> Damage:
    return lambda whole: whole.update({name: value})


def changed_first(name: str, value: object) -> Damage:
    return lambda whole: whole["decided"][0].update({name: value})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without("width"), "the text: expected an object with the entries tensorir_layouts, device"),
        (changed("tensorir_layouts", 1), "tensorir_layouts: expected 3, got 1"),
        (changed("exact", 1), "exact: expected true or false"),
        (changed("cost_ns", -1.0), "cost_ns: expected a number"),
        (changed("decided", {}), "decided: expected a list"),
        (changed("ranges", {"main": [["M", 0, 8, 1, 5.0]]}), "ranges.main[0]: expected 6 items, found 5"),
        (changed("ranges", {"main": [["M", 9, 8, 9, 5.0, 6.0]]}), "ranges.main[0]: M = 9 … 8: there is no such size"),
        (changed_first("key", 3), "decided[0].key: expected a text"),
        (changed_first("loc", ["f", 1]), "decided[0].loc: expected 3 items, found 2"),
        (changed_first("stored", ["#layout<inner_dims = [0]>"]), "decided[0].stored[0]: "),
        (changed_first("result", "#tiles<8, 16, 1, kn>"), "decided[0].result: unknown #tiles"),
        (changed_first("tiles", "#tiles<8, 16>"), "decided[0].tiles: "),
        (changed_first("relaid", [["lhs"]]), "decided[0].relaid[0]: expected 6 items, found 1"),
    ],
)
def test_damage_is_named(damage: Damage, message: str, written: str) -> None:
    whole = json.loads(written)
    damage(whole)
    with pytest.raises(TensorIRError) as e:
        read_decision(json.dumps(whole), "layouts.json")
    assert f"layouts.json: error: not a decision about layouts: {message}" in str(e.value)


@pytest.mark.parametrize("text", ["", "[", "[" * 100_000])
def test_what_is_not_json(text: str) -> None:
    with pytest.raises(TensorIRError, match=r"layouts.json: error: .*not JSON"):
        read_decision(text, "layouts.json")
