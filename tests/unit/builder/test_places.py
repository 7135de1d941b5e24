"""Programs for several devices, written with the builder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tensorir.analysis.devices import devices_of
from tensorir.api import compile
from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.dialects.device import Transfer
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module


def moves(module: Module) -> list[tuple[str, str]]:
    """What is moved, and to which device."""
    return [(op.source.hint, op.device) for op in module.walk() if isinstance(op, Transfer)]


def test_ops_of_a_scope_read_there_what_is_moved_once() -> None:
    m = ModuleBuilder()
    w = m.weight("w", np.ones((4, 4), np.float32))
    f = m.function("main")
    x = f.arg("x", (4, 4), f32, device="a")
    y = x + 1.0
    with f.on("b"):
        z = (x @ w) * x
        with f.on("b"):
            z = z + x
    f.returns(y, z, devices=("", "a"))
    module = m.build()
    assert moves(module) == [("x", "b")]
    (function,) = module.functions
    known = devices_of(function.body, function.arg_devices)
    assert [known[v] for v in function.body.yields] == ["a", "b"]
    program = compile(module, {"a": "cpu", "b": "vmvx"})
    given = np.arange(16, dtype=np.float32).reshape(4, 4)
    for got, want in zip(program(given), interpret(module, "main", [given]), strict=True):
        np.testing.assert_array_equal(got, want)
    assert program.stats.transfers == 2
    assert program.stats.weights_by_device == {"b": 64}


def test_a_value_is_moved_by_name() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (4,), f32)
    f.returns(x.to("b").to("a") + x)
    assert moves(m.build()) == [("x", "b"), ("", "a")]


def nested(f: FunctionBuilder) -> None:
    with f.on("a"), f.on("b"):
        pass


def nameless(f: FunctionBuilder) -> None:
    with f.on(""):
        pass


def moved_nowhere(f: FunctionBuilder) -> None:
    f.arg("y", (4,), f32).to("")


def wanted_twice(f: FunctionBuilder) -> None:
    f.returns(f.arg("y", (4,), f32), devices=("a", "b"))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (nested, "ops on 'a' can't run on 'b' too"),
        (nameless, "the name of a device is empty"),
        (moved_nowhere, "the name of a device is empty"),
        (wanted_twice, "2 devices for 1 results"),
    ],
)
def test_refusals(write: Callable[[FunctionBuilder], None], message: str) -> None:
    f = ModuleBuilder().function("main")
    with pytest.raises(TensorIRError, match=message) as e:
        write(f)
    assert "test_places.py:" in str(e.value)
    assert f._places.scope == ""  # pyright: ignore[reportPrivateUsage]  # a scope that failed is closed
