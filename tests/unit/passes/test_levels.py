"""Levels: each is seen to hold and to fail, passes keep what they say, and the runner says who is to blame."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from attrs import frozen

from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.passes.levels import (
    LEVELS,
    NO_CALLS,
    NO_DISPATCHES,
    NO_ENCODINGS,
    NO_LAYOUTS,
    NO_TRANSFERS,
    ONLY_DATA,
    PLACED,
    PLAIN_BOUNDARIES,
    Level,
)
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.runner import LevelError, run_passes
from tensorir.pipelines import PASSES, STAGES, levels, pipeline
from tensorir.text import parse
from tensorir.transforms.datatiling.materialize_encodings import MaterializeEncodings
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tests.support.graphs import GRAPHS, matmul
from tests.support.levels import with_requirements

V = "tensor<4xf32>"
LAYOUT = "#layout<inner_dims = [0], inner_tiles = [2], outer_perm = [0]>"
BROKEN = {
    NO_CALLS: (
        f"""func @f(%x: {V}) -> ({V}) {{
  return %x : {V}
}}
func @main(%x: {V}) -> ({V}) {{
  %0 = func.call %x {{callee = @f, types = [{V}]}} : ({V}) -> {V}
  return %0 : {V}
}}""",
        "m.tir:5:3: error: func.call of @f",
    ),
    NO_TRANSFERS: (
        f"""func @main(%x: {V}) -> ({V}) {{
  %0 = device.transfer %x {{device = "there"}} : ({V}) -> {V}
  return %0 : {V}
}}""",
        'm.tir:2:3: error: device.transfer to "there"',
    ),
    PLACED: (
        f"""func @main(%x: {V} on "a", %y: {V} on "b") -> ({V}) {{
  %0 = linalg.generic %x, %y {{maps = [(d0) -> (d0), (d0) -> (d0), (d0) -> (d0)], """
        f"""body = (a0: f32, a1: f32) {{ v0 = add a0, a1; yield v0 }}, shape = [4]}} : ({V}, {V}) -> {V}
  return %0 : {V}
}}""",
        "m.tir:2:3: error: linalg.generic reads values on 'a', 'b'",
    ),
    NO_DISPATCHES: (
        f"""func @main(%x: {V}) -> ({V}) {{
  %0 = flow.dispatch %x : ({V}) -> {V} (%y: {V}) {{
    yield %y : {V}
  }}
  return %0 : {V}
}}""",
        "m.tir:2:3: error: flow.dispatch with 0 ops",
    ),
    ONLY_DATA: (
        f"""global @w : {V} = parameter<"scope", "key">
