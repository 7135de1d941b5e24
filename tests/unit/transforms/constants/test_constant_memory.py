"""The memory of packed constants."""

import gc
import weakref

import numpy as np
import pytest

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import OutOfMemoryError
from tensorir.ir.module import Module
from tensorir.passes.pass_ import PassContext
from tensorir.transforms.constants.constant_memory import CHUNK, LINE, ConstantMemory
from tensorir.transforms.constants.evaluate_initializers import EvaluateInitializers
from tests.unit.transforms.constants.test_evaluate_initializers import W, transposed

F32 = np.dtype(np.float32)


def test_arrays_begin_at_cache_lines_and_lie_apart() -> None:
    memory = ConstantMemory()
    arrays = [memory.allocate(shape, F32) for shape in ((3,), (5, 7), (1,), (CHUNK // 4,), (2, 2))]
    for i, array in enumerate(arrays):
        array[...] = i
    assert all(a.ctypes.data % LINE == 0 and a.flags.c_contiguous and a.flags.writeable for a in arrays)
    assert [a.shape for a in arrays] == [(3,), (5, 7), (1,), (CHUNK // 4,), (2, 2)]
    assert all((a == i).all() for i, a in enumerate(arrays))


def test_arrays_share_a_chunk() -> None:
    memory = ConstantMemory()
    first, second = memory.allocate((100,), F32), memory.allocate((100,), F32)
    assert second.ctypes.data - first.ctypes.data == 448


def test_an_array_without_elements() -> None:
    assert ConstantMemory().allocate((3, 0), F32).shape == (3, 0)


def test_a_chunk_goes_with_its_last_array() -> None:
    memory = ConstantMemory()
    array = memory.allocate((4,), F32)
    gone = weakref.ref(memory._chunk.base)  # pyright: ignore[reportPrivateUsage]  # the memory itself is not public
    del memory
    gc.collect()
    assert gone() is not None
    del array
    gc.collect()
    assert gone() is None


def test_more_than_there_is() -> None:
    with pytest.raises(OutOfMemoryError, match="not enough memory for constants of 4611686018427387904 bytes"):
        ConstantMemory().allocate((1 << 60,), F32)


def test_computed_constants_begin_at_cache_lines() -> None:
    module = Module(globals=[W, *(transposed(f"w{i}", "w") for i in range(4))])
    after = EvaluateInitializers().run(module, PassContext())
    made = [g.value.array for g in after.globals if isinstance(g.value, Dense) and g.name != "w"]
    assert [a.ctypes.data % LINE for a in made] == [0] * 4
