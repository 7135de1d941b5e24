"""Steps: one kernel on strided slices of buffers. What all of them share: loops, and where each operand lies.

A map of a step has the unit dims of its grid first (`UNIT_DIMS` per dim of the grid, see `tile.grid`), then one dim per
loop. Its only result is the position in the buffer, counted in elements: a sum of one stride per loop and an offset.
Strides and offset may depend on sizes and on the unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, DimExpr, IterationDim, iteration_dims_of
from tensorir.ir.op import Op, attribute, op, operand_list
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@frozen
class Slice:
    """Which elements of a buffer the loops of a step reach: element `offset + Σ strides[l] · position of loop l`."""

    offset: Dim
    strides: tuple[Dim, ...]


def slice_of(map: AffineMap, first_loop: int) -> Slice:
    """Returns the slice that a map describes. Raises InferError if its result is not a sum of strides times loops."""
    (result,) = map.results
    offset: Dim = 0
    strides: list[Dim] = [0] * (map.num_dims - first_loop)
    for monomial, coefficient in result.terms if isinstance(result, DimExpr) else (((), result),):
        loops = [a for a in monomial if iteration_dims_of(DimExpr((((a,), 1),))) & set(range(first_loop, map.num_dims))]
        rest = DimExpr(((tuple(a for a in monomial if a not in loops), coefficient),)) if monomial else coefficient
        if not loops:
            offset = offset + rest
        elif len(loops) == 1 and isinstance(loops[0], IterationDim):
            loop = loops[0].index - first_loop
            strides[loop] = strides[loop] + (rest if len(monomial) > 1 else coefficient)
        else:
            raise InferError(f"{map} is not a stride per loop plus an offset")
    return Slice(offset, tuple(strides))


@op(Op.NAME)
class Step(Op):
    """Base of all steps; never used by itself.

    `buffers` are the inputs, which are read, then the outs, which are written where the loops reach: the results are
    the outs with these elements replaced. `shape` gives the size of each loop from the unit; a step does nothing in a
    unit where the size of a loop along which it writes is 0. `maps`: one per buffer. `origin`: for a step that may
    fail, the name of the op that it computes, which errors name."""

    buffers: tuple[Value, ...] = operand_list()
    shape: AffineMap = attribute()
    maps: tuple[AffineMap, ...] = attribute()
    origin: str = attribute(default="", kw_only=True)

    def infer_types(self) -> Sequence[Type]:
        if len(self.maps) != len(self.buffers):
            raise InferError(f"{len(self.maps)} maps for {len(self.buffers)} buffers")
        dims = self.shape.num_dims + self.loops_count
        for i, map in enumerate(self.maps):
            if map.num_dims != dims or len(map.results) != 1:
                raise InferError(f"map {i} {map}: needs {dims} dims and one result")
            slice_of(map, self.shape.num_dims)
        return tuple(v.type for v in self.outs)

    def verify(self) -> Iterator[str]:
        if self.shape.num_dims % 3:
            yield f"shape {self.shape}: the number of unit dims is not a multiple of 3"

    @property
    def outs_count(self) -> int:
        """How many of the buffers are outs."""
        return 1

    @property
    def inputs(self) -> tuple[Value, ...]:
        return self.buffers[: len(self.buffers) - self.outs_count]

    @property
    def outs(self) -> tuple[Value, ...]:
        return self.buffers[len(self.buffers) - self.outs_count :]

    @property
    def loops_count(self) -> int:
        """The number of loops."""
        return len(self.shape.results)

    def slice(self, operand: int) -> Slice:
        """Returns where operand number `operand` lies."""
        return slice_of(self.maps[operand], self.shape.num_dims)