global @v : {V} = {{
  %0 = global.load {{symbol = @w, type = {V}}} : () -> {V}
  yield %0 : {V}
}}""",
        'm.tir:1:1: error: @w is the parameter "scope"::"key"\nm.tir:2:1: error: @v has an initializer',
    ),
}


def read(text: str) -> Module:
    return parse(text, OPS, file="m.tir")


def broken(level: Level, module: Module) -> str:
    return "\n".join(map(str, level.broken(module)))


@pytest.mark.parametrize("level", BROKEN, ids=lambda level: level.name)
def test_a_level_names_every_place_where_it_fails(level: Level) -> None:
    text, message = BROKEN[level]
    assert broken(level, read(text)) == message
    others = [other for other in LEVELS if other is not level]
    assert not any(broken(other, read(text)) for other in others if other is not ONLY_DATA)


def test_encodings_and_layouts_are_seen_in_types_attributes_and_regions() -> None:
    encoded = run_passes(matmul(), (SetEncodings(),))
    found = broken(NO_ENCODINGS, encoded)
    assert "encode.set" in found
    assert "linalg.contract" in found
    assert not broken(NO_LAYOUTS, encoded)
    specialized = run_passes(matmul(), pipeline("late", to="specialized").passes)
    assert not broken(NO_ENCODINGS, specialized)
    assert "encode.set" in broken(NO_LAYOUTS, specialized)
    executable = read(BROKEN[NO_DISPATCHES][0])
    assert not broken(NO_LAYOUTS, executable)


def test_a_boundary_with_an_encoding_is_seen_on_both_sides() -> None:
    body = run_passes(matmul(), (SetEncodings(),)).functions[0].body
    inner = next(op for op in body.ops if op.NAME == "linalg.contract")
    (made,) = inner.results
    region = type(body)(body.args, body.ops, (made,))
    f = matmul().functions[0].with_region(region)
    assert "result 0 of @main is tensor<" in broken(PLAIN_BOUNDARIES, Module([f]))
    back = type(body)((made,), (), (made,))
    assert "argument 0 of @main is tensor<" in broken(PLAIN_BOUNDARIES, Module([f.with_region(back)]))


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_the_pass_that_establishes_a_level_says_so(level: Level) -> None:
    assert level in PASSES[level.by].ensures
    assert [name for name, p in PASSES.items() if level in p.ensures] == [level.by]


def test_what_holds_at_the_end_of_each_stage() -> None:
    named = {stage: [level.name for level in levels("late", stage)] for stage in STAGES}
    boundaries = ["no-calls", "no-for", "plain-boundaries"]
    assert named == {
        "input": [],
        "encoded": [*boundaries, "no-transfers"],
        "dispatch": [*boundaries, "no-transfers"],
        "specialized": [*boundaries, "no-transfers", "no-encodings"],
        "materialized": [*boundaries, "no-transfers", "no-encodings", "no-layouts", "no-dispatches", "only-data"],
        "tiles": [*boundaries, "no-transfers", "no-encodings", "no-layouts", "no-dispatches", "only-data"],
    }
    early = {stage: [level.name for level in levels("early", stage)] for stage in STAGES}
    assert {**early, "dispatch": []} == {**named, "dispatch": []}
    assert early["dispatch"] == [*boundaries, "no-transfers", "no-encodings", "no-layouts"]
    assert set(levels("off", "materialized")) == {*LEVELS} - {PLACED}  # which is of programs for several devices


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("name", PASSES)
def test_passes_require_nothing_that_others_do_not_establish(name: str, graph: str) -> None:
    passes = with_requirements(PASSES[name]())
    held: tuple[Level, ...] = ()
    for p in passes:
        assert set(p.requires) <= set(held)
        held = p.after(held)
    if "two_devices" not in graph:
        run_passes(GRAPHS[graph](), passes)


def test_a_pass_that_can_not_take_a_module_says_what_where_and_who(tmp_path: Path) -> None:
    module = run_passes(matmul(), (SetEncodings(),))
    with pytest.raises(LevelError) as e:
        run_passes(module, (MaterializeEncodings(),), reproducers=tmp_path)
    assert "pass materialize-encodings can't take this module: it requires no-encodings" in str(e.value)
    assert "which specialize-encodings establishes; here: encode.set" in str(e.value)
    assert not list(tmp_path.iterdir())


def test_what_is_required_is_looked_at_even_if_nothing_is_verified() -> None:
    module = run_passes(matmul(), (SetEncodings(),))
    with pytest.raises(LevelError):
        run_passes(module, (MaterializeEncodings(),), verify_each=False)


@frozen
class Claims(Pass):
    """Says that it establishes what it does not."""

    name: ClassVar[str] = "claims"
    ensures: ClassVar[tuple[Level, ...]] = (NO_CALLS,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        return module


@frozen
class BringsBack(Pass):
    """Breaks what earlier passes have established, and does not say so."""

    name: ClassVar[str] = "brings-back"

    def run(self, module: Module, ctx: PassContext) -> Module:
        return read(BROKEN[NO_CALLS][0])


@pytest.mark.parametrize("passes", [(Claims(),), (PASSES["inline-calls"](), BringsBack())], ids=["claims", "breaks"])
def test_a_pass_that_does_not_keep_what_it_says_is_found(passes: tuple[Pass, ...], tmp_path: Path) -> None:
    module = read(BROKEN[NO_CALLS][0])
    with pytest.raises(
        TensorIRError, match=rf"pass {passes[-1].name} left an invalid module.*\n.*no-calls.*here: func\.call of @f"
    ):
        run_passes(module, passes, reproducers=tmp_path)
    run_passes(module, passes, verify_each=False)


def test_a_long_list_of_places_is_cut() -> None:
    call = BROKEN[NO_CALLS][0].splitlines()
    many = "\n".join([*call[:4], *(call[4].replace("%0", f"%{i}") for i in range(20)), *call[5:]])
    with pytest.raises(LevelError, match="12 more") as e:
        run_passes(read(many), (PASSES["form-dispatches"](),))
    assert str(e.value).count("here: func.call") == 8
