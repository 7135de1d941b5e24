"""What the commands share: reading files, and errors of usage."""

from __future__ import annotations

import sys
from pathlib import Path

from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.text import parse

MAX_FILE_BYTES = 1 << 30


class UsageError(Exception):
    """The command line is wrong: exit code 2."""


def read_text(path: str) -> str:
    """The text of a file, `-` for standard input. Raises TensorIRError if it can't be read or is not UTF-8."""
    try:
        if path == "-":
            return sys.stdin.read()
        file = Path(path)
        if not file.is_file():
            raise TensorIRError("no such file, or not a regular one", Location(path))
        if file.stat().st_size > MAX_FILE_BYTES:
            raise TensorIRError(f"larger than {MAX_FILE_BYTES} bytes", Location(path))
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as e:
        raise TensorIRError(f"not UTF-8: {e.reason} at byte {e.start}", Location(path)) from None
    except OSError as e:
        raise TensorIRError(f"can't be read: {e.strerror}", Location(path)) from None


def read_module(path: str) -> Module:
    """The program in a `.tir` file, `-` for standard input."""
    return parse(read_text(path), OPS, file="<stdin>" if path == "-" else path)
