"""Opens and reads files: regular files only, without blocking, and within a limit of size.

The user names the path, so links are followed, but they must lead to a regular file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location

MAX_FILE_BYTES = 1 << 30
"""The largest text of a program, in bytes."""

_PIECE = 1 << 20


@contextmanager
def open_regular(path: str | Path) -> Generator[BinaryIO]:
    """Opens the file at `path` for reading. Raises TensorIRError if it is not a regular file or can't be opened or
    read.

    A FIFO or a device is refused at once: opening it could block until somebody writes, or have an effect."""
    loc = Location(str(path))
    try:
        if "\0" in str(path):
            raise FileNotFoundError  # names that the system can't have raise another error in Python
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb", closefd=True) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileNotFoundError
            yield file
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise TensorIRError("no such file, or not a regular file", loc) from None
    except OSError as e:
        raise TensorIRError(f"can't be read: {e.strerror or e}", loc) from None


def read_file(path: str | Path) -> str:
    """Returns the text of a file. Raises TensorIRError if it can't be read, is too large, or is not UTF-8."""
    with open_regular(path) as file:
        return _text(file, str(path))


def read_stream(stream: TextIO, name: str) -> str:
    """Returns all of an open text, such as standard input, under the same limits. Reading from a terminal waits for
    input."""
    return _text(stream.buffer, name)


def _text(file: BinaryIO, name: str) -> str:
    data = bytearray()
    while part := file.read(_PIECE):  # the size of a file may change, or be reported as 0 as in /proc
        data += part
        if len(data) > MAX_FILE_BYTES:
            raise TensorIRError(f"larger than {MAX_FILE_BYTES} bytes", Location(name))
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as e:
        raise TensorIRError(f"not UTF-8: {e.reason} at byte {e.start}", Location(name)) from None
