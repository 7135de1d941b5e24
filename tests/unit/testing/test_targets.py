"""check_target passes good targets, and finds what is wrong with each of the bad ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve, field, frozen

from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack
from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined, RhsOrder, Tiles
from tensorir.interp import Context, apply_op
from tensorir.ir.dtype import DType, f32, f64
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.targets.device import Device
from tensorir.targets.kernels import CallSizes, KernelCall
from tensorir.targets.memory import Memory
from tensorir.targets.target import Target
from tensorir.testing import check_target
from tensorir.testing.targets import findings
from tests.support.targets import TARGETS

Array = npt.NDArray[Any]


GOOD_ONES = (*map(Device, ("cpu", "cpu{features=none}", "reference")), *map(Device, TARGETS[3:6]))


@pytest.mark.parametrize("device", GOOD_ONES, ids=str)
def test_good_targets_pass(device: Device) -> None:
    check_target(device, examples=4)


def _spoiled(target: Target, value: object) -> Target:
    return evolve(target, resolver=By(lambda contraction: None))


def test_a_target_is_checked_with_the_samples_of_its_options() -> None:
    cpu = Device("cpu").target
    option = evolve(cpu.options[0], samples=("none",), apply=_spoiled)
    broken = evolve(cpu, options=(option,))
    assert {f.device for f in findings(broken, examples=1)} == {"cpu{features=none}"}


@frozen
class By:
    """A resolver that is a function."""

    answer: Callable[[ContractionSpace], Any]

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        return self.answer(contraction)


GOOD = By(lambda contraction: Tiles(4, 8, 2))


@frozen
class NumPyKernels:
    """Kernels that are the interpreter's functions with a fault built in."""

    fault: str = ""

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        return "numpy" if types == (f32, f32, f32) else Declined("f32 only")

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        if isinstance(op, Mmt4d | BatchMmt4d) and op.kernel:
            return self._multiply(op, memory)
        return self._pack(op, memory) if isinstance(op, Pack) and self.fault == "padding unwritten" else None

    def _multiply(self, op: Mmt4d | BatchMmt4d, memory: Memory) -> KernelCall:
        def run(inputs: tuple[Array, ...], sizes: CallSizes) -> tuple[Array, str]:
            (exact,) = apply_op(op, inputs, _context(sizes))
            out = memory.allocate(exact.shape, exact.dtype)
            if self.fault == "adds to what was there":
                out += exact
            else:
                out[...] = exact
            if self.fault == "forgets the initial value" and op.init:
                out -= inputs[2]
            if self.fault == "last column of a batch" and isinstance(op, BatchMmt4d):
                out[..., -1] = 0
            return out, "numpy"

        return run

    def _pack(self, op: Pack, memory: Memory) -> KernelCall:
        def run(inputs: tuple[Array, ...], sizes: CallSizes) -> tuple[Array, str]:
            (exact,) = apply_op(op, inputs, _context(sizes))
            (inside,) = apply_op(op, (np.ones(inputs[0].shape, inputs[0].dtype),), _context(sizes))
            out = memory.allocate(exact.shape, exact.dtype)
            np.copyto(out, exact, where=inside != 0)
            return out, "pack"

        return run


@frozen
class Zeroed:
    """Memory that hides what a kernel does not write."""

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        return np.zeros(shape, dtype)


@frozen
class Filled:
    """Memory that shows what a kernel does not write: new pages of the system are zero, as padding should be."""

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        return np.full(shape, 7, dtype)


def _context(sizes: CallSizes) -> Context:
    return sizes if isinstance(sizes, Context) else Context(Module(), {})


def test_the_kernels_without_a_fault_pass() -> None:
    check_target(Target("good", GOOD, kernels=NumPyKernels()), examples=2)


@frozen
class OfFirst:
    """Answers every contraction like the first one of its element types: the order of questions decides."""

    seen: dict[object, Choice] = field(factory=dict[object, Choice], eq=False)

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        rows = contraction.narrow[contraction.m[0]]
        return self.seen.setdefault(contraction.types, Tiles(max(rows or 8, 1), 8, 1))


