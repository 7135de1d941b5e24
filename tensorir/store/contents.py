"""What the store holds, for its user."""

from __future__ import annotations

from attrs import frozen

from tensorir.native.content_hash import ContentHash
from tensorir.store import entry as entries
from tensorir.store.entry import DATA, ENTRY, Entry
from tensorir.store.files import read_file
from tensorir.store.refused import Damaged
from tensorir.store.room import held
from tensorir.store.secret import content_hash


@frozen
class Stored:
    """Contents: the name of their file, its bytes on the disk, when it was used last, and what its entries say that it
    is."""

    name: str
    size: int
    used: float
    labels: tuple[str, ...]


def stored(folder: int) -> list[Stored]:
    """Returns all contents. Entries that are damaged are left out. Raises StoreUnusable and OSError."""
    labels: dict[str, dict[str, None]] = {}
    files, hashed = held(folder), content_hash(folder)
    for h in files:
        if h.name.startswith(ENTRY) and (found := _entry(folder, h.name, hashed)) is not None:
            labels.setdefault(entries.data_name(found.content), {})[found.label] = None
    contents = [h for h in files if h.name.startswith(DATA)]
    return [Stored(h.name, h.size, h.used, tuple(labels.get(h.name, ()))) for h in contents]


def _entry(folder: int, name: str, hashed: ContentHash) -> Entry | None:
    try:
        return entries.decoded(read_file(folder, name, entries.SIZE), hashed)
    except (Damaged, FileNotFoundError):
        return None
