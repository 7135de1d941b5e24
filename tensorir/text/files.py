"""Texts of programs in files."""

from __future__ import annotations

from pathlib import Path

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location

MAX_FILE_BYTES = 1 << 30


def read_file(path: str | Path) -> str:
    """The text of a file. Raises TensorIRError if it can't be read, is too large, or not UTF-8."""
    loc = Location(str(path))
    try:
        file = Path(path)
        if file.is_file():
            if file.stat().st_size > MAX_FILE_BYTES:
                raise TensorIRError(f"larger than {MAX_FILE_BYTES} bytes", loc)
            return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as e:
        raise TensorIRError(f"not UTF-8: {e.reason} at byte {e.start}", loc) from None
    except OSError as e:
        raise TensorIRError(f"can't be read: {e.strerror}", loc) from None
    raise TensorIRError("no such file, or not a regular one", loc)
