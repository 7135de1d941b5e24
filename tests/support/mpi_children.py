"""What the processes of the tests of MPI do."""

from __future__ import annotations

import json
import os
import pickle
import signal
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32, i32
from tensorir.ir.module import Module
from tensorir.native.table import Features
from tensorir.runtime.executor_launcher import ExecutorLauncher
from tensorir.runtime.program import Program
from tensorir.targets.device import Device
from tensorir.targets.launcher import DeviceMemoryError
from tensorir.targets.mpi.world import world
from tensorir.text import parse


def tell(folder: Path, found: object) -> None:
    """Leaves what this process has found."""
    (folder / f"{world().rank}.json").write_text(json.dumps(found))


WIDTH = 48
DEVICES = {"a": "mpi:0/cpu", "b": "mpi:1/vmvx"}
LOCAL = {"a": "cpu{own_memory=on}", "b": "vmvx{own_memory=on}"}


def layers() -> Module:
    """Two layers of integers on two devices, so that every order of a sum gives the same."""
    m, rng = ModuleBuilder(), np.random.default_rng(0)
    u, v = (m.weight(n, rng.integers(-3, 4, (WIDTH, w)).astype(np.float32)) for n, w in (("u", WIDTH), ("v", 32)))
    f = m.function("main")
    y = (f.arg("x", (symbol("M"), WIDTH), f32, device="a") @ u).relu()
    with f.on("b"):
        y = y @ v
    f.returns(y, devices=("a",))
    return m.build()


def given(rows: int = 20) -> npt.NDArray[np.float32]:
    return np.random.default_rng(rows).integers(-4, 5, (rows, WIDTH)).astype(np.float32)


def looked_up() -> Module:
    """A table on the second device, and a quotient on the first."""
    m = ModuleBuilder()
    table = m.weight("table", np.arange(10, dtype=np.float32))
    f = m.function("main")
    rows, by = f.arg("rows", (3,), i32, device="a"), f.arg("by", (3,), i32, device="a")
    quotients = rows // by
    with f.on("b"):
        found = f.load(table).gather(rows)
    f.returns(found, quotients, devices=("b", "a"))
    return m.build()


def error_of(call: Callable[[], Any]) -> list[str]:
    """The error of a call: its class, message and file; [] if there is none."""
    try:
        call()
    except TensorIRError as e:
        return [type(e).__name__, e.diagnostics[0].message, Path(e.diagnostics[0].loc.file).name]
    return []


def held(program: Program, device: str) -> list[bool]:
    """Of each constant on a device whether this process has it in the device's memory."""
    constants = program._on_devices._held  # pyright: ignore[reportPrivateUsage]  # what is kept from call to call
    return [piece.held is not None for (name, _), (_, piece) in constants.items() if name == device]


def runs(folder: Path) -> None:
    """One run for all that leaves the processes in step, because each run takes seconds to begin."""
    tell(folder, [two_devices(), errors(), specs(), random_programs(folder)])


def two_devices() -> list[Any]:
    """Results and statistics are those of two memories of one process, and each process holds its own constants."""
    program, local = compile(layers(), DEVICES), compile(layers(), LOCAL)
    equal = [bool(np.array_equal(program(given(n)), local(given(n)))) for n in (20, 1, 0, 300)]
    before = world().messages_sent
    program(given())
    sent = world().messages_sent - before
    local(given())
    same = all(
        getattr(program.stats, name) == getattr(local.stats, name)
        for name in ("transfers", "transferred_bytes", "memory_copies", "memory_copied_bytes", "weights_by_device")
    )
    copied = program(given(WIDTH).T)
    equal.append(bool(np.array_equal(copied, local(given(WIDTH).T))))
    return [equal, same, sent, held(program, "a"), held(program, "b"), program.stats.transfers]


