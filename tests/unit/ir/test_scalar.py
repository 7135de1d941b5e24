"""Interned scalars: equal ones are one object, also between threads, after a fork, and after pickling."""

from __future__ import annotations

import copy
import os
import pickle
import sys
import threading

import pytest

from tensorir.ir.dtype import DTYPES, DType, f32, i32, i64
from tensorir.ir.scalar import (
    Scalar,
    ScalarBody,
    _Interning,  # pyright: ignore[reportPrivateUsage]  # the lock is what a test is about
    apply,
    arg,
    bitcast,
    cast,
    const,
    iteration_index,
)

THREADS, ROUNDS, NODES_PER_ROUND = 8, 40, 200


def test_threads_that_make_equal_scalars_get_one_object() -> None:
    barrier = threading.Barrier(THREADS)
    made: list[list[Scalar]] = [[] for _ in range(THREADS)]

    def work(mine: list[Scalar]) -> None:
        for i in range(ROUNDS):
            barrier.wait()
            first = 0.25 + i * NODES_PER_ROUND  # new in each round, so that all threads make the same nodes at once
            mine += [const(first + k, f32) for k in range(NODES_PER_ROUND)]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(m,)) for m in made]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    finally:
        sys.setswitchinterval(interval)
    assert [len({id(n) for n in same}) for same in zip(*made, strict=True)] == [1] * (ROUNDS * NODES_PER_ROUND)


NODES = {
    "arg": arg(1, f32),
    "index": iteration_index(2),
    "minus zero": const(-0.0, f32),
    "nan": const(float("nan"), f32),
    "shared": apply("mul", apply("exp", arg(0, f32)), apply("exp", arg(0, f32))),
    "cast": cast(apply("lt", arg(0, i32), arg(1, i32)), i64),
    "bitcast": bitcast(arg(0, f32), i32),
}


@pytest.mark.parametrize("name", NODES)
def test_scalars_keep_their_identity(name: str) -> None:
    node = NODES[name]
    assert copy.copy(node) is node
    assert copy.deepcopy(node) is node
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(node, protocol)) is node


def test_deep_scalars_are_pickled_without_recursion() -> None:
    x = arg(0, f32)
    for _ in range(20_000):
        x = apply("neg", x)
    body = ScalarBody((f32,), x)
    assert pickle.loads(pickle.dumps(body)) == body
    assert copy.deepcopy(body) == body


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_element_types_keep_their_identity(dtype: DType) -> None:
    assert copy.deepcopy(dtype) is dtype
    assert pickle.loads(pickle.dumps(dtype)) is dtype


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 warns of exactly what is tested
def test_a_forked_child_can_make_scalars_while_another_thread_holds_the_lock() -> None:
    """The lock that a thread of the parent holds is never released in the child."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with _Interning.lock:
            held.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if child == 0:
        os._exit(0 if const(0.015625, f32).value == 0.015625 else 1)
    try:
        deadline = threading.Event()
        timer = threading.Timer(30, lambda: (deadline.set(), os.kill(child, 9)))  # a hang guard only
        timer.start()
        _, status = os.waitpid(child, 0)
        timer.cancel()
        assert os.waitstatus_to_exitcode(status) == 0, "the child hung" if deadline.is_set() else "it failed"
    finally:
        release.set()
        thread.join()
