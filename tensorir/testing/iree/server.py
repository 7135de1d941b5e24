"""IREE in a process of its own, `python -m tensorir.testing.iree.server SOCKET`: answers what `child` asks."""

from __future__ import annotations

import pickle
import socket
import sys

from tensorir.ir.diagnostic import TensorIRError
from tensorir.testing.iree import compile_mlir
from tensorir.testing.iree.child import Request, receive, send


def main() -> int:
    """Answers each request with (True, results) or (False, diagnostics), until the other end is gone."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    while True:
        try:
            request: Request = pickle.loads(receive(connection))
        except ConnectionError:
            return 0
        try:
            program = compile_mlir(request.text, request.options, parameters=request.parameters, file=request.file)
            answer = (True, program(request.function, request.args) if request.function else ())
        except TensorIRError as e:
            answer = (False, e.diagnostics)
        send(connection, pickle.dumps(answer))


if __name__ == "__main__":
    sys.exit(main())
