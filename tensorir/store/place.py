"""Where the store is, how large it may become, and whether a folder can be trusted with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tensorir.ir.diagnostic import TensorIRError
from tensorir.store.refused import StoreUnusable, reason_of

SWITCH, FOLDER, LIMIT = "TENSORIR_CACHE", "TENSORIR_CACHE_DIR", "TENSORIR_CACHE_LIMIT"
DEFAULT_LIMIT = 10 << 30
"""Bytes of all files in the store."""
NAME = "constants"
"""The folder of the store in the cache's."""

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def is_on(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment lets compilations use the store. Raises TensorIRError for a value other than 0 and 1."""
    value = environment.get(SWITCH, "") or "1"
    if value not in ("0", "1"):
        raise TensorIRError(f"{SWITCH}: expected 0 (off) or 1 (on), got {value!r}")
    return value == "1"


def store_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Returns the folder of the store, which need not exist. Raises StoreUnusable if the user has no home."""
    if given := environment.get(FOLDER):
        return Path(given) / NAME
    caches = environment.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(caches):  # as its specification says
        try:
            caches = Path.home() / ".cache"
        except RuntimeError as e:
            raise StoreUnusable(f"there is no folder for it: {e}; set {FOLDER}") from None
    return Path(caches) / "tensorir" / NAME


def size_limit(environment: Mapping[str, str] = os.environ) -> int:
    """Returns the most bytes that the store may have. Raises TensorIRError unless it is a whole number."""
    value = environment.get(LIMIT, "") or str(DEFAULT_LIMIT)
    if not (value.isascii() and value.isdecimal()) or len(value) > 18:
        raise TensorIRError(f"{LIMIT}: expected a whole number of bytes, got {value!r}")
    return int(value)


def open_folder(path: Path, *, create: bool = True) -> int:
    """Returns a descriptor of the folder of the store, which is used only through it.

    Raises StoreUnusable if it can't be made or opened, if it or the folder that holds it is a symbolic link or belongs
    to another user, or if others may write to the one or open the other. Raises FileNotFoundError if it does not exist
    and `create` is False."""
    try:
        if create:
            _create(path.parent)
        outer = _opened(path.parent, None, others=0o022)
        try:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(path.name, 0o700, dir_fd=outer)
            return _opened(path, outer, others=0o077)
        finally:
            os.close(outer)
    except FileNotFoundError as e:
        if create:
            raise StoreUnusable(f"{path} can't be made: {reason_of(e)}") from None
        raise
    except OSError as e:
        raise StoreUnusable(f"{path} can't be used: {reason_of(e)}") from None


def _create(path: Path) -> None:
    missing = [p for p in (path, *path.parents) if not p.exists()]
    for p in reversed(missing):
        with suppress(FileExistsError):
            p.mkdir(0o700)


def _opened(path: Path, folder: int | None, *, others: int) -> int:
    """`others`: the permissions that nobody but the owner may have."""
    where = path if folder is None else path.name
    found = os.stat(where, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        raise StoreUnusable(f"{path} is a symbolic link; name the folder itself with {FOLDER}")
    descriptor = os.open(where, _OPEN, dir_fd=folder)
    found = os.fstat(descriptor)
    problem = ""
    if found.st_uid != os.geteuid():
        problem = f"belongs to the user {found.st_uid}, not to you ({os.geteuid()})"
    elif found.st_mode & others:
        mode = stat.S_IMODE(found.st_mode)
        problem = f"is open to other users (mode {mode:04o}); run chmod {mode & ~others:o} {path}"
    if problem:
        os.close(descriptor)
        raise StoreUnusable(f"{path} {problem}")
    return descriptor
