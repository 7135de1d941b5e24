"""Checksums of saved programs: as the header defines them, and different for every small damage."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib
from tensorir.native.checksum import checksum

from .guard import Guarded, Heap, Memory

FACTOR = 0x9E3779B97F4A7C15
WORD = (1 << 64) - 1


def defined(data: bytes) -> list[int]:
    """The lanes, as tensorir_steps.h says."""
    lanes = list(range(8))
    data += bytes(-len(data) % 64)
    for i in range(0, len(data), 8):
        mixed = (lanes[i // 8 % 8] ^ int.from_bytes(data[i : i + 8], "little")) * FACTOR & WORD
        lanes[i // 8 % 8] = (mixed << 29 | mixed >> 35) & WORD
    return lanes


def random_bytes(count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(count).integers(0, 256, count, dtype=np.uint8)


@pytest.mark.parametrize("kind", [Guarded, Heap], ids=["guard pages", "heap"])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 63, 64, 65, 127, 128, 1000])
def test_it_is_as_defined_and_reads_nothing_else(kind: type[Memory], count: int) -> None:
    array = kind(count, np.uint8).view((count,), (1,))
    array[:] = data = random_bytes(count)
    lanes = ffi.new("uint64_t[]", 8)
    lib.tir_checksum(ffi.from_buffer("char[]", array), count, lanes)
    assert list(lanes) == defined(data.tobytes())


def test_every_bit_matters() -> None:
    data = random_bytes(200)
    whole = checksum(data)
    for bit in range(8 * data.size):
        data[bit // 8] ^= 1 << bit % 8
        assert checksum(data) != whole
        data[bit // 8] ^= 1 << bit % 8


def test_order_signs_and_length_matter() -> None:
    """Also two changes that a plain sum would not see."""
    data = random_bytes(256)
    swapped, signs = data.copy(), data.copy()
    swapped[:128], swapped[128:] = data[128:], data[:128]
    signs[[7, 71]] ^= 0x80  # the highest bits of two words of one lane
    longer = np.concatenate([data, np.zeros(1, np.uint8)])
    assert len({checksum(d) for d in (data, swapped, signs, longer, data[:-1])}) == 5
