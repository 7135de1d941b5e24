"""Files as read-only memory, which all processes that map a file share."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib


def map_file(descriptor: int, size: int) -> NDArray[np.uint8]:
    """Returns the first `size` bytes of a file, size ≥ 1. The descriptor may be closed at once. The memory is given
    back when no array uses it any more. Raises OSError."""
    memory = lib.tir_map_file(descriptor, size)
    if memory == ffi.NULL:
        raise OSError(ffi.errno, os.strerror(ffi.errno))

    unmap_file = lib.tir_unmap_file  # the names of this module are gone when Python ends

    def unmap(memory: Any) -> None:
        unmap_file(memory, size)

    found = np.frombuffer(ffi.buffer(ffi.gc(memory, unmap), size), np.uint8)
    found.flags.writeable = False
    return found
