"""linalg.rms_norm, of which only the class is written: everything else follows from what the class says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tensorir as ti
from tensorir import mlir
from tensorir.analysis.units import root_units
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.packing import Mmt4d
from tensorir.interp import interpret
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, f16, f32, i32
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.bounds.operations import error_bounds
from tensorir.testing.equivalence import assert_agrees
from tests.support.bad_ops import Bad, refusal


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


BAD: list[Bad] = [
    (lambda: RmsNorm(v(2, 3), v(2), (1,), 1e-5), "scale is tensor<2xf32>, should be [3] of f32"),
    (lambda: RmsNorm(v(2, 3, dtype=i32), v(3, dtype=i32), (1,), 1e-5), "needs a float type, got i32"),
    (lambda: RmsNorm(v(2, 3), v(3), (1,), 1e-5, 4), "extent 4 is outside 0 … 3"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[m for _, m in BAD])
def test_what_can_not_be_is_refused(make: Callable[[], Op], message: str) -> None:
    assert message in refusal(make)


def network(columns: Dim, dtype: DType = f32) -> Module:
    """A product, the norm of it along columns, a product of that."""
    m = ti.ModuleBuilder()
    f = m.function("main")
    x, first = f.arg("x", (37, 60), dtype), f.arg("a", (60, columns), dtype)
    scale, second = f.arg("s", (columns,), dtype), f.arg("b", (columns, 45), dtype)
    f.returns((x @ first).rms_norm(scale, 0.25) @ second, x)
    return m.build()


def arrays(columns: int, dtype: DType = f32) -> list[np.ndarray]:
    rng = np.random.default_rng(columns)
    shapes = ((37, 60), (60, columns), (columns,), (columns, 45))
    return [rng.standard_normal(s).astype(dtype.numpy) for s in shapes]


@pytest.mark.parametrize(("dtype", "slack"), [(f32, 1e-5), (f16, 1e-2)], ids=str)
def test_it_is_the_formula(dtype: DType, slack: float) -> None:
    m = ti.ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (4, 9), dtype).rms_norm(f.arg("s", (9,), dtype)))
    x, s = (np.random.default_rng(1).standard_normal(n).astype(dtype.numpy) for n in ((4, 9), (9,)))
    wide = x.astype(np.float64)
    expected = wide / np.sqrt(np.mean(wide * wide, axis=-1, keepdims=True) + 1e-5) * s
    (made,) = interpret(m.build(), "main", [x, s])
    assert made.dtype == dtype.numpy
    np.testing.assert_allclose(made.astype(np.float64), expected, rtol=slack, atol=slack)


@pytest.mark.parametrize("columns", [32, 35, symbol("N")], ids=str)
def test_between_contractions_it_stays_packed_and_skips_padding(columns: Dim) -> None:
    module = network(columns)
    program = ti.compile(module, verify_each=True, ranges=False)  # one plan for all sizes
    bodies = [e.body for e in program.module.executables]
    (norm,) = [op for body in bodies for op in body.ops if isinstance(op, RmsNorm)]
    assert len(norm.dims) == 2
    assert norm.extent == (None if columns == 32 else columns)
    (body,) = [b for b in bodies if norm in b.ops]
    assert any(isinstance(op, Mmt4d) for op in body.ops)  # one launch with the contraction before it
    given = arrays(columns if isinstance(columns, int) else 13)
    assert assert_agrees(module, "main", given, program.call(given))


def test_its_rows_are_its_units() -> None:
    assert root_units(RmsNorm(v(2, 3, 4), v(4), (2,), 1e-5)) == {0: 0, 1: 1}


def test_its_error_bounds_are_those_of_its_formula() -> None:
    module = Module([network(16).lookup(Function, "main")])
    given = arrays(16)
    ((exact, bound), _) = error_bounds(module, "main", given)
    assert np.all((bound > 0) & (bound < 1e-3 * (1 + np.abs(exact))))
    assert assert_agrees(module, "main", given, interpret(module, "main", given))


@pytest.mark.parametrize("columns", [16, symbol("N")], ids=str)
def test_mlir_has_it_as_a_function_that_is_read_again(columns: Dim) -> None:
    module = network(columns)
    text = mlir.print_mlir(module)
    assert 'tensorir_op = "linalg.rms_norm"' in text
    assert isomorphic(mlir.parse(text), module)
