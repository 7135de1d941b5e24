"""Arrays that are still in a file, and what the file formats have in common.

The header of an array is compared with what the program expects before any data is read, because an archive may unpack
to far more than its own size. Data is copied, never mapped, because a mapped file that shrinks ends the process.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from math import prod
from typing import Any, BinaryIO, Protocol, cast

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError
from tensorir.ir.dtype import dtype_of
from tensorir.ir.location import Location
from tensorir.ir.verify import MAX_BYTES, MAX_RANK
from tensorir.text.files import open_regular

Array = npt.NDArray[Any]

PIECE = 1 << 24
"""How many bytes are read at once; Ctrl-C takes effect between two such pieces."""


class Stream(Protocol):
    """A source of bytes: a file, or an entry of an archive that is being unpacked."""

    def read(self, size: int, /) -> bytes: ...


class MalformedError(Exception):
    """Says what is wrong with a file; `malformed` adds the name of the file."""


@frozen(eq=False)
class StoredArray:
    """Has the shape and the type of an array. Each call of `read` or `np.asarray` reads the data again."""

    name: str
    """The file, and the key within it."""
    shape: tuple[int, ...]
    stored: np.dtype[Any]
    """The element type with the byte order of the file."""
    fortran: bool
    """Whether the first dim is contiguous (Fortran order)."""
    opened: Callable[[], AbstractContextManager[Stream]]
    """Opens the bytes of the data."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.stored.newbyteorder("=")

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def view(self, dtype: np.dtype[Any]) -> StoredArray:
        """The same bits as another type of the same width, still in the file."""
        return evolve(self, stored=dtype.newbyteorder(self.stored.byteorder))

    def read(self) -> Array:
        """The array, C-contiguous and of native byte order. Raises TensorIRError if its data can't be read or is
        incomplete, OutOfMemoryError if it does not fit."""
        with malformed(self.name, "its data can't be read"):
            flat = self._flat()
        if self.dtype == np.bool_ and flat.size and int(flat.view(np.uint8).max()) > 1:
            raise TensorIRError("a byte of i1 data must be 0 or 1", Location(self.name))
        shaped = flat.reshape(self.shape, order="F" if self.fortran else "C")
        return np.ascontiguousarray(shaped, self.dtype).reshape(self.shape)

    def _flat(self) -> Array:
        count = prod(self.shape)
        try:
            flat = np.empty(count, self.stored)
        except MemoryError:
            message = f"its {count * self.stored.itemsize} bytes don't fit into memory"
            raise OutOfMemoryError(message, Location(self.name)) from None
        view = flat.view(np.uint8)
        with self.opened() as stream:
            for at in range(0, view.size, PIECE):
                piece = exactly(stream, min(PIECE, view.size - at))
                view[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
        return flat

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array = self.read()
        return array if dtype is None else array.astype(dtype, copy=False)


@contextmanager
def malformed(name: str, what: str) -> Generator[None]:
    """Turns the errors that NumPy and Python's libraries raise for a malformed file into a TensorIRError."""
    kinds = (MalformedError, ValueError, TypeError, KeyError, SyntaxError, OverflowError, EOFError, RuntimeError)
    try:
        yield
    except TensorIRError:
        raise
    except (*kinds, struct.error, zlib.error, zipfile.BadZipFile, MemoryError) as e:
        raise TensorIRError(f"{what}: {e or 'it ends early'}", Location(name)) from None


@frozen
class Identity:
    """Identifies a file and its state."""

    device: int
    number: int
    size: int
    changed: int

    @classmethod
    def of(cls, file: BinaryIO) -> Identity:
        found = os.fstat(file.fileno())
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@contextmanager
def reopened(name: str, identity: Identity, at: int) -> Generator[BinaryIO]:
    """Opens the file again, at a position. Raises TensorIRError if it has changed."""
    with open_regular(name) as file:
        if Identity.of(file) != identity:
            raise TensorIRError("was changed since its header was read", Location(name))
        file.seek(at)
        yield file


def exactly(stream: Stream, count: int) -> bytes:
    """Returns the next `count` bytes. Raises MalformedError if there are fewer."""
    parts: list[bytes] = []
    left = count
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    if left:
        raise MalformedError(f"it ends early, {left} bytes are missing")
    return b"".join(parts)


def shape_of(given: object) -> tuple[int, ...]:
    """Checks a list of sizes from a header. Raises MalformedError."""
    sizes = cast("tuple[object, ...]", given) if isinstance(given, tuple | list) else ("",)
    shape = tuple(d for d in sizes if type(d) is int)
    if len(shape) != len(sizes):
        raise MalformedError("its shape is not a list of sizes")
    if len(shape) > MAX_RANK:
        raise MalformedError(f"it has rank {len(shape)}, over the limit of {MAX_RANK}")
    if any(d < 0 for d in shape):
        raise MalformedError(f"its shape {list(shape)} has a negative size")
    return shape


def element_type(stored: np.dtype[Any]) -> np.dtype[Any]:
    """Returns the type if it can be an element type of a tensor, in any byte order. Raises MalformedError otherwise."""
    if stored.hasobject:
        raise MalformedError("its elements are Python objects, which are never loaded")
    try:
        dtype_of(stored)
    except TypeError as e:
        raise MalformedError(str(e)) from None
    return stored


def check_size(shape: tuple[int, ...], stored: np.dtype[Any], given: int) -> None:
    """Raises MalformedError unless the array takes exactly `given` bytes."""
    needed = prod(shape) * stored.itemsize
    if needed != given or needed > MAX_BYTES:
        raise MalformedError(f"its shape {list(shape)} of {stored.name} takes {needed} bytes, there are {given}")
