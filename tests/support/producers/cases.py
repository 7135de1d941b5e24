"""Inputs with what a model's origin gives for them, in one .npz file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Call = tuple[tuple[Array, ...], Array]
"""Arguments and the result."""


def save_calls(folder: Path, calls: Sequence[Call]) -> None:
    arrays: dict[str, Any] = {f"{i}_{j}": a for i, (args, _) in enumerate(calls) for j, a in enumerate(args)}
    arrays |= {f"{i}_result": result for i, (_, result) in enumerate(calls)}
    np.savez(folder / "cases.npz", **arrays)


def load_calls(folder: Path) -> list[Call]:
    found: list[Call] = []
    with np.load(folder / "cases.npz") as arrays:
        names = set(arrays.files)
        while f"{len(found)}_result" in names:
            i = len(found)
            args = tuple(arrays[f"{i}_{j}"] for j in range(len(names)) if f"{i}_{j}" in names)
            found.append((args, arrays[f"{i}_result"]))
    return found
