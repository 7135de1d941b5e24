"""tile.grid: units that never wait for each other, and the memory that each has for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorir.dialects.flow import check_inputs
from tensorir.dialects.tile.step import Step
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv
from tensorir.ir.op import Op, Trait, attribute, op, operand_list, region
from tensorir.ir.region import Region
from tensorir.ir.types import Type
from tensorir.ir.value import Value

UNIT_DIMS = 3
"""How many dims of a step's maps each dim of the grid has: start, count, valid (see Grid)."""

MAX_GRID_RANK = 4


@op("tile.scratch", Trait.PURE | Trait.ALLOCATES)
class Scratch(Op):
    """Memory of one unit, with unspecified contents."""

    type: Type = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (self.type,)


@op("tile.grid", Trait.PURE | Trait.PARALLEL)
class Grid(Op):
    """Runs `body` once per unit, in any order or all at once.

    The grid has one dim per entry of `totals`: `totals[k]` positions in granules of `granules[k]`, cut into blocks of
    `blocks[k]` granules; for several threads a block may be smaller, but has at least `least[k]` granules (one, if
    `least` is empty). In the maps of the steps the unit stands as three dims per dim of the grid: the first granule
    of its block, the number of granules in it, and the number of positions in it; the last granule may be incomplete.

    The body's arguments are the `inputs`, then the results, whose contents are unspecified at first. It yields the
    results as its steps have written them. No two units write the same element; each element is written by one."""

    inputs: tuple[Value, ...] = operand_list()
    body: Region = region()
    types: tuple[Type, ...] = attribute()
    totals: tuple[Dim, ...] = attribute(default=())
    granules: tuple[int, ...] = attribute(default=())
    blocks: tuple[Dim, ...] = attribute(default=())
    least: tuple[int, ...] = attribute(default=())

    def infer_types(self) -> Sequence[Type]:
        if not len(self.totals) == len(self.granules) == len(self.blocks) <= MAX_GRID_RANK:
            raise InferError(
                f"{len(self.totals)} totals, {len(self.granules)} granules, {len(self.blocks)} blocks: one each per "
                f"dim of the grid, of which there are at most {MAX_GRID_RANK}"
            )
        return self.types

    def verify(self) -> Iterator[str]:
        yield from check_inputs((*self.inputs, *self.results), self.body.arg_types)
        if self.body.yield_types != self.types:
            yield f"the body yields {', '.join(map(str, self.body.yield_types))}"
        if self.least and len(self.least) != len(self.totals):
            yield f"{len(self.least)} least sizes of blocks for {len(self.totals)} dims"
        if any(g < 1 for g in self.granules) or any(isinstance(b, int) and b < 1 for b in self.blocks):
            yield f"granules {list(self.granules)} and blocks must be at least 1"
        yield from self._verify_steps()

    def _verify_steps(self) -> Iterator[str]:
        """What a step writes has one latest version: an earlier one is not used any more."""
        dims = UNIT_DIMS * len(self.totals)
        written: set[Value] = set(self.body.args[: len(self.inputs)])
        stale: set[Value] = set()
        for o in self.body.ops:
            if not isinstance(o, Step | Scratch):
                yield f"{o.NAME} is not a step"
                continue
            if used := [v for v in o.operands if v in stale]:
                yield f"{o.NAME} uses %{used[0].hint or '?'}, which another step has overwritten"
            if isinstance(o, Step):
                if o.shape.num_dims != dims:
                    yield f"{o.NAME} has {o.shape.num_dims} unit dims, the grid {dims}"
                if any(v in written for v in o.outs):
                    yield f"{o.NAME} writes an input of the grid"
                stale.update(o.outs)
        if any(y in stale for y in self.body.yields):
            yield "it yields what another step has overwritten"

    @property
    def extents(self) -> tuple[Dim, ...]:
        """The number of granules along each dim."""
        return tuple(ceildiv(t, g) for t, g in zip(self.totals, self.granules, strict=True))
