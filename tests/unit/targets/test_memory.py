"""Memory for results."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.targets.memory import HOST, Memory


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.bool_])
def test_host_memory_is_an_array_of_its_own(shape: tuple[int, ...], dtype: type[np.generic]) -> None:
    made = HOST.allocate(shape, np.dtype(dtype))
    assert (made.shape, made.dtype) == (shape, dtype)
    assert made.flags.c_contiguous
    assert made.flags.writeable
    assert made.base is None
    assert HOST.allocate(shape, np.dtype(dtype)) is not made


def test_anything_that_allocates_is_memory() -> None:
    class Counting:
        def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
            return np.zeros(shape, dtype)

    assert isinstance(Counting(), Memory)
    assert not isinstance(object(), Memory)
