"""Launches that read arguments where they lie: the steps have their strides, and what can't have them says why."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tensorir.dialects.tile import Grid, Map, Slice
from tensorir.ir.dims import iteration_dim, symbol
from tensorir.ir.region import Region
from tensorir.passes.pass_ import PassContext
from tensorir.transforms.tiles.lower_to_tiles import lower_strided
from tests.support.executables import Lowered, lowered

A = symbol("A")
NEGATED = (
    "%{to} = linalg.generic %{of} {{maps = [(i, j, k) -> (i, j, k), (i, j, k) -> (i, j, k)], "
    "body = (a0: f32) {{ v0 = neg a0; yield v0 }}}} : (tensor<3x4x3xf32>) -> tensor<3x4x3xf32>\n"
)
IN_PYTHON = (
    "%{to} = linalg.zero_padding %{of} {{dims = [0, 1, 2], extent = 5}} : (tensor<3x4x3xf32>) -> tensor<3x4x3xf32>\n"
)
"""Of three dims, for which there are no steps."""

ELSEWHERE = Slice(0, (A, 3, 1))
TILES = "tensor<2x3x4x4xf32>"
PRODUCT = (
    f'%0 = linalg.mmt4d %l, %r {{dtype = f32, rhs_order = "kn", kernel = "tir_mmt4d_f32f32f32_4x4x4kn_generic"}} : '
    f"({TILES}, {TILES}) -> tensor<2x2x4x4xf32>\nyield %0 : tensor<2x2x4x4xf32>"
)


def relowered(made: Lowered, inputs: Mapping[int, Slice]) -> Region | str:
    (source,) = made.source.executables
    return lower_strided(source.body, made.made.body, PassContext().device(source.target), inputs)


def mixed(python: str, steps: str) -> Lowered:
    """A launch of an op in Python and one with steps, of these arguments."""
    made = lowered(
        "%x: tensor<3x4x3xf32>, %y: tensor<3x4x3xf32>",
        "tensor<3x4x3xf32>, tensor<3x4x3xf32>",
        IN_PYTHON.format(to=0, of=python)
        + NEGATED.format(to=1, of=steps)
        + "yield %0, %1 : tensor<3x4x3xf32>, tensor<3x4x3xf32>",
    )
    assert [isinstance(op, Grid) for op in made.made.body.ops] == [False, True]
    return made


def test_steps_have_the_strides_of_the_argument() -> None:
    made = lowered(
        "%x: tensor<3x4x3xf32>", "tensor<3x4x3xf32>", NEGATED.format(to=0, of="x") + "yield %0 : tensor<3x4x3xf32>"
    )
    found = relowered(made, {0: Slice(7, (A, 3, 1))})
    assert isinstance(found, Region)
    (grid,) = found.ops
    assert isinstance(grid, Grid)
    (step,) = grid.body.ops
    assert isinstance(step, Map)
    assert step.slice(0) == Slice(A * iteration_dim(0) + 7, (A, 3, 1))  # a granule of the unit is a position of dim 0
    assert step.slice(1) == Slice(12 * iteration_dim(0), (12, 3, 1))


def test_an_op_in_python_needs_a_row_major_argument() -> None:
    found = relowered(mixed(python="x", steps="y"), {0: ELSEWHERE})
    assert isinstance(found, str) and "linalg.zero_padding" in found
    found = relowered(mixed(python="x", steps="x"), {0: ELSEWHERE})
    assert isinstance(found, str) and "linalg.zero_padding" in found


def test_an_argument_that_only_steps_read_may_lie_anywhere() -> None:
    made = mixed(python="x", steps="y")
    found = relowered(made, {1: ELSEWHERE})
    assert isinstance(found, Region)
    assert [type(op) for op in found.ops] == [type(op) for op in made.made.body.ops]
    (grid,) = (op for op in found.ops if isinstance(op, Grid))
    (step,) = grid.body.ops
    assert isinstance(step, Map) and step.slice(0).strides == (A, 3, 1)


@pytest.mark.parametrize("operand", [0, 1])
def test_tiles_of_a_product_may_lie_apart_but_not_their_elements(operand: int) -> None:
    made = lowered(f"%l: {TILES}, %r: {TILES}", "tensor<2x2x4x4xf32>", PRODUCT)
    assert made.kinds == ["mmt4d"]
    apart = relowered(made, {operand: Slice(0, (A, 16, 4, 1))})
    assert isinstance(apart, Region)
    (grid,) = apart.ops
    assert isinstance(grid, Grid) and [op.NAME for op in grid.body.ops] == ["tile.mmt4d"]
    for strides in ((A, 16, 1, 4), (A, 16, 8, 1), (A, 32, 4, 1), (A, 16, 4, A), (A, A, 4, 1)):
        assert relowered(made, {operand: Slice(0, strides)}) == (
            "linalg.mmt4d: the tiles of a contraction don't lie side by side"
        ), strides
