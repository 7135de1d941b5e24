"""IREE in a process of its own: `python -m tensorir.testing.iree_child`, one request on stdin, one answer on stdout."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.diagnostic import Diagnostic, TensorIRError
from tensorir.ir.location import Location

if TYPE_CHECKING:
    from tensorir.testing.iree import IreeOptions

Array = npt.NDArray[Any]


@frozen
class Request:
    """What the child does: compiles `text`, and calls `function` unless it is empty."""

    text: str
    options: IreeOptions
    parameters: Mapping[str, Mapping[str, Array]]
    file: str
    function: str
    args: tuple[Array, ...]


COMMAND = ("-m", "tensorir.testing.iree_child")
"""What Python runs in the process of its own."""


@frozen
class IsolatedProgram:
    """Like `IreeProgram`; every call is a process that compiles and runs. A crash, a hang: TensorIRError."""

    text: str
    options: IreeOptions
    parameters: Mapping[str, Mapping[str, Array]]
    file: str
    timeout: float

    def check(self) -> None:
        """Compiles only. Raises TensorIRError as `compile_mlir`."""
        self._ask("", ())

    def __call__(self, function: str, args: Sequence[npt.ArrayLike]) -> tuple[Array, ...]:
        """The results of @function."""
        return self._ask(function, tuple(np.asarray(a) for a in args))

    def _ask(self, function: str, args: tuple[Array, ...]) -> tuple[Array, ...]:
        request = Request(self.text, self.options, self.parameters, self.file, function, args)
        command = [sys.executable, *COMMAND]
        loc = Location(self.file)
        try:
            done = subprocess.run(
                command, input=pickle.dumps(request), capture_output=True, timeout=self.timeout, check=False
            )
        except subprocess.TimeoutExpired:
            raise TensorIRError(f"IREE took longer than {self.timeout:g} s", loc) from None
        if done.returncode:
            last = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()][-20:]
            how = f"was ended by signal {-done.returncode}" if done.returncode < 0 else f"ended with {done.returncode}"
            raise TensorIRError([Diagnostic(f"IREE {how}", loc, notes=tuple(last))])
        ok, answer = pickle.loads(done.stdout)
        if not ok:
            raise TensorIRError(answer)
        return answer


def main() -> int:
    """Answers one request: (True, results) or (False, diagnostics)."""
    from tensorir.testing.iree import compile_mlir  # deferred: the two modules need each other

    request: Request = pickle.loads(sys.stdin.buffer.read())
    try:
        program = compile_mlir(request.text, request.options, parameters=request.parameters, file=request.file)
        answer = (True, program(request.function, request.args) if request.function else ())
    except TensorIRError as e:
        answer = (False, e.diagnostics)
    sys.stdout.buffer.write(pickle.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
