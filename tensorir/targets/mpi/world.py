"""The processes that `mpiexec` started, and messages between them.

Law: a message is accepted only by a process that has done the same so far. Each process folds what it does with devices
of any rank into a digest, and each message carries that of its sender. So processes that run other scripts, sizes or
versions get an error instead of each other's numbers.

Law: no process waits for ever. Who ends for a reason of its own says farewell to all others, and whoever waits for it
gets an error. Processes that wait for each other, because they do not do the same, find that out: each sends a query to
the one that it waits for, which passes it on if it waits itself. A query that comes back is an error. A process that is
killed can't say farewell; `mpiexec` ends the others.
"""

from __future__ import annotations

import atexit
import os
import pickle
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from time import monotonic, sleep
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.targets.launcher import DeviceMemoryError

Bytes = npt.NDArray[np.uint8]
T = TypeVar("T")

MESSAGE, FAREWELL, QUERY = 1, 2, 3
"""Tags."""

CONTENTS, ERROR = 0, 1
"""Kinds of messages."""

_HEAD = 64
"""The bytes before the contents of a message: its kind and the digest of its sender, and room, so that contents are
aligned."""

_SPINS = 200
"""So many times a process looks for a message without a pause."""

_QUERY_S = 0.25
"""A process that waits asks so often whether that is for ever."""

_DELIVERY_S = 2e-3
"""So long a sender waits until a message is taken. A large one needs it to do something for the message meanwhile."""


def library() -> Any:
    """Returns the module mpi4py.MPI. Raises UnsupportedError with the way to install it."""
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as e:  # RuntimeError: there is no MPI on this machine
        raise UnsupportedError(f"the devices mpi:… need MPI: pip install 'tensorir[mpi]' ({e})") from None
    return MPI


