"""The picture of a plan: every command, every buffer that one uses, and what each does with it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.ir.dtype import f32
from tensorir.runtime.explain.timeline import ACCESSES, timeline
from tensorir.runtime.plan_parts import read_and_written
from tensorir.runtime.program import Program
from tests.support.models.bert import bert

COMMAND = re.compile(r"#(\d+): (b\d+) .* is (\w+)")


def shown(program: Program) -> tuple[list[ElementTree.Element], set[tuple[int, int, str]]]:
    """The commands, and the marks: command, buffer and access."""
    (function,) = program.explain().functions
    assert function.plan is not None and function.counts is not None
    root = ElementTree.fromstring(timeline(function.plan, function.counts))
    marks: set[tuple[int, int, str]] = set()
    for circle in root.iter("circle"):
        found = COMMAND.fullmatch(circle.findtext("title", ""))
        assert found is not None and found[3] == circle.get("class")
        marks.add((int(found[1]), int(found[2][1:]), found[3]))
    return list(root.iter("rect")), marks


def test_every_command_is_shown_with_all_of_its_buffers() -> None:
    program = compile(bert(1, 64))
    plan = program.plans["main"]
    rects, marks = shown(program)
    assert len(rects) == len(plan.commands)
    used = {(n, b) for n, c in enumerate(plan.commands) for part in read_and_written(c) for b in part}
    assert {(n, b) for n, b, _ in marks} == used
    for number, command in enumerate(plan.commands):
        read, written = read_and_written(command)
        assert {b for n, b, access in marks if n == number and access == "read"} <= set(read)
        assert {b for n, b, access in marks if n == number and access == "written"} <= set(written)
    assert {access for _, _, access in marks} == set(ACCESSES)


def test_a_buffer_is_relaid_where_a_step_relays_it() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (64, 96), f32)
    f.returns(x.transpose(1, 0) + 1.0, x + 1.0)
    program = compile(m.build())
    counts = program.explain().functions[0].counts
    assert counts is not None
    rects, marks = shown(program)
    relaying = {n for n, c in enumerate(counts.commands) if c.sum("relaid_bytes")}
    assert relaying == {n for n, _, access in marks if access == "relaid"}
    assert relaying == {n for n, rect in enumerate(rects) if "relays" in rect.get("class", "")}


def test_each_device_has_a_lane() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (8, 8), f32, device="a")
    f.returns((x + 1.0).to("b") * 2.0)
    rects, _ = shown(compile(m.build(), devices={"a": "cpu", "b": "vmvx"}))
    assert len({rect.get("y") for rect in rects}) == len({rect.get("class", "")[:2] for rect in rects}) == 2


def test_names_are_escaped() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("a<b>&", (8, 8), f32) + 1.0)
    assert {(n, b) for n, b, _ in shown(compile(m.build()))[1]} == {(0, 0), (0, 1)}