def errors() -> list[Any]:
    """Faults, and errors that only the process of a device sees."""
    program = compile(looked_up(), DEVICES)
    three, ones = np.array([0, 9, 3], np.int32), np.ones(3, np.int32)
    found = [
        error_of(lambda: program(np.array([0, 11, 3], np.int32), ones)),
        error_of(lambda: program(three, np.array([1, 0, 3], np.int32))),
    ]
    product = compile(layers(), DEVICES)
    for name, error in (
        ("allocate", DeviceMemoryError("nothing left")),
        ("write", DeviceMemoryError("nothing to write to")),
        ("launch", RuntimeError("a broken device")),
        ("read", ZeroDivisionError("a broken memory")),
        ("compile", TensorIRError("can't do this")),
    ):
        fails = patch.object(ExecutorLauncher, name, side_effect=error) if world().rank == 1 else nullcontext()
        with fails:
            call = partial(compile, layers(), DEVICES) if name == "compile" else partial(product, given())
            found.append(error_of(call))
    right = bool(np.array_equal(program(three, ones)[0], three))
    right = right and bool(np.array_equal(product(given()), compile(layers(), LOCAL)(given())))
    return [found, right]


def random_programs(folder: Path) -> list[list[str]]:
    """The programs of the folder that compute other results, or raise other errors, than in one process."""
    from tensorir.testing.programs.random import arguments  # takes a second, which no other run needs

    across = {"a": "mpi:0/cpu", "b": "mpi:1/cpu", "c": "cpu"}
    one = {name: "cpu" if device == "cpu" else LOCAL["a"] for name, device in across.items()}
    wrong: list[list[str]] = []
    for file in sorted(folder.glob("*.tir")):
        module = parse(file.read_text(), OPS)
        args = arguments(module, 0)
        found, right = (outcome(partial(computed, module, devices, args)) for devices in (across, one))
        if found != right:
            wrong.append([file.read_text(), str(found), str(right)])
    return wrong


def computed(module: Module, devices: dict[str, str], args: list[npt.NDArray[Any]]) -> list[bytes]:
    return [result.tobytes() for result in compile(module, devices).call(args, "main")]


def outcome(call: Callable[[], list[bytes]]) -> list[bytes] | list[str]:
    try:
        return call()
    except TensorIRError as e:
        return [type(e).__name__, str(e)]


def specs() -> list[Any]:
    texts = ("mpi:2/cpu", "mpi:0/cpu{own_memory=on}", "mpi:1/opencl{items=0}", "mpi:1/nothing")
    found = [error_of(lambda text=text: Device(text)) for text in texts]
    with patch.object(world(), "_process", 0):
        found.append(error_of(lambda: compile(layers(), DEVICES)))  # as if this process were forked
    device = Device("mpi:1/cpu{features=none}")
    same = pickle.loads(pickle.dumps(device)) == device
    return [found, device.spec, device.executor == Features.NONE, same]


def three_processes(folder: Path) -> None:
    """The third has no device, and the first two copy to each other alone."""
    devices = {"a": "mpi:0/cpu", "b": "mpi:1/cpu"}
    program, right = compile(layers(), devices), compile(layers(), LOCAL)
    program(given())
    before = world().messages_sent
    equal = bool(np.array_equal(program(given()), right(given())))
    sent = world().messages_sent - before
    tell(folder, [equal, sent, error_of(lambda: world().receive((world().rank + 1) % 3))])


def killed(folder: Path) -> None:
    program = compile(layers(), DEVICES)
    program(given())
    if world().rank == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    program(given())
    tell(folder, "not reached")


def raising(folder: Path) -> None:
    program = compile(layers(), DEVICES)
    program(given())
    if world().rank == 1:
        raise ValueError("an error of the script")
    tell(folder, error_of(lambda: program(given(3000))))
    program(given())


def other_sizes(folder: Path) -> None:
    program = compile(layers(), DEVICES)
    tell(folder, error_of(lambda: program(given(20 + world().rank))))


def interrupted(folder: Path) -> None:
    """One process leaves a call in the middle, and begins another one."""
    program = compile(layers(), DEVICES)
    if world().rank == 1:
        with patch.object(ExecutorLauncher, "launch", side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
            program(given())
    tell(folder, error_of(lambda: program(given())))
