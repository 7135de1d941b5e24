"""Files of the store. They are reached only through the descriptor of its folder, never through links, and never
changed: a file is written under another name and then gets its own."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from itertools import islice

import numpy as np
import numpy.typing as npt

from tensorir.native.mapped_file import map_file
from tensorir.store.refused import Damaged, StoreUnusable, reason_of

_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
PART = "part-"
"""How the names of files begin that are being written."""
_NOT_A_FILE = (errno.ELOOP, errno.EACCES, errno.EISDIR, errno.ENXIO, errno.ENODEV)
"""What opening says of something in the place of a file; other errors are the system's."""
_AT_ONCE = 1024
"""Pieces in one call of the system."""
FRESH_S = 3600
"""The time of the last use is written only if it is older than so many seconds."""


def read_file(folder: int, name: str, size: int) -> bytes:
    """Returns the contents of a file of `size` bytes. Raises FileNotFoundError, Damaged for anything else than such a
    file of one's own, and StoreUnusable if the system gives no more files or memory."""
    with _open(folder, name, size) as descriptor:
        try:
            data = os.read(descriptor, size)
        except OSError as e:
            raise Damaged(f"can't be read: {reason_of(e)}") from None
    if len(data) != size:
        raise Damaged(f"is cut off: it has {len(data)} bytes instead of {size}")
    return data


def mapped_file(folder: int, name: str, size: int) -> npt.NDArray[np.uint8]:
    """Returns a file of `size` bytes as memory. Raises as `read_file`."""
    with _open(folder, name, size) as descriptor:
        try:
            return map_file(descriptor, size)
        except OSError as e:
            raise StoreUnusable(f"its files can't be mapped: {reason_of(e)}") from None


@contextmanager
def _open(folder: int, name: str, size: int) -> Generator[int]:
    try:
        descriptor = os.open(name, os.O_RDONLY | _FLAGS, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as e:
        kind = Damaged if e.errno in _NOT_A_FILE else StoreUnusable
        raise kind(f"{name} can't be opened: {reason_of(e)}") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Damaged("is not a regular file")
        if found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise Damaged(f"belongs to the user {found.st_uid} with mode {stat.S_IMODE(found.st_mode):04o}")
        if found.st_size != size:
            raise Damaged(f"has {found.st_size} bytes instead of {size}")
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def part(folder: int, *pieces: bytes | npt.NDArray[np.uint8], durable: bool = False) -> Generator[str]:
    """A new file with these contents, one behind the other, which is removed unless it gets another name. `durable`: it
    is on the disk before it gets one. Raises OSError."""
    name = f"{PART}{secrets.token_hex(16)}"
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600, dir_fd=folder)
    try:
        try:
            os.fchmod(descriptor, 0o600)  # whatever the umask is
            _write(descriptor, pieces)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield name
    finally:
        remove(folder, name)


def _write(descriptor: int, pieces: Iterable[bytes | npt.NDArray[np.uint8]]) -> None:
    """Writes many pieces at once, because the system makes the pages of its cache as large as what is written."""
    left = deque(memoryview(piece if isinstance(piece, bytes) else piece.data) for piece in pieces)
    while left:
        written = os.writev(descriptor, list(islice(left, _AT_ONCE)))
        while left and written >= len(left[0]):
            written -= len(left.popleft())
        if written:
            left[0] = left[0][written:]


def remove(folder: int, name: str) -> None:
    """Removes what has this name, also an empty folder. Raises OSError for a folder that holds something."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            os.rmdir(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def set_aside(folder: int, name: str) -> None:
    """Frees a name, whatever has it. What can't be removed, such as a folder that holds something, keeps another name.
    Raises OSError."""
    aside = f"{PART}{secrets.token_hex(16)}"
    with suppress(FileNotFoundError):
        rename(folder, name, aside)
        with suppress(OSError):
            remove(folder, aside)


def rename(folder: int, old: str, new: str) -> None:
    """Gives a file another name, in the place of one that had it. Raises OSError."""
    os.rename(old, new, src_dir_fd=folder, dst_dir_fd=folder)


def exists(folder: int, name: str) -> bool:
    """Whether anything has this name. Raises OSError."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def mark_used(folder: int, name: str, now: float) -> None:
    """Records that a file was used, for the choice of those that are removed first."""
    with suppress(OSError):  # it may have been removed, and a read-only file system records nothing
        if now - os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime > FRESH_S:
            os.utime(name, (now, now), dir_fd=folder, follow_symlinks=False)
