"""Contenders in processes of their own: their results and times, and every way in which one is left out."""

from __future__ import annotations

import os
import signal
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest

from benchmarks.contest import Contender, LeftOutError, busy
from benchmarks.models import expected, sentences
from benchmarks.peers import Shape

SHAPE = Shape(tokens=4, batch=2, threads=1)
OURS = "tensorir cpu/late"


def test_a_contender_gives_its_result_and_times(tmp_path: Path) -> None:
    args = sentences(SHAPE)
    one = Contender(OURS, SHAPE, tmp_path, args)
    try:
        np.testing.assert_allclose(one.first, expected(*args), atol=1e-5)
        turns = [one.turn(), one.turn()]
        assert all(t.wall > 0 and t.cpu > 0 for t in turns)
        assert turns[0] != turns[1]
    finally:
        one.close()
    assert not active_children()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("tensorir cpu/sometimes", r"TensorIRError: .*sometimes"), ("abacus", "KeyError: 'abacus'")],
)
def test_one_that_fails_is_left_out_with_its_reason(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(LeftOutError, match=reason):
        Contender(name, SHAPE, tmp_path, sentences(SHAPE))
    assert not active_children()


def test_one_whose_process_ends_is_left_out(tmp_path: Path) -> None:
    one = Contender(OURS, SHAPE, tmp_path, sentences(SHAPE))
    (process,) = active_children()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(LeftOutError, match=f"its process ended with {-signal.SIGKILL}"):
        one.turn()
    one.close()


def test_a_load_lasts_as_long_as_its_block() -> None:
    with pytest.raises(ZeroDivisionError), busy(2):
        assert len(active_children()) == 2
        raise ZeroDivisionError
    assert not active_children()