class World:
    """The processes, as this one sees them. One thread at a time may use it, because all processes have to do the same
    in the same order."""

    def __init__(self) -> None:
        """Waits until all processes do the same."""
        self._mpi = library()
        self._comm, request = self._mpi.COMM_WORLD.Idup()  # so that messages of the caller are not mixed with ours
        _poll(request.Test)
        self.rank: int = self._comm.Get_rank()
        self.size: int = self._comm.Get_size()
        self.messages_sent = 0
        self._others = [r for r in range(self.size) if r != self.rank]
        self._digest = 0
        self._process = os.getpid()
        self._sent_to, self._received_from = [0] * self.size, [0] * self.size
        self._waits = 0
        """How often this process has waited; the number of the wait that it is in."""
        self._sending: list[tuple[Any, npt.NDArray[Any]]] = []
        """Requests that are not done, and what they send."""
        atexit.register(self._leave)

    def did(self, what: str, *numbers: int) -> None:
        """Folds something that all processes do into the digest."""
        if os.getpid() != self._process:
            raise UnsupportedError(
                "MPI was opened before this process was forked, and does not survive that: start processes with "
                'multiprocessing.set_start_method("spawn")'
            )
        text = f"{self._digest} {what} {numbers}"
        self._digest = int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "little")

    # ---- what processes tell each other -----------------------------------------------------------------------------

    def agreed(self, root: int, make: Callable[[], T]) -> T:
        """Returns on all processes what `make` returns on one, or raises there what it raises."""
        if self.rank != root:
            return pickle.loads(self._contents(root).tobytes())
        with self._telling():
            found = make()
        self.send(self._others, np.frombuffer(pickle.dumps(found), np.uint8))
        return found

    def broadcast(self, root: int, nbytes: int, fill: Callable[[Bytes], None]) -> Bytes:
        """Returns on all processes the bytes that `fill` writes on one, or raises there what it raises."""
        if self.rank != root:
            return self._contents(root)
        with self._telling():
            made = _room(_HEAD + nbytes)
            fill(made[_HEAD:])
        self._send(self._others, made, CONTENTS)
        return made[_HEAD:]

    @contextmanager
    def _telling(self) -> Generator[None]:
        """Sends an error to all others, and raises the same here."""
        try:
            yield
        except Exception as e:
            error = shareable(e)
            self.send(self._others, error)
            if error is e:
                raise
            raise error from e

    def send(self, to: Sequence[int], given: Bytes | Exception) -> None:
        """Sends bytes, or an error in their place."""
        kind = ERROR if isinstance(given, Exception) else CONTENTS
        contents = np.frombuffer(pickle.dumps(given), np.uint8) if isinstance(given, Exception) else given
        parcel = _room(_HEAD + len(contents))
        parcel[_HEAD:] = contents
        self._send(to, parcel, kind)

    def _contents(self, source: int) -> Bytes:
        """Waits for a message of another process, and returns its bytes. Raises an error that was sent in their
        place."""
        found = self.receive(source)
        if isinstance(found, Exception):
            raise found
        return found

    def receive(self, source: int) -> Bytes | Exception:
        """Waits for a message of another process, and returns its bytes, or the error that was sent in their place.
        Raises TensorIRError if that process has left, or has done something else so far."""
        parcel = self._awaited(source)
        kind, digest = parcel[:16].view(np.int64).tolist()
        if digest != self._digest:
            raise self._differing(source)
        return pickle.loads(parcel[_HEAD:].tobytes()) if kind == ERROR else parcel[_HEAD:]

    def _differing(self, other: int) -> TensorIRError:
        return TensorIRError(
            f"the processes {self.rank} and {other} do not do the same: all processes run the same script, with the "
            "same programs and sizes in the same order, on one thread; where CPUs differ, say which features to use, "
            "as in mpi:0/cpu{features=avx2}"
        )

    # ---- messages ---------------------------------------------------------------------------------------------------

    def _send(self, to: Sequence[int], parcel: Bytes, kind: int) -> None:
        parcel[:16].view(np.int64)[:] = kind, self._digest
        for rank in to:
            self._begin(rank, parcel, MESSAGE)
            self._sent_to[rank] += 1
            self.messages_sent += 1
        until = monotonic() + _DELIVERY_S
        while not self._all_taken() and monotonic() < until:
            pass

    def _begin(self, to: int, contents: npt.NDArray[Any], tag: int) -> None:
        self._sending.append((self._comm.Isend([contents, self._mpi.BYTE], to, tag), contents))

    def _all_taken(self) -> bool:
        self._sending = [(request, contents) for request, contents in self._sending if not request.Test()]
        return not self._sending

    def _arrived(self, source: int) -> Bytes | None:
        """The next message of a process, if there is one."""
        status = self._mpi.Status()
        if not self._comm.Iprobe(source, MESSAGE, status):
            return None
        parcel, sender = _room(status.Get_count(self._mpi.BYTE)), status.Get_source()
        self._comm.Recv([parcel, self._mpi.BYTE], sender, MESSAGE)
        self._received_from[sender] += 1
        return parcel

    def _awaited(self, source: int) -> Bytes:
        """Waits for a message, in such a way that Ctrl-C ends the wait."""
        self._waits += 1
        tries, asked = 0, monotonic()
        while (found := self._arrived(source)) is None:
            if (ended := self._comm.Iprobe(source, FAREWELL)) or self._is_asked(source):
                found = self._arrived(source)  # what was sent before
                if found is not None:
                    return found
                raise self._ended(source) if ended else self._differing(source)
            tries += 1
            if tries > _SPINS:
                sleep(min(1e-3, 1e-6 * (tries - _SPINS)))
            if monotonic() > asked + _QUERY_S:
                asked = monotonic()
                self._ask(source, self.rank, self._waits)
                self._all_taken()
        return found

    def _ended(self, source: int) -> TensorIRError:
        return TensorIRError(f"the process {source} has ended, and the process {self.rank} waits for it")

    def _ask(self, source: int, first: int, wait: int) -> None:
        """Sends a query, that of this process or that of another: who waits first, in which wait, and how many messages
        this process has of the one that it waits for."""
        self._begin(source, np.array([first, wait, self._received_from[source]], np.int64), QUERY)

    def _is_asked(self, source: int) -> bool:
        """Passes queries on, while this process waits for `source`. Returns whether its own came back: then each of the
        processes waits for the next one, and has got all that this one has sent."""
        status, query = self._mpi.Status(), np.empty(3, np.int64)
        while self._comm.Iprobe(self._mpi.ANY_SOURCE, QUERY, status):
            sender = status.Get_source()
            self._comm.Recv([query, self._mpi.BYTE], sender, QUERY)
            first, wait, received = query.tolist()
            if received != self._sent_to[sender]:
                continue  # a message is on its way there
            if (first, wait) == (self.rank, self._waits):
                return True
            if first != self.rank:
                self._ask(source, first, wait)
        return False

    # ---- the end ----------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Tells all others, and takes what they still send, so that they need not wait, until they leave as well."""
        if os.getpid() != self._process or self._mpi.Is_finalized():
            return
        nothing, here = np.empty(0, np.uint8), set(self._others)
        for r in self._others:
            self._begin(r, nothing, FAREWELL)

        def done() -> bool:
            self._arrived(self._mpi.ANY_SOURCE)
            while self._comm.Iprobe(self._mpi.ANY_SOURCE, QUERY):
                self._comm.Recv([np.empty(3, np.int64), self._mpi.BYTE], self._mpi.ANY_SOURCE, QUERY)
            for r in sorted(here):
                if self._comm.Iprobe(r, FAREWELL):
                    self._comm.Recv([nothing, self._mpi.BYTE], r, FAREWELL)
                    here.remove(r)
            return not here and self._all_taken()

        _poll(done)


def _poll(done: Callable[[], bool]) -> None:
    while not done():
        sleep(1e-3)


def _room(nbytes: int) -> Bytes:
    """Memory for a message. Raises DeviceMemoryError."""
    try:
        return np.empty(nbytes, np.uint8)
    except MemoryError as e:
        raise DeviceMemoryError(f"there is not enough memory for a message of {nbytes} bytes") from e


def shareable(error: Exception) -> Exception:
    """An error as other processes can have it: those of the compiler are the same there, of others it is the text."""
    if isinstance(error, TensorIRError | DeviceMemoryError):
        return error
    return TensorIRError(f"{type(error).__name__}: {error}")


@cache
def world() -> World:
    """Returns the processes. The first call waits until all of them call it. Raises UnsupportedError without MPI."""
    return World()
