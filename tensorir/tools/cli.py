"""`tensorir`: opt, run, compile, reduce, demo, info.

Exit codes: 0 ok, 1 a failed check or a refused input, 2 wrong usage."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence

import tensorir
from tensorir import plugins
from tensorir.dialects.registry import OPS
from tensorir.interp import IMPLEMENTATIONS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.pipelines import PASSES
from tensorir.targets.registry import device_names
from tensorir.tools import compile, demo, info, opt, reduce, run
from tensorir.tools.usage import UsageError

_COMMANDS = (opt, run, compile, reduce, demo, info)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Errors go to stderr, one diagnostic a line; nothing but a bug shows a traceback."""
    parser = argparse.ArgumentParser(prog="tensorir", description="A tensor compiler that tiles data late.")
    parser.add_argument("--version", action="version", version=f"tensorir {tensorir.__version__}")
    parser.add_argument("--plugin", action="append", metavar="FILE", help="a Python file with tables of ops, passes, …")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given, files = _without_plugins(sys.argv[1:] if argv is None else argv)
    try:
        _load_plugins(files)
    except TensorIRError as e:
        print(e, file=sys.stderr)
        return 1
    for command in _COMMANDS:
        command.add_parser(commands)
    try:
        args = parser.parse_args(given)
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


def _without_plugins(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments without `--plugin FILE`, wherever it stands, and the files: what commands take depends on them.

    One without a file stays, for the parser to say so."""
    left: list[str] = []
    files: list[str] = []
    arguments = iter(argv)
    for argument in arguments:
        if argument == "--":
            left += [argument, *arguments]
        elif argument.startswith("--plugin="):
            files.append(argument.removeprefix("--plugin="))
        elif argument == "--plugin" and (file := next(arguments, None)) is not None:
            files.append(file)
        else:
            left.append(argument)
    return left, files


def _load_plugins(files: Sequence[str]) -> None:
    """Installed plug-ins, then the files. One that is installed but can't be used is a line on stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", plugins.PluginWarning)
        for file in files:
            plugins.load_file(file)
        for table in (OPS, PASSES, IMPLEMENTATIONS, device_names()):
            len(table)  # reads it, and with that says what of it is not used
    for w in caught:
        if issubclass(w.category, plugins.PluginWarning):
            print(f"warning: {w.message}", file=sys.stderr)
        else:
            warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)


def _is_closed(stream: object) -> bool:
    return stream is None  # that is how Python says it


def _drop_output() -> None:
    """What is left in the buffer of stdout can't be written; it must not fail once more when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
