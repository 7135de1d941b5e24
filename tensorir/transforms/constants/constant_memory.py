"""The memory of packed constants: every array begins at a cache line, and many of them share large pages.

Vectors that cross the end of a cache line are read at half the speed, which costs AVX2 products up to a quarter, and
weights lie on so many pages of 4 KiB that their addresses alone miss the caches. NumPy's own arrays begin anywhere.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, field

from tensorir.ir.diagnostic import OutOfMemoryError

LINE = 64
"""Bytes of a cache line."""

PAGE = 1 << 21
"""Bytes of a large page."""

CHUNK = 1 << 24
"""Bytes that are mapped at once. What no array uses is not touched, except for the rest of the last page."""


@define
class ConstantMemory:
    """Allocates arrays one behind the other. A chunk is given back when the last array in it is gone."""

    _chunk: npt.NDArray[np.uint8] = field(factory=lambda: np.empty(0, np.uint8))
    _used: int = 0

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """Returns a new C-contiguous array of unspecified contents. Raises OutOfMemoryError."""
        size = prod(shape) * dtype.itemsize
        if size == 0:
            return np.empty(shape, dtype)
        if self._used + size > self._chunk.size:
            self._chunk, self._used = _mapped(max(size, CHUNK)), 0
        piece = self._chunk[self._used : self._used + size]
        self._used += -(-size // LINE) * LINE
        return piece.view(dtype).reshape(shape)


def _mapped(size: int) -> npt.NDArray[np.uint8]:
    """New memory of at least so many bytes, from the begin of a large page on."""
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    try:
        memory = mmap.mmap(-1, size + PAGE, **private)
    except (OSError, OverflowError) as e:
        raise OutOfMemoryError(f"there is not enough memory for constants of {size} bytes: {e}") from e
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # Where the system has no large pages, small ones do as well.
            memory.madvise(mmap.MADV_HUGEPAGE)
    whole = np.frombuffer(memory, np.uint8)
    return whole[-whole.ctypes.data % PAGE :]
