"""Explanations as text."""

from __future__ import annotations

import pickle
import re
from functools import cache
from pathlib import Path

import pytest

from tensorir import load
from tensorir.api import compile
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.runtime.program import Program
from tests.support.models.bert import bert


@cache
def program() -> Program:
    return compile(bert(1, symbol("S")))


def test_the_text_has_all_parts() -> None:
    text = str(program().explain({"S": 64}))
    assert text.startswith("layouts for cpu: ")
    assert "width " in text and "exact (gap 0)" in text
    assert text.count("next best: ") > 20
    assert "@main, S = 64: " in text and "\nlaunches:\n" in text and "\nrelayouts:\n" in text
    assert str(program().plans["main"]) in text
    assert str(program().remarks) in text


def test_launches_and_relayouts_are_those_of_the_counts() -> None:
    found = program().explain({"S": 64})
    counts = program().counts(sizes={"S": 64})
    lines = str(found).splitlines()
    launches = [line for line in lines if re.match(r"  #\d+ +launch @\S+ .*\.py:\d+ ", line)]
    assert len(launches) == len(counts.commands)
    relaid = [int(n) for line in lines if line.startswith("  #") for n in re.findall(r" (\d+) bytes$", line)]
    assert sum(relaid) == counts.relaid_bytes > 0


def test_sizes_have_a_typical_default() -> None:
    assert "@main, S = 128: " in str(program().explain())


def test_a_size_that_a_call_can_not_have_is_an_error() -> None:
    with pytest.raises(TensorIRError, match="no function has the symbol T; known: S"):
        program().explain({"T": 3})


def test_a_program_from_a_file_tells_of_its_plan(tmp_path: Path) -> None:
    program().save(tmp_path / "p.tirx")
    text = str(load(tmp_path / "p.tirx").explain({"S": 64}))
    assert text.startswith("compiled for cpu: a program from a file holds its plan as words")
    assert "\nlaunches:\n" in text and "\nrelayouts:\n" in text and "next best" not in text


def test_where_python_runs_the_ops_there_is_no_plan() -> None:
    text = str(compile(bert(1, 16), "reference").explain())
    assert "@main: Python runs its ops one by one, without a plan" in text


def test_a_pickled_program_explains_the_same() -> None:
    again = pickle.loads(pickle.dumps(program()))
    assert str(again.explain()) == str(program().explain())
