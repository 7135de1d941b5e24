"""The arrays that a frame is run on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.plan_images import Symbol

from .test_plan import chain, opened


def test_arrays_that_do_not_fit_are_refused() -> None:
    frame = opened(chain(1, Symbol(1))).frame([10])
    good, result = np.zeros(10, np.float32), np.zeros(10, np.float32)
    sealed = np.zeros(10, np.float32)
    sealed.flags.writeable = False
    frame.run([sealed], [result])
    frame.run([good.__array_interface__["data"][0]], [result.__array_interface__["data"][0]])
    cases: list[tuple[list[Any], list[Any], str]] = [
        ([good, good], [result], "expected 1 arguments, got 2"),
        ([good], [], "expected 1 results, got 0"),
        ([good[:9]], [result], "argument 0: expected at least 40 bytes, got 36"),
        ([good], [result[:9]], "result 0: expected at least 40 bytes"),
        ([np.zeros(20, np.float32)[::2]], [result], "argument 0: .*contiguous"),
        ([good], [sealed], "result 0: .*read-only"),
    ]
    for arguments, results, message in cases:
        with pytest.raises(ValueError, match=message):
            frame.run(arguments, results)
