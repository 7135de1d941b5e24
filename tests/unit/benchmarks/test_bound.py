"""The multiply-add bound: what is counted, and which calibration counts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import bound
from benchmarks.bound import Bound, Times, features_of, operations
from tensorir.builder.module import ModuleBuilder
from tensorir.demo.minilm import build_minilm
from tensorir.demo.weights import load_weights
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.native import Features


@pytest.mark.parametrize(("tokens", "batch"), [(16, None), (128, None), (16, 8)])
def test_minilm_has_its_products(tokens: int, batch: int | None) -> None:
    sentences = 1 if batch is None else batch
    layer = 4 * tokens * 384 * 384 + 2 * tokens * 384 * 1536 + 2 * 12 * tokens * tokens * 32
    module = build_minilm(load_weights(), sequence=tokens, batch=batch)
    assert operations(module) == 2 * 6 * sentences * layer


def product(rows: Dim) -> Module:
    module = ModuleBuilder()
    f = module.function("main")
    f.returns(f.arg("x", (rows, 5), f32).matmul(np.ones((5, 7), np.float32)))
    return module.build()


def test_a_size_of_a_call_can_not_be_counted() -> None:
    assert operations(product(3)) == 2 * 3 * 5 * 7
    with pytest.raises(TypeError, match=r"linalg\.contract has the sizes M, 5, 7: expected numbers"):
        operations(product(symbol("M")))


def test_the_best_run_counts_for_the_peak_and_all_runs_for_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    best = {None: iter([2.0, 2.0, 4.0, 4.0, 3.0, 3.0]), Features.NONE: iter([1.0, 1.0])}
    runs = {None: iter([2.0, 2.0, 1.0, 3.0, 3.0, 3.0]), Features.NONE: iter([0.5, 0.5])}

    def rate(features: Features | None, repeats: int = 50) -> float:
        return next((runs if repeats == 1 else best)[features])

    monkeypatch.setattr(bound, "multiply_add_rate", rate)
    found = Bound(product(3), threads=2)
    for features in (None, None, None, Features.NONE):
        found.calibrate(features)
    assert found.times(None) == Times(210 / 8e6, (210 / 4e6, 210 / 4e6, 210 / 6e6))
    assert found.times(Features.NONE) == Times(210 / 2e6, (210 / 1e6,))


def test_a_round_takes_as_long_as_the_multiply_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def rate(features: Features | None, repeats: int = 50) -> float:
        runs.append(repeats)
        return {1: 0.5, 2: 1.5}.get(len(runs) - 1, 0.001)

    monkeypatch.setattr(bound, "multiply_add_rate", rate)
    small = Bound(product(2), threads=1)
    small._operations = 200  # pyright: ignore[reportPrivateUsage]  # a bound that is soon calibrated
    small.calibrate(None)
    assert runs == [50, 1, 1]
    assert small.times(None).rounds == pytest.approx((200 / 0.75 / 1e6,))


def test_a_device_without_all_features_has_a_bound_of_its_own() -> None:
    assert features_of("cpu{features=none}") == Features.NONE
    assert features_of("reference") is None
