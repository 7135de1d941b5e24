"""Whole programs in many calls at once: every result is right and belongs to its caller."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.runtime.program import Program
from tests.support.graphs import dynamic, mlp

Array = npt.NDArray[Any]
THREADS, CALLS = 8, 500


def integers(shape: tuple[int, ...], seed: int) -> Array:
    """Small ones, of which products and sums are exact."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32)


def at_once(work: Callable[[int], None]) -> None:
    """Runs `work` in all threads, which begin together; raises what one of them raises."""
    barrier = threading.Barrier(THREADS)

    def begun(i: int) -> None:
        barrier.wait()
        work(i)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(begun, range(THREADS)))


@pytest.mark.parametrize("num_threads", [None, 1, 2, 4])
def test_every_result_of_many_calls_at_once_is_right(num_threads: int | None) -> None:
    """Half of the calls of a thread have the sizes of the one before, half have others; the results of earlier calls
    are compared again at the end, so that memory shared by two calls would show."""
    program = compile(dynamic(), num_threads=num_threads)

    def work(i: int) -> None:
        cases: list[tuple[Array, Array, Array]] = []
        for s in range(4):
            a, b = integers((1 + 13 * s + i, 7 + 5 * s), i), integers((7 + 5 * s, 3 + 9 * i), s)
            cases.append((a, b, a @ b))
        kept: list[tuple[Array, Array]] = []
        for call in range(CALLS):
            a, b, expected = cases[call // 2 % 4]
            result = program(a, b)
            assert np.array_equal(result, expected), f"thread {i}, call {call}"
            if call % 50 == 0:
                kept.append((result, expected))
        assert all(np.array_equal(result, expected) for result, expected in kept)
        assert not any(np.may_share_memory(kept[0][0], other) for other, _ in kept[1:])

    at_once(work)


def test_two_programs_run_while_a_third_is_compiled() -> None:
    programs = compile(dynamic(), num_threads=2), compile(mlp(), num_threads=2)
    x = integers((128, 256), 1)
    expected = programs[1](x).tobytes()

    def work(i: int) -> None:
        a, b = integers((20 + i, 30), i), integers((30, 40), i)
        for _ in range(20 if i % 4 == 3 else 100):
            match i % 4:
                case 3:
                    assert compile(mlp())(x).tobytes() == expected
                    return
                case 2:
                    assert programs[1](x).tobytes() == expected
                case _:
                    assert np.array_equal(programs[0](a, b), a @ b)

    at_once(work)


def child_of(work: Callable[[], bool]) -> int:
    """Forks a child that ends with 0 if `work` returns True; a child that hangs is ended by its alarm."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(60)
            code = 0 if work() else 2
        finally:
            os._exit(code)
    return child


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 warns of exactly what is tested
def test_a_fork_in_the_middle_of_calls() -> None:
    """Two threads of the parent compute, with workers of their own, while it forks; all go on, and so do children."""
    program: Program = compile(dynamic(), num_threads=2)
    a, b = integers((150, 120), 1), integers((120, 170), 2)
    expected = a @ b
    right = lambda: bool(np.array_equal(program(a, b), expected))  # noqa: E731 (it is passed on)
    assert right()
    done, counts = threading.Event(), [0, 0]

    def loop(i: int) -> bool:
        while not done.is_set():
            if not right():
                return False
            counts[i] += 1
        return True

    with ThreadPoolExecutor(2) as pool:
        loops = [pool.submit(loop, i) for i in range(2)]
        try:
            for _ in range(10):
                before = sum(counts)
                child = child_of(lambda: all(right() for _ in range(5)))
                _, status = os.waitpid(child, 0)
                assert os.waitstatus_to_exitcode(status) == 0
                assert right()
                while sum(counts) == before and not any(l.done() for l in loops):
                    threading.Event().wait(0.001)
        finally:
            done.set()
        assert [l.result() for l in loops] == [True, True]


LOW_MEMORY = 256 << 20


def is_usable_after_too_little_memory() -> bool:
    """In a process whose address space may hardly grow: a large call is a MemoryError, and a small one is right."""
    import resource

    program = compile(dynamic(), num_threads=2)
    small, large = integers((30, 30), 3), np.ones((12_000, 8), np.float32)
    if not np.array_equal(program(small, small), small @ small):
        return False
    with open("/proc/self/statm") as f:
        used = int(f.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + LOW_MEMORY, resource.RLIM_INFINITY))
    for _ in range(3):
        try:
            program(large, large.T)  # 576 MB
            return False
        except MemoryError:
            pass
        if not np.array_equal(program(small, small), small @ small):
            return False
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return bool(program(large, large.T)[-1, -1] == 8)


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the size of the address space is read there")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_an_allocation_that_fails_is_a_memory_error() -> None:
    _, status = os.waitpid(child_of(is_usable_after_too_little_memory), 0)
    assert os.waitstatus_to_exitcode(status) == 0
