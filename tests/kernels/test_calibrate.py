"""The calibration loops: they stay inside the memory that they read, and the compiler has not removed their work."""

import numpy as np
import pytest

from tensorir.native import Features, cpu_features
from tensorir.native._kernels import ffi, lib

from .guard import Guarded, Heap, Memory

SETS = [set for set in (Features.NONE, Features.X86_AVX2, cpu_features()) if set & ~cpu_features() == 0]
VECTOR_BYTES = {Features.NONE: 16, Features.X86_AVX2: 32}
MOST_PER_NANOSECOND = 4 * 10
"""No core has more than 4 units for vectors, nor a clock of 10 GHz: a loop without work would be far faster."""

sets = pytest.mark.parametrize("features", SETS, ids=str)


@sets
def test_multiply_adds_are_computed(features: Features) -> None:
    lanes = VECTOR_BYTES.get(features, 64) // 4
    rate = lib.tir_calibrate_fma(features, 3)
    assert 0 < rate <= 2 * lanes * MOST_PER_NANOSECOND


@sets
@pytest.mark.parametrize("kind", [Guarded, Heap], ids=["guard pages", "heap"])
@pytest.mark.parametrize("blocks", [1, 3, 17])
def test_memory_is_read_and_nothing_around_it(features: Features, kind: type[Memory], blocks: int) -> None:
    memory = kind(512 * blocks, np.uint8)
    memory.seal()
    rate = lib.tir_calibrate_read(features, ffi.from_buffer("char[]", memory.flat), 512 * blocks, 2)
    assert 0 < rate <= VECTOR_BYTES.get(features, 64) * MOST_PER_NANOSECOND


def test_nothing_is_measured_of_nothing() -> None:
    memory = ffi.from_buffer("char[]", np.zeros(1024, np.uint8))
    assert lib.tir_calibrate_fma(cpu_features(), 0) == 0
    assert lib.tir_calibrate_read(cpu_features(), memory, 1024, 0) == 0
    assert lib.tir_calibrate_read(cpu_features(), memory, 0, 1) == 0
    assert lib.tir_calibrate_read(cpu_features(), memory, -512, 1) == 0
    assert lib.tir_calibrate_read(cpu_features(), memory, 513, 1) == 0
    assert lib.tir_calibrate_read(cpu_features(), ffi.NULL, 512, 1) == 0
