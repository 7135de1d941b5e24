"""Segments: digits of one dim that a copy takes from one memory to the other together, and apart from all others."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tensorir.encoding.digits.boxes import Part
from tensorir.encoding.digits.relayout import Relayout


@frozen
class Segment:
    """The digits `source` of the one memory, read as one number, are the digits `dest` of the other, all outer to
    inner. `parts` are the common digits, outer to inner. Without a source, all positions are the same element."""

    dim: int
    source: tuple[int, ...]
    dest: tuple[int, ...]
    parts: tuple[Part, ...]


def segments(copy: Relayout) -> list[Segment]:
    """Returns the segments of the dims that are copied as a whole, as short as possible. Digits of one position are in
    none."""
    made: list[Segment] = []
    for dim in sorted(copy.whole):
        waiting: list[Part] = []  # outer to inner
        for part in reversed(copy.parts[dim]):
            if waiting and _source(part) != _source(waiting[-1]) and part.dest.digit != waiting[-1].dest.digit:
                made.append(_segment(dim, waiting))
                waiting = []
            waiting.append(part)
        if waiting:
            made.append(_segment(dim, waiting))
    return made


def _source(part: Part) -> int | None:
    return None if part.source is None else part.source.digit


def _segment(dim: int, parts: Sequence[Part]) -> Segment:
    source = dict.fromkeys(p.source.digit for p in parts if p.source is not None)
    return Segment(dim, tuple(source), tuple(dict.fromkeys(p.dest.digit for p in parts)), tuple(parts))
