"""What IREE's own end-to-end tests of linalg and tensor programs test, as programs and results of our own.

Each case runs in the interpreter and compiled, also after it was written and read again, and where the extra `iree` is
installed IREE itself proves that the expected results are right. What IREE tests in its programs and where it is here:

- argmax, large and split reductions, associative reordering, scan: reductions.mlir
- conv2d, fused convolution and bias, max_pool, depthwise: windows.mlir
- gather-like ops, torch_index_select, reverse after slice, index: lookups.mlir, slices.mlir
- large, narrow and unaligned matmuls, matmuls on one accumulator, broadcast batch matmul, transposed right-hand sides,
  dynamic reduction sizes: products.mlir; quantized against plain matmul: quantized.mlir
- pack and unpack in all their orders, pairs of bytes for dot products, 1×9 into 2×1×8×4: packing.mlir
- softmax, layer norm, reduction then broadcast then elementwise: norms.mlir
- collapse, expand, cast, concat, extract_slice, insert_slice, strided_slice, pad, transpose, broadcast: shapes.mlir,
  slices.mlir
- math ops, libm linking, integer arithmetic and shifts, comparisons: functions.mlir, integers.mlir
- types of less than a byte, i1 constants, f16, bf16, conversions: types.mlir
- globals, scalars, unused arguments, fill of i64, several results, calls, zero sizes: modules.mlir
- encodings set, computed on and unset: encodings.mlir
- while, collatz, the unidirectional recurrent layer, branches on scalars: control.mlir
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from tensorir.api import compile
from tensorir.interp import interpret
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.mlir import load, parse, print_mlir
from tensorir.mlir.signless import signless
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.runtime.program import Program
from tensorir.testing.iree import compile_mlir
from tests.e2e.iree_programs import arrays, control, linear, scalars, sums
from tests.e2e.iree_programs.case import Case
from tests.support.iree_counts import count
from tests.support.mlir_tools import iree_opt, needs_iree

HERE = Path(__file__).parent
CASES = [case for part in (linear, arrays, sums, scalars, control) for case in part.cases()]
FILES = sorted({case.file for case in CASES})


@cache
def module(file: str) -> Module:
    return load(HERE / f"{file}.mlir")


@cache
def program(file: str, device: str, tiling: str) -> Program:
    return compile(module(file), (device,), tiling, verify_each=True)


def test_every_function_has_a_case() -> None:
    public = {(file, f.name) for file in FILES for f in module(file).functions if not f.private}
    assert public == {(case.file, case.function) for case in CASES}
    assert len(public) >= 150


def test_every_file_has_cases() -> None:
    assert {path.stem for path in HERE.glob("*.mlir")} == set(FILES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_interpreted(case: Case) -> None:
    case.check(interpret(module(case.file), case.function, case.args))


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_compiled(case: Case, device: str, tiling: str) -> None:
    case.check(program(case.file, device, tiling).call(case.args, case.function))


@needs_iree
@pytest.mark.parametrize("file", FILES)
def test_iree_agrees(file: str) -> None:
    """IREE's approximations of functions are a little coarser than ours."""
    theirs = compile_mlir((HERE / f"{file}.mlir").read_text("utf-8"), file=f"{file}.mlir")
    for case in CASES:
        if case.file == file:
            case.check(theirs(case.function, case.args), slack=2)
            count("rewritten programs")


@pytest.mark.parametrize("dialect", ["current", "llvm19"])
@pytest.mark.parametrize("file", FILES)
def test_written_and_read_again(file: str, dialect: Literal["current", "llvm19"]) -> None:
    assert isomorphic(parse(print_mlir(module(file), dialect=dialect)), signless(module(file)))


@needs_iree
@pytest.mark.parametrize("file", FILES)
def test_what_iree_opt_makes_of_our_text_is_the_same(file: str) -> None:
    assert isomorphic(parse(iree_opt(print_mlir(module(file)))), signless(module(file)))
    count("texts through iree-opt")


@pytest.mark.parametrize("file", FILES)
def test_materialized_written_and_read_again(file: str) -> None:
    tiled = parse(print_mlir(run_passes(module(file), pipeline("late", to="materialized").passes)))
    for case in CASES:
        if case.file == file:
            case.check(interpret(tiled, case.function, case.args))


def test_a_wrong_result_is_seen() -> None:
    case = next(c for c in CASES if c.function == "rows_times_rows")
    (right,) = case.expected
    wrong = right.copy()
    wrong[3, 4] += 1
    with pytest.raises(AssertionError):
        case.check((wrong,))