@frozen
class OfObject:
    """Remembers contractions by what they are in memory."""

    numbers: Any = field(factory=count, eq=False)
    seen: dict[int, tuple[ContractionSpace, Choice]] = field(
        factory=dict[int, tuple[ContractionSpace, Choice]], eq=False
    )

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        made = (contraction, Tiles(next(self.numbers) % 8 + 1, 8, 1))
        return self.seen.setdefault(id(contraction), made)[1]


@frozen
class Unrefusing:
    def refusal(self, contraction: ContractionSpace) -> str:
        return ""


def _narrow_zero(contraction: ContractionSpace) -> Choice:
    rows = contraction.narrow[contraction.m[0]]
    return Tiles(8 if rows is None else min(8, rows), 8, 1)


def _only_f32(contraction: ContractionSpace) -> Choice:
    return Tiles({f32: 8}[contraction.types[0]], 8, 1)


NUMBERS = count(1)
BAD: dict[str, tuple[Target, str, str]] = {
    "a tile of 0 for 0 rows": (Target("bad", By(_narrow_zero)), "answers", "m0 is 0, expected an int"),
    "an exception for a type": (Target("bad", By(_only_f32)), "answers", f"tiles_for raises KeyError: {f64!r}"),
    "nothing": (Target("bad", By(lambda c: None)), "answers", "tiles_for gives None"),
    "a reason that is none": (Target("bad", By(lambda c: Declined(""))), "answers", "declines with the reason ''"),
    "another answer each time": (
        Target("bad", By(lambda c: Tiles(next(NUMBERS) % 4096 + 1, 8, 1))),
        "answers",
        "and then #tiles<",
    ),
    "by the order of questions": (Target("bad", OfFirst()), "answers", "when asked in another order"),
    "by object, not by value": (Target("bad", OfObject()), "answers", "when asked in another order"),
    "a lowering that says yes": (
        Target("bad", GOOD, lowering=Unrefusing()),
        "answers",
        "it gives tiles, but mmt4d needs a dim",
    ),
    "a kernel that forgets init": (
        Target("bad", GOOD, kernels=NumPyKernels("forgets the initial value")),
        "meaning",
        "matmul (mk × kn → mn), f32 × f32 → f32",
    ),
    "a kernel that adds to its result": (
        Target("bad", GOOD, kernels=NumPyKernels("adds to what was there"), memory=Zeroed()),
        "memory",
        "matmul (mk × kn → mn), f32 × f32 → f32",
    ),
    "a kernel that is wrong for a batch": (
        Target("bad", GOOD, kernels=NumPyKernels("last column of a batch")),
        "meaning",
        "batch (bmk × bkn → bmn), f32 × f32 → f32",
    ),
    "a pack that leaves its padding": (
        Target("bad", GOOD, kernels=NumPyKernels("padding unwritten"), memory=Filled()),
        "layouts",
        "#layout<inner_dims",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_found_and_named(what: str) -> None:
    target, law, message = BAD[what]
    with pytest.raises(AssertionError) as e:
        check_target(target, examples=1)
    lines = [line for line in str(e.value).split("\n") if line.startswith(f"bad: {law}: ")]
    assert any(message in line for line in lines), str(e.value)


def test_many_findings_of_one_law_are_counted() -> None:
    with pytest.raises(AssertionError) as e:
        check_target(Target("bad", By(lambda c: None)), examples=1)
    lines = str(e.value).split("\n")
    assert len(lines) == 6
    assert lines[-1].startswith("bad: answers: and ")


def test_the_package_does_not_load_its_checks_before_they_are_used() -> None:
    """hypothesis imports it for its hook in every test run."""
    code = "import tensorir.testing, sys; assert 'hypothesis' not in sys.modules; tensorir.testing.check_target"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'check_targets'"):
        import tensorir.testing as package

        package.check_targets  # noqa: B018 (the access alone is tested)
