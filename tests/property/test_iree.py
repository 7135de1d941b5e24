"""Random programs, written as MLIR at several stages, are what IREE computes from that text."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.frontends.mlir import print_mlir
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.iree import IreeOptions, verify_mlir
from tensorir.testing.iree_programs import IreeLimitError, iree_agrees
from tensorir.testing.programs import arguments, programs
from tests.support.iree_counts import count, not_run
from tests.support.mlir_tools import needs_iree

pytestmark = needs_iree

SETTINGS: Any = settings()
EXAMPLES = max(1, min(360, SETTINGS.max_examples // 8))
"""Compiling takes IREE about a second, so there are few by default; HYPOTHESIS_PROFILE=deep has 360 a stage, of which
IREE can run some 300."""


def data(module: Module, seed: int, whole: bool) -> list[npt.NDArray[Any]]:
    """Small integers, for which sums are exact, or reals, for which they round."""
    rng = np.random.default_rng(seed)

    def real(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if whole or array.dtype.kind in "iub" or "int" in array.dtype.name:
            return array
        return (array.astype(np.float64) * rng.uniform(0.5, 1, array.shape)).astype(array.dtype)

    return [real(a) for a in arguments(module, seed)]


@pytest.mark.parametrize("stage", ["input", "materialized"])
def test_iree_computes_what_the_interpreter_does(stage: str) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(programs(), st.integers(0, 1 << 16), st.booleans(), st.sampled_from([IreeOptions(), IreeOptions("late")]))
    def check(module: Module, seed: int, whole: bool, options: IreeOptions) -> None:
        written = run_passes(module, pipeline("late", "cpu", to=stage).passes)
        note(print_mlir(written))
        try:
            shows = iree_agrees(module, "main", data(module, seed, whole), options, written=written)
        except IreeLimitError as e:
            seen["not run"] += 1
            not_run(e.reason)
            return
        seen["ran" if shows else "not run"] += 1
        if shows:
            count(f"random programs at the stage {stage}")
        else:
            not_run("the results are blank")

    check()
    assert seen["ran"] > seen["not run"]


@given(programs())
def test_iree_accepts_encoded_programs(module: Module) -> None:
    """Its parser and verifiers. Its compiler ends on many of them: vectors, outer products, sums of products."""
    written = print_mlir(run_passes(module, pipeline("late", "cpu", to="encoded").passes))
    note(written)
    verify_mlir(written)
    count("encoded programs verified")
