"""Answers about values: every value of a program has one, by any of its names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tensorir import load
from tensorir.api import compile
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.runtime.explain.explanation import Explanation
from tensorir.runtime.program import Program
from tensorir.text import parse
from tests.support.models.bert import bert

TEXT = """
func @main(%x: tensor<64x64xf32>, %s: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<64x64xf32>) {
  %one = tensor.constant {value = dense<1.0> : tensor<64x64xf32>} : () -> tensor<64x64xf32>
  %same = linalg.transpose %x {permutation = [0, 1]} : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %again = linalg.transpose %same {permutation = [0, 1]} : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %r = linalg.softmax %again {dims = [1]} : (tensor<64x64xf32>) -> tensor<64x64xf32>
  return %r, %s : tensor<64x64xf32>, tensor<64x64xf32>
}
"""


@cache
def program() -> Program:
    return compile(bert(2, 64))


@cache
def explanation() -> Explanation:
    return program().explain()


def test_every_value_has_an_answer_that_says_layout_cost_and_next_best() -> None:
    values = explanation().source
    assert len(values) > 100
    for v in values:
        answer = explanation().value(v.name)
        assert answer.startswith(f"{v.name} : {v.type}, ")
        if v.op == "argument":
            assert "there is no other choice" in answer
        else:
            assert "next best: " in answer or "there is no other choice" in answer
            assert "row-major" in answer or "#layout<" in answer


def test_every_op_is_found_by_its_id_and_by_its_place() -> None:
    for v in explanation().source:
        if v.id:
            assert explanation().value(v.id) == explanation().value(v.name)
            assert explanation().value(v.name) in explanation().value(str(v.loc))
            assert explanation().value(v.name) in explanation().value(str(v.loc).rpartition("/")[2])


def test_a_product_says_tiles_kernel_launch_and_price() -> None:
    product = next(v for v in explanation().source if v.op == "linalg.contract")
    answer = explanation().value(product.name)
    assert "#tiles<" in answer and "tir_mmt4d" in answer
    assert "it costs least of 2 choices; next best: row-major, " in answer
    assert "  runs in command #" in answer and " of @main: " in answer


def test_all_launched_ops_say_where_they_run() -> None:
    decision = program().decision
    assert decision is not None
    launched = [d for d in decision if d.launch]
    assert len(launched) > 20
    for d in launched:
        assert "runs in command #" in explanation().value(d.id)


def test_a_value_that_is_relaid_says_by_whom_and_how_many_bytes() -> None:
    decision = program().decision
    assert decision is not None
    (reader, moved) = next((d, r) for d in decision for r in d.relaid if r.operand != "result" and "#" in r.tensor)
    answer = explanation().value(moved.tensor.split()[-1])
    assert f"relaid: {reader.op} {reader.id} ({moved.operand}) reads it as " in answer
    assert f"{moved.bytes} bytes" in answer


def test_weights_say_how_they_are_kept() -> None:
    name = next(v.name for v in explanation().source if v.name.endswith("query.weight"))
    answer = explanation().value(name)
    assert "kept #layout<" in answer and "next best: kept row-major" in answer
    load = next(v for v in explanation().source if v.loads == name[1:])
    assert "kept #layout<" in explanation().value(load.name)


def test_a_constant_that_the_compiler_made_is_found() -> None:
    decision = program().decision
    assert decision is not None
    given = {v.name for v in explanation().source}
    made = next(d for d in decision if not d.op for n in d.names if f"@{n}" not in given)
    assert "constant" in explanation().value(f"@{made.names[-1]}")


def test_ops_that_vanished_say_what_reads_them() -> None:
    answer = compile(parse(TEXT, OPS, file="p.tir")).explain().value("same")
    assert "%same : tensor<64x64xf32>, linalg.transpose @main#2 at p.tir:4:3" in answer
    assert "no op was left of it" in answer and "linalg.softmax @main#4" in answer
    unread = compile(parse(TEXT, OPS)).explain().value("%one")
    assert unread.endswith("no op was left of it: nothing that is computed reads it")


def test_an_unknown_name_has_similar_ones() -> None:
    found = compile(parse(TEXT, OPS)).explain()
    with pytest.raises(TensorIRError, match=r"no value '%sane'; did you mean .*%same"):
        found.value("%sane")
    with pytest.raises(TensorIRError, match="no value ''"):
        found.value("")


def test_a_program_from_a_file_says_that_it_holds_no_decisions(tmp_path: Path) -> None:
    program().save(tmp_path / "p.tirx")
    found = load(tmp_path / "p.tirx").explain()
    with pytest.raises(UnsupportedError, match=r"%x: a program from a file holds .* neither decisions nor remarks"):
        found.value("%x")
