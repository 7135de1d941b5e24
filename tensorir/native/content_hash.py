"""A keyed hash at the speed of memory: nobody who doesn't know the key can make two contents of one hash."""

import hashlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib

HASH_BYTES: Final = 16
KEY_BYTES: Final = 32
_BLOCK_BYTES: Final = 8 * lib.TIR_HASH_BLOCK_WORDS


class ContentHash:
    """Hashes with one key. Different contents have the same hash with a probability of 2^-128, whoever chose them."""

    def __init__(self, key: bytes) -> None:
        """`key`: KEY_BYTES random bytes."""
        words = hashlib.shake_256(b"tensorir: blocks" + key).digest(8 * lib.TIR_HASH_KEY_WORDS)
        self._words = ffi.new("uint64_t[]", lib.TIR_HASH_KEY_WORDS)
        ffi.buffer(self._words, len(words))[:] = words
        self._key = hashlib.blake2b(b"tensorir: sums" + key, digest_size=KEY_BYTES).digest()

    def __call__(self, data: bytes | NDArray[np.uint8]) -> bytes:
        """Returns HASH_BYTES bytes for the contents of contiguous memory."""
        memory: Any = ffi.from_buffer("char[]", data)
        sums = np.empty(-(-len(memory) // _BLOCK_BYTES) * lib.TIR_HASH_SUMS, np.uint64)
        lib.tir_hash_blocks(memory, len(memory), self._words, ffi.from_buffer("uint64_t[]", sums))
        last = hashlib.blake2b(len(memory).to_bytes(8, "little"), key=self._key, digest_size=HASH_BYTES)
        last.update(sums.data)
        return last.digest()
