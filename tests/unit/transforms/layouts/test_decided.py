"""Decisions about layouts: what they say, and that they can be applied again."""

from __future__ import annotations

import json
from functools import cache

import pytest
from attrs import evolve

from tensorir.analysis.layout_decision import Decided, Decision
from tensorir.api import compile
from tensorir.encoding.form import Form, State
from tensorir.encoding.layout import Layout
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.isomorphism import fingerprint
from tensorir.runtime.program import Program
from tensorir.testing.equivalence import assert_equivalent
from tensorir.text import print_module
from tests.support.models.bert import bert


@cache
def program() -> Program:
    return compile(bert(1, 64))


def decision() -> Decision:
    found = program().decision
    assert found is not None
    return found


def products() -> list[Decided]:
    return [d for d in decision() if d.op == "linalg.contract"]


def test_the_cost_is_the_sum_of_what_each_op_and_relayout_costs() -> None:
    parts = sum(d.ns + sum(r.ns for r in d.relaid) for d in decision())
    assert abs(decision().cost_ns - parts) <= 1e-9 * parts
    assert decision().cost_ns < decision().off_ns
    assert decision().exact and decision().gap_ns == 0


def test_without_tiles_the_cost_is_that_of_off() -> None:
    off = compile(bert(1, 64), data_tiling="off").decision
    assert off is not None and off.cost_ns == off.off_ns
    assert all(d.state.form.tiles is None for d in off)


def test_products_have_tiles_and_a_next_best_that_costs_more() -> None:
    assert len(products()) == 8
    for d in products():
        assert d.state.form.tiles is not None and d.state.form.kernel.startswith("tir_mmt4d")
        other = decision().next_best(d)
        assert other is not None and other.more_ns > 0 and other.state != d.state


def test_ops_stand_in_program_order_behind_the_constants() -> None:
    ids = [int(d.id.removeprefix("@main#")) for d in decision() if d.op]
    assert ids == sorted(ids) and len(ids) > 20
    is_op = [bool(d.op) for d in decision()]
    assert is_op == sorted(is_op)
    assert len({d.key for d in decision()}) == len(decision().decided)


@pytest.mark.parametrize("json", [False, True])
def test_the_same_plan_without_solving(json: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, before = print_module(program().tiles), decision()

    def refused(*args: object) -> None:
        raise AssertionError("nothing is solved")

    monkeypatch.setattr("tensorir.transforms.layouts.choice.minimize", refused)
    again = compile(bert(1, 64), layouts=before.json() if json else before)
    assert print_module(again.tiles) == expected
    assert fingerprint(again.module) == fingerprint(program().module)
    assert again.decision == before
    assert list(map(str, again.plans.values())) == list(map(str, program().plans.values()))


def test_a_changed_decision_is_applied() -> None:
    """A product without tiles: what is near is relaid, and the results are the same."""
    product = products()[0]
    form = product.state.form
    row_major = State(Form((None,) * len(form.operands)), (None,))
    kept = [evolve(d, state=row_major) if d is product else d for d in decision()]
    right = next(d for d in kept if not d.op and "query.weight" in d.names[0])
    both = evolve(right, state=State(right.state.form, (None, *right.state.stored)))
    changed = evolve(decision(), decided=tuple(both if d is right else d for d in kept))
    module = bert(1, 64)
    made = compile(module, layouts=changed)
    assert made.decision is not None and made.decision.cost_ns > decision().cost_ns
    assert not made.decision.exact
    assert sum(d.state.form.tiles is not None for d in made.decision) == len(products()) - 1
    assert_equivalent(module, made)


def test_a_constant_that_is_not_kept_as_it_is_read() -> None:
    product = products()[0]
    row_major = State(Form((None,) * len(product.state.form.operands)), (None,))
    kept = tuple(evolve(d, state=row_major) if d is product else d for d in decision())
    changed = evolve(decision(), decided=kept)
    message = r"minilm.py:\d+: error: .* contradicts itself: @\S*query.weight is not kept as @main#\d+ linalg.contract"
    with pytest.raises(TensorIRError, match=message):
        compile(bert(1, 64), layouts=changed)


def test_a_layout_that_is_not_possible_names_the_op_and_what_is_possible() -> None:
    product = products()[0]
    odd = State(evolve(product.state.form, result=Layout((0,), (5,), (0, 1))), product.state.stored)
    changed = evolve(decision(), decided=tuple(evolve(d, state=odd) if d is product else d for d in decision()))
    with pytest.raises(TensorIRError, match=r"minilm.py:\d+: error: .*does not fit @main#\d+ linalg.contract") as e:
        compile(bert(1, 64), layouts=changed)
    assert "inner_tiles = [5]" in str(e.value) and "possible: row-major" in str(e.value)


def test_a_decision_of_another_program() -> None:
    with pytest.raises(TensorIRError, match=r"it has @main#\d+ linalg.contract, which is not here") as e:
        compile(bert(1, 32).replace(functions=[]), layouts=decision())
    assert len(e.value.diagnostics) == 9 and "more places" in str(e.value)
    with pytest.raises(TensorIRError, match=r"weights.py:\d+: error: .*says nothing about @encoder.layer.1"):
        compile(bert(2, 64), layouts=decision())


def test_a_decision_that_was_read_knows_no_alternatives() -> None:
    from tensorir.transforms.layouts.read_decision import read_decision

    read = read_decision(decision().json())
    assert str(read) == str(decision())
    with pytest.raises(TensorIRError, match="does not know what else there is"):
        read.next_best(read.decided[0])


def test_json_is_one_line_per_op() -> None:
    text = decision().json()
    assert len(json.loads(text)["decided"]) == len(decision().decided)
    assert len(text.splitlines()) == len(decision().decided) + 13
