"""Programs over several devices as they run: saved, threaded, with strided arguments, explained."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TypeGuard

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve, frozen

import tensorir
from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.dialects.device import Transfer
from tensorir.dialects.packing import Mmt4d, Pack, Unpack
from tensorir.dialects.registry import OPS
from tensorir.encoding.resolver import Declined, RhsOrder
from tensorir.ir.diagnostic import UnsupportedError
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, f32
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.native.table import Features, cpu_features
from tensorir.runtime.program import Program
from tensorir.targets.kernels import KernelCall
from tensorir.targets.memory import Memory
from tensorir.targets.target import Target
from tensorir.targets.vmvx import VMVX
from tensorir.text import parse, print_module

Array = npt.NDArray[np.float32]
SIZE = 64


def products(*, rows: Dim = SIZE, width: int = SIZE, then: str = "b") -> Module:
    """A product on a, and a product of that on `then`, whose result is wanted on a."""
    rng = np.random.default_rng(0)
    m = ModuleBuilder()
    weights = [m.weight(n, rng.standard_normal((width, width)).astype(np.float32)) for n in ("first", "second")]
    f = m.function("main")
    x = f.arg("x", (rows, width), f32, device="a")
    y = x @ weights[0]
    with f.on(then):
        y = y @ weights[1]
    f.returns(y, devices=("a",))
    return m.build()


def given(rows: int = SIZE, width: int = SIZE) -> Array:
    return np.random.default_rng(1).standard_normal((rows, width)).astype(np.float32)


def carried(program: Program) -> list[tuple[Dim, ...]]:
    """The shapes of what is moved between devices, as it is stored then."""
    found = (op for e in program.module.executables for op in e.body.ops if isinstance(op, Transfer))
    return sorted((op.result.type.shape for op in found), key=str)


def packs(program: Program) -> int:
    return sum(isinstance(op, Pack | Unpack) for op in program.module.walk())


def test_a_transfer_carries_tiles_that_both_sides_share() -> None:
    """Between two devices with the same tiles nothing is unpacked for the way."""
    one = compile(products(then="a"), {"a": "vmvx"}, cache=False)
    two = compile(products(), {"a": "vmvx", "b": "vmvx"}, cache=False)
    assert packs(two) == packs(one)
    assert carried(two) == [(16, 16, 4, 4), (64, 64)]  # there in tiles; the result is row-major
    assert (two(given()) == one(given())).all()


def test_a_transfer_carries_no_padding_that_rows_don_t_have() -> None:
    """Tiles of a few rows are mostly padding: it is less to move the rows."""
    program = compile(products(rows=1, width=100), {"a": "vmvx", "b": "cpu{features=avx2}"}, cache=False)
    assert carried(program) == [(1, 100), (1, 100)]
    program(given(1, 100))
    assert (program.stats.transfers, program.stats.transferred_bytes) == (2, 2 * 4 * 100)


@pytest.mark.parametrize("second", ["vmvx", "reference", "cpu{features=avx2}"])
@pytest.mark.parametrize("threads", [1, 3])
def test_arguments_that_are_not_row_major_and_threads_change_nothing(second: str, threads: int) -> None:
    program = compile(products(rows=symbol("M")), {"a": "cpu", "b": second}, num_threads=threads, cache=False)
    for rows in (1, 7, 64):
        x = given(rows)
        wanted = program(x)
        for same in (np.asfortranarray(x), x[::-1][::-1], np.repeat(x, 2, 1)[:, ::2]):
            assert (program(same) == wanted).all()
    assert [*program.stats.weights_by_device.values()] == [4 * SIZE * SIZE] * 2


def test_each_device_runs_its_own_kernels() -> None:
    """What is on b alone has the bits of b, whatever else the program has."""
    m = ModuleBuilder()
    f = m.function("main")
    x, y = (f.arg(name, (SIZE, SIZE), f32, device=device) for name, device in (("x", "b"), ("y", "a")))
    f.returns((x @ x).softmax(-1), (y @ y).softmax(-1))
    module, args = m.build(), [given(), given() + 1]
    found = compile(module, {"a": "cpu", "b": "vmvx"}).call(args)
    for i, kind in enumerate(("vmvx", "cpu")):
        assert (found[i] == compile(module, kind).call(args)[i]).all()
    if Features.X86_AVX2 in cpu_features():
        assert (found[0] != compile(module, "cpu").call(args)[0]).any()


@frozen
class Watched:
    """Kernels that count what they are asked to run."""

    asked: Counter[str]

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        return "watched"

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        self.asked[op.NAME] += 1
        return None


def test_python_runs_the_launches_of_a_device_with_the_kernels_of_that_device() -> None:
    asked: Counter[str] = Counter()
    watched = Target("watched", VMVX.resolver, kernels=Watched(asked))
    module, x = products(), given()
    program = compile(module, {"a": "cpu", "b": watched}, cache=False)
    kernels = {op.kernel for e in program.module.executables if e.target == "b" for op in e.body.ops if is_product(op)}
    assert kernels == {"watched"}
    np.testing.assert_allclose(program(x), compile(module, {"a": "cpu", "b": "cpu"}, cache=False)(x), atol=1e-3)
    assert asked["linalg.mmt4d"] == 1
    assert program.stats.python["linalg.mmt4d"] == 1


def is_product(op: Op) -> TypeGuard[Mmt4d]:
    return isinstance(op, Mmt4d)


PACKED = """func @main(%x: tensor<2x2x4x4xf32> on "a", %y: tensor<2x2x4x4xf32> on "a") -> (tensor<2x2x4x4xf32> on "b") {
  %0 = device.transfer %x {device = "b"} : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
  %1 = device.transfer %y {device = "b"} : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
  %2 = linalg.mmt4d %0, %1 {dtype = f32, rhs_order = "kn"}
    : (tensor<2x2x4x4xf32>, tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
  return %2 : tensor<2x2x4x4xf32>
}"""


def test_a_packed_product_of_the_program_gets_the_kernel_of_its_device() -> None:
    program = compile(parse(PACKED, OPS), {"a": "reference", "b": "vmvx"})
    (kernel,) = {op.kernel for e in program.module.executables for op in e.body.ops if is_product(op)}
    assert kernel.endswith("generic")


def test_a_program_of_two_devices_is_saved(tmp_path: Path) -> None:
    program = compile(products(), {"a": "cpu", "b": "vmvx"}, cache=False)
    program.save(tmp_path / "two.tirx")
    loaded = tensorir.load(tmp_path / "two.tirx")
    assert loaded.device == "a: cpu, b: vmvx"
    assert (loaded(given()) == program(given())).all()
    wanted, found = program.stats, loaded.stats
    assert found.transfers == wanted.transfers == 2
    assert (found.dispatches, found.transferred_bytes) == (wanted.dispatches, wanted.transferred_bytes)
    with pytest.raises(UnsupportedError, match="Python runs"):
        compile(products(), {"a": "cpu", "b": "reference"}, cache=False).save(tmp_path / "python.tirx")


def test_explain_says_which_launch_is_on_which_device() -> None:
    text = str(compile(products(), {"a": "cpu", "b": "vmvx"}, cache=False).explain())
    assert "layouts for a: cpu, b: vmvx:" in text
    assert "2 launches, 2 transfers of" in text
    assert re.findall(r"launch @transfer_. on (\w)", text) == ["b", "a"]
    assert "(launch 0 on a)" in text


def test_what_is_on_no_device_runs_on_the_first() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (4,), f32) + 1.0)
    program = compile(m.build(), ("vmvx", "cpu"))
    assert {e.target for e in program.module.executables} == {"vmvx"}
    assert program.stats.transfers == 0
    idle = [r.message for r in program.remarks if r.rule == "idle"]
    assert idle == [f"the program places nothing on {name!r}: it names no device" for name in ("vmvx", "cpu")]


def test_a_decision_about_layouts_is_applied_again() -> None:
    devices = {"a": "cpu", "b": "vmvx"}
    first = compile(products(), devices, cache=False)
    assert first.decision is not None
    again = compile(products(), devices, layouts=first.decision.json(), cache=False)
    assert carried(again) == carried(first)
    assert print_module(again.module) == print_module(first.module)


def test_what_a_transfer_costs_is_what_its_device_says() -> None:
    """Rows of tiles have padding: where bytes are dear, the rows alone are moved."""
    slow = evolve(VMVX, name="slow", costs=evolve(VMVX.costs, received_bytes_per_ns=1e-4))
    near, far = (compile(products(rows=13), {"a": "vmvx", "b": b}, cache=False) for b in (VMVX, slow))
    assert (4, 16, 4, 4) in carried(near)
    assert carried(far) == [(13, 64), (13, 64)]
    assert (near(given(13)) == far(given(13))).all()


def test_python_gives_literals_and_what_is_returned_twice() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    y = f.arg("x", (4,), f32) + 1.0
    f.returns(f.constant(np.arange(4, dtype=np.float32)), y, y)
    results = compile(m.build(), ("reference", "cpu")).call([np.zeros(4, np.float32)])
    assert [r.tolist() for r in results] == [[0, 1, 2, 3], [1, 1, 1, 1], [1, 1, 1, 1]]
