"""The secret of a store, with which all its contents are hashed: who writes a model can't choose weights that have the
hash of another model's."""

from __future__ import annotations

import hashlib
import secrets

from tensorir.native.content_hash import KEY_BYTES, ContentHash
from tensorir.store.files import part, read_file, rename, set_aside
from tensorir.store.locks import locked
from tensorir.store.refused import Damaged

NAME = "secret"
_MAGIC = b"TIRS\r\n\x1a\n"
_SUM_BYTES = 16
SIZE = len(_MAGIC) + KEY_BYTES + _SUM_BYTES


def content_hash(folder: int) -> ContentHash:
    """Returns the hash of this store. Its secret is made if there is none, or none that is whole; then nothing that is
    in the store can be used any more.

    Raises StoreUnusable, and OSError if it can't be written."""
    try:
        return ContentHash(_read(folder))
    except (FileNotFoundError, Damaged):
        with locked(folder):
            try:  # another process may have made one
                return ContentHash(_read(folder))
            except FileNotFoundError:
                pass
            except Damaged:
                set_aside(folder, NAME)
            key = secrets.token_bytes(KEY_BYTES)
            body = _MAGIC + key
            with part(folder, body + _sum(body), durable=True) as written:
                rename(folder, written, NAME)
            return ContentHash(key)


def _read(folder: int) -> bytes:
    data = read_file(folder, NAME, SIZE)
    body = data[:-_SUM_BYTES]
    if not body.startswith(_MAGIC) or _sum(body) != data[-_SUM_BYTES:]:
        raise Damaged("is not a secret that was written whole")
    return body.removeprefix(_MAGIC)


def _sum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_SUM_BYTES).digest()
