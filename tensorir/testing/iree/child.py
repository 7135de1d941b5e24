"""The client of a separate process (`server`) that runs IREE.

One such process serves all isolated calls. If it crashes or hangs, the call raises an error and the next call starts
another process, so a call costs little more than in this process.
"""

from __future__ import annotations

import atexit
import pickle
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.diagnostic import Diagnostic, TensorIRError
from tensorir.ir.location import Location

if TYPE_CHECKING:
    from tensorir.testing.iree import IreeOptions

Array = npt.NDArray[Any]

COMMAND = ("-m", "tensorir.testing.iree.server")
"""The Python code of the separate process, which gets the number of the socket."""


@frozen
class Request:
    """A request: compile `text`, and call `function` unless it is empty."""

    text: str
    options: IreeOptions
    parameters: Mapping[str, Mapping[str, Array]]
    file: str
    function: str
    args: tuple[Array, ...]


@frozen
class IsolatedProgram:
    """Like `IreeProgram`; every call compiles and runs in the other process. A crash or a hang raises TensorIRError."""

    text: str
    options: IreeOptions
    parameters: Mapping[str, Mapping[str, Array]]
    file: str

    def check(self) -> None:
        """Compiles only. Raises TensorIRError as `compile_mlir`."""
        self._ask("", ())

    def __call__(self, function: str, args: Sequence[npt.ArrayLike]) -> tuple[Array, ...]:
        """The results of @function."""
        return self._ask(function, tuple(np.asarray(a) for a in args))

    def _ask(self, function: str, args: tuple[Array, ...]) -> tuple[Array, ...]:
        request = Request(self.text, self.options, self.parameters, self.file, function, args)
        ok, answer = _CHILD.ask(request, self.options.timeout, Location(self.file))
        if not ok:
            raise TensorIRError(answer)
        return answer


class _Child:
    """Returns the process, which is started on first use."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.socket: socket.socket | None = None
        self.messages: IO[bytes] | None = None

    def ask(self, request: Request, timeout: float, loc: Location) -> Any:
        connection = self.socket if self.process is not None and self.process.poll() is None else None
        if connection is None:
            self.stop()
            connection = self._start()
        try:
            connection.settimeout(timeout)
            send(connection, pickle.dumps(request))
            return pickle.loads(receive(connection))
        except TimeoutError:
            self.stop()
            raise TensorIRError(f"IREE took longer than {timeout:g} s", loc) from None
        except OSError:  # the other process has ended
            raise TensorIRError([self._death(loc)]) from None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.messages = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        command = [sys.executable, *COMMAND, str(theirs.fileno())]
        self.process = subprocess.Popen(
            command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, stdout=self.messages, stderr=self.messages
        )
        theirs.close()
        self.socket = ours
        return ours

    def _death(self, loc: Location) -> Diagnostic:
        assert self.process is not None and self.messages is not None
        code = self.process.wait()
        self.messages.seek(0)
        last = [line for line in self.messages.read().decode(errors="replace").splitlines() if line.strip()][-20:]
        self.stop()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        return Diagnostic(f"IREE {how}", loc, notes=tuple(last))

    def stop(self) -> None:
        """Ends the process, if there is one, and forgets it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        for closing in (self.socket, self.messages):
            if closing is not None:
                closing.close()
        self.process = self.socket = self.messages = None


_CHILD = _Child()
atexit.register(_CHILD.stop)


def stop_child() -> None:
    """Ends the process that serves isolated calls; the next call starts another."""
    _CHILD.stop()


def send(connection: socket.socket, data: bytes) -> None:
    """One message: its length, then its bytes."""
    connection.sendall(len(data).to_bytes(8, "little") + data)


def receive(connection: socket.socket) -> bytes:
    """The next message. Raises ConnectionError where the other process has ended."""
    size = int.from_bytes(_exactly(connection, 8), "little")
    return _exactly(connection, size)


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = connection.recv(min(count, 1 << 20))
        if not part:
            raise ConnectionError("the other process has ended")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
