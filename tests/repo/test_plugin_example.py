"""examples/plugin, installed as a package of its own: what it brings is on the same terms as what tensorir has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """\
func @main(%x: tensor<20x30xf32>, %w: tensor<30x40xf32>) -> (tensor<20x40xf32>) {
  %0 = clamp.clamp %x {low = -1.0, high = 4.0} : (tensor<20x30xf32>) -> tensor<20x30xf32>
  %1 = clamp.clamp %0 {low = 0.0, high = 6.0} : (tensor<20x30xf32>) -> tensor<20x30xf32>
  %2 = linalg.contract %1, %w {maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], \
dtype = f32} : (tensor<20x30xf32>, tensor<30x40xf32>) -> tensor<20x40xf32>
  return %2 : tensor<20x40xf32>
}
"""

LAWS = """
from hypothesis import given, settings, strategies as st
import numpy as np
import tensorir as ti
from tensorir.interp import IMPLEMENTATIONS, Context, apply_op
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.bounds.operations import error_bounds
from tensorir.testing.programs.random import arguments
from tensorir.testing.strategies import programs
from tensorir_clamp import Clamp

drawn = 0

@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(programs(weights={"clamp": 20}), st.integers(0, 1 << 30))
def law(module, seed):
    global drawn
    ops = list(module.lookup(ti.ir.module.Function, "main").body.walk())
    drawn += sum(isinstance(o, Clamp) for o in ops)
    assert_equivalent(module, run_passes(module, (PASSES["fuse-clamps"](),)), seed=seed)
    assert_equivalent(module, ti.compile(module, ("npu",)), seed=seed)
    error_bounds(module, "main", arguments(module, seed))

law()
assert drawn > 20, drawn
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the example is installed beside the tensorir of this tree."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(ROOT / "examples" / "plugin", folder / "source")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    install = [sys.executable, "-m", "pip", "install", *options]
    done = subprocess.run(
        [*install, "--target", str(folder / "site"), str(folder / "source")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": f"{folder / 'site'}{os.pathsep}{ROOT}"}


def run(environment: dict[str, str], *args: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *args], env=environment, input=given, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_op_is_read_and_its_pass_runs(environment: dict[str, str]) -> None:
    text = run(environment, "-m", "tensorir", "opt", "-", "-p", "fuse-clamps", given=PROGRAM)
    assert text.count("clamp.clamp") == 1
    assert "{low = 0.0, high = 4.0}" in text
    assert "fuse-clamps" in run(environment, "-m", "tensorir", "opt", "--help")


def test_its_device_runs_its_op(environment: dict[str, str]) -> None:
    inputs = ["--input", "20x30xf32=5", "--input", "30x40xf32=1"]
    printed = run(environment, "-m", "tensorir", "run", "-", "--device", "npu", *inputs, given=PROGRAM)
    assert "120." in printed
    compiled = run(environment, "-m", "tensorir", "compile", "-", "--device", "npu", given=PROGRAM)
    assert "linalg.mmt4d" in compiled


def test_its_op_is_written_as_mlir_and_read_again(environment: dict[str, str]) -> None:
    text = run(environment, "-m", "tensorir", "opt", "-", "--emit=mlir", given=PROGRAM)
    assert 'tensorir_op = "clamp.clamp"' in text
    assert "arith.minimumf" in text
    assert run(environment, "-m", "tensorir", "opt", "-", "--emit=tir", given=text).count("clamp.clamp") == 2


def test_the_laws_are_checked_on_programs_with_its_op(environment: dict[str, str]) -> None:
    run(environment, "-c", LAWS)
