"""`tensorir`: opt, run, compile, reduce, demo, info.

Exit codes: 0 ok, 1 a failed check or a refused input, 2 wrong usage."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import tensorir
from tensorir.ir.diagnostic import TensorIRError
from tensorir.tools import compile, demo, info, opt, reduce, run
from tensorir.tools.usage import UsageError

_COMMANDS = (opt, run, compile, reduce, demo, info)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Errors go to stderr, one diagnostic a line; nothing but a bug shows a traceback."""
    parser = argparse.ArgumentParser(prog="tensorir", description="A tensor compiler that tiles data late.")
    parser.add_argument("--version", action="version", version=f"tensorir {tensorir.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(commands)
    try:
        args = parser.parse_args(argv)
    except SystemExit as e:  # argparse exits by itself; a caller within Python wants the code
        return e.code if isinstance(e.code, int) else 2
    try:
        if _is_closed(sys.stdout):
            raise TensorIRError("standard output is closed")
        code = args.run(args)
        sys.stdout.flush()
    except TensorIRError as e:
        print(e, file=sys.stderr)
        return 1
    except UsageError as e:
        print(f"tensorir {args.command}: {e}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of a pipe went away: not our failure, and stdout can't be flushed
        _drop_output()
        return 0
    except MemoryError as e:
        print(f"tensorir {args.command}: out of memory: {e}", file=sys.stderr)
        return 1
    except UnicodeEncodeError as e:
        print(f"tensorir {args.command}: standard output can't hold all characters of the result: {e}", file=sys.stderr)
        return 1
    except OSError as e:
        if e.filename is not None:
            print(f"{e.filename}: error: {e.strerror}", file=sys.stderr)
            return 1
        _drop_output()
        print(f"tensorir {args.command}: standard output can't be written: {e.strerror}", file=sys.stderr)
        return 1
    return int(code)


def _is_closed(stream: object) -> bool:
    return stream is None  # that is how Python says it


def _drop_output() -> None:
    """What is left in the buffer of stdout can't be written; it must not fail once more when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
