"""Each allocation of the executor fails once, and so does the start of its threads: the caller gets a MemoryError, or
the result where no memory is missing; nothing is lost, and the next call is right."""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.native.plans import Plan
from tests.support.graphs import dynamic
from tests.support.plan_images import Buffer, Expr, Image, Kind, Launch, Op, Operand, Program, Step, Symbol

SOURCE = Path(__file__).parents[1] / "support" / "failing_allocations.c"
COMPILER = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")


def plan() -> Plan:
    """Copies the argument to the result by way of the arena, with scratch."""
    bytes_ = Expr(Op.MUL, Symbol(1), 8)
    copy = [Step("copy", [Symbol(1)], [Operand(0, "i64", [1]), Operand(1, "i64", [1])])]
    program = Program([], 2, copy, scratch=[64])
    buffers = [Buffer(Kind.ARGUMENT, 0, bytes_), Buffer(Kind.RESULT, 0, bytes_), Buffer(Kind.ARENA, 0, bytes_, 0, 1)]
    return Plan(Image(buffers, [program], [Launch(0, [0, 2]), Launch(0, [2, 1])], symbols=2).words(), [np.zeros(3)])


def refuse_each(hook: ctypes.CDLL, what: str, work: Callable[[], Any], right: Callable[[], bool]) -> int:
    """Lets each request of `work` fail in turn; returns how many there were."""
    assert right()
    for number in range(1, 1000):
        gc.collect()
        before = hook.held_now()
        hook.refuse_request(number)
        try:
            kept = work()
            failed = False
        except MemoryError:
            kept = None
            failed = True
        asked = hook.requests()
        hook.refuse_request(0)
        if asked < number:
            assert not failed, what
            return number - 1
        assert failed, f"{what}: request {number} was refused, and nothing said so"
        del kept
        gc.collect()
        assert hook.held_now() == before, f"{what}: memory is lost when request {number} fails"
        assert right(), f"{what}: what follows is wrong when request {number} failed"
    raise AssertionError(what)


def main() -> None:
    """In a process whose allocator is watched."""
    hook = ctypes.CDLL(os.environ["LD_PRELOAD"])
    hook.watch()
    values = np.arange(100)

    def ran(frame: Any) -> bool:
        result = np.zeros_like(values)
        frame.run([values], [result])
        return bool((result == values).all())

    whole = plan()
    counts = [
        refuse_each(hook, "a plan", plan, lambda: ran(plan().frame([100]))),
        refuse_each(hook, "a frame", lambda: whole.frame([100], 2), lambda: ran(whole.frame([100], 2))),
    ]

    def profiled() -> Any:
        frame = whole.frame([100])
        frame.profile(True)
        return frame

    counts.append(refuse_each(hook, "a profile", profiled, lambda: ran(profiled())))
    frame = whole.frame([100])
    counts.append(refuse_each(hook, "a run", lambda: frame.run([values], [values.copy()]), lambda: ran(frame)))

    def small() -> npt.NDArray[np.float32]:
        return np.full((8, 8), 2, np.float32)

    program = compile(dynamic(), num_threads=2)
    sizes = iter(range(9, 10_000))

    def call() -> None:
        """With sizes not seen before."""
        a = np.full((next(sizes), 5), 2, np.float32)
        program(a, a.T)

    usable = lambda: bool((program(small(), small()) == 32).all())  # noqa: E731 (it is passed on)
    program.call([small(), small()])
    counts.append(refuse_each(hook, "a call", call, usable))
    large = np.ones((700, 64), np.float32)
    program = compile(dynamic(), data_tiling="off")  # many units
    for threads, missing in ((4, 1), (9, 2), (9, 0)):
        hook.refuse_threads(missing)
        for _ in range(missing + 1):
            assert (program.call([large, large.T], num_threads=threads)[0] == 64).all(), (
                f"{missing} threads were refused"
            )
        assert hook.threads_to_refuse() == 0
    print(*counts)


@pytest.mark.skipif(COMPILER is None, reason="a C compiler makes the library that refuses")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="symbols are replaced by LD_PRELOAD")
@pytest.mark.skipif("LD_PRELOAD" in os.environ, reason="a sanitizer has an allocator of its own")
def test_each_allocation_may_fail(tmp_path: Path) -> None:
    assert COMPILER is not None
    library = tmp_path / "failing_allocations.so"
    subprocess.run([COMPILER, "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    environment = {**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-P", "-c", f"from {__name__} import main; main()"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    plans, frames, profiles, runs, calls = map(int, done.stdout.split())
    assert plans == 10, "the plan, and each of its tables"
    assert (frames, profiles, runs) == (3, 5, 0)
    assert calls == 2, "the frame of sizes not seen before"
