"""What form-dispatches does with ops that stay outside of launches and read what is inside of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tensorir as ti
from tensorir.builder.module import FunctionBuilder
from tensorir.dialects.flow import Dispatch
from tensorir.dialects.registry import OPS
from tensorir.dialects.tensor import DimOp
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_equivalent
from tensorir.text import parse
from tensorir.transforms.dispatch.form_dispatches import FormDispatches

M = ti.symbol("M")
W = np.arange(30, dtype=np.float32).reshape(6, 5) % 5
Case = Callable[[ti.Tensor, FunctionBuilder, ti.ModuleBuilder], ti.Tensor]

CASES: dict[str, tuple[Case, int]] = {
    "rows": (lambda x, f, b: x.mean(0), 1),
    "transposed": (lambda x, f, b: x.T.mean(1), 1),
    "sliced": (lambda x, f, b: x[:, 1:4].mean(0), 1),
    "split": (lambda x, f, b: x.reshape(M, 2, 3).mean(0), 1),
    "merged": (lambda x, f, b: x.reshape(M * 6).mean(0), 1),
    "broadcast": (lambda x, f, b: x.broadcast_to((4, M, 6)).mean(1), 1),
    "joined": (lambda x, f, b: x.concat(x, axis=0).mean(0), 1),
    "padded": (lambda x, f, b: x.pad((1, 0), (0, 0)).mean(0), 1),
    "computed": (lambda x, f, b: (x + 1.0).T.mean(1), 1),
    "contracted": (lambda x, f, b: (x @ b.weight("w", W)).T.mean(1), 1),
    "filled": (lambda x, f, b: f.full((M,), 1.0, ti.f32).mean(0), 1),
    "cut": (lambda x, f, b: x[1:].mean(0), 1),
    "size": (lambda x, f, b: x.T.size(1), 0),
    "size of what is computed": (lambda x, f, b: (x @ b.weight("w", W)).T.size(1), 0),
    "softmax": (lambda x, f, b: x.T.softmax(1), 1),
    "layer norm": (lambda x, f, b: x.layer_norm(f.full((6,), 1.0, ti.f32), f.full((6,), 0.0, ti.f32)), 1),
}


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("name", CASES)
def test_a_size_that_is_known_only_when_run_costs_no_launch_and_no_value(name: str, tiling: str) -> None:
    """`mean` divides by the size of what it reads, which may be a view that nobody has to write."""
    make, launches = CASES[name]
    builder = ti.ModuleBuilder()
    function = builder.function("main")
    x = function.arg("x", (M, 6), ti.f32)
    function.returns(make(x, function, builder))
    module = builder.build()
    program = ti.compile(module, data_tiling=tiling)
    assert program.stats.dispatches == launches
    for rows in (1, 5, 16):
        assert_equivalent(module, program, [np.arange(rows * 6, dtype=np.float32).reshape(rows, 6)])


READS_A_FREE_VALUE = """
func @main(%x: tensor<[M]x3xf32>) -> (tensor<3xf32>, tensor<i64>, tensor<3x[M]xf32>) {
  %1 = linalg.transpose %x {permutation = [1, 0]} : (tensor<[M]x3xf32>) -> tensor<3x[M]xf32>
  %2 = linalg.reduce %1 {kind = "add", dims = [1]} : (tensor<3x[M]xf32>) -> tensor<3xf32>
  %3 = tensor.dim %1 {index = 1} : (tensor<3x[M]xf32>) -> tensor<i64>
  %4 = flow.dispatch %1 : (tensor<3x[M]xf32>) -> tensor<3x[M]xf32> (%a: tensor<3x[M]xf32>) {
    %0 = linalg.softmax %a {dims = [1]} : (tensor<3x[M]xf32>) -> tensor<3x[M]xf32>
    yield %0 : tensor<3x[M]xf32>
  }
  return %2, %3, %4 : tensor<3xf32>, tensor<i64>, tensor<3x[M]xf32>
}
"""


def test_a_launch_that_is_there_already_reads_a_written_value() -> None:
    module = parse(READS_A_FREE_VALUE, OPS)
    formed = run_passes(module, (FormDispatches(),))
    assert_equivalent(module, formed)
    ops = formed.functions[0].body.ops
    assert not any(isinstance(o, DimOp) for o in ops)
    assert [len(o.inputs) for o in ops if isinstance(o, Dispatch)] == [1, 1, 1]


def test_dispatches_stay_as_they_are_when_they_are_formed_again() -> None:
    once = run_passes(parse(READS_A_FREE_VALUE, OPS), (FormDispatches(),))
    assert run_passes(once, (FormDispatches(),)) is once


def product_of_slice(offset: int, *, returned: bool) -> ti.Module:
    """A product with 16 of 20 rows of a softmax, which may be returned as well."""
    builder = ti.ModuleBuilder()
    function = builder.function("main")
    x = function.arg("x", (20, 6), ti.f32).softmax(1)
    function.returns(x[offset : offset + 16] @ function.arg("w", (6, 5), ti.f32), *([x] if returned else []))
    return builder.build()


@pytest.mark.parametrize("tiling", ["late", "early", "off"])
@pytest.mark.parametrize("returned", [False, True])
@pytest.mark.parametrize("offset", [0, 3])
def test_a_slice_that_another_launch_reads_is_not_copied(offset: int, returned: bool, tiling: str) -> None:
    module = product_of_slice(offset, returned=returned)
    program = ti.compile(module, data_tiling=tiling)
    assert program.stats.copied_bytes == 0
    assert_equivalent(module, program)


def test_ops_join_through_moves_that_their_readers_do() -> None:
    """A sum over some columns of the first rows, transposed: the slice and the transpose are left to it and to the
    second softmax, and both join the launch of the first one."""
    builder = ti.ModuleBuilder()
    function = builder.function("main")
    x = function.arg("x", (9, 64), ti.f32).softmax(1)
    columns = x[:4, 1:11].T
    function.returns(columns.sum(0), x.max(1), columns[2:7].softmax(0))
    module = builder.build()
    for tiling in ("late", "early", "off"):
        program = ti.compile(module, data_tiling=tiling)
        assert (program.stats.dispatches, program.stats.copied_bytes) == (1, 0)
        assert_equivalent(module, program)


@pytest.mark.parametrize(("offset", "launches"), [(0, 1), (3, 2)])
def test_first_rows_that_are_returned_are_stored_by_whoever_makes_them(offset: int, launches: int) -> None:
    builder = ti.ModuleBuilder()
    function = builder.function("main")
    x = function.arg("x", (20, 6), ti.f32).softmax(1)
    function.returns(x[offset : offset + 16].T, x)
    module = builder.build()
    for tiling in ("late", "early", "off"):
        program = ti.compile(module, data_tiling=tiling)
        assert program.stats.dispatches == launches
        assert_equivalent(module, program)


def test_an_op_that_reads_the_first_rows_waits_for_what_else_it_reads() -> None:
    """What is made of the last row is known only after the launch that makes all rows."""
    builder = ti.ModuleBuilder()
    function = builder.function("main")
    x = function.arg("x", (9, 6), ti.f32).softmax(1)
    function.returns(x[:4] * x[8:].reshape(6).exp().broadcast_to((4, 6)))
    module = builder.build()
    for tiling in ("late", "early", "off"):
        program = ti.compile(module, data_tiling=tiling)
        assert program.stats.dispatches == 2
        assert_equivalent(module, program)
