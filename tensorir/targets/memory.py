"""The memory that holds the results of a device's kernels. The default is the host's memory."""

from __future__ import annotations

from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from attrs import frozen


@runtime_checkable
class Memory(Protocol):
    """Memory that NumPy can address."""

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """Returns a new C-contiguous array with unspecified contents."""
        ...


@frozen
class HostMemory:
    """Memory from NumPy's own allocator."""

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        return np.empty(shape, dtype)


HOST: Final = HostMemory()
