"""The hash of stored constants: as the header defines its sums, different for other contents, and for another key."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib
from tensorir.native.content_hash import HASH_BYTES, KEY_BYTES, ContentHash

from .guard import Guarded, Heap, Memory

BLOCK = 8 * lib.TIR_HASH_BLOCK_WORDS
WORD, DOUBLE = (1 << 64) - 1, (1 << 128) - 1
KEY = bytes(range(KEY_BYTES))


def random_bytes(count: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng([count, seed]).integers(0, 256, count, dtype=np.uint8)


def defined(data: bytes, key: list[int]) -> list[int]:
    """The sums, as tensorir_steps.h says."""
    found: list[int] = []
    for begin in range(0, len(data), BLOCK):
        words = np.frombuffer(data[begin : begin + BLOCK].ljust(BLOCK, b"\0"), np.uint64).tolist()
        for shift in (0, 2):
            total = sum(
                (words[i] + key[i + shift] & WORD) * (words[i + 1] + key[i + shift + 1] & WORD)
                for i in range(0, len(words), 2)
            )
            found += [total & WORD, (total & DOUBLE) >> 64]
    return found


@pytest.mark.parametrize("kind", [Guarded, Heap], ids=["guard pages", "heap"])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 15, 16, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 17])
def test_the_sums_are_as_defined_and_nothing_else_is_read(kind: type[Memory], count: int) -> None:
    array = kind(count, np.uint8).view((count,), (1,))
    array[:] = data = random_bytes(count)
    key = random_bytes(8 * lib.TIR_HASH_KEY_WORDS, 1).view(np.uint64)
    sums = np.zeros(-(-count // BLOCK) * lib.TIR_HASH_SUMS, np.uint64)
    memory, words = ffi.from_buffer("char[]", array), ffi.from_buffer("uint64_t[]", key)
    lib.tir_hash_blocks(memory, count, words, ffi.from_buffer("uint64_t[]", sums))
    assert sums.tolist() == defined(data.tobytes(), key.tolist())


def test_every_bit_matters() -> None:
    hashed = ContentHash(KEY)
    data = random_bytes(BLOCK + 100)
    seen = {hashed(data)}
    for bit in range(8 * data.size):
        data[bit // 8] ^= 1 << bit % 8
        seen.add(hashed(data))
        data[bit // 8] ^= 1 << bit % 8
    assert len(seen) == 1 + 8 * data.size
    assert all(len(found) == HASH_BYTES for found in seen)


def test_order_and_length_matter() -> None:
    hashed = ContentHash(KEY)
    data = random_bytes(2 * BLOCK)
    halves, words = data.copy(), data.copy()
    halves[:BLOCK], halves[BLOCK:] = data[BLOCK:], data[:BLOCK]
    words[:8], words[8:16] = data[8:16], data[:8]
    longer = np.concatenate([data, np.zeros(1, np.uint8)])
    assert len({hashed(d) for d in (data, halves, words, longer, data[:-1], data[:0])}) == 6
    assert hashed(np.zeros(3, np.uint8)) != hashed(np.zeros(4, np.uint8))


def test_contents_that_have_one_checksum_have_two_hashes() -> None:
    """The checksum of saved programs does not see this change: a flipped highest bit, and the bit that it moves to."""
    from tensorir.native.checksum import checksum

    data = random_bytes(BLOCK)
    other = data.copy()
    other[7] ^= 0x80  # bit 63 of the first word of lane 0
    other[64 + 3] ^= 0x10  # bit 28 of its second one
    assert checksum(data) == checksum(other)
    hashed = ContentHash(KEY)
    assert hashed(data) != hashed(other)


def test_every_bit_of_the_key_matters() -> None:
    data = random_bytes(1000)
    keys = [KEY] + [
        bytes(b ^ (1 << bit if i == at else 0) for i, b in enumerate(KEY)) for at in (0, 31) for bit in (0, 7)
    ]
    assert len({ContentHash(key)(data) for key in keys}) == len(keys)
    assert ContentHash(KEY)(data) == ContentHash(KEY)(data.tobytes())
