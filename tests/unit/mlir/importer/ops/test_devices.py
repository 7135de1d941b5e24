"""Devices of arguments and results, and transfers."""

from __future__ import annotations

import pytest

from tensorir.analysis.devices import devices_of
from tensorir.dialects.device import Transfer
from tests.support.mlir_programs import function, refusal


def program(affinity: str = "#hal.device.promise<@da>", target: str = "#hal.device.promise<@db>") -> str:
    return f"""
func.func @f(%a: tensor<4xf32> {{iree.abi.affinity = {affinity}}}, %b: tensor<4xf32>)
    -> (tensor<4xf32> {{iree.abi.affinity = #hal.device.promise<@db>}}) {{
  %t = flow.tensor.transfer %a : tensor<4xf32> to {target}
  return %t : tensor<4xf32>
}}"""


def test_names_are_kept() -> None:
    made = function(program())
    assert made.arg_devices == ("da", "")
    assert made.result_devices == ("db",)
    (op,) = made.body.ops
    assert isinstance(op, Transfer)
    assert op.device == "db"


@pytest.mark.parametrize("affinity", ["#hal.device.affinity<@da>", '#hal.device.promise<@"da">'])
def test_other_spellings(affinity: str) -> None:
    assert function(program(affinity)).arg_devices == ("da", "")


def test_nothing_said_is_nothing_kept() -> None:
    made = function("func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {\n  return %a : tensor<4xf32>\n}")
    assert made.arg_devices == made.result_devices == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (program("#hal.device.optimal<[#hal.device.promise<@a>]>"), "func.func: @f: the affinity #hal.device.optimal"),
        (program("#hal.device.affinity<@da, [0, 1]>"), "must name one device"),
        (program(target="#hal.device.affinity<@da, [0, 1]>"), "flow.tensor.transfer: the affinity"),
        (program("3 : i32"), "a device must be"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = refusal(text)
    assert found.startswith("t.mlir:")
    assert message in found


ON_B = """
func.func @f(%a: tensor<4xf32> {{iree.abi.affinity = #hal.device.promise<@da>}}) -> tensor<4xf32> {{
  %e = tensor.empty() : tensor<4xf32>
  %t = linalg.exp {{{attributes}}} ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %u = linalg.abs ins(%t : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %u : tensor<4xf32>
}}"""


def test_an_op_with_an_affinity_reads_its_operands_there() -> None:
    made = function(ON_B.format(attributes="stream.affinity = #hal.device.promise<@db>"))
    (move,) = [op for op in made.body.ops if isinstance(op, Transfer)]
    assert (move.source, move.device) == (made.body.args[0], "db")
    assert set(devices_of(made.body, made.arg_devices).values()) == {"da", "db"}
    assert devices_of(made.body, made.arg_devices)[made.body.yields[0]] == "db"


def test_two_affinities_of_one_op_are_refused_at_its_place() -> None:
    two = "stream.affinity = #hal.device.promise<@db>, iree.abi.affinity = #hal.device.promise<@da>"
    found = refusal(ON_B.format(attributes=two))
    assert found.startswith("t.mlir:4:")
    assert "it has two affinities, stream.affinity = @db and iree.abi.affinity = @da: leave one" in found
    same = "stream.affinity = #hal.device.promise<@db>, iree.abi.affinity = #hal.device.promise<@db>"
    assert function(ON_B.format(attributes=same))
