"""Plans and threads: the pool, concurrent calls, forks, interrupts. `make sanitize` runs this file under
ThreadSanitizer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest

from tensorir.native.plans import Frame, Plan
from tests.support.plan_images import (
    Buffer,
    Expr,
    Host,
    Image,
    Kind,
    Launch,
    Op,
    Operand,
    Program,
    Register,
    Step,
    Symbol,
)

CALLERS, CALLS = 8, 500
TASKS = Path("/proc/self/task")


def rotation(commands: int) -> Plan:
    """The elements, one unit each, copied on and on, each time one place further: units read what others wrote."""
    elements, bytes_ = Symbol(1), Expr(Op.MUL, Symbol(1), 8)
    start, count = Register(0), Register(1)
    target, wrapped = (Op.ADD, start, 1), (Op.MOD, Register(2), elements)
    operands = [Operand(0, "i64", [1], start), Operand(1, "i64", [1], Register(3))]
    program = Program([(elements, 1)], 2, [Step("copy", [count], operands)], [target, wrapped])
    buffers = [Buffer(Kind.ARGUMENT, 0, bytes_), Buffer(Kind.RESULT, 0, bytes_)]
    buffers += [Buffer(Kind.ARENA, 0, bytes_, c, c + 1) for c in range(commands - 1)]
    places = [0, *range(2, commands + 1), 1]
    launches = [Launch(0, [places[c], places[c + 1]]) for c in range(commands)]
    return Plan(Image(buffers, [program], launches, symbols=2).words())


def right(frame: Frame, values: np.ndarray, commands: int) -> bool:
    result = np.zeros_like(values)
    frame.run([values], [result])
    return bool((result == np.roll(values, commands)).all())


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_calls_from_many_threads(threads: int) -> None:
    """Each caller has a frame of its own; they share the plan and the pool, and never wait for each other."""
    plan = rotation(5)
    barrier = Barrier(CALLERS)

    def call(caller: int) -> int:
        elements = 40 + caller
        frame = plan.frame([elements], threads)
        values = np.arange(elements) * (caller + 1)
        barrier.wait(timeout=60)
        return sum(right(frame, values, 5) for _ in range(CALLS))

    with ThreadPoolExecutor(CALLERS) as pool:
        assert list(pool.map(call, range(CALLERS))) == [CALLS] * CALLERS


def test_frames_of_other_sizes_in_turn() -> None:
    """Workers join tasks of other frames, with other numbers of threads, one after the other."""
    plan = rotation(3)
    frames = [(plan.frame([size], threads), np.arange(size)) for size, threads in ((7, 4), (300, 2), (2, 8), (64, 3))]
    for _ in range(300):
        assert all(right(frame, values, 3) for frame, values in frames)


def in_python(code: str) -> subprocess.CompletedProcess[str]:
    """The code in a process of its own, with this file's names."""
    script = f"from tests.kernels.test_plan_threads import *\n{code}"
    path = os.pathsep.join(sys.path)
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-P", "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.skipif(not TASKS.is_dir(), reason="the system doesn't list threads")
def test_no_thread_before_it_is_of_use() -> None:
    done = in_python(
        "begun = Thread(target=int)  # a sanitizer starts a thread of its own with the first one\n"
        "begun.start(), begun.join()\n"
        "while (TASKS / str(begun.native_id)).exists(): pass  # the system may list it a little longer\n"
        "plan, values, before = rotation(2), np.arange(100), threads()\n"
        "assert right(plan.frame([100], 1), values, 2) and threads() == before\n"
        "frame = plan.frame([100], 3)\n"
        "assert threads() == before\n"
        "assert right(frame, values, 2) and threads() == before + 2\n"
        "assert right(plan.frame([100], 2), values, 2) and threads() == before + 2\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def threads() -> int:
    """Those of this process; 0 where the system doesn't list them."""
    return len(list(TASKS.iterdir())) if TASKS.is_dir() else 0


def compute_in_a_child(plan: Plan) -> int:
    """The exit status of a forked process that computes with threads of its own."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(60)
            before, frame, values = threads(), plan.frame([90], 3), np.arange(90)
            good = all(right(frame, values, 4) for _ in range(50))
            os._exit(0 if good and threads() == before + (2 if TASKS.is_dir() else 0) else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1]


def test_forks_while_threads_compute() -> None:
    """A child begins without threads and starts its own; the parent goes on."""
    plan = rotation(4)
    stop: list[bool] = []
    wrong: list[bool] = []

    def compute() -> None:
        frame, values = plan.frame([400], 2), np.arange(400)
        while not stop:
            if not right(frame, values, 4):
                wrong.append(True)

    caller = Thread(target=compute)
    caller.start()
    try:
        assert [compute_in_a_child(plan) for _ in range(20)] == [0] * 20
    finally:
        stop.append(True)
        caller.join()
    assert not wrong
    assert right(plan.frame([400], 2), np.arange(400), 4)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_ends_a_call(threads: int) -> None:
    """A call of minutes; a signal's handler runs while it lasts, and the next call begins at its beginning."""
    units = 4_000_000_000
    computing = Program([(Symbol(1), 1)], 0, [], [(Op.MUL, Register(0), 3)] * 50)
    copying = Program([], 2, [Step("copy", [8], [Operand(0, "i64", [1]), Operand(1, "i64", [1])])])
    buffers = [Buffer(Kind.ARGUMENT, 0, 64), Buffer(Kind.RESULT, 0, 64)]
    commands = [Host(0), Launch(0, []), Launch(1, [0, 1])]
    plan = Plan(Image(buffers, [computing, copying], commands, symbols=2).words())
    frame = plan.frame([units], threads)
    values, result = np.arange(8), np.zeros(8, np.int64)
    seen: list[int] = []

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for count in (1, 2):
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(KeyboardInterrupt):
                frame.run([values], [result], host=seen.append)
            assert seen == [0] * count
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    result[:] = 0
    plan.frame([100], threads).run([values], [result], host=seen.append)
    assert (result == values).all()


@pytest.mark.skipif(not TASKS.is_dir() or len(os.sched_getaffinity(0)) < 2, reason="needs Linux and two cores")
def test_workers_keep_away_from_the_callers_core() -> None:
    """They may use the caller's cores but one; and its only core if it has one."""
    done = in_python(
        "mine = os.sched_getaffinity(0)\n"
        "before = {path.name for path in TASKS.iterdir()}\n"
        "plan, values = rotation(2), np.arange(100)\n"
        "assert right(plan.frame([100], 3), values, 2)\n"
        "workers = {path.name for path in TASKS.iterdir()} - before\n"
        "cores = [os.sched_getaffinity(int(worker)) for worker in workers]\n"
        "assert len(cores) == 2 and cores[0] == cores[1] and cores[0] < mine, cores\n"
        "assert len(cores[0]) == len(mine) - 1, cores\n"
        "one = {min(cores[0])}\n"
        "os.sched_setaffinity(0, one)\n"
        "assert right(plan.frame([100], 4), values, 2)\n"
        "workers = {path.name for path in TASKS.iterdir()} - before\n"
        "assert [os.sched_getaffinity(int(worker)) for worker in workers] == [one] * 3\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
