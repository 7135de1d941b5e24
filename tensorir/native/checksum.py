"""Checksums at memory speed, by which damaged files are found."""

import hashlib
from typing import Any, Final

from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib

CHECKSUM_BYTES: Final = 16


def checksum(data: bytes | NDArray[Any]) -> bytes:
    """Returns 16 bytes: those of the lanes of `tir_checksum` and of the length, hashed. They protect from accidents,
    not from intent."""
    memory = ffi.from_buffer("char[]", data)
    lanes = ffi.new("uint64_t[]", lib.TIR_CHECKSUM_LANES)
    lib.tir_checksum(memory, len(memory), lanes)
    words = (len(memory), *(lanes[i] for i in range(lib.TIR_CHECKSUM_LANES)))
    return hashlib.blake2b(b"".join(w.to_bytes(8, "little") for w in words), digest_size=CHECKSUM_BYTES).digest()
