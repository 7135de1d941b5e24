"""Programs on the device opencl: results, counts, faults, and what they hold of the device."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError, UnsupportedError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import DType, f32, i32
from tensorir.ir.module import Module
from tensorir.runtime.program import Program
from tensorir.targets.device import Device
from tensorir.targets.opencl.launcher import OpenClLauncher
from tensorir.targets.opencl.machine import Machine
from tests.support.opencl import needs_opencl

pytestmark = needs_opencl

Array = npt.NDArray[np.float32]
WIDTH = 48


def machine(program: Program, name: str | None = None) -> Machine:
    device = program.device if name is None else program.devices[name]
    assert isinstance(device.launcher, OpenClLauncher)
    return device.launcher.machine


def product() -> Module:
    """Integers, so that every order of a sum gives the same."""
    m = ModuleBuilder()
    weight = m.weight("weight", np.random.default_rng(0).integers(-4, 5, (WIDTH, WIDTH)).astype(np.float32))
    f = m.function("main")
    f.returns((f.arg("x", (symbol("M"), WIDTH), f32) @ weight + 1.0).relu())
    return m.build()


def given(rows: int = 20) -> Array:
    return np.random.default_rng(1).integers(-4, 5, (rows, WIDTH)).astype(np.float32)


@pytest.mark.parametrize("device", ["opencl", "opencl{items=4}", "opencl{fill=on}"])
@pytest.mark.parametrize("tiling", ["late", "off"])
def test_a_product(device: str, tiling: str) -> None:
    program, reference = compile(product(), device, tiling), compile(product(), "reference")
    for rows in (20, 1, 0):
        np.testing.assert_array_equal(program(given(rows)), reference(given(rows)))
    assert not program.counts(sizes={"M": 20}).python


def test_a_launch_is_counted_as_on_a_cpu() -> None:
    program = compile(product(), "opencl")
    counts = program.counts(sizes={"M": 20})
    assert counts.memory_copies == 2
    assert counts.memory_copied_bytes == 2 * 20 * WIDTH * 4
    assert counts.launches == 1
    assert counts.arena_bytes == counts.scratch_bytes == 0
    assert counts.steps == 4 * counts.units
    assert "launch @mmt4d_0 on opencl" in str(program.plans["main"])
    program(given())
    assert program.stats.memory_copied_bytes == counts.memory_copied_bytes
    assert program.stats.weights_by_device == {"opencl": program.stats.weights_bytes}
    assert "launch @mmt4d_0" in str(program.explain())
    assert program.profile(given(), repeat=1).commands[1].ns > 0


def test_constants_are_copied_once_and_all_else_is_given_back() -> None:
    program = compile(product(), "opencl")
    before = machine(program).pieces_in_use
    program(given())
    constants = machine(program).pieces_in_use - before
    assert constants == 1
    program(given(7))
    assert machine(program).pieces_in_use == before + constants


def table() -> Module:
    m = ModuleBuilder()
    weight = m.weight("table", np.arange(40, dtype=np.float32).reshape(10, 4))
    f = m.function("main")
    f.returns(f.load(weight).gather(f.arg("rows", (3,), i32)).exp())
    return m.build()


def test_an_index_outside_of_its_table_is_one_error_with_its_place() -> None:
    program = compile(table(), "opencl")
    program(np.array([0, 9, 3], np.int32))
    before = machine(program).pieces_in_use
    with pytest.raises(TensorIRError, match="the index 11 is outside of 0 … 9") as raised:
        program(np.array([0, 11, 3], np.int32))
    assert raised.value.diagnostics[0].loc.file == __file__
    assert machine(program).pieces_in_use == before
    np.testing.assert_allclose(program(np.array([1, 1, 1], np.int32))[0], np.exp([4, 5, 6, 7]), rtol=1e-5)


def test_a_division_by_zero_is_an_error() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    a, b = (f.arg(n, (5,), i32) for n in "ab")
    f.returns(a // b)
    program = compile(m.build(), "opencl")
    sevens = np.full(5, 7, np.int32)
    np.testing.assert_array_equal(program(sevens, np.array([1, 2, 3, -4, 5], np.int32)), [7, 3, 2, -2, 1])
    with pytest.raises(TensorIRError, match="an integer is divided by zero"):
        program(sevens, np.array([1, 0, 3, 4, 5], np.int32))


def test_a_device_out_of_memory_is_one_error_and_the_next_call_is_right() -> None:
    program = compile(product(), Device("opencl", memory=200_000))
    right = program(given())
    before = machine(program).pieces_in_use
    with pytest.raises(OutOfMemoryError, match=r"not enough memory .* that its option memory allows") as raised:
        program(given(2000))
    assert raised.value.diagnostics[0].loc.file == __file__
    assert machine(program).pieces_in_use == before
    np.testing.assert_array_equal(program(given()), right)


def test_a_kernel_that_the_driver_cannot_build_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tensorir.targets.opencl.source.PRELUDE", "#error no such luck\n")
    with pytest.raises(TensorIRError, match=r"can't build the kernel of @mmt4d_0: .*no such luck") as raised:
        compile(product(), "opencl")
    assert raised.value.diagnostics[0].loc.file == __file__


INTERRUPTED = """
import numpy as np
import tensorir as ti
from tests.unit.targets.opencl.test_programs import machine

