"""What is stored belongs to the code that computed it."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from tensorir.version import __version__

_BYTES = 16


@cache
def installation() -> bytes:
    """Returns a hash that changes with every file of code of this package, the compiled kernels included. As Python
    does, it takes a file as changed if its size or its time has."""
    files: list[tuple[str, int, int]] = []
    root = str(Path(__file__).parents[1])
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        folders.append(entry.path)
                elif entry.name.endswith((".py", ".so")):
                    status = entry.stat()
                    files.append((os.path.relpath(entry.path, root), status.st_size, status.st_mtime_ns))
    return hashlib.blake2b(repr((__version__, sorted(files))).encode(), digest_size=_BYTES).digest()
