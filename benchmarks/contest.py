"""Contenders in processes of their own, which take turns; and other processes that keep the machine busy.

A process per contender, because thread pools can't be resized in all of them, and because the CPU time of a process is
then that of one contender, with all its threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any, NamedTuple

from benchmarks.peers import Array, Shape, contender
from tensorir.demo.weights import load_weights

SPAWN = get_context("spawn")
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables that size the thread pools of libraries when they are loaded."""

MOST_IDLE_SECONDS = 0.5
"""How long a turn waits for threads that still spin after a call."""


class LeftOutError(Exception):
    """Why a contender does not take part."""


class Turn(NamedTuple):
    """Seconds of one call: by the clock, and of all threads together."""

    wall: float
    cpu: float


class Contender:
    """A contender in its own process, built and called once."""

    def __init__(self, name: str, shape: Shape, folder: Path, args: tuple[Array, Array]) -> None:
        """Raises LeftOutError if it does not support the shape, fails, or its process ends."""
        self.name = name
        self._log = folder / f"{name.replace('/', '-')}.log"
        self._connection, theirs = SPAWN.Pipe()
        os.environ.update(dict.fromkeys(POOLS, str(shape.threads)))
        self._process = SPAWN.Process(target=_serve, args=(theirs, name, shape, folder, self._log), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self.first: Array = self._ask(args)
        except LeftOutError:
            self.close()
            raise

    def turn(self) -> Turn:
        """One timed call, after one that is not timed: as in a loop of calls, caches hold what they can."""
        return self._ask(None)

    def close(self) -> None:
        """Ends the process."""
        self._connection.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _ask(self, request: tuple[Array, Array] | None) -> Any:
        try:
            self._connection.send(request)
            answer: Any = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(5)
            last = self._log.read_text("utf-8", "replace").splitlines()[-3:] if self._log.exists() else []
            raise LeftOutError(" | ".join((f"its process ended with {self._process.exitcode}", *last))) from None
        if isinstance(answer, str):
            raise LeftOutError(answer)
        return answer


def _serve(connection: Connection, name: str, shape: Shape, folder: Path, log: Path) -> None:
    """The process of a contender: answers arguments with the result, and None with the time of a call.

    What the libraries print goes to `log`."""
    with log.open("w", encoding="utf-8") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    try:
        embed = contender(name).build(load_weights(), shape, folder)
        args = connection.recv()
        connection.send(embed(*args))
        while True:
            connection.recv()
            embed(*args)
            _wait_until_idle()
            cpu, wall = process_time(), perf_counter()
            embed(*args)
            turn = Turn(perf_counter() - wall, process_time() - cpu)
            _wait_until_idle()
            connection.send(turn)
    except EOFError:  # the end of the contest
        return
    except Exception as e:  # whatever goes wrong in a peer is a reason to leave it out, which the report then says
        connection.send(f"{type(e).__name__}: {e}".splitlines()[0][:200])


def _wait_until_idle() -> None:
    """Returns when the threads of this process have stopped spinning, so that the next contender has the machine."""
    end = perf_counter() + MOST_IDLE_SECONDS
    while perf_counter() < end:
        before = process_time()
        sleep(2e-3)
        if process_time() - before < 5e-4:
            return


@contextmanager
def busy(count: int) -> Generator[None]:
    """Meanwhile `count` other processes spin."""
    spinning = [SPAWN.Process(target=_spin, args=(os.getpid(),), daemon=True) for _ in range(count)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.join()


def _spin(parent: int) -> None:
    while os.getppid() == parent:
        for _ in range(1_000_000):
            pass
