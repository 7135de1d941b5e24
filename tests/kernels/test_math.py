"""The vector functions: every line of math.inc within its bound, the same bits with every instruction set that has
fused multiply-add, and no memory touched but the operands."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorir.native import Features
from tensorir.native._kernels import ffi, lib

from . import math_oracle
from .guard import Guarded
from .math_oracle import LINES, VECTOR, Line, errors, inputs, levels, reference, run

lines = pytest.mark.parametrize("line", LINES, ids=str)
features = pytest.mark.parametrize("level", levels(), ids=str)
FUSED = [level for level in levels() if level & Features.X86_AVX2]
wide_enough = np.finfo(np.longdouble).nmant > 60


@lines
def test_errors_are_within_the_bound(line: Line) -> None:
    if line.type == "f64" and not wide_enough:
        pytest.skip("long double is no wider than double here")
    operands = inputs(line, 100_000 if line.type == "f32" else 20_000, seed=1)
    wanted = reference(line, operands)
    for level in levels():
        got = run(line.name, line.type, operands, np.empty_like(operands[0]), level)
        found = errors(got, wanted)
        at = int(np.argmax(found))
        where = f"{line.name}({', '.join(str(a[at]) for a in operands)}) = {got[at]}, not {wanted[at]} with {level!s}"
        assert found[at] <= line.bound(level), f"{found[at]:.2f} ulp: {where}"


def bits(values: NDArray[Any]) -> bytes:
    """The bytes of floats, with all NaNs alike: which sign one has depends on the order of operands that a compiler
    chose."""
    return np.where(np.isnan(values), np.asarray(np.nan, values.dtype), values).tobytes()


@lines
@pytest.mark.skipif(len(FUSED) < 2, reason="this machine has only one of the instruction sets")
def test_bits_do_not_depend_on_the_instruction_set(line: Line) -> None:
    operands = inputs(line, 200_000, seed=2)
    first, second = (run(line.name, line.type, operands, np.empty_like(operands[0]), level) for level in FUSED)
    assert bits(first) == bits(second)


@lines
@features
def test_only_the_elements_are_touched_and_their_bits_do_not_depend_on_the_place(line: Line, level: Features) -> None:
    """Blocks of every small size between guard pages, and in place, give what one large block gives."""
    operands = [a[:1000] for a in inputs(line, 2000, seed=3)]
    whole = run(line.name, line.type, operands, np.empty_like(operands[0]), level)
    for size in [*range(40), 257]:
        begin = 37 * size % 700
        part = [a[begin : begin + size] for a in operands]
        sources = [Guarded(size, line.dtype, at_end=size % 2 == 0) for _ in part]
        for source, values in zip(sources, part, strict=True):
            source.flat[:] = values
        target = Guarded(size, line.dtype, at_end=size % 2 == 0)
        flat = [source.flat for source in sources]
        assert bits(run(line.name, line.type, flat, target.flat, level)) == bits(whole[begin : begin + size])
        assert target.slack_untouched()
        for source in sources:  # in place of each operand
            values = source.flat.copy()
            assert run(line.name, line.type, flat, source.flat, level).tobytes() == target.flat.tobytes()
            source.flat[:] = values


def test_a_function_that_is_not_there_is_refused() -> None:
    for function, kind in [(0, 1), (math_oracle.FUNCTIONS.index("exp"), 3), (-1, 1), (10_000, 2)]:
        assert lib.tir_math_block(function, kind, 0, ffi.NULL, ffi.NULL, ffi.NULL, 0) == lib.TIR_STATUS_NO_KERNEL


def test_a_negative_count_is_refused() -> None:
    exp = math_oracle.FUNCTIONS.index("exp")
    assert lib.tir_math_block(exp, 1, 0, ffi.NULL, ffi.NULL, ffi.NULL, -1) == lib.TIR_STATUS_BAD_SIZE


def test_every_line_of_the_table_is_read() -> None:
    text = (VECTOR / "math.inc").read_text(encoding="utf-8")
    assert len(LINES) == sum(row.startswith("TIR_MATH(") for row in text.splitlines()) > 0
    assert len({(line.name, line.type) for line in LINES}) == len(LINES)


def test_the_coefficients_are_what_the_generator_writes() -> None:
    program = "import generate_coefficients as g, sys; sys.stdout.write(g.header())"
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=VECTOR)
    assert made.stdout == (VECTOR / "coefficients.h").read_text(encoding="utf-8")
