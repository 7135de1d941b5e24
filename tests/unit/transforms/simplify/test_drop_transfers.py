"""Programs on one device lose their transfers, programs over several are refused."""

from __future__ import annotations

import numpy as np
import pytest

import tensorir
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.module import Module
from tensorir.passes.pass_ import PassContext
from tensorir.text import parse
from tensorir.transforms.simplify.drop_transfers import DropTransfers

T = "tensor<2xf32>"


def program(arg: str = "", result: str = "", *devices: str) -> Module:
    lines: list[str] = []
    for i, device in enumerate(devices):
        lines.append(f'  %{i + 1} = device.transfer %{i} {{device = "{device}"}} : ({T}) -> {T}')
    head = f'func @main(%0: {T} on "{arg}") -> ({T} on "{result}") {{\n'
    return parse(head + "\n".join([*lines, f"  return %{len(devices)} : {T}", "}"]), OPS, file="f.tir")


@pytest.mark.parametrize("module", [program(), program("a"), program("a", "a", "a"), program("", "", "a", "a")])
def test_on_one_device_nothing_is_transferred(module: Module) -> None:
    after = DropTransfers().run(module, PassContext())
    assert not after.functions[0].body.ops
    x = np.ones(2, np.float32)
    np.testing.assert_array_equal(tensorir.compile(module)(x), x)
    assert not any((*after.functions[0].arg_devices, *after.functions[0].result_devices))
    assert DropTransfers().run(after, PassContext()) is after


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (program("a", "b"), "a, b"),
        (program("a", "", "b"), "a, b"),
        (program("", "", "b", "a", "b"), "b, a"),
        (program("", "c", "c", "d"), "c, d"),
    ],
)
def test_a_program_for_several_devices_runs_on_one_and_a_remark_says_so(module: Module, names: str) -> None:
    program = tensorir.compile(module)
    (remark,) = [r for r in program.remarks if r.rule == "one-device"]
    assert remark.message == f"the program is for the devices {names}: all of it runs on one"
    assert program.stats.transfers == 0
    x = np.ones(2, np.float32)
    np.testing.assert_array_equal(program(x), interpret(module, "main", [x])[0])
