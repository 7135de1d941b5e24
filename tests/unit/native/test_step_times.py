"""The steps that are measured compute what they are said to, and the least time of each counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from attrs import asdict, astuple
from numpy.typing import NDArray

from tensorir.native import Features, Kernel, cpu_features, kernels
from tensorir.native._kernels import lib
from tensorir.native.step_times import (
    CHANNELS,
    COLUMNS,
    COUNT,
    DEPTH,
    LARGE,
    LEAST_ROUNDS,
    PLACES,
    ROWS,
    WINDOW,
    WINDOWS_PRODUCTS,
    StepTimes,
    measured_steps,
    step_times,
)

LINES = [k for k in kernels() if k.op == "mmt4d" and k.types == ("f32",) * 3 and k.runs_with(cpu_features())]
TALLEST = [next(k for k in LINES if k.isa == isa) for isa in dict.fromkeys(k.isa for k in LINES) if isa != "ref"]
FASTEST = TALLEST[0]
NAMES = list(asdict(StepTimes(*[0.0] * COUNT)))


def operands_of(line: Kernel, features: Features, name: str) -> Sequence[NDArray[Any]]:
    """The operands of a step, with random inputs, after it has run."""
    step, (_, _, operands) = measured_steps(line, features)[NAMES.index(name)]
    rng = np.random.default_rng(0)
    for view in operands[:-1]:
        view[...] = rng.integers(-3, 4, view.shape)
    assert lib.tir_run_step(step) == lib.TIR_STATUS_OK
    return operands


@pytest.mark.parametrize("line", TALLEST, ids=lambda line: line.name)
def test_products_multiply(line: Kernel) -> None:
    """Small whole numbers, whose sums are exact in any order."""
    for name, contracted, count in (
        ("product", (2, 5), ROWS * COLUMNS * DEPTH),
        ("windows", (4, 5, 6), WINDOWS_PRODUCTS),
    ):
        lhs, rhs, out = operands_of(line, line.features, name)
        assert lhs.size == rhs.size == out.size == count
        found = out[tuple(slice(1) if d in contracted else slice(None) for d in range(out.ndim))]
        assert (found.squeeze(contracted) == (lhs * rhs).sum(contracted)).all()


def test_windows_are_those_of_one_image() -> None:
    """Each begins one place further on, and they overlap."""
    windows = operands_of(FASTEST, FASTEST.features, "windows")[0][:, :, 0, 0]
    assert windows.shape == (PLACES, PLACES, WINDOW, WINDOW, CHANNELS)
    assert (windows[1:, :, 0] == windows[:-1, :, 1]).all() and (windows[:, 1:, :, 0] == windows[:, :-1, :, 1]).all()
    assert (windows[:-2, :, 2] == windows[2:, :, 0]).all() and len(np.unique(windows)) > 1


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("product", "windows")])
def test_all_others_move_each_element(name: str) -> None:
    source, out = operands_of(FASTEST, FASTEST.features, name)
    sizes = {"pack_left": ROWS * DEPTH, "pack_right": COLUMNS * DEPTH, "unpack_result": ROWS * COLUMNS}
    assert source.size == sizes.get(name, LARGE[0] * LARGE[1])
    assert (source == out).all() and len(np.unique(out)) > 1


class Clock:
    """Nanoseconds, by which the steps take what `took` says, one after the other."""

    def __init__(self, took: Iterator[int]) -> None:
        self.now, self.looks, self.took = 0, 0, took

    def __call__(self) -> int:
        self.looks += 1  # the first look begins everything; then there are two for each step
        self.now += next(self.took) if self.looks > 1 and self.looks % 2 else 10
        return self.now


def test_the_least_time_of_each_step_counts() -> None:
    """By this clock step i takes i + 1 µs, and in most rounds longer."""
    took = [1000 * (i + 1) + more for _ in range(LEAST_ROUNDS) for more in (70, 0, 300, 9) for i in range(COUNT)]
    clock = Clock(iter(took))
    assert astuple(step_times(FASTEST, FASTEST.features, clock, ns=0)) == tuple(1000 * (i + 1) for i in range(COUNT))
    assert clock.looks == 1 + 2 * COUNT * LEAST_ROUNDS + 1


def test_rounds_go_on_until_the_time_is_over() -> None:
    clock = Clock(cycle([100]))
    step_times(FASTEST, FASTEST.features, clock, ns=20_000)
    a_round = 10 + COUNT * (10 + 100)
    assert 20_000 < clock.now < 20_000 + 2 * a_round


def test_a_step_takes_at_least_a_nanosecond() -> None:
    assert set(astuple(step_times(FASTEST, FASTEST.features, lambda: 7, ns=0))) == {1}
