"""Checks of the arrays given to the kernels, and access to their memory for C.

Every message begins with the operand's name and states what was expected and what was given.
"""

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from tensorir.native._kernels import ffi

if TYPE_CHECKING:
    from tensorir.native._kernels import CData  # in the stub only

Array: TypeAlias = NDArray[Any]

# Enough for any pair of views that a program makes; in general the test is exponential.
OVERLAP_WORK: Any = 10_000  # Any: NumPy's stub knows two special values only

# Kinds whose memory Python's buffer protocol can describe.
BUFFER_KINDS = frozenset("biufc")


def check_array(name: str, value: object) -> None:
    """TypeError unless `value` is a NumPy array in native byte order."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name}: expected a numpy array, got {type(value).__name__}")
    array = cast(Array, value)
    if not array.dtype.isnative:
        raise TypeError(f"{name}: expected native byte order, got dtype {array.dtype.str!r}")


def check_out(name: str, out: Array) -> None:
    """ValueError unless `out` can be written, in elements that C can write."""
    if not out.flags.writeable:
        raise ValueError(f"{name}: expected a writable array, got a read-only one")
    if not aligned(out):
        raise ValueError(f"{name}: expected elements aligned to {out.itemsize} bytes, got an unaligned array")


def check_once(name: str, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    """ValueError if two elements may share memory; strides in elements.

    They don't if each stride is larger than the extent of all smaller ones.
    """
    if 0 in shape:
        return
    extent = 1
    steps = zip(strides, shape, strict=True)
    for stride, size in sorted((abs(stride), size) for stride, size in steps if size > 1):
        if stride < extent:
            raise ValueError(
                f"{name}: expected elements apart in memory, got strides of {strides} elements for shape {shape}"
            )
        extent += stride * (size - 1)


def check_apart(out_name: str, out: Array, name: str, array: Array) -> None:
    """ValueError if writing `out` could change `array`."""
    if not np.may_share_memory(out, array):
        return
    try:
        shared = np.shares_memory(out, array, max_work=OVERLAP_WORK)
    except np.exceptions.TooHardError:
        shared = True
    if shared:
        raise ValueError(f"{out_name}: expected memory of its own, got an array that overlaps {name}")


def aligned(array: Array) -> bool:
    """Whether each element lies at a multiple of its size. NumPy asks less of complex numbers."""
    return array.flags.aligned and (array.dtype.alignment == array.itemsize or address(array) % array.itemsize == 0)


def element_strides(shape: tuple[int, ...], strides: tuple[int, ...], item: int) -> tuple[int, ...] | None:
    """Byte strides as strides in elements; None if a step ends within an element.

    Dimensions of size 1 get the stride that a contiguous array would have, and so does
    all of an empty array: NumPy leaves them anything.
    """
    natural = contiguous_strides(shape)
    if 0 in shape:
        return natural
    given = list(zip(strides, natural, shape, strict=True))
    if any(stride % item for stride, _, size in given if size > 1):
        return None
    return tuple(plain if size == 1 else stride // item for stride, plain, size in given)


def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides, in elements, of a C-contiguous array."""
    strides: list[int] = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def inner_contiguous(shape: tuple[int, ...], strides: tuple[int, ...], count: int) -> bool:
    """Whether the last `count` dimensions lie in memory as in a C-contiguous array."""
    if count == 0:
        return True
    natural = contiguous_strides(shape)
    return all(
        size <= 1 or stride == plain
        for size, stride, plain in zip(shape[-count:], strides[-count:], natural[-count:], strict=True)
    )


def address(array: Array) -> int:
    """The address of the first element."""
    return array.__array_interface__["data"][0]


def pointer(array: Array, *, writable: bool) -> "CData":
    """A `char *` to its first element; the array must outlive it."""
    if array.flags.c_contiguous and array.dtype.kind in BUFFER_KINDS:
        return ffi.from_buffer("char *", array, require_writable=writable)
    return ffi.cast("char *", address(array))
