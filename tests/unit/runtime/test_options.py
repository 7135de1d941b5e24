"""How many threads and how much memory calls may use: what is not a number of them is refused, wherever it is set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.ir.diagnostic import TensorIRError
from tensorir.runtime.saved.load import load
from tests.support.graphs import dynamic

A = np.ones((3, 3), np.float32)

BAD_THREADS: list[Any] = [0, -1, "2", 1.5, True]
BAD_LIMITS: list[Any] = [-1, "2", 1.5, True]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "dynamic.tirx"
    compile(dynamic()).save(path)
    return path


@pytest.mark.parametrize("threads", BAD_THREADS, ids=repr)
def test_a_number_of_threads_is_a_whole_number_of_at_least_one(threads: Any, saved: Path) -> None:
    program = compile(dynamic())
    ways: list[Callable[[], Any]] = [
        lambda: compile(dynamic(), num_threads=threads),
        lambda: program(A, A, num_threads=threads),
        lambda: load(saved, num_threads=threads),
    ]
    for way in ways:
        with pytest.raises(TensorIRError, match=r"num_threads: expected a whole number of at least 1.*; got") as e:
            way()
        assert str(e.value).endswith(f"got {threads!r}")
    two: Any = np.int64(2)
    np.testing.assert_array_equal(program(A, A, num_threads=two), A @ A)


@pytest.mark.parametrize("limit", BAD_LIMITS, ids=repr)
def test_a_memory_limit_is_a_whole_number_of_bytes(limit: Any, saved: Path) -> None:
    for way in (lambda: compile(dynamic(), memory_limit=limit), lambda: load(saved, memory_limit=limit)):
        with pytest.raises(TensorIRError, match=r"memory_limit: expected a whole number of at least 0"):
            way()
