"""Reads NumPy's files: .npy with one array, and the archive .npz with several."""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
from attrs import frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.text.files import open_regular
from tensorir.text.stored import (
    Identity,
    MalformedError,
    StoredArray,
    Stream,
    check_size,
    element_type,
    exactly,
    malformed,
    reopened,
    shape_of,
)

MAX_HEADER = 1 << 16
"""The limit of a header's size in bytes; those that NumPy writes are below 200."""

_MAGIC = b"\x93NUMPY"
_KEYS = {"descr", "fortran_order", "shape"}


@frozen
class _Header:
    shape: tuple[int, ...]
    stored: np.dtype[Any]
    fortran: bool
    begin: int
    """The position where the data begins."""


def npy_array(path: str | Path) -> StoredArray:
    """Returns the array of a .npy file, not yet read. Raises TensorIRError if it is not a .npy file."""
    name = str(path)
    with open_regular(path) as file, malformed(name, "not a readable .npy file"):
        identity = Identity.of(file)
        header = _header(file)
        check_size(header.shape, header.stored, identity.size - header.begin)
    begin = header.begin
    return StoredArray(name, header.shape, header.stored, header.fortran, lambda: reopened(name, identity, begin))


class NpzArrays(Mapping[str, StoredArray]):
    """The arrays of a .npz file by name. An entry is opened when it is asked for.

    Raises TensorIRError if it is not a .npz file, or if an entry is not an array."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        with open_regular(path) as file, malformed(self._path, "can't read parameters"):
            self._identity = Identity.of(file)
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
        if len({e.filename for e in entries}) != len(entries):
            raise TensorIRError("can't read parameters: two entries have the same name", Location(self._path))
        self._entries = {e.filename.removesuffix(".npy"): e for e in entries if e.filename.endswith(".npy")}

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, key: str) -> StoredArray:
        entry = self._entries[key]
        name = f"{self._path}: {entry.filename}"
        with malformed(name, "can't read parameters"), self._member(entry, 0) as stream:
            header = _header(stream)
            check_size(header.shape, header.stored, entry.file_size - header.begin)
        begin = header.begin
        return StoredArray(name, header.shape, header.stored, header.fortran, lambda: self._member(entry, begin))

    @contextmanager
    def _member(self, entry: zipfile.ZipInfo, at: int) -> Generator[Stream]:
        """The unpacked bytes of an entry from a position on, never more than its declared size."""
        source = reopened(self._path, self._identity, 0)
        with source as file, zipfile.ZipFile(file) as archive, archive.open(entry) as stream:
            exactly(stream, at)
            yield stream


def _header(stream: Stream) -> _Header:
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise MalformedError("it does not begin like a NumPy array")
    major, _ = exactly(stream, 2)
    if major not in (1, 2, 3):
        raise MalformedError(f"its version is {major}")
    width = 2 if major == 1 else 4
    length = int.from_bytes(exactly(stream, width), "little")
    if length > MAX_HEADER:
        raise MalformedError(f"its header has {length} bytes, over the limit of {MAX_HEADER}")
    text = exactly(stream, length).decode("utf-8" if major == 3 else "latin-1").strip()
    try:
        found: object = ast.literal_eval(text)
    except (RecursionError, MemoryError):
        raise MalformedError("its header is nested too deep") from None
    header = cast("dict[object, object]", found) if isinstance(found, dict) else {}
    if header.keys() != _KEYS:
        raise MalformedError("its header lacks descr, fortran_order or shape")
    descr, fortran = header["descr"], header["fortran_order"]
    if not isinstance(descr, str):
        raise MalformedError("its elements are records, not numbers")
    begin = len(_MAGIC) + 2 + width + length
    return _Header(shape_of(header["shape"]), element_type(np.dtype(descr)), bool(fortran), begin)
