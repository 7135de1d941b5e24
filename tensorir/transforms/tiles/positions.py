"""Boxes of positions of a tensor: along each dim neighbours, or some of the digits into which the dim is split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from tensorir.ir.dims import Dim, ceildiv, divisible, never_negative, product, quotient

Part: TypeAlias = tuple[Dim, Dim]
"""The first position along a dim, and how many there are."""

Digits: TypeAlias = tuple[tuple[Dim, Part], ...]
"""Positions along a dim that is split into digits, outer to inner: the size of each, and which of its positions."""


def all_of(extent: Dim) -> Digits:
    return ((extent, (0, extent)),)


def is_whole(digits: Digits) -> bool:
    return all(part == (0, extent) for extent, part in digits)


def count(digits: Digits) -> Dim:
    return product(size for _, (_, size) in digits)


def merged(digits: Sequence[tuple[Dim, Part]], extent: Dim) -> Digits:
    """The positions as one digit, if they are neighbours: single positions of the outer digits, some of the next, and
    all of the others."""
    some = next((i for i, (_, (_, size)) in enumerate(digits) if size != 1), len(digits))
    if any(part != (0, size) for size, part in digits[some + 1 :]):
        return tuple(digits)
    begin: Dim = 0
    for size, (offset, _) in digits:
        begin = begin * size + offset
    return ((extent, (begin, product(size for _, (_, size) in digits))),)


def in_tiles(digits: Digits, tile: int) -> Digits | None:
    """Returns positions along a dim as those of its tiles, the last of which may be incomplete, or None."""
    *outer, (extent, (first, size)) = digits
    tiles, begin, some = ceildiv(extent, tile), quotient(first, tile), ceildiv(size, tile)
    if begin is None or (outer and not divisible(extent, tile)):
        return None
    ends = first + size == extent and begin + some == tiles
    return (*outer, (tiles, (begin, some))) if ends or divisible(size, tile) else None


def are_apart(a: Sequence[Digits], b: Sequence[Digits]) -> bool:
    """Whether two boxes are known to have no common position."""
    return any(
        never_negative(second - (first + size))
        for x, y in zip(a, b, strict=True)
        if [n for n, _ in x] == [n for n, _ in y]
        for (_, p), (_, q) in zip(x, y, strict=True)
        for (first, size), (second, _) in ((p, q), (q, p))
    )
