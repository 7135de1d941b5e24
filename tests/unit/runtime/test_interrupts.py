"""Ctrl-C in a call, in the evaluation of constants, and in the interpreter: the process gets a KeyboardInterrupt while
the work is far from done, and the next call is right."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

CHILD = """
import os, sys
import numpy as np
import tensorir as ti
from tensorir.dialects.linalg import Contract
from tensorir.ir.affine import select
from tests.support.graphs import Graph, dynamic

how = sys.argv[1]
maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))

def constant(n):
    g = Graph()
    from tensorir.dialects.linalg import Fill
    a, b = (g.b.add(Fill(x, ti.TensorType((n, n), ti.f32))).result for x in (1.0, 2.0))
    return g.done(g.matmul(a, b))

program = ti.compile(dynamic(), ("cpu",))
interpreted = dynamic()
if how == "call":
    run = program
elif how == "interpreter":
    run = lambda *args: ti.interpret(interpreted, "main", args)[0]

def work(n):
    if how == "constant":
        return ti.compile(constant(n))()[0, 0] / 2
    a = np.full((n, n), 1, np.float32)
    return run(a, a)[0, 0]

assert work(100) == 100
print("ready", flush=True)
try:
    work(7000)
    print("was not interrupted", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
assert work(100) == 100
print("right", flush=True)
"""


@pytest.mark.parametrize("how", ["call", "constant", "interpreter"])
def test_ctrl_c_ends_the_work_and_leaves_everything_usable(how: str) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, how], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.5)  # into the work; where it has not begun yet, it is interrupted before it
            child.send_signal(signal.SIGINT)
            rest, _ = child.communicate(timeout=300)  # a hang guard; test_pieces shows that no call of C is long
        finally:
            child.kill()
    assert rest == "interrupted\nright\n"
    assert child.returncode == 0


SLOW = """
import signal, sys
import numpy as np
import tensorir as ti
from tests.support.graphs import dynamic

program = ti.compile(dynamic(), ("vmvx",), sys.argv[1], num_threads=int(sys.argv[2]))
small, large = np.ones((100, 100), np.float32), np.ones((6000, 6000), np.float32)
assert program(small, small)[0, 0] == 100
for _ in range(3):
    print("ready", flush=True)
    try:
        program(large, large)  # a minute
        print("was not interrupted", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    assert program(small, small)[-1, -1] == 100
"""


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_long_call_within_half_a_second(tiling: str, threads: int) -> None:
    """The best of three, because other processes may have the cores for a while."""
    command = [sys.executable, "-c", SLOW, tiling, str(threads)]
    waits: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            for _ in range(3):
                assert child.stdout.readline() == "ready\n"
                time.sleep(0.5)  # into the call
                began = time.monotonic()
                child.send_signal(signal.SIGINT)
                assert child.stdout.readline() == "interrupted\n"
                waits.append(time.monotonic() - began)
            child.communicate(timeout=60)
        finally:
            child.kill()
    assert child.returncode == 0
    assert min(waits) < 0.5
