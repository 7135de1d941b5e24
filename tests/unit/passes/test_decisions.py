"""Decisions are kept once per op, never per line, and print in groups."""

from __future__ import annotations

import pickle

from attrs import evolve

from tensorir.dialects.linalg import Transpose
from tensorir.ir.diagnostic import Remark, Remarks
from tensorir.ir.dtype import f32
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.decisions import Decisions


def op_at(line: int, id: str) -> Op:
    return Transpose(Value(TensorType((2, 3), f32)), (1, 0), loc=Location("f.py", line, op=id))


def test_two_ops_on_one_line_are_two() -> None:
    decisions = Decisions()
    for id in ("@main#1", "@main#2"):
        decisions.refuse("p", op_at(7, id), "rule", "because", "source")
    assert [r.op_id for r in decisions.remarks] == ["@main#1", "@main#2"]


def test_one_op_is_one_wherever_it_stands_by_now() -> None:
    decisions = Decisions()
    for line in (7, 8):
        decisions.refuse("p", op_at(line, "@main#1"), "rule", "because", "source")
    assert len(decisions.remarks) == 1


def test_every_part_of_a_decision_tells_it_from_others() -> None:
    base = Remark("p", "linalg.transpose", "rule", "because", "source", Location("f.py", 7), "@main#1")
    others = [evolve(base, **{part: "other"}) for part in ("pass_name", "op", "rule", "message", "operand", "op_id")]
    decisions = Decisions()
    decisions.extend([base, *others, base, *others])
    assert list(decisions.remarks) == [base, *others]


def test_what_has_no_id_is_told_apart_by_its_place() -> None:
    decisions = Decisions()
    for line in (7, 8, 7):
        decisions.add(Remark("mlir", "util.func", "dropped", "unused", loc=Location("f.mlir", line)))
    assert [r.loc.line for r in decisions.remarks] == [7, 8]


def test_remarks_print_in_groups_and_count() -> None:
    decisions = Decisions()
    for id in ("@main#1", "@main#2"):
        decisions.of("p")(op_at(7, id), "rule", "because", "source")
    decisions.of("q")(op_at(9, "@main#3"), "other", "so it is")
    assert str(decisions.remarks).splitlines() == [
        "remark: [p] rule, 2 times: because",
        "  f.py:7: linalg.transpose @main#1 (source)",
        "  f.py:7: linalg.transpose @main#2 (source)",
        "remark: [q] other: so it is",
        "  f.py:9: linalg.transpose @main#3",
    ]
    assert decisions.remarks.counts() == {("p", "rule"): 2, ("q", "other"): 1}
    assert str(decisions.remarks[0]) == "f.py:7: remark: [p] linalg.transpose @main#1 (source): rule: because"
    again = pickle.loads(pickle.dumps(decisions.remarks))
    assert isinstance(again, Remarks) and again == decisions.remarks
