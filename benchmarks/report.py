"""The rows of `benchmarks.models`, and their table."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from statistics import median

from attrs import frozen

from benchmarks.bound import Times
from benchmarks.peers import OURS, Shape


@frozen
class Row:
    """What one contender did: times in milliseconds, one per round; `bound` has those of the multiply-adds alone."""

    shape: Shape
    load: int
    contender: str
    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    bound: Times
    cosine: float
    max_error: float

    @property
    def least(self) -> float:
        return min(self.wall)

    @property
    def median(self) -> float:
        return median(self.wall)

    @property
    def processor(self) -> float:
        """The median CPU time, of all threads together. That of a thread which runs is known only to some milliseconds,
        so the least would be too little."""
        return median(self.cpu)

    @property
    def times(self) -> tuple[float, float, float]:
        """Those of TIMES; each is also compared with the best peer's."""
        return self.least, self.median, self.processor

    def is_alone_of(self, other: Row) -> bool:
        """Whether this is the same contender's time for the same work, on one thread without a load."""
        ours, theirs = ((r.contender, r.shape.tokens, r.shape.batch) for r in (self, other))
        return ours == theirs and self.shape.threads == 1 and not self.load


TIMES = ("least", "median", "CPU")
HEAD = (*TIMES, "of bound", "by median", "by CPU", "to best", "by median", "by CPU", "to 1 thread", "cosine", "error")


def print_rows(rows: Sequence[Row], before: Sequence[Row]) -> None:
    """Prints the rows of one shape and load; those of one thread alone may be in `before`."""
    if not rows:
        return
    shape, load = rows[0].shape, rows[0].load
    beside = f", beside {load} busy processes" if load else ""
    print(f"\n{shape.tokens} tokens, batch {shape.batch}, threads {shape.threads}{beside}; ms")
    print(f"{'':33}" + "".join(f"{name:>12}" for name in HEAD))
    peers = [row.times for row in rows if not row.contender.startswith(OURS)]
    best = tuple(min(times) for times in zip(*peers, strict=True)) or (nan,) * len(TIMES)
    for row in rows:
        alone = next((r.median / row.median for r in before if r.is_alone_of(row)), None)
        cells = (
            *(f"{time:.2f}" for time in row.times),
            f"{row.bound.peak / row.least:.2f}",
            f"{median(row.bound.rounds) / row.median:.2f}",
            f"{row.bound.peak * shape.threads / row.processor:.2f}",
            *(f"{peer / time:.2f}" for peer, time in zip(best, row.times, strict=True)),
            f"{alone:.2f}" if alone is not None else "",
            f"{row.cosine:.6f}",
            f"{row.max_error:.0e}",
        )
        print(f"{row.contender:33}" + "".join(f"{cell:>12}" for cell in cells))
    for bound in sorted({row.bound for row in rows}, key=lambda bound: bound.peak):
        print(f"{'the multiply-adds alone':33}{bound.peak:12.2f}{median(bound.rounds):12.2f}", flush=True)
