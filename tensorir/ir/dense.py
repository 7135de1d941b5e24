"""Constant data: a read-only array compared by content, whose digest is computed once and only on demand."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.dtype import DType, dtype_of
from tensorir.ir.immutable import Immutable

_SAMPLED = 127
"""About this many bytes spread over an array, and its last ones, are compared before the whole array is."""


class Dense(Immutable):
    """An immutable array. Equal ⇔ same element type, shape and bytes.

    The array is not copied if it already is C-contiguous, of native byte order and read-only; otherwise
    a copy is made, so a caller's later writes can't change a program.
    """

    __slots__ = ("__dict__", "array")
    array: npt.NDArray[Any]

    def __init__(self, array: npt.ArrayLike) -> None:
        given = np.asarray(array)
        dtype_of(given.dtype)
        native = given.dtype.newbyteorder("=")
        kept = np.ascontiguousarray(given, dtype=native).reshape(given.shape)
        if kept.flags.writeable:
            kept = kept.copy() if np.may_share_memory(kept, given) else kept
            kept.flags.writeable = False
        self.array = kept

    @classmethod
    def own(cls, array: npt.NDArray[Any]) -> Dense:
        """Takes over `array` without a copy; the caller must not use it again, and it becomes read-only."""
        array.flags.writeable = False
        return cls(array)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled arrays come back writable; `own` makes them read-only again."""
        return Dense.own, (self.array,)

    @property
    def dtype(self) -> DType:
        return dtype_of(self.array.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def nbytes(self) -> int:
        return self.array.nbytes

    @cached_property
    def digest(self) -> str:
        """Hex digest of type, shape and bytes."""
        h = hashlib.blake2b(f"{self.dtype}{self.shape}".encode(), digest_size=16)
        h.update(self.array.reshape(-1).view(np.uint8).data)
        return h.hexdigest()

    @cached_property
    def _sample(self) -> bytes:
        """A sample of the bytes, which distinguishes most arrays that differ. The step between them is an odd number of
        bytes, so that they are not always the same byte of an element."""
        flat = self.array.reshape(-1).view(np.uint8)
        return flat[:: flat.size // _SAMPLED | 1].tobytes() + flat[-_SAMPLED:].tobytes()

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Dense)
            and self.array.dtype == other.array.dtype
            and self.shape == other.shape
            and self._sample == other._sample
            and self.digest == other.digest
        )

    def __hash__(self) -> int:
        """Hashes a sample of the content; only arrays whose samples are equal are read as a whole, once."""
        return hash((self.shape, self.array.dtype, self._sample))

    def __repr__(self) -> str:
        return f"Dense({self.dtype}{list(self.shape)} {self.digest})"
