"""The outer form of a saved program: a header with checksums, and three sections one behind the other."""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.native.checksum import CHECKSUM_BYTES, checksum
from tensorir.native.table import kernels, lib
from tensorir.runtime.bodies import FUNCTION_NUMBERS

MAGIC = b"TIRX\r\n\x1a\n"
"""Line ends, so that a file that was copied as text is recognised."""
VERSION = 3
HEADER_BYTES = 192
_FIELDS = struct.Struct(f"<8sII{CHECKSUM_BYTES}s3Q{3 * CHECKSUM_BYTES}s")
SECTIONS = ("manifest", "words", "constants")
LINE = 64
"""Constants begin at multiples of so many bytes."""
PAGE = 4096
"""The section of constants begins at a multiple of so many bytes."""


@cache
def kernel_table() -> bytes:
    """Returns what the words of a plan depend on besides their own version, hashed: all numbers of the C interface, of
    scalar functions and all kernels."""
    numbers = sorted((name, getattr(lib, name)) for name in dir(lib) if name.startswith("TIR_"))
    lines = [(k.name, k.types, k.tile, k.rhs_order, k.isa, int(k.features)) for k in kernels()]
    text = repr((numbers, sorted(FUNCTION_NUMBERS.items()), lines))
    return hashlib.blake2b(text.encode(), digest_size=CHECKSUM_BYTES).digest()


@frozen(eq=False)
class Sections:
    """The contents of a file. `constants` is mapped from it, read-only; the others are copies."""

    manifest: bytes
    words: npt.NDArray[np.int64]
    constants: npt.NDArray[np.uint8]


def padded(data: bytes, to: int, filler: bytes, before: int = 0) -> bytes:
    """Returns `data`, filled up so that it ends at a multiple of `to`, if `before` bytes precede it."""
    return data + filler * (-(before + len(data)) % to)


def write(path: str | Path, manifest: bytes, words: bytes, constants: Sequence[npt.NDArray[Any]]) -> None:
    """Writes a file, and only when it is whole puts it in the place of one that was there.

    `constants` lie as `offsets` says. Raises TensorIRError if the file can't be written."""
    part = Path(f"{path}.{os.getpid()}.part")
    try:
        try:
            with part.open("x+b") as file:
                _write(file, padded(manifest, LINE, b" "), words, constants)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as e:
        raise TensorIRError(f"can't be written: {e.strerror}", Location(str(path))) from None


def _write(file: BinaryIO, manifest: bytes, words: bytes, constants: Sequence[npt.NDArray[Any]]) -> None:
    words = padded(words, PAGE, b"\0", HEADER_BYTES + len(manifest))
    sizes = [len(manifest), len(words), sum(padded_bytes(c.nbytes) for c in constants)]
    file.write(bytes(HEADER_BYTES))
    file.write(manifest)
    file.write(words)
    for constant in constants:
        file.write(np.ascontiguousarray(constant).reshape(-1).view(np.uint8).data)
        file.write(bytes(padded_bytes(constant.nbytes) - constant.nbytes))
    file.flush()
    with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        sums = b"".join(checksum(s) for s in _sections(mapped, sizes))
    fields = _FIELDS.pack(MAGIC, VERSION, 0, kernel_table(), *sizes, sums).ljust(HEADER_BYTES - CHECKSUM_BYTES, b"\0")
    file.seek(0)
    file.write(fields + checksum(fields))


def _sections(mapped: mmap.mmap, sizes: Sequence[int]) -> Iterator[npt.NDArray[np.uint8]]:
    at = HEADER_BYTES
    for size in sizes:
        yield np.frombuffer(mapped, np.uint8, size, at)
        at += size


def padded_bytes(count: int) -> int:
    """Returns what a constant of `count` bytes takes in its section."""
    return -(-count // LINE) * LINE


def offsets(sizes: Sequence[int]) -> list[int]:
    """Returns where constants of these bytes begin in their section: one behind the other, in whole lines."""
    return np.cumsum([0, *(padded_bytes(s) for s in sizes)])[:-1].tolist()


def read(path: str | Path) -> Sections:
    """Reads a file and checks all of its bytes. Raises TensorIRError that says what is wrong with the file."""
    try:
        with Path(path).open("rb") as file:
            return _read(file, Location(str(path)))
    except OSError as e:
        raise TensorIRError(f"can't be read: {e.strerror}", Location(str(path))) from None


def _read(file: BinaryIO, loc: Location) -> Sections:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise TensorIRError("is not a regular file, and only such a file can be mapped", loc)
    header = file.read(HEADER_BYTES)
    if header[: len(MAGIC)] != MAGIC:
        raise TensorIRError("is not a saved program: it does not begin as one", loc)
    if len(header) < HEADER_BYTES:
        raise TensorIRError(f"is cut off: it has {len(header)} bytes, and the header alone has {HEADER_BYTES}", loc)
    fields = header[:-CHECKSUM_BYTES]
    _, version, _, table, *sizes, sums = _FIELDS.unpack(fields[: _FIELDS.size])
    if version != VERSION:
        raise TensorIRError(f"has version {version} of the form, and this tensorir reads version {VERSION}", loc)
    if checksum(fields) != header[-CHECKSUM_BYTES:]:
        raise TensorIRError("is damaged: the checksum of the header is wrong", loc)
    if table != kernel_table():
        raise TensorIRError("was saved with other kernels than those of this tensorir; compile the program again", loc)
    if HEADER_BYTES + sum(sizes) != status.st_size:
        expected = HEADER_BYTES + sum(sizes)
        what = "is cut off" if status.st_size < expected else "goes on behind its end"
        raise TensorIRError(f"{what}: expected {expected} bytes, found {status.st_size}", loc)
    if sizes[0] % LINE or (HEADER_BYTES + sizes[0] + sizes[1]) % PAGE:
        raise TensorIRError("is damaged: its sections do not begin where they must", loc)
    mapped = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0), mmap.PROT_READ)
    manifest, words, constants = _sections(mapped, sizes)
    # Copies: what is checked must not change any more, and a mapped file may.
    manifest, words = manifest.tobytes(), words.view(np.int64).copy()
    for i, (name, section) in enumerate(zip(SECTIONS, (manifest, words, constants), strict=True)):
        if checksum(section) != sums[i * CHECKSUM_BYTES : (i + 1) * CHECKSUM_BYTES]:
            raise TensorIRError(f"is damaged: the checksum of its {name} is wrong", loc)
    return Sections(manifest, words, constants)
