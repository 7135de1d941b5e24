"""Files that reproduce a crash of a pass: the module before it, and the command that runs the pass on it.

They contain the user's program, so they are written to a folder that belongs to the user: `tensorir-UID` in the
temporary folder, with mode 0700. A folder of that name that is a link, belongs to somebody else or is open to others is
not used. Files are only created, never overwritten, and never written through links.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass
from tensorir.passes.spec import spec_of
from tensorir.text import print_module

MOST = 100
"""The most reproducers of one pass and one module that differ in something else, such as the options."""


def reproducer_of(module: Module, p: Pass, folder: Path | None = None) -> str:
    """Writes a reproducer and returns `reproducer: PATH`, or the reason why there is none; the crash is reported in any
    case."""
    try:
        return f"reproducer: {write_reproducer(module, p, folder)}"
    except (OSError, TensorIRError, MemoryError, RecursionError) as e:
        return f"there is no reproducer: {e}"


def write_reproducer(module: Module, p: Pass, folder: Path | None = None) -> Path:
    """Writes a `.tir` file that, given to the command in its first line, runs `p` on `module`. Returns its path.

    Long data is in a .npz file beside it. Raises OSError if `folder` (default: `private_folder()`) can't be written."""
    folder = private_folder() if folder is None else folder
    apart: dict[str, npt.NDArray[Any]] = {}
    text = print_module(module, apart=apart)
    stem = f"tensorir-{re.sub('[^A-Za-z0-9_-]', '_', p.name)}-{fingerprint(module)[:12]}"
    for number in range(MOST):
        path = folder / (f"{stem}-{number}.tir" if number else f"{stem}.tir")
        data = path.with_suffix(".npz")
        flags = f" --data {data.name}" if apart else ""
        whole = f"// tensorir opt {path.name}{flags} -p {shlex.quote(spec_of((p,)))}\n{text}".encode()
        if _written(path, whole):
            if apart:
                archive = BytesIO()
                np.savez(archive, **apart)  # pyright: ignore[reportArgumentType]  # keys are digests, none is an option
                _written(data, archive.getvalue())
            return path
    raise FileExistsError(f"there are {MOST} reproducers called {stem} in {folder}")


def private_folder() -> Path:
    """Returns a folder that nobody else can write to or read."""
    path = Path(tempfile.gettempdir()) / f"tensorir-{os.getuid()}"
    try:
        path.mkdir(0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            return Path(tempfile.mkdtemp(prefix="tensorir-"))
    return path


def _written(path: Path, data: bytes) -> bool:
    """Creates the file, or finds it with this content. Returns False if anything else has its name."""
    flags = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | flags, 0o600)
    except FileExistsError:
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | flags), "rb") as file:
                return stat.S_ISREG(os.fstat(file.fileno()).st_mode) and file.read(len(data) + 1) == data
        except OSError:
            return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return True
