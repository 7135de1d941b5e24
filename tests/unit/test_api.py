"""compile: which devices it takes, and that what they are travels with the program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorir as ti
from tensorir.dialects.device import Transfer
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.module import Executable
from tensorir.native.table import Features
from tensorir.targets.cpu import CpuResolver
from tensorir.targets.cpu_kernels import CpuKernels
from tensorir.targets.target import Target


def matmul() -> ti.Module:
    m = ti.ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("a", (20, 30), ti.f32) @ f.arg("b", (30, 40), ti.f32))
    return m.build()


GENERIC = CpuResolver(Features.NONE)
UNREGISTERED = Target("unregistered", GENERIC, kernels=CpuKernels(Features.NONE))
DEVICES: list[tuple[Any, str]] = [
    ("cpu{features=none}", "cpu{features=none}"),
    (["cpu{features=none}"], "cpu{features=none}"),
    (ti.Device("cpu", features="none"), "cpu{features=none}"),
    ({"here": ti.Device("cpu", features="none")}, "here"),
    ({"here": "cpu{features=none}"}, "here"),
    (UNREGISTERED, "unregistered"),
]


@pytest.mark.parametrize(("devices", "name"), DEVICES)
def test_every_way_to_say_the_device_is_the_same_device(devices: Any, name: str) -> None:
    program = ti.compile(matmul(), devices)
    assert program.device.name == name
    assert [e.target for e in program.module.executables] == [name]
    a, b = (np.arange(n * m, dtype=np.float32).reshape(n, m) % 7 for n, m in ((20, 30), (30, 40)))
    np.testing.assert_array_equal(program(a, b), a @ b)
    (multiplied,) = (name for name in program.stats.kernels if "mmt4d" in name)
    assert multiplied.endswith("_generic")
    assert len(program.stats.kernels) == 3  # pack, mmt4d, unpack


@pytest.mark.parametrize("devices", [("cpu", "reference"), {"a": "cpu", "b": "cpu"}])
def test_a_program_that_names_no_device_runs_on_the_first_one(devices: Any) -> None:
    program = ti.compile(matmul(), devices)
    first, second = devices
    assert [e.target for e in program.module.executables] == [first]
    assert [r.message for r in program.remarks if r.rule == "idle"] == [
        f"the program places nothing on {name!r}: it names no device" for name in (first, second)
    ]


def on_device(name: str) -> ti.Module:
    b = RegionBuilder()
    x = b.arg(ti.TensorType((2,), ti.f32), "x")
    return ti.Module([ti.Function("main", b.finish([b.add(Transfer(x, name)).result]))])


def test_a_mapping_has_the_names_of_the_program() -> None:
    assert ti.compile(on_device("a"), {"a": "cpu"}).device.name == "a"
    assert ti.compile(on_device("a"), "cpu").device.name == "cpu"  # said without names: it is the only one
    with pytest.raises(ti.TensorIRError, match="the program names the device 'a'; devices= has only: b"):
        ti.compile(on_device("a"), {"b": "cpu"})


def test_a_program_made_for_another_device_is_refused() -> None:
    module = ti.compile(matmul(), "reference").module
    with pytest.raises(ti.TensorIRError, match=r"@contract_0 is made for the device 'reference'; the program has: cpu"):
        ti.compile(module, "cpu")
    assert isinstance(module.symbols["contract_0"], Executable)
