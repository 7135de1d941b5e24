"""Where contents lie in a file: one behind the other, each from the begin of a cache line on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

LINE: Final = 64
"""Bytes of a cache line."""


def padding(size: int) -> int:
    """Returns how many bytes are free behind `size` bytes until the next contents begin."""
    return -size % LINE


def offsets(sizes: Iterable[int]) -> tuple[list[int], int]:
    """Returns where contents of these sizes begin, and where the last ones end."""
    begins: list[int] = []
    end = 0
    for size in sizes:
        begins.append(end + padding(end))
        end = begins[-1] + size
    return begins, end
