"""`tensorir cache`: what is in the store of packed constants, and an end to it."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from tensorir.ir.diagnostic import TensorIRError
from tensorir.store.contents import Stored, stored
from tensorir.store.locks import locked
from tensorir.store.place import open_folder, size_limit, store_path
from tensorir.store.refused import StoreUnusable, reason_of
from tensorir.store.room import clear

_HELP = """\
Compilations map packed constants from a folder of the user: TENSORIR_CACHE_DIR, or tensorir in XDG_CACHE_HOME or
~/.cache. It also holds what tensorir calibrate has measured. TENSORIR_CACHE=0 turns this off; TENSORIR_CACHE_LIMIT is
the most bytes that the folder may have. Programs that are running keep what they have mapped."""


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("cache", help="list or clear the packed constants on the disk", epilog=_HELP)
    p.add_argument("what", choices=("list", "clear", "path"), help="the contents; remove them; the folder")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Does one of the three. Raises TensorIRError if the store can't be used."""
    try:
        lines = _done(args.what)
    except StoreUnusable as e:
        raise TensorIRError(f"the store can't be used: {e}") from None
    except OSError as e:
        raise TensorIRError(f"the store can't be read: {reason_of(e)}") from None
    print(*lines, sep="\n")
    return 0


def _done(what: str) -> list[str]:
    path = store_path()
    if what == "path":
        return [str(path)]
    try:
        folder = open_folder(path, create=False)
    except FileNotFoundError:
        return [f"{path}: there is no store"]
    try:
        if what == "list":
            return _listed(folder, path)
        with locked(folder):
            files, size = clear(folder)
        return [f"{path}: removed {files} files, {_megabytes(size)}"]
    finally:
        os.close(folder)


def _listed(folder: int, path: Path) -> list[str]:
    found = stored(folder)
    total = _megabytes(sum(s.size for s in found))
    head = f"{path}: {len(found)} files, {total} of at most {_megabytes(size_limit())}"
    return [head, *(f"  {_row(s)}" for s in sorted(found, key=lambda s: s.used, reverse=True))]


def _row(s: Stored) -> str:
    when = datetime.fromtimestamp(s.used).strftime("%Y-%m-%d %H:%M")
    return f"{s.name}  {_megabytes(s.size):>12}  used {when}  {_contents(s) or 'nothing refers to it'}"


def _contents(s: Stored) -> str:
    return "; ".join(label if n == 1 else f"{n} × {label}" for label, n in Counter(s.labels).items())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
