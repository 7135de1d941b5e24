"""The loops of a structured op, from which evaluation, error bounds and MLIR text follow."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim
from tensorir.ir.scalar import ScalarBody, ScalarValue
from tensorir.ir.value import Value


@frozen
class Loops:
    """`totals = bodies(elements of the inputs, totals)` at every position of an iteration space of `sizes`.

    The op's operands are the inputs, then those of the starts that are operands.

    Dims that no result has are combined, in row-major order; all others are parallel. Each body computes one total
    from one element per input and, if there are `starts`, the totals so far. At the end a total is
    converted to the element type of its result, which may be narrower."""

    sizes: tuple[Dim, ...]
    inputs: tuple[Value, ...]
    maps: tuple[AffineMap, ...]
    """Which element of each input a position reads."""
    results: tuple[AffineMap, ...]
    """Which element of each result a position contributes to: permutations of the parallel dims."""
    bodies: tuple[ScalarBody, ...]
    starts: tuple[Value | ScalarValue, ...] = ()
    """The initial value of each total: an operand indexed like the result, or the neutral element. () if no body reads
    a total; then no dim is combined."""

    @property
    def combined(self) -> tuple[int, ...]:
        """The iteration dims that the results lack."""
        kept = {d for map in self.results for d in map.dims}
        return tuple(d for d in range(len(self.sizes)) if d not in kept)

    @property
    def parallel(self) -> tuple[int, ...]:
        """The iteration dims of the results, in the order of the iteration space."""
        return tuple(sorted(self.results[0].positions()))
