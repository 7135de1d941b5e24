"""Entries: files that say which contents a key has."""

from __future__ import annotations

import struct

from attrs import frozen

from tensorir.native.content_hash import HASH_BYTES, ContentHash
from tensorir.store.refused import Damaged

MAGIC = b"TIRC\r\n\x1a\n"
VERSION = 1
LABEL_BYTES = 96
_FIELDS = struct.Struct(f"<8sII{HASH_BYTES}s{HASH_BYTES}sQ{LABEL_BYTES}s")
SIZE = _FIELDS.size + HASH_BYTES
"""Bytes of the file."""
ENTRY, DATA = "entry-", "data-"
"""How the names of entries and of contents begin."""


@frozen
class Entry:
    """`content`: the hash of the contents, which is their name. `size`: their bytes. `label`: what they are, for the
    user."""

    key: bytes
    content: bytes
    size: int
    label: str

    def encoded(self, hashed: ContentHash) -> bytes:
        """Returns the bytes of the file."""
        label = self.label.encode()[:LABEL_BYTES]
        fields = _FIELDS.pack(MAGIC, VERSION, 0, self.key, self.content, self.size, label)
        return fields + hashed(fields)


def decoded(data: bytes, hashed: ContentHash) -> Entry:
    """Returns what a file of SIZE bytes says. Raises Damaged unless this store wrote every byte of it."""
    magic, version, _, key, content, size, label = _FIELDS.unpack(data[: _FIELDS.size])
    if magic != MAGIC:
        raise Damaged("does not begin as an entry")
    if version != VERSION:
        raise Damaged(f"has version {version} of the form instead of {VERSION}")
    if hashed(data[: _FIELDS.size]) != data[_FIELDS.size :]:
        raise Damaged("was altered, or written with another secret")
    return Entry(key, content, size, label.rstrip(b"\0").decode("utf-8", "replace"))


def entry_name(key: bytes) -> str:
    return f"{ENTRY}{key.hex()}"


def data_name(content: bytes) -> str:
    return f"{DATA}{content.hex()}"
