"""How many distinct elements strided loops reach."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import prod

import numpy as np

_ENUMERATED = 1 << 22
"""Loops that overlap in no simple way are enumerated up to so many positions."""


@lru_cache(maxsize=4096)
def distinct(sizes: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """Returns how many different values Σ position · stride has, for positions below `sizes`.

    Loops from the smallest stride on either make a progression longer (windows), or repeat what the loops before
    reach farther away. Loops that do neither are enumerated; with more than 4 million positions they count as if they
    did not overlap."""
    if 0 in sizes:
        return 0
    loops = sorted((abs(stride), size) for size, stride in zip(sizes, strides, strict=True) if stride and size > 1)
    step, count = 1, 1
    """The progression that grows: `count` elements, `step` apart."""
    inside, span = 1, 0
    """The number of elements below it, and how far the last of them is from the first."""
    for stride, size in loops:
        if count > 1 and stride % step == 0 and stride <= count * step:
            count += stride // step * (size - 1)
            continue
        reach = span + (count - 1) * step
        if stride <= reach:
            return _enumerated(loops)
        inside, span = inside * count, reach
        step, count = stride, size
    return inside * count


def _enumerated(loops: Sequence[tuple[int, int]]) -> int:
    if prod(size for _, size in loops) > _ENUMERATED:
        return prod(size for _, size in loops)
    reached = np.zeros(1, np.int64)
    for stride, size in loops:
        reached = np.unique(np.add.outer(reached, np.arange(size, dtype=np.int64) * stride))
    return len(reached)


def in_order(sizes: Sequence[int], source: Sequence[int], target: Sequence[int]) -> bool:
    """Returns whether a copy keeps the order: of two elements, the one that lies first in the source lies first in the
    target. An element that is repeated is before none of its copies."""
    loops = [(a, b) for n, a, b in zip(sizes, source, target, strict=True) if n > 1 and a and b]
    if any((a < 0) != (b < 0) for a, b in loops):
        return False
    ordered = sorted((abs(a), abs(b)) for a, b in loops)
    return all(x[1] <= y[1] or x[0] == y[0] for x, y in pairwise(ordered))
