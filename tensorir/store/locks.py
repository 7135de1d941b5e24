"""The lock under which files get their names and are removed. It is one of the system, so it ends with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic, sleep

from tensorir.store.refused import StoreUnusable, reason_of

WAIT_S = 10.0
"""Whoever holds the lock has only names to change. A process that was stopped meanwhile must not stop all others."""
_BETWEEN_TRIES_S = 0.002


@contextmanager
def locked(folder: int, wait_s: float | None = None) -> Generator[None]:
    """Holds the lock of the folder. Raises StoreUnusable if it is not free for so long, or WAIT_S."""
    try:  # an open file of its own, because the lock belongs to it, also among threads
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    except OSError as e:
        raise StoreUnusable(f"it can't be locked: {reason_of(e)}") from None
    try:
        _acquire(descriptor, monotonic() + (WAIT_S if wait_s is None else wait_s))
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= deadline:
                raise StoreUnusable("another process has held its lock for a long time") from None
            sleep(_BETWEEN_TRIES_S)
        except OSError as e:
            raise StoreUnusable(f"it can't be locked: {reason_of(e)}") from None
