"""`tensorir`: opt, run, bench, compile, explain, bisect, reduce, calibrate, check-device, cache, demo, info.

Exit codes: 0 ok, 1 a failed check or a refused input, 2 wrong usage."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence

from attrs import evolve

import tensorir
from tensorir import plugins
from tensorir.dialects.registry import OPS
from tensorir.interp import IMPLEMENTATIONS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import UNKNOWN, Location
from tensorir.pipelines import PASSES
from tensorir.targets.registry import device_names
from tensorir.tools import bench, bisect, cache, calibrate, check_device, compile, demo, explain, info, opt, reduce, run
from tensorir.tools.usage import UsageError

_COMMANDS = (opt, run, bench, compile, explain, bisect, reduce, calibrate, check_device, cache, demo, info)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Errors go to stderr, one diagnostic per line; only a bug shows a traceback."""
    parser = argparse.ArgumentParser(
        prog="tensorir", description="A tensor compiler that does data-tiling with late materialization."
    )
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
    except SystemExit as e:  # argparse exits by itself; a caller in Python wants the exit code
        return e.code if isinstance(e.code, int) else 2
    try:
        if _is_closed(sys.stdout):
            raise TensorIRError("standard output is closed")
        code = args.run(args)
        sys.stdout.flush()
    except TensorIRError as e:
        print(_said(e, args.command), file=sys.stderr)
        return 1
    except UsageError as e:
        print(f"tensorir {args.command}: {e}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of the pipe has gone: this is not a failure, and stdout can't be flushed
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


def _said(error: TensorIRError, command: str) -> str:
    """The text of an error; what has no place is said by the command."""
    here = Location(f"tensorir {command}")
    return "\n".join(str(evolve(d, loc=here) if d.loc == UNKNOWN else d) for d in error.diagnostics)


def _without_plugins(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the arguments without `--plugin FILE`, and the files. Plug-ins are loaded first because options of the
    commands depend on them.

    A `--plugin` without a file stays, so that the parser reports it."""
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
    """Loads installed plug-ins, then the files. An installed plug-in that can't be used is reported in a line on
    stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", plugins.PluginWarning)
        for file in files:
            plugins.load_file(file)
        for table in (OPS, PASSES, IMPLEMENTATIONS, device_names()):
            len(table)  # reading the table also warns about entries that are not used
    for w in caught:
        if issubclass(w.category, plugins.PluginWarning):
            print(f"warning: {w.message}", file=sys.stderr)
        else:
            warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)


def _is_closed(stream: object) -> bool:
    return stream is None  # Python's way to report a closed stream


def _drop_output() -> None:
    """Discards the buffer of stdout, which can't be written, so that it does not fail again when Python exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
