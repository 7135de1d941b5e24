"""The origin of an op: a file position or a name. Locations are ignored when programs are compared."""

from __future__ import annotations

import sys

from attrs import field, frozen


@frozen
class Location:
    """A position `file:line:col` (1-based). `line == 0` means that only the name in `file` is known.

    `op` is the id of the op that everything at this location was made from, "" before a pipeline has given it one (see
    `tensorir.passes.numbering`). Two ops may share a line, and an op may have none, but ids differ."""

    file: str
    line: int = 0
    col: int = 0
    op: str = field(default="", eq=False)

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.col}" if self.col else f"{self.file}:{self.line}"


UNKNOWN = Location("<unknown>")


def caller_location(package: str) -> Location:
    """Returns the innermost Python frame outside the files below the folder `package`."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # the documented way to read a caller
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
    return Location(frame.f_code.co_filename, frame.f_lineno)
