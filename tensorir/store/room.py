"""What is in the store, and what is removed so that it does not grow beyond its limit."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from contextlib import suppress
from time import time

from attrs import frozen

from tensorir.store.files import PART, remove
from tensorir.store.secret import NAME as SECRET

_ABANDONED_S = 3600
"""A file that has been written for so long never gets its name: its process has ended."""
_BLOCK = 4096


@frozen
class Held:
    """A file of the store: its name, the bytes that it takes on the disk, and when it was used last."""

    name: str
    size: int
    used: float


def taken(size: int) -> int:
    """Returns what a file of `size` bytes takes on the disk."""
    return -(-size // _BLOCK) * _BLOCK


def held(folder: int) -> list[Held]:
    """Returns all files but the secret. Raises OSError."""
    found: list[Held] = []
    for name in os.listdir(folder):
        if name == SECRET:
            continue
        with suppress(FileNotFoundError):  # removed meanwhile
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
            found.append(Held(name, taken(size), status.st_mtime))
    return found


def make_room(folder: int, most: int, keep: Collection[str]) -> int:
    """Removes what was used longest ago until the store has at most `most` bytes, but nothing of `keep`, and all that
    was never finished. Returns the bytes that are left. The caller holds the lock. Raises OSError."""
    now = time()
    left: list[Held] = []
    for h in held(folder):
        if h.name.startswith(PART) and now - h.used > _ABANDONED_S:
            _drop(folder, h)
        else:
            left.append(h)
    total = sum(h.size for h in left)
    for h in sorted(left, key=lambda h: h.used):
        if total <= most:
            break
        if h.name not in keep and not h.name.startswith(PART) and _drop(folder, h):
            total -= h.size
    return total


def clear(folder: int) -> tuple[int, int]:
    """Removes everything but the secret. Returns how many files and bytes. The caller holds the lock. Raises
    OSError."""
    dropped = [h for h in held(folder) if _drop(folder, h)]
    return len(dropped), sum(h.size for h in dropped)


def _drop(folder: int, h: Held) -> bool:
    """A folder that holds something is not of the store, and stays."""
    with suppress(OSError):
        remove(folder, h.name)
        return True
    return False
