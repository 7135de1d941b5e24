"""Programs on one device lose their transfers, programs over several are refused."""

from __future__ import annotations

import numpy as np
import pytest

import tensorir
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.diagnostic import UnsupportedError
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
    assert (after is module) == (not module.functions[0].body.ops)


@pytest.mark.parametrize(
    ("module", "place", "names"),
    [
        (program("a", "b"), "f.tir:1:1", "a, b"),
        (program("a", "", "b"), "f.tir:2:3", "a, b"),
        (program("", "", "b", "a", "b"), "f.tir:2:3", "b, a"),
        (program("", "c", "c", "d"), "f.tir:2:3", "c, d"),
    ],
)
def test_over_several_devices_nothing_is_compiled(module: Module, place: str, names: str) -> None:
    with pytest.raises(UnsupportedError) as e:
        tensorir.compile(module)
    assert str(e.value).startswith(f"{place}: error: the program is for the devices {names}; programs for several")
    x = np.ones(2, np.float32)
    np.testing.assert_array_equal(interpret(module, "main", [x])[0], x)
