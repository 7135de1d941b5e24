"""Random programs, written as MLIR at several stages, are what IREE computes from that text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, note, reject, settings
from hypothesis import strategies as st

from tensorir.ir.module import Module
from tensorir.mlir import print_mlir
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.iree import IreeOptions, verify_mlir
from tensorir.testing.iree.programs import IreeLimitError, iree_agrees
from tensorir.testing.programs.random import arguments, programs
from tests.support.iree_counts import count, not_run
from tests.support.mlir_tools import needs_iree

pytestmark = needs_iree

SETTINGS: Any = settings()
EXAMPLES = max(1, min(300, SETTINGS.max_examples // 8))
"""Compiling takes IREE about a second, so there are few by default; HYPOTHESIS_PROFILE=deep runs 300 a stage. What is
beyond IREE's limits is drawn again and does not count."""


def data(module: Module, seed: int, whole: bool) -> list[npt.NDArray[Any]]:
    """Small integers, for which sums are exact, or reals, for which they round."""
    rng = np.random.default_rng(seed)

    def real(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if whole or array.dtype.kind in "iub" or "int" in array.dtype.name:
            return array
        return (array.astype(np.float64) * rng.uniform(0.5, 1, array.shape)).astype(array.dtype)

    return [real(a) for a in arguments(module, seed)]


@pytest.mark.parametrize("stage", ["input", "materialized"])
@settings(max_examples=EXAMPLES)
@given(
    module=programs(),
    seed=st.integers(0, 1 << 16),
    whole=st.booleans(),
    options=st.sampled_from([IreeOptions(), IreeOptions("late")]),
)
def test_iree_computes_what_the_interpreter_does(
    stage: str, module: Module, seed: int, whole: bool, options: IreeOptions
) -> None:
    """Without the fusion of IREE that loses elements (`testing/iree/programs.py`, UNFUSED)."""
    written = run_passes(module, pipeline("late", "cpu", to=stage).passes)
    note(print_mlir(written))
    try:
        shows = iree_agrees(module, "main", data(module, seed, whole), options, written=written)
    except IreeLimitError as e:
        not_run(e.reason)
        reject()
    if not shows:
        not_run("the results are blank")
        reject()
    count(f"random programs at the stage {stage}")


@given(programs())
def test_iree_accepts_encoded_programs(module: Module) -> None:
    """Its parser and verifiers. Its compiler ends on many of them: vectors, outer products, sums of products."""
    written = print_mlir(run_passes(module, pipeline("late", "cpu", to="encoded").passes))
    note(written)
    verify_mlir(written)
    count("encoded programs verified")
