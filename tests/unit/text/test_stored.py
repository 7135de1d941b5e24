"""Arrays that are described before they are read."""

from __future__ import annotations

from contextlib import nullcontext
from io import BytesIO

import numpy as np
import pytest

from tensorir.text.stored import StoredArray


@pytest.mark.parametrize("dtype", [np.dtype("<u2"), np.dtype(">u2")], ids=str)
def test_a_view_has_the_same_bytes_in_the_byte_order_of_the_file(dtype: np.dtype[np.uint16]) -> None:
    data = np.array([1, 40000, 65535], dtype)
    stored = StoredArray("f.npz", (3,), data.dtype, False, lambda: nullcontext(BytesIO(data.tobytes())))
    seen = stored.view(np.dtype(np.int16))
    assert (seen.dtype, seen.shape) == (np.int16, (3,))
    assert seen.read().tolist() == [1, 40000 - 65536, -1]
