"""Programs in threads, after a fork, and in processes with other hash seeds: the results are those of one thread."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tests.support.graphs import dynamic, mlp

Array = npt.NDArray[Any]
THREADS, CALLS = 8, 30


def rows(seed: int) -> Array:
    return np.random.default_rng(seed).integers(-4, 5, (128, 256)).astype(np.float32)


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_threads_may_call_one_program(device: str) -> None:
    program = compile(mlp(), (device,))
    expected = [program(rows(i)).tobytes() for i in range(THREADS)]
    barrier = threading.Barrier(THREADS)

    def calls(i: int) -> list[bool]:
        barrier.wait()
        return [program(rows(i)).tobytes() == expected[i] for _ in range(CALLS)]

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(all(same) for same in pool.map(calls, range(THREADS)))


def test_threads_may_call_with_sizes_of_their_own() -> None:
    """What is kept per sizes (plans of kernels, of memory) is not that of another thread."""
    program = compile(dynamic())

    def calls(i: int) -> bool:
        a = np.full((3 + i, 5), i, np.float32)
        return all(np.array_equal(program(a, a.T), np.full((3 + i, 3 + i), 5 * i * i)) for _ in range(CALLS))

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(calls, range(3 * THREADS)))


def test_threads_may_compile() -> None:
    x = rows(1)
    expected = compile(mlp())(x).tobytes()

    def compiled(i: int) -> bytes:
        return compile(mlp())(x).tobytes()

    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(compiled, range(THREADS)))
    assert made == [expected] * THREADS


@pytest.mark.parametrize("calls", ["child", "parent", "both", "child compiles"])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 warns of exactly what is tested
def test_programs_work_on_both_sides_of_a_fork(calls: str) -> None:
    program = compile(mlp())
    expected = program(rows(2)).tobytes()
    make: Callable[[], Any] = (lambda: compile(mlp())) if calls == "child compiles" else (lambda: program)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if calls == "parent" or make()(rows(2)).tobytes() == expected else 2
        finally:
            os._exit(code)
    guard = threading.Timer(120, os.kill, (child, 9))  # a hang guard only
    guard.start()
    if calls != "child":
        assert program(rows(2)).tobytes() == expected
    _, status = os.waitpid(child, 0)
    guard.cancel()
    assert os.waitstatus_to_exitcode(status) == 0
    assert program(rows(2)).tobytes() == expected


SEEDED = """
import hashlib, numpy as np
from tensorir.api import compile
from tensorir.ir.dims import evaluate
from tests.support.graphs import GRAPHS
h = hashlib.sha256()
for name, make in GRAPHS.items():
    module = make()
    rng = np.random.default_rng(3)
    sizes = dict(M=37, N=41, K=53, S=29)
    args = [rng.integers(-3, 4, [evaluate(d, sizes) for d in t.shape]).astype(t.dtype.numpy)
            for t in module.functions[0].body.arg_types]
    for device in ("cpu", "reference"):
        for result in compile(module, (device,)).call(args):
            h.update(name.encode() + result.tobytes())
print(h.hexdigest())
"""


def test_results_do_not_depend_on_the_seed_of_hashes() -> None:
    """Sets and dicts of names are ordered differently in each of these processes."""
    found: set[str] = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SEEDED]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1
