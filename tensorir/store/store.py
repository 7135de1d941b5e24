"""The store: contents by key, as read-only memory that is shared by all processes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import TypeVar
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from tensorir.native.content_hash import ContentHash
from tensorir.store import entry as entries
from tensorir.store import room
from tensorir.store.entry import Entry, data_name, entry_name
from tensorir.store.files import exists, mapped_file, mark_used, part, read_file, rename, set_aside
from tensorir.store.locks import locked
from tensorir.store.place import open_folder, size_limit, store_path
from tensorir.store.refused import Damaged, StoreUnusable, reason_of
from tensorir.store.secret import content_hash

Bytes = npt.NDArray[np.uint8]
T = TypeVar("T")

_mapped: WeakValueDictionary[str, Bytes] = WeakValueDictionary()
"""The contents that this process has mapped and checked, by name. Names of different stores differ, as their secrets
do."""


class ConstantStore:
    """A store as one compilation uses it. No method raises because of what is on the disk: `problems` says why
    something was not used, or is stored no more."""

    def __init__(self, path: Path | None = None, limit: int | None = None) -> None:
        """`path`, `limit`: its folder, and the most bytes that all files may have; None: as the environment says.
        Raises TensorIRError if the environment says something else than a number of bytes."""
        self.limit = size_limit() if limit is None else limit
        self._path = path
        self.problems: list[str] = []
        self._folder: int | None = None
        self._hashed: ContentHash | None = None
        self._used: set[str] = set()
        self._size: int | None = None
        """The bytes of all files, as far as this store knows."""
        self._closed_for: str = ""

    def __enter__(self) -> ConstantStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the folder back; what was mapped stays."""
        if self._folder is not None:
            os.close(self._folder)
        self._folder = self._hashed = None

    def hashed(self, data: Bytes) -> bytes | None:
        """Returns the hash of contents in this store; None if it can't be used."""
        return self._attempt(lambda _, hashed: hashed(data), "read")

    def find(self, key: bytes, size: int) -> Bytes | None:
        """Returns the contents of a key, `size` bytes. None if there are none, or none that are whole."""
        return self._attempt(lambda folder, hashed: self._find(folder, hashed, key, size), "read")

    def keep(self, key: bytes, data: Bytes, label: str) -> Bytes | None:
        """Stores the contents of a key and returns them as shared memory. None if they can't be stored; then nothing is
        stored any more."""
        return self._attempt(lambda folder, hashed: self._keep(folder, hashed, key, data, label), "written")

    def _attempt(self, do: Callable[[int, ContentHash], T], done: str) -> T | None:
        if self._closed_for in ("read", done):
            return None
        try:
            if self._folder is None or self._hashed is None:
                self._path = self._path or store_path()
                self._folder = open_folder(self._path)
                self._hashed = content_hash(self._folder)
            return do(self._folder, self._hashed)
        except StoreUnusable as e:
            self.problems.append(f"the store of constants is not used: {e}")
            self._closed_for = "read"
        except OSError as e:
            self.problems.append(f"nothing more is stored in {self._path}: {reason_of(e)}")
            self._closed_for = "written" if self._hashed is not None else "read"
        return None

    def _find(self, folder: int, hashed: ContentHash, key: bytes, size: int) -> Bytes | None:
        name = entry_name(key)
        try:
            found = entries.decoded(read_file(folder, name, entries.SIZE), hashed)
            if found.key != key or found.size != size:
                raise Damaged("is the entry of something else")
        except FileNotFoundError:
            return None
        except Damaged as e:
            self._damaged(folder, name, e)
            return None
        data = self._contents(folder, hashed, found.content, size)
        if data is not None:
            self._mark_used(folder, name, data_name(found.content))
        return data

    def _contents(self, folder: int, hashed: ContentHash, content: bytes, size: int) -> Bytes | None:
        """Returns contents by their hash, which is checked when this process maps them for the first time."""
        name = data_name(content)
        if (known := _mapped.get(name)) is not None:
            return known
        try:
            data = mapped_file(folder, name, size)
            if hashed(data) != content:
                raise Damaged("was altered: its contents have another hash")
        except FileNotFoundError:
            return None
        except Damaged as e:
            self._damaged(folder, name, e)
            return None
        return _mapped.setdefault(name, data)

    def _keep(self, folder: int, hashed: ContentHash, key: bytes, data: Bytes, label: str) -> Bytes | None:
        content = hashed(data)
        name, size = data_name(content), data.size
        kept = self._contents(folder, hashed, content, size)
        if kept is None or not exists(folder, name):
            self._take_room(folder, room.taken(size) + room.taken(entries.SIZE))
            with part(folder, data) as written, locked(folder):
                if not exists(folder, name):  # otherwise another process was first, and all share its file
                    rename(folder, written, name)
            if (kept := self._contents(folder, hashed, content, size)) is None:
                return None  # somebody has removed or damaged it meanwhile
        with part(folder, Entry(key, content, size, label).encoded(hashed)) as written, locked(folder):
            rename(folder, written, entry_name(key))
        self._mark_used(folder, name, entry_name(key))
        return kept

    def _take_room(self, folder: int, size: int) -> None:
        """Raises OSError if so many bytes do not fit in, whatever is removed."""
        if self._size is None or self._size + size > self.limit:
            with locked(folder):
                self._size = room.make_room(folder, self.limit - size, self._used)
        if self._size + size > self.limit:
            raise OSError(f"it is full: its limit is {self.limit} bytes, and what is in it is in use")
        self._size += size

    def _mark_used(self, folder: int, *names: str) -> None:
        self._used.update(names)
        now = time()
        for name in names:
            mark_used(folder, name, now)

    def _damaged(self, folder: int, name: str, why: Damaged) -> None:
        """Removes a file, so that it is made again."""
        self.problems.append(f"{name} in {self._path} {why}; it is made again")
        with locked(folder):
            set_aside(folder, name)
