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
    """A file of contents: its name, its bytes on the disk, when it was used last, and what entries say that is in it,
    in its order."""

    name: str
    size: int
    used: float
    labels: tuple[str, ...]


def stored(folder: int) -> list[Stored]:
    """Returns all files of contents. Entries that are damaged are left out. Raises StoreUnusable and OSError."""
    places: dict[str, dict[int, str]] = {}
    files, hashed = held(folder), content_hash(folder)
    for h in files:
        if h.name.startswith(ENTRY) and (found := _entry(folder, h.name, hashed)) is not None:
            places.setdefault(found.place.name, {})[found.place.at] = found.label
    contents = [h for h in files if h.name.startswith(DATA)]
    labels = {name: tuple(label for _, label in sorted(found.items())) for name, found in places.items()}
    return [Stored(h.name, h.size, h.used, labels.get(h.name, ())) for h in contents]


def _entry(folder: int, name: str, hashed: ContentHash) -> Entry | None:
    try:
        return entries.decoded(read_file(folder, name, entries.SIZE), hashed)
    except (Damaged, FileNotFoundError):
        return None
