"""The store: contents by key, as read-only memory that is shared by all processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time
from typing import TypeVar

from attrs import frozen

from tensorir.native.content_hash import ContentHash
from tensorir.store import entry as entries
from tensorir.store import room
from tensorir.store.entry import Entry, Place, entry_name
from tensorir.store.files import exists, mark_used, part, read_file, rename, set_aside
from tensorir.store.layout import offsets, padding
from tensorir.store.locks import locked
from tensorir.store.mapped import Bytes, mapped
from tensorir.store.place import open_folder, size_limit, store_path
from tensorir.store.refused import Damaged, StoreUnusable, reason_of
from tensorir.store.secret import content_hash

T = TypeVar("T")


@frozen
class Item:
    """Contents that are to be stored. `label`: what they are, for the user."""

    key: bytes
    data: Bytes
    label: str


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

    def hashed(self, data: bytes | Bytes) -> bytes | None:
        """Returns the hash of contents in this store; None if it can't be used."""
        return self._attempt(lambda _, hashed: hashed(data), "read")

    def find(self, key: bytes, size: int) -> Bytes | None:
        """Returns the contents of a key, `size` bytes, 1 or more. None if there are none, or none that are whole."""
        return self._attempt(lambda folder, hashed: self._find(folder, hashed, key, size), "read")

    def keep(self, items: Sequence[Item]) -> list[Bytes] | None:
        """Stores contents, those that are new in one file, and returns them as shared memory. None if they can't be
        stored; then nothing is stored any more."""
        return self._attempt(lambda folder, hashed: self._keep(folder, hashed, items), "written")

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
        place = self._place(folder, hashed, key, size)
        if place is None or (data := self._contents(folder, hashed, place)) is None:
            return None
        self._mark_used(folder, entry_name(key), place.name)
        return data

    def _place(self, folder: int, hashed: ContentHash, key: bytes, size: int) -> Place | None:
        """Returns what the entry of a key says."""
        try:
            return _said(folder, hashed, key, size)
        except FileNotFoundError:
            return None
        except Damaged as e:
            self._damaged(folder, entry_name(key), e)
            return None

    def _contents(self, folder: int, hashed: ContentHash, place: Place) -> Bytes | None:
        try:
            return mapped(folder, hashed, place)
        except FileNotFoundError:
            return None
        except Damaged as e:
            self._damaged(folder, place.name, e)
            return None

    def _keep(self, folder: int, hashed: ContentHash, items: Sequence[Item]) -> list[Bytes] | None:
        hashes = [hashed(item.data) for item in items]
        keys = {content: hashed(b"content" + content) for content in hashes}  # under which contents are found again
        places: dict[bytes, Place] = {}
        new: dict[bytes, Bytes] = {}
        for content, item in zip(hashes, items, strict=True):
            if content not in places and content not in new:
                place = self._place(folder, hashed, keys[content], item.data.size)
                if place is None or not self._is_there(folder, hashed, place):
                    new[content] = item.data
                else:
                    places[content] = place
        labels = {item.key: (content, item.label) for content, item in zip(hashes, items, strict=True)}
        labels |= {keys[content]: (content, item.label) for content, item in zip(hashes, items, strict=True)}
        places |= _places(hashed, new)
        with self._written(folder, hashed, new, places, len(labels)) as written, locked(folder):
            for content, data in new.items():  # another process may have been first
                with suppress(FileNotFoundError, Damaged):
                    place = _said(folder, hashed, keys[content], data.size)
                    if exists(folder, place.name):
                        places[content] = place
            for name in {places[content].name for content in new}:
                if not exists(folder, name):
                    rename(folder, written, name)
            for key, (content, label) in labels.items():
                with part(folder, Entry(key, places[content], label).encoded(hashed)) as entry:
                    rename(folder, entry, entry_name(key))
        kept = [self._contents(folder, hashed, places[content]) for content in hashes]
        self._mark_used(folder, *{place.name for place in places.values()}, *map(entry_name, labels))
        found = [data for data in kept if data is not None]
        return found if len(found) == len(kept) else None  # somebody may have removed or damaged it meanwhile

    def _is_there(self, folder: int, hashed: ContentHash, place: Place) -> bool:
        """Also this process may have mapped a file that was removed since then."""
        return self._contents(folder, hashed, place) is not None and exists(folder, place.name)

    @contextmanager
    def _written(
        self,
        folder: int,
        hashed: ContentHash,
        new: Mapping[bytes, Bytes],
        places: Mapping[bytes, Place],
        entry_count: int,
    ) -> Generator[str]:
        """A file with new contents, by their hashes, that does not have its name yet."""
        pieces = [piece for data in new.values() for piece in (data, bytes(padding(data.size)))][:-1]
        for content in new:
            if exists(folder, places[content].name):
                self._contents(folder, hashed, places[content])  # a file that is damaged loses its name
        size = sum(len(piece) for piece in pieces)
        self._take_room(folder, room.taken(size) + entry_count * room.taken(entries.SIZE))
        with part(folder, *pieces) as written:
            yield written

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


def _said(folder: int, hashed: ContentHash, key: bytes, size: int) -> Place:
    """Returns what the entry of a key says. Raises FileNotFoundError and Damaged."""
    found = entries.decoded(read_file(folder, entry_name(key), entries.SIZE), hashed)
    if found.key != key or found.place.size != size:
        raise Damaged("is the entry of something else")
    return found.place


def _places(hashed: ContentHash, new: Mapping[bytes, Bytes]) -> dict[bytes, Place]:
    """Returns where contents, by their hashes, are in a file of their own. Its name is the hash of those, so that
    processes which store the same write the same file."""
    sizes = [data.size for data in new.values()]
    begins, end = offsets(sizes)
    name = hashed(b"".join(new))
    return {c: Place(c, name, end, at, size) for c, at, size in zip(new, begins, sizes, strict=True)}
