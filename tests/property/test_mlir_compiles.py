"""IREE compiles what the writer writes, and computes what the interpreter does: inputs and materialized programs.

A case takes IREE about a second, so there are few by default: HYPOTHESIS_PROFILE=deep runs 300."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import assume, given, note, settings

from tensorir.dialects.tensor import InsertSlice
from tensorir.frontends.mlir import print_mlir
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Function, Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.iree import IreeOptions, compile_mlir
from tensorir.testing.program_steps import DEVICE
from tensorir.testing.strategies import programs
from tests.support.iree_counts import count
from tests.support.mlir_tools import needs_iree

Array = npt.NDArray[Any]
CASES = max(10, min(300, settings().max_examples // 8))
few = settings(max_examples=CASES)

LIMITS = ("write affecting operations on global resources are restricted to workgroup distributed contexts",)
"""What IREE 3.13 says of valid programs. Seen: a transposed matrix times a constant vector that is also the initial
value of the sum."""


def updates_in_place(module: Module) -> bool:
    """A slice is put into a tensor: IREE 3.13 may write into that tensor's own memory although it, or a part of it that
    is the slice, is still read (seen: an argument that is also returned, a slice of the tensor itself). One that it
    compiles rightly is among the golden texts of the writer."""
    return any(isinstance(op, InsertSlice) for f in module.functions for op in f.body.ops)


def assert_iree_agrees(module: Module, text: str) -> None:
    note(text)
    try:
        program = compile_mlir(text, IreeOptions(devices=(DEVICE,)))
    except TensorIRError as e:
        if not any(limit in str(e) for limit in LIMITS):
            raise
        count("programs of ours beyond a limit of IREE's code generator")
        return
    types = [t.dtype.numpy for t in module.lookup(Function, "main").body.yield_types]

    def run(*args: Array) -> tuple[Array, ...]:
        """MLIR's integers have no sign: unsigned results come back as signed ones."""
        return tuple(np.asarray(r).view(t) for r, t in zip(program("main", args), types, strict=True))

    assert_equivalent(module, run)
    count("programs of ours compiled and run")


@needs_iree
@few
@given(programs())
def test_inputs(module: Module) -> None:
    assume(not updates_in_place(module))
    assert_iree_agrees(module, print_mlir(module))


@needs_iree
@few
@given(programs())
def test_materialized_programs(module: Module) -> None:
    assume(not updates_in_place(module))
    assert_iree_agrees(module, print_mlir(run_passes(module, pipeline("late").passes)))
