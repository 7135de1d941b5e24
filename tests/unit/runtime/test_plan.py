"""The plan of a function: how long each buffer lives, which launches share a program, what is copied at the end."""

from __future__ import annotations

import numpy as np

from tensorir.dialects.registry import OPS
from tensorir.dialects.tensor import Cast
from tensorir.interp import interpret
from tensorir.ir.dims import symbol
from tensorir.ir.module import Module
from tensorir.native.table import Features
from tensorir.passes.runner import run_passes
from tensorir.runtime.plan import HostCommand, LaunchCommand, Plan, plan_function, plan_image
from tensorir.runtime.words import read_plan
from tensorir.text import parse
from tensorir.transforms.tiles.lower_to_tiles import LowerToTiles
from tests.support.tile_programs import run_plan, same_bits

SUMS = """
executable @sums target("cpu{features=none}") (%x: tensor<[S]x8xf32>) -> (tensor<[S]x8xf32>) {
  %0 = linalg.generic %x {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1)],
    body = (a0: f32) { v0 = add a0, a0; yield v0 }} : (tensor<[S]x8xf32>) -> tensor<[S]x8xf32>
  yield %0 : tensor<[S]x8xf32>
}
"""
"""Twice its argument."""


def launch(name: str, given: str, size: str) -> str:
    type = f"tensor<{size}x8xf32>"
    return f"{name} = flow.launch {given} {{executable = @sums, types = [{type}]}} : ({type}) -> {type}\n"


def planned(arguments: str, *body: str, returns: str, types: str) -> tuple[Plan, Module]:
    head = f"func @main({arguments}) -> ({types}) {{\n"
    source = parse(f"{SUMS}\n{head}{''.join(body)}return {returns} : {types}\n}}", OPS)
    module = run_passes(source, (LowerToTiles(),))
    return plan_function(module, module.functions[0], source), source


def check(plan: Plan, source: Module, *sizes: int) -> None:
    args = [np.arange(n * 8, dtype=np.float32).reshape(n, 8) for n in sizes]
    expected = interpret(source, "main", args)
    for threads in (1, 2):
        same_bits(run_plan(plan, source, args, Features.NONE, threads), expected)


M = "tensor<[M]x8xf32>"


def test_a_buffer_lives_from_where_it_is_made_to_its_last_reader() -> None:
    plan, source = planned(
        f"%x: {M}",
        launch("%0", "%x", "[M]"), launch("%1", "%0", "[M]"), launch("%2", "%0", "[M]"), launch("%3", "%1", "[M]"),
        returns="%2, %3", types=f"{M}, {M}",
    )  # fmt: skip  # one line per launch
    lives = {b.name: (b.kind, b.first, b.last) for b in plan.buffers}
    assert [(b.kind, b.first, b.last) for b in plan.buffers] == [
        ("argument", 0, 0),
        ("arena", 0, 2),
        ("arena", 1, 3),
        ("result", 2, 2),
        ("result", 3, 3),
    ], lives
    for size in (0, 1, 5):
        check(plan, source, size)


def test_memory_of_what_dies_is_taken_over_by_what_is_made() -> None:
    plan, source = planned(
        f"%x: {M}",
        launch("%0", "%x", "[M]"),
        launch("%1", "%0", "[M]"),
        launch("%2", "%1", "[M]"),
        returns="%2",
        types=M,
    )
    assert [(b.kind, b.index) for b in plan.buffers] == [("argument", 0), ("arena", 0), ("shared", 1), ("result", 0)]
    check(plan, source, 5)


def test_launches_of_one_executable_have_a_program_for_each_size() -> None:
    plan, source = planned(
        f"%x: {M}, %y: tensor<3x8xf32>, %z: {M}",
        launch("%0", "%x", "[M]"), launch("%1", "%y", "3"), launch("%2", "%z", "[M]"),
        returns="%0, %1, %2", types=f"{M}, tensor<3x8xf32>, {M}",
    )  # fmt: skip  # one line per launch
    assert [c.bound for c in plan.commands if isinstance(c, LaunchCommand)] == [
        {"S": symbol("M")},
        {"S": 3},
        {"S": symbol("M")},
    ]
    read = read_plan(plan_image(plan).words)
    assert [c.target for c in read.commands] == [0, 1, 0]
    assert len(read.programs) == 2
    check(plan, source, 7, 3, 7)


def test_what_is_not_made_where_it_is_wanted_is_copied_at_the_end() -> None:
    """An argument, and a value that is returned a second time."""
    plan, source = planned(f"%x: {M}", launch("%0", "%x", "[M]"), returns="%x, %0, %0", types=f"{M}, {M}, {M}")
    copies = [c for c in plan.commands if isinstance(c, HostCommand)]
    assert all(isinstance(c.op, Cast) for c in copies)
    of_kind = [tuple((plan.buffers[b].kind, plan.buffers[b].index) for b in c.buffers) for c in copies]
    assert of_kind == [(("argument", 0), ("result", 0)), (("result", 1), ("result", 2))]
    check(plan, source, 4)


def test_a_result_that_is_read_later_is_made_in_its_place() -> None:
    plan, source = planned(
        f"%x: {M}", launch("%0", "%x", "[M]"), launch("%1", "%0", "[M]"), returns="%0, %1", types=f"{M}, {M}"
    )
    assert [b.kind for b in plan.buffers] == ["argument", "result", "result"]
    assert len(plan.commands) == plan.launches == 2
    check(plan, source, 4)


def test_a_function_without_launches_has_only_copies() -> None:
    plan, source = planned(f"%x: {M}", returns="%x", types=M)
    assert (plan.launches, len(plan.commands), len(plan_image(plan).words) > 16) == (0, 1, True)
    check(plan, source, 2)
