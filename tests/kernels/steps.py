"""Steps of the C interface, run on NumPy views: one view for each operand, whose dimensions are the loops."""

from collections.abc import Sequence
from math import prod
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from tensorir.native import Features, cpu_features
from tensorir.native._kernels import ffi, lib
from tensorir.native.table import DTYPES, ELEMENT_TYPES

Array = NDArray[Any]
Shape = tuple[int, ...]

SIZES = st.sampled_from([1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 65, 100, 130])
"""Of loops: around the lines and blocks of all instruction sets."""

TYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def make_step(
    kind: int,
    sizes: Sequence[int],
    operands: Sequence[Array],
    *,
    attributes: Sequence[int] = (),
    code: Sequence[int] = (),
    types: Sequence[str] | None = None,
    features: Features | None = None,
) -> tuple[Any, object]:
    """A step whose operands are views of the loops' sizes, and what must stay alive while it runs.

    code: 64-bit words, signed or not. types: element types, where the views' own are not meant.
    """
    step: Any = ffi.new("tir_step *")
    step.kind, step.loops, step.operands, step.attributes = kind, len(sizes), len(operands), len(attributes)
    step.size = list(sizes)
    for o, view in enumerate(operands):
        assert view.shape == tuple(sizes), (o, view.shape, sizes)
        step.base[o] = ffi.cast("void *", view.ctypes.data)
        step.type[o] = ELEMENT_TYPES[types[o] if types is not None else TYPE_NAMES[view.dtype]]
        for loop, stride in enumerate(view.strides):
            step.stride[o][loop] = stride // view.itemsize
    step.attribute = list(attributes)
    words: Any = ffi.new("int64_t[]", [word - 2**64 if word >= 2**63 else word for word in code])
    step.code, step.code_words = words, len(code)
    memory: Any = ffi.new("char[]", lib.TIR_WORKSPACE_BYTES + 64)
    address: int = int(ffi.cast("uintptr_t", memory))
    step.workspace = memory + -address % 64
    step.cpu_features = int(cpu_features() if features is None else features)
    return step, (words, memory, operands)


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