m = ti.ModuleBuilder()
f = m.function("main")
weight, y = m.weight("weight", np.eye(512, dtype=np.float32)), f.arg("x", (ti.symbol("M"), 512), ti.f32)
for _ in range(40):
    y = (y @ weight).tanh()
f.returns(y)
program = ti.compile(m.build(), "opencl")
small = np.full((8, 512), 0.5, np.float32)
right, before = program(small), machine(program).pieces_in_use
print("ready", flush=True)
try:
    while True:
        program(np.ones((2000, 512), np.float32))
except KeyboardInterrupt:
    print("interrupted", flush=True)
assert machine(program).pieces_in_use == before
assert np.array_equal(program(small), right)
print("right", flush=True)
"""


def test_ctrl_c_ends_a_call_and_the_next_one_is_right() -> None:
    """In a process of its own, because a shell may have told this one to ignore the signal."""
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.3)  # it is in a call by then
            child.send_signal(signal.SIGINT)
            assert child.communicate(timeout=120)[0] == "interrupted\nright\n"
        finally:
            child.kill()


def test_arguments_that_are_not_row_major_are_copied() -> None:
    program = compile(product(), "opencl")
    x = given(WIDTH)
    right = program(x.T.copy())
    np.testing.assert_array_equal(program(x.T), right)
    assert program.stats.copied_arguments == {"x": x.nbytes}


def test_a_program_for_such_a_device_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="a memory of its own, and makes its programs"):
        compile(product(), "opencl").save(tmp_path / "saved.tirx")


def test_threads_may_call_a_program_at_once() -> None:
    program = compile(product(), "opencl")
    right = {rows: compile(product(), "reference")(given(rows)) for rows in range(1, 5)}
    failed: list[int] = []

    def call(rows: int) -> None:
        for _ in range(20):
            if not np.array_equal(program(given(rows)), right[rows]):
                failed.append(rows)

    threads = [threading.Thread(target=call, args=(rows,)) for rows in right]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "no such device"}, "there is no OpenCL device 'no such device'; this machine has: 0: "),
        ({"part": "0/4096"}, "not enough for 4096 parts"),
    ],
)
def test_a_device_that_is_not_there(options: dict[str, str], message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        compile(product(), Device("opencl", **options))


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("part", "2/2", "number/count"), ("items", "0", "above 0"), ("fill", "perhaps", "on or off")],
)
def test_options_are_checked(option: str, value: str, message: str) -> None:
    with pytest.raises(TensorIRError, match=message):
        Device("opencl", **{option: value})


def split(first: str, second: str) -> tuple[Module, dict[str, str]]:
    """Two layers on two devices."""
    m = ModuleBuilder()
    rng = np.random.default_rng(0)
    widths = {"u": 48, "v": 32}
    weights = [m.weight(n, rng.integers(-3, 4, (WIDTH, w)).astype(np.float32)) for n, w in widths.items()]
    f = m.function("main")
    x = f.arg("x", (symbol("M"), WIDTH), f32, device="a")
    y = (x @ weights[0]).relu()
    with f.on("b"):
        y = y @ weights[1]
    f.returns(y, devices=("a",))
    return m.build(), {"a": first, "b": second}


@pytest.mark.parametrize(
    ("first", "second"),
    [("cpu", "opencl"), ("opencl", "cpu"), ("opencl{part=0/2}", "opencl{part=1/2}"), ("reference", "opencl")],
)
def test_two_devices(first: str, second: str) -> None:
    module, devices = split(first, second)
    program = compile(module, devices)
    np.testing.assert_array_equal(program(given()), compile(module, "reference")(given()))
    counts = program.counts(sizes={"M": 20})
    assert counts.transfers == 2
    assert program.stats.weights_by_device == {"a": WIDTH * 48 * 4, "b": WIDTH * 32 * 4}


@pytest.mark.parametrize("dtype", [f32, i32])
def test_few_rows_of_f32_have_a_plan_of_their_own(dtype: DType) -> None:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (symbol("M"), 256), dtype) @ f.arg("w", (256, 512), dtype))
    program = compile(m.build(), "opencl")
    assert list(program.plans) == ["main", *(["main.to_8"] if dtype == f32 else [])]
    for rows in (1, 8, 9):
        rng = np.random.default_rng(rows)
        x, w = (rng.integers(-2, 3, shape).astype(dtype.numpy) for shape in ((rows, 256), (256, 512)))
        np.testing.assert_array_equal(program(x, w), x @ w)
        assert ("tile.matmul" in program.stats.kernels) == (dtype == f32 and rows <= 8)
