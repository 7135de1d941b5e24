"""What one core of this machine can do at most, measured: the bounds that figures of speed are compared with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib
from tensorir.native.table import Features, given_features

_BLOCK = 512
"""Memory is read in blocks of so many bytes."""


def multiply_add_rate(features: Features | None = None, repeats: int = 50) -> float:
    """GFLOP/s of f32 multiply-adds in registers, two operations each: the best of `repeats` runs of about 0.1 ms.

    `features`: those whose widest vectors are used; None means the machine's. Other threads may run meanwhile. Raises
    ValueError for features that the machine lacks, and for repeats below 1."""
    return lib.tir_calibrate_fma(given_features(features), _positive("repeats", repeats))


def read_rate(bytes: int, features: Features | None = None, repeats: int = 5) -> float:
    """GB/s of reading `bytes` of memory again and again: the best of `repeats` runs over at least 4 MiB.

    Whole blocks of 512 bytes are read, at least one. So many bytes are allocated; the smallest cache that holds them
    is measured. Raises ValueError as `multiply_add_rate`, and for bytes below 1."""
    blocks = -(-_positive("bytes", bytes) // _BLOCK)
    memory = page_aligned(blocks * _BLOCK)
    address = ffi.from_buffer("char[]", memory)
    return lib.tir_calibrate_read(given_features(features), address, memory.nbytes, _positive("repeats", repeats))


def page_aligned(count: int) -> NDArray[Any]:
    """Bytes that begin at a page. They are written once, because untouched memory is one page of zeros."""
    memory = np.ones(count + 4096, np.uint8)
    first = -memory.ctypes.data % 4096
    return memory[first : first + count]


def _positive(name: str, value: int) -> int:
    if value < 1:
        raise ValueError(f"{name}: expected at least 1, got {value}")
    return value
