"""Entries: files that say where in which file the contents of a key are."""

from __future__ import annotations

import struct

from attrs import frozen

from tensorir.native.content_hash import HASH_BYTES, ContentHash
from tensorir.store.refused import Damaged

MAGIC = b"TIRC\r\n\x1a\n"
VERSION = 1
LABEL_BYTES = 96
_FIELDS = struct.Struct(f"<8sII{HASH_BYTES}s{HASH_BYTES}s{HASH_BYTES}sQQQ{LABEL_BYTES}s")
SIZE = _FIELDS.size + HASH_BYTES
"""Bytes of the file of an entry."""
ENTRY, DATA = "entry-", "data-"
"""How the names of entries and of files of contents begin."""
_MOST_BYTES = (1 << 63) - 1
"""No system has larger files."""


@frozen
class Place:
    """Where contents are: `size` bytes from `at` on in the file `data` of `data_size` bytes. `content` is their
    hash."""

    content: bytes
    data: bytes
    data_size: int
    at: int
    size: int

    @property
    def name(self) -> str:
        """The name of the file."""
        return data_name(self.data)


@frozen
class Entry:
    """`label`: what the contents are, for the user."""

    key: bytes
    place: Place
    label: str

    def encoded(self, hashed: ContentHash) -> bytes:
        """Returns the bytes of the file."""
        p, label = self.place, self.label.encode()[:LABEL_BYTES]
        fields = _FIELDS.pack(MAGIC, VERSION, 0, self.key, p.content, p.data, p.data_size, p.at, p.size, label)
        return fields + hashed(fields)


def decoded(data: bytes, hashed: ContentHash) -> Entry:
    """Returns what a file of SIZE bytes says. Raises Damaged unless this store wrote every byte of it."""
    magic, version, _, key, content, name, data_size, at, size, label = _FIELDS.unpack(data[: _FIELDS.size])
    if magic != MAGIC:
        raise Damaged("does not begin as an entry")
    if version != VERSION:
        raise Damaged(f"has version {version} of the form instead of {VERSION}")
    if hashed(data[: _FIELDS.size]) != data[_FIELDS.size :]:
        raise Damaged("was altered, or written with another secret")
    if size == 0 or at + size > data_size or data_size > _MOST_BYTES:
        raise Damaged("names contents outside of a file")
    return Entry(key, Place(content, name, data_size, at, size), label.rstrip(b"\0").decode("utf-8", "replace"))


def entry_name(key: bytes) -> str:
    return f"{ENTRY}{key.hex()}"


def data_name(data: bytes) -> str:
    return f"{DATA}{data.hex()}"
