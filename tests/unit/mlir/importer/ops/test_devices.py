"""Devices of arguments and results, and transfers."""

from __future__ import annotations

import pytest

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
