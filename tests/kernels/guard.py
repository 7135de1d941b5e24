"""Memory that faults when a kernel leaves it: arrays that end, or begin, at a page
without access rights, and that can be made read-only. A fault ends the test run,
which is meant: there is nothing to report after a kernel read a stranger's memory.
"""

import ctypes
import mmap
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

PROT_NONE, PROT_READ = 0, 1
PAGE = mmap.PAGESIZE

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

CANARY = 0xA5
"""The byte that guarded memory is full of: as a float, a NaN-free but unlikely value."""


def protect(address: int, length: int, rights: int) -> None:
    """mprotect, or OSError."""
    if _libc.mprotect(address, length, rights) != 0:
        raise OSError(ctypes.get_errno(), "mprotect failed")


class Guarded:
    """`size` elements between two guard pages, touching the one behind (or in front of) them."""

    def __init__(self, size: int, dtype: DTypeLike, *, at_end: bool = True) -> None:
        self.dtype = np.dtype(dtype)
        length = size * self.dtype.itemsize
        self._pages = max(1, -(-length // PAGE)) * PAGE
        # The array keeps the mapping alive, and the last view of it frees it.
        memory = np.frombuffer(mmap.mmap(-1, self._pages + 2 * PAGE), dtype=np.uint8)
        self._begin = memory.ctypes.data + PAGE
        protect(self._begin - PAGE, PAGE, PROT_NONE)
        protect(self._begin + self._pages, PAGE, PROT_NONE)
        inside = memory[PAGE : PAGE + self._pages]
        inside[:] = CANARY
        start = self._pages - length if at_end else 0
        self._bytes = inside[start : start + length]
        self._slack = [inside[:start], inside[start + length :]]

    @property
    def flat(self) -> NDArray[Any]:
        """All elements, one after the other."""
        return self._bytes.view(self.dtype)

    def view(self, shape: tuple[int, ...], strides: tuple[int, ...], first: int = 0) -> NDArray[Any]:
        """An array over the elements; strides, and the place of the first element, in elements."""
        return strided(self.flat, shape, strides, first)

    def seal(self) -> None:
        """From now on a write faults."""
        protect(self._begin, self._pages, PROT_READ)

    def slack_untouched(self) -> bool:
        """Whether the rest of the pages still holds the canary."""
        return all(bool((part == CANARY).all()) for part in self._slack)


class Heap:
    """The same interface over a block of malloc's that is as long as the elements: nothing faults, but
    AddressSanitizer watches what lies around it."""

    def __init__(self, size: int, dtype: DTypeLike, *, at_end: bool = True) -> None:
        del at_end
        self.flat: NDArray[Any] = np.frombuffer(np.full(size * np.dtype(dtype).itemsize, CANARY, np.uint8), dtype)

    def view(self, shape: tuple[int, ...], strides: tuple[int, ...], first: int = 0) -> NDArray[Any]:
        """As of `Guarded`."""
        return strided(self.flat, shape, strides, first)

    def seal(self) -> None:
        """Nothing: a sanitizer doesn't tell reads from writes."""

    def slack_untouched(self) -> bool:
        """There is none."""
        return True


def strided(flat: NDArray[Any], shape: tuple[int, ...], strides: tuple[int, ...], first: int) -> NDArray[Any]:
    """An array over the elements; strides, and the place of the first element, in elements."""
    if prod(shape) == 0:
        return np.empty(shape, flat.dtype)
    return np.lib.stride_tricks.as_strided(flat[first:], shape, [stride * flat.itemsize for stride in strides])


def extent(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """Elements from the first to the last of a strided array."""
    if prod(shape) == 0:
        return 0
    return 1 + sum((size - 1) * abs(stride) for size, stride in zip(shape, strides, strict=True))


Memory: TypeAlias = Guarded | Heap


def guarded_like(
    values: NDArray[Any],
    strides: tuple[int, ...],
    *,
    at_end: bool,
    seal: bool,
    kind: type[Memory] = Guarded,
) -> tuple[Memory, NDArray[Any]]:
    """A guarded, strided copy of `values`; strides in elements, negative ones run backwards."""
    memory = kind(extent(values.shape, strides), values.dtype, at_end=at_end)
    steps = zip(values.shape, strides, strict=True)
    first = sum((size - 1) * -stride for size, stride in steps if stride < 0 and size > 0)
    view = memory.view(values.shape, strides, first)
    view[...] = values
    if seal:
        memory.seal()
        view.flags.writeable = False
    return memory, view


def outer_strides(
    shape: tuple[int, ...], inner: int, order: tuple[int, ...], gap: int, *, backwards: bool
) -> tuple[int, ...]:
    """Strides in elements of an array whose last `inner` dimensions are contiguous.

    The outer dimensions nest in `order`, the last of it innermost, each with `gap`
    unused elements after it; `backwards` turns the outermost one around.
    """
    strides = [0] * len(shape)
    step = 1
    outer = len(shape) - inner
    for dim in [*reversed(range(outer, len(shape))), *reversed(order)]:
        strides[dim] = step
        step *= max(shape[dim], 1)
        if dim < outer:
            step += gap
    if backwards and order:
        strides[order[0]] *= -1
    return tuple(strides)
