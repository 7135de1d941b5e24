"""Decisions about layouts are values: they add up, are applied again, and answer for every value of a program."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from tensorir.api import compile
from tensorir.ir.module import Module
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.targets import DEVICES

DEVICE = st.sampled_from(["cpu", "vmvx", *DEVICES])


@given(module=programs(), device=DEVICE)
def test_a_decision_gives_the_same_program_again(module: Module, device: str) -> None:
    program = compile(module, device)
    assert program.decision is not None
    again = compile(module, device, layouts=program.decision.json())
    assert print_module(again.tiles) == print_module(program.tiles)
    assert again.decision == program.decision


@given(module=programs(), device=DEVICE)
def test_costs_add_up_and_every_value_has_an_answer(module: Module, device: str) -> None:
    program = compile(module, device)
    assert program.decision is not None
    parts = sum(d.ns + sum(r.ns for r in d.relaid) for d in program.decision)
    assert program.decision.cost_ns == approx(parts)
    explanation = program.explain()
    for v in explanation.source:
        assert f"{v.name} : {v.type}, " in explanation.value(v.name)
