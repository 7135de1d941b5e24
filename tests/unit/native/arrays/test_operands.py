"""Checks of single arrays, and strides as C wants them."""

from typing import Any

import numpy as np
import pytest

from tensorir.native._kernels import ffi
from tensorir.native.arrays import operands

F32 = np.float32


@pytest.mark.parametrize(
    ("shape", "strides", "expected"),
    [
        ((2, 3), (12, 4), (3, 1)),
        ((2, 3), (4, 8), (1, 2)),
        ((2, 3), (-12, 4), (-3, 1)),
        ((2, 3), (0, 4), (0, 1)),
        ((2, 3), (6, 4), None),  # a step ends within an element
        ((1, 3), (7, 4), (3, 1)),  # of one element the step says nothing
        ((0, 3), (7, 5), (3, 1)),  # nor does any of an empty array
        ((), (), ()),
    ],
)
def test_element_strides(shape: tuple[int, ...], strides: tuple[int, ...], expected: tuple[int, ...] | None) -> None:
    assert operands.element_strides(shape, strides, 4) == expected


@pytest.mark.parametrize(
    ("shape", "strides", "apart"),
    [
        ((3, 4), (4, 1), True),
        ((3, 4), (1, 3), True),
        ((3, 4), (-4, 1), True),
        ((3, 4), (5, 1), True),
        ((3, 4), (3, 1), False),
        ((3, 4), (0, 1), False),
        ((3, 4), (1, 1), False),
        ((1, 4), (0, 1), True),
        ((0, 4), (0, 0), True),
        ((2, 3, 4), (12, 4, 1), True),
        ((2, 3, 4), (11, 4, 1), False),
    ],
)
def test_elements_are_apart(shape: tuple[int, ...], strides: tuple[int, ...], apart: bool) -> None:
    if apart:
        operands.check_once("out", shape, strides)
        return
    with pytest.raises(ValueError, match="out: expected elements apart in memory"):
        operands.check_once("out", shape, strides)


@pytest.mark.parametrize(
    ("shape", "strides", "count", "whole"),
    [
        ((2, 3, 4), (12, 4, 1), 3, True),
        ((2, 3, 4), (99, 4, 1), 2, True),
        ((2, 3, 4), (99, 4, 1), 3, False),
        ((2, 3, 4), (12, 5, 1), 2, False),
        ((2, 1, 4), (99, 77, 1), 2, True),
        ((2, 3, 4), (1, 2, 6), 0, True),
    ],
)
def test_inner_contiguous(shape: tuple[int, ...], strides: tuple[int, ...], count: int, whole: bool) -> None:
    assert operands.inner_contiguous(shape, strides, count) == whole


def test_contiguous_strides_are_numpys() -> None:
    for shape in ((), (3,), (2, 3, 4), (1, 5, 1)):
        natural = tuple(stride // 4 for stride in np.zeros(shape, F32).strides)
        assert operands.contiguous_strides(shape) == natural


def test_arrays_must_be_arrays_of_this_machine() -> None:
    operands.check_array("lhs", np.zeros(3, F32))
    with pytest.raises(TypeError, match="lhs: expected a numpy array, got list"):
        operands.check_array("lhs", [1.0])
    with pytest.raises(TypeError, match="lhs: expected native byte order"):
        operands.check_array("lhs", np.zeros(3, np.dtype(F32).newbyteorder()))


def test_what_is_written_can_be_written() -> None:
    array = np.zeros(4, F32)
    operands.check_out("out", array)
    with pytest.raises(ValueError, match="out: expected elements aligned to 4 bytes"):
        operands.check_out("out", np.zeros(17, np.uint8)[1:].view(F32))
    array.flags.writeable = False
    with pytest.raises(ValueError, match="out: expected a writable array"):
        operands.check_out("out", array)


def test_complex_numbers_are_aligned_to_their_size() -> None:
    """NumPy takes a complex64 at a multiple of 4 bytes; the kernels move it as 8."""
    memory = np.zeros(9, F32)
    first = memory.ctypes.data // 4 % 2
    assert operands.aligned(memory[first : first + 8].view(np.complex64))
    assert not operands.aligned(memory[1 - first : 9 - first].view(np.complex64))


def test_memory_is_shared_only_where_elements_are() -> None:
    memory = np.zeros(12, F32)
    operands.check_apart("out", memory[::2], "lhs", memory[1::2])
    with pytest.raises(ValueError, match="out: expected memory of its own, got an array that overlaps lhs"):
        operands.check_apart("out", memory[:7], "lhs", memory[6:])


def test_a_pointer_is_that_of_the_first_element() -> None:
    whole = np.zeros((3, 4), F32)
    for array in (whole, whole[::-1, ::2], whole.astype("M8[s]")):
        pointer: Any = operands.pointer(array, writable=True)
        assert int(ffi.cast("intptr_t", pointer)) == array.ctypes.data
