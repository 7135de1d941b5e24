"""What calls leave for the next ones, while other threads call."""

from __future__ import annotations

import numpy as np

from tensorir.api import compile
from tensorir.runtime.executor import Executor
from tests.support.graphs import dynamic

PROGRAM = compile(dynamic())


class CalledMeanwhile(list[object]):
    """Frames of one size. When they are first counted, another thread makes a call with a size that is new."""

    counted = False

    def __len__(self) -> int:
        if not CalledMeanwhile.counted:
            CalledMeanwhile.counted = True
            call(5)
        return super().__len__()


def call(rows: int) -> None:
    x, y = np.ones((rows, 3), np.float32), np.ones((3, 2), np.float32)
    assert np.array_equal(PROGRAM(x, y), x @ y)


def test_frames_are_given_back_while_others_are_looked_up() -> None:
    call(4)
    executor = PROGRAM.runner(PROGRAM.default, {"M": 4})
    assert isinstance(executor, Executor)
    [known] = executor._known.values()  # pyright: ignore[reportPrivateUsage]  # frames that wait are not public
    object.__setattr__(known, "frames", CalledMeanwhile(known.frames))
    call(3)
    assert CalledMeanwhile.counted
