"""The store: contents by key, as read-only memory that is shared by all processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import time
from typing import TypeVar

from attrs import frozen

from tensorir.native.content_hash import ContentHash
from tensorir.store import entry as entries
from tensorir.store import room
from tensorir.store.entry import Entry, Place, data_name, entry_name
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
        name = entry_name(key)
        try:
            found = entries.decoded(read_file(folder, name, entries.SIZE), hashed)
            if found.key != key or found.place.size != size:
                raise Damaged("is the entry of something else")
        except FileNotFoundError:
            return None
        except Damaged as e:
            self._damaged(folder, name, e)
            return None
        return found.place

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
        new: dict[bytes, Item] = {}
        for content, item in zip(hashes, items, strict=True):
            if content not in places and content not in new:
                place = self._place(folder, hashed, keys[content], item.data.size)
                if (
                    place is not None
                    and exists(folder, place.name)
                    and self._contents(folder, hashed, place) is not None
                ):
                    places[content] = place
                else:
                    new[content] = item
        labels = {item.key: (content, item.label) for content, item in zip(hashes, items, strict=True)}
        labels |= {keys[content]: (content, item.label) for content, item in new.items()}
        if new:
            places |= self._written(folder, hashed, {c: i.data for c, i in new.items()}, len(labels))
        kept = [self._contents(folder, hashed, places[content]) for content in hashes]
        found = [data for data in kept if data is not None]
        if len(found) < len(kept):
            return None  # somebody has removed or damaged it meanwhile
        with locked(folder):
            for key, (content, label) in labels.items():
                with part(folder, Entry(key, places[content], label).encoded(hashed)) as written:
                    rename(folder, written, entry_name(key))
        self._mark_used(folder, *{place.name for place in places.values()}, *map(entry_name, labels))
        return found

    def _is_there(self, folder: int, hashed: ContentHash, place: Place) -> bool:
        """Also this process may have mapped a file that was removed since then."""
        return self._contents(folder, hashed, place) is not None and exists(folder, place.name)

    def _written(
        self, folder: int, hashed: ContentHash, new: Mapping[bytes, Bytes], entry_count: int
    ) -> dict[bytes, Place]:
        """Writes a file of new contents, by their hashes. The name of the file is the hash of those, so that processes
        which store the same at the same time write the same file."""
        sizes = [data.size for data in new.values()]
        begins, end = offsets(sizes)
        data = hashed(b"".join(new))
        places = {c: Place(c, data, end, at, size) for c, at, size in zip(new, begins, sizes, strict=True)}
        name = data_name(data)
        if exists(folder, name):
            for place in places.values():
                self._contents(folder, hashed, place)  # a damaged file loses its name
        if not exists(folder, name):
            self._take_room(folder, room.taken(end) + entry_count * room.taken(entries.SIZE))
            pieces = [piece for d in new.values() for piece in (d, bytes(padding(d.size)))][:-1]
            with part(folder, *pieces) as written, locked(folder):
                if not exists(folder, name):  # otherwise another process was first, and all share its file
                    rename(folder, written, name)
        return places

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
