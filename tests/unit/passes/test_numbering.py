"""Ids of ops: given in program order, kept through every pass, outside of all equality."""

from __future__ import annotations

import pytest

from tensorir.dialects.flow import Dispatch
from tensorir.dialects.registry import OPS
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.passes.numbering import numbered
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.text import parse, print_module
from tensorir.transforms.simplify.inline_calls import InlineCalls
from tests.support.graphs import GRAPHS, Graph

T = "tensor<4xf32>"


def ids(module: Module) -> list[str]:
    return [op.loc.op for op in module.walk()]


def test_ops_are_counted_per_symbol_in_program_order_inner_ones_too() -> None:
    g = Graph()
    x = g.arg(4)
    inside = Graph()
    y = inside.arg(4)
    body = inside.b.finish([inside.elementwise("exp", inside.elementwise("neg", y))])
    value = g.b.add(Dispatch((g.elementwise("exp", x),), body)).result
    module = g.done(g.elementwise("neg", value))
    after = numbered(module)
    verify(after)
    assert ids(after) == [f"@main#{i}" for i in range(1, 6)]
    assert print_module(after) == print_module(module)
    assert fingerprint(after) == fingerprint(module)


def test_numbering_twice_is_numbering_once() -> None:
    once = numbered(GRAPHS["mlp"]())
    assert numbered(once) is once


def test_ids_are_outside_of_equality() -> None:
    a, b = Location("f", 1, 2, "@main#1"), Location("f", 1, 2)
    assert a == b
    assert hash(a) == hash(b)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("data_tiling", ["late", "off"])
def test_every_op_of_a_compiled_program_knows_what_it_was_made_from(name: str, data_tiling: str) -> None:
    module = GRAPHS[name]()
    given = {*ids(numbered(module))}
    for to in ("dispatch", "materialized"):
        made = ids(run_passes(module, pipeline(data_tiling, to=to).passes))
        assert made and {id.partition("~")[0] for id in made} <= given  # in copies for ranges of sizes as well


def test_copies_of_an_inlined_body_have_ids_of_their_own() -> None:
    body = "{maps = [(i) -> (i), (i) -> (i)], body = (a: f32) { s = neg a; yield s }}"
    call = f"func.call %x {{callee = @f, types = [{T}]}} : ({T}) -> {T}"
    again = call.replace("%x", "%a")
    module = parse(
        f"func private @f(%x: {T}) -> ({T}) {{\n  %y = linalg.generic %x {body} : ({T}) -> {T}\n  return %y : {T}\n}}\n"
        f"func @main(%x: {T}) -> ({T}) {{\n  %a = {call}\n  %b = {again}\n  return %b : {T}\n}}",
        OPS,
    )
    assert ids(run_passes(module, (InlineCalls(),))) == ["@f#1", "@f#1~2"]
    public = parse(print_module(module).replace("func private @f", "func @f"), OPS)
    assert ids(run_passes(public, (InlineCalls(),))) == ["@f#1", "@f#1~2", "@f#1~3"]
