"""Programs on the executor in a memory of its own: the same results, copies that are counted, faults, and memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.dialects.tile import Grid
from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError, UnsupportedError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32, i32
from tensorir.ir.module import Module
from tensorir.native.table import Features
from tensorir.runtime.executor_launcher import MAX_FRAMES, ExecutorLauncher
from tensorir.targets.device import Device
from tensorir.targets.launcher import DeviceMemoryError, OwnMemory
from tensorir.targets.reference import REFERENCE
from tensorir.testing.targets.check import findings

OWN = "cpu{own_memory=on}"
WIDTH = 48


def layers(devices: tuple[str, str] = ("", "")) -> Module:
    """Two layers of integers, so that every order of a sum gives the same."""
    m, rng = ModuleBuilder(), np.random.default_rng(0)
    u, v = (m.weight(n, rng.integers(-3, 4, (WIDTH, w)).astype(np.float32)) for n, w in (("u", WIDTH), ("v", 32)))
    f = m.function("main")
    x = f.arg("x", (symbol("M"), WIDTH), f32, device=devices[0])
    y = (x @ u).relu()
    if devices[1]:
        y = y.to(devices[1])
    f.returns(y @ v, devices=(devices[0],) if devices[0] else ())
    return m.build()


def given(rows: int = 20) -> npt.NDArray[np.float32]:
    return np.random.default_rng(1).integers(-4, 5, (rows, WIDTH)).astype(np.float32)


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("device", [OWN, "vmvx{own_memory=on}"])
def test_results_are_those_of_the_host_s_memory(device: str, tiling: str) -> None:
    program, right = compile(layers(), device, tiling), compile(layers(), device.replace("on", "off"), tiling)
    for rows in (20, 1, 0, 300):
        np.testing.assert_array_equal(program(given(rows)), right(given(rows)))


def test_copies_are_counted_and_nothing_lies_with_the_host() -> None:
    program, plain = compile(layers(), OWN), compile(layers(), "cpu")
    counts, others = program.counts(sizes={"M": 20}), plain.counts(sizes={"M": 20})
    assert (counts.memory_copies, counts.memory_copied_bytes) == (2, 4 * 20 * (WIDTH + 32))
    assert (counts.arena_bytes, counts.scratch_bytes, counts.python) == (0, 0, {})
    assert others.memory_copies == 0 < others.arena_bytes
    assert counts.launches == others.launches


def test_two_memories() -> None:
    program = compile(layers(("a", "b")), {"a": OWN, "b": "vmvx{own_memory=on}"})
    np.testing.assert_array_equal(program(given()), compile(layers(), "cpu")(given()))
    counts = program.counts(sizes={"M": 20})
    assert counts.transfers == 2
    assert counts.memory_copies == 4


def test_a_fault_has_the_place_of_its_op_and_the_next_call_is_right() -> None:
    m = ModuleBuilder()
    table = m.weight("table", np.arange(10, dtype=np.float32))
    f = m.function("main")
    rows, by = f.arg("rows", (3,), i32), f.arg("by", (3,), i32)
    f.returns(f.load(table).gather(rows), rows // by)
    program = compile(m.build(), OWN)
    three, ones = np.array([0, 9, 3], np.int32), np.ones(3, np.int32)
    with pytest.raises(TensorIRError, match="the index 11 is outside of 0 … 9") as raised:
        program(np.array([0, 11, 3], np.int32), ones)
    assert raised.value.diagnostics[0].loc.file == __file__
    with pytest.raises(TensorIRError, match="an integer is divided by zero") as raised:
        program(three, np.array([1, 0, 3], np.int32))
    assert raised.value.diagnostics[0].loc.file == __file__
    np.testing.assert_array_equal(program(three, ones)[0], three)


def test_frames_of_many_sizes_are_given_up() -> None:
    launcher, grid = ExecutorLauncher(Features.NONE), first_grid()
    program, faults = launcher.compile(grid, "tested"), launcher.new_faults()
    memories = [launcher.allocate(4 * 100 * WIDTH * WIDTH) for _ in grid.body.args]
    for rows in range(1, 3 * MAX_FRAMES):
        launcher.launch(program, memories, {"M": rows}, (), 0, faults)
        assert 1 <= sum(map(len, program.frames.values())) <= MAX_FRAMES


def first_grid() -> Grid:
    grids = (o for e in compile(layers(), "vmvx").tiles.executables for o in e.body.ops)
    return next(o for o in grids if isinstance(o, Grid))


def test_too_little_memory_is_one_error_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile(layers(), OWN)
    right = program(given())
    allocate, left = ExecutorLauncher.allocate, 1

    def few(self: ExecutorLauncher, nbytes: int) -> object:
        nonlocal left
        left -= 1
        return allocate(self, nbytes if left >= 0 else 1 << 60)

    with monkeypatch.context() as patched:
        patched.setattr(ExecutorLauncher, "allocate", few)
        with pytest.raises(OutOfMemoryError, match=r"@mmt4d_0.*not enough memory to hold") as raised:
            program(given(7))
    assert raised.value.diagnostics[0].loc.file == __file__
    np.testing.assert_array_equal(program(given()), right)


def test_too_much_memory_is_an_error() -> None:
    with pytest.raises(DeviceMemoryError, match="not enough memory to hold"):
        ExecutorLauncher(Features.NONE).allocate(1 << 60)


def test_states_are_kept_between_calls() -> None:
    m = ModuleBuilder()
    total = m.state("total", np.zeros(4, np.float32))
    f = m.function("main")
    f.update(total, f.state(total) + f.arg("x", (4,), f32))
    f.returns(f.state(total) * 2.0)
    session = compile(m.build(), OWN).session()
    for i in range(1, 4):
        np.testing.assert_array_equal(session(np.ones(4, np.float32)), np.full(4, 2 * i, np.float32))


def test_such_programs_are_not_saved() -> None:
    with pytest.raises(UnsupportedError, match="a memory of its own"):
        compile(layers(), OWN).save("never-written.tirx")


def test_the_conformance_test() -> None:
    checked: list[str] = []

    def some(case: str) -> bool:
        checked.append(case)
        return len(checked) <= 2

    assert list(findings(Device(OWN), examples=2, progress=some)) == []
    assert len(checked) >= 2


def test_the_launcher_of_a_target_without_an_executor() -> None:
    with pytest.raises(TensorIRError, match="target 'mine': its launcher needs an executor"):
        evolve(REFERENCE, name="mine", launcher=OwnMemory())
