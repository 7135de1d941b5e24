"""Globals: data, parameters, initializers, and what keeps state."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark
from tensorir.ir.module import Parameter
from tensorir.ir.region import Region
from tensorir.mlir import parse
from tests.support.mlir_programs import module, refusal, result, same


def loading(declaration: str, type: str = "tensor<2xf32>", load: str = "util.global.load") -> str:
    return f"""{declaration}
util.func public @f() -> {type} {{
  %w = {load} @w : {type}
  util.return %w : {type}
}}"""


def test_data() -> None:
    text = loading("util.global private @w = dense<[1.0, 2.0]> : tensor<2xf32>")
    (made,) = module(text).globals
    assert isinstance(made.value, Dense)
    assert made.name == "w"
    assert same(result(text), np.asarray([1, 2], np.float32))


def test_ml_program() -> None:
    text = loading(
        "ml_program.global private @w(dense<[1.0, 2.0]> : tensor<2xf32>) : tensor<2xf32>",
        load="ml_program.global_load_const",
    )
    assert same(result(text), np.asarray([1, 2], np.float32))


def test_scalars_and_large_splats() -> None:
    assert same(result(loading("util.global private @w = 4 : i32", "i32")), np.int32(4))
    text = loading("util.global private @w = dense<1.5> : tensor<1000x1000xf32>", "tensor<1000x1000xf32>")
    assert isinstance(module(text).globals[0].value, Region)
    assert same(result(text), np.full((1000, 1000), 1.5, np.float32))


@pytest.mark.parametrize(
    ("written", "parameter"),
    [('"model"::"w"', Parameter("model", "w")), ('"w"', Parameter("", "w"))],
)
def test_parameters(written: str, parameter: Parameter) -> None:
    text = loading(f"util.global private @w = #flow.parameter.named<{written}> : tensor<2xf32>")
    assert module(text).globals[0].value == parameter


def test_parameters_of_the_dialect_that_iree_prints_later() -> None:
    (made,) = module(loading('util.global private @w = #stream.parameter.named<"m"::"w"> : tensor<2xf32>')).globals
    assert made.value == Parameter("m", "w")
    wrong = refusal(loading("util.global private @w = #stream.parameter.named<m> : tensor<2xf32>"))
    assert '#stream.parameter.named<m> must be <"scope"::"key"> or <"key">' in wrong


def test_initializers() -> None:
    text = loading("""util.global private @v = dense<[1.0, 2.0]> : tensor<2xf32>
util.global private @w : tensor<2xf32>
util.global private @u : tensor<f32>
util.initializer {
  %v = util.global.load @v : tensor<2xf32>
  %r = arith.addf %v, %v : tensor<2xf32>
  util.global.store %r, @w : tensor<2xf32>
  %c = arith.constant dense<1.0> : tensor<f32>
  util.global.store %c, @u : tensor<f32>
  util.return
}""")
    assert {g.name: type(g.value) for g in module(text).globals} == {"v": Dense, "w": Region, "u": Region}
    assert same(result(text), np.asarray([2, 4], np.float32))


def test_globals_that_nobody_can_use_are_dropped_with_a_remark() -> None:
    text = """
    util.global private @device : !hal.device
    util.global private mutable @state : tensor<2xf32>
    util.func public @f() {
      util.return
    }"""
    remarks: list[Remark] = []
    assert parse(text, remarks=remarks).globals == ()
    assert [r.message.split(" ", 2)[:2] for r in remarks] == [["@device", "has"], ["@state", "has"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (loading("util.global private mutable @w : tensor<2xf32>"), "util.global.load: @w has no value"),
        (loading("util.global private @w : tensor<2xf32>"), "util.global.load: @w has no value"),
        (loading("util.global private @v = 1 : i32"), "util.global.load: there is no global @w"),
        (loading("util.global private @w = dense<1.0> : tensor<3xf32>"), "util.global.load: "),
        (loading("util.global private @w = dense<1> : tensor<2xi32>"), "written type"),
        (loading("util.global private @w = #flow.parameter.named<model> : tensor<2xf32>"), "util.global: @w: "),
        (loading("util.global private @w = #other.thing<1> : tensor<2xf32>"), "#other.thing is not supported"),
        (
            "util.global private @w = 1 : i32\nutil.func public @f(%x: i32) {\n"
            "  util.global.store %x, @w : i32\n  util.return\n}",
            "t.mlir:3:3: error: util.global.store: @w can only be stored to by an initializer",
        ),
        (
            "util.initializer {\n  %c = arith.constant 1 : i32\n  util.global.store %c, @w : i32\n  util.return\n}",
            "util.global.store: there is no global @w",
        ),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = refusal(text)
    assert found.startswith("t.mlir:")
    assert message in found
