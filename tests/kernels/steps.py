"""Steps of the C interface, run on NumPy views: one view for each operand, whose dimensions are the loops."""

from collections.abc import Sequence
from math import prod
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from tensorir.native._kernels import lib
from tensorir.native.steps import TYPE_NAMES as TYPE_NAMES
from tensorir.native.steps import make_step as make_step

Array = NDArray[Any]
Shape = tuple[int, ...]

SIZES = st.sampled_from([1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 65, 100, 130])
"""Of loops: around the lines and blocks of all instruction sets."""


def run_step(kind: int, sizes: Sequence[int], operands: Sequence[Array], **settings: Any) -> int:
    """Runs a step as `make_step` makes it; its status."""
    step, alive = make_step(kind, sizes, operands, **settings)
    status: int = lib.tir_run_step(step)
    del alive
    return status


@st.composite
def shapes(draw: st.DrawFn, most: int = 6, elements: int = 20_000) -> Shape:
    """Sizes of 0 to `most` loops with at most so many elements; now and then one is 0."""
    sizes: list[int] = []
    for size in draw(st.lists(SIZES, max_size=most)):
        if prod(sizes) * size <= elements:
            sizes.append(size)
    if sizes and draw(st.integers(0, 30)) == 0:
        sizes[draw(st.integers(0, len(sizes) - 1))] = 0
    return tuple(sizes)


@st.composite
def strides(draw: st.DrawFn, shape: Shape) -> Shape:
    """Strides in elements of a view of this shape that holds no element twice: any order of the dimensions, gaps,
    some of them backwards."""
    found = [0] * len(shape)
    step = draw(st.sampled_from([1, 1, 1, 1, 2, 3]))
    for dim in draw(st.permutations(range(len(shape)))):
        found[dim] = -step if draw(st.integers(0, 7)) == 0 else step
        step = step * max(shape[dim], 1) + draw(st.sampled_from([0, 0, 0, 0, 1, 3, 16]))
    return tuple(found)
