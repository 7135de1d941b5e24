"""Where an access says that the elements of a tensor lie, as an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.dtype import f32
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import Access, Digit, Digits

Array = npt.NDArray[Any]
BUFFER = Value(TensorType((1,), f32))


def positions(access: Access) -> Array:
    """The element of the buffer at each position of the tensor."""
    return reached(access.offset, access.dims)


def reached(offset: object, dims: Sequence[Digits | None]) -> Array:
    """Likewise, for the loops of an op; an operand does not move along None, which is one position here."""
    found = np.asarray(number(offset))
    for digits in dims:
        along = np.zeros(1, np.int64)
        for digit in digits or (Digit(1, 0),):
            steps = np.arange(number(digit.size)) * number(digit.stride)
            along = (along[:, None] + steps).reshape(-1)
        found = found[..., None] + along
    return found


def number(size: object) -> int:
    assert isinstance(size, int)
    return size
