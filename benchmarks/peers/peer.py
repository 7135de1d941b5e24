"""What a contender of `benchmarks.models` is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy.typing as npt
from attrs import frozen

Array: TypeAlias = npt.NDArray[Any]
Weights: TypeAlias = Mapping[str, Array]
Embed: TypeAlias = Callable[[Array, Array], Array]
"""(ids [B, S] of i64, mask [B, S] of f32) → [B, 384] of f32."""


@frozen
class Shape:
    """What MiniLM is built for: `batch` sentences of `tokens` each, on so many threads."""

    tokens: int
    batch: int
    threads: int


@frozen
class Peer:
    """A contender: how it builds its programs, and the modules that must be installed for that.

    `build(weights, shape, folder)` gives MiniLM; files that take long to make are kept in `folder`, for others and for
    other threads. `chain(op, length, value)`, if there is one, gives x → x ∘ value ∘ … ∘ value for matrices of one
    element, where `op` is "add" or "matmul". Whatever they raise is the reason why a contender is left out."""

    name: str
    needs: tuple[str, ...]
    build: Callable[[Weights, Shape, Path], Embed]
    chain: Callable[[str, int, Array], Callable[[Array], Array]] | None = None

    def missing(self) -> str:
        """Returns the first module that is not installed, or an empty text."""
        return next((name for name in self.needs if not is_installed(name)), "")


def is_installed(module: str) -> bool:
    """Whether a module can be imported; it is not, though the package that it is in may be."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package is missing
        return False
