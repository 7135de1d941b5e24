"""Results of launches in the memory of inputs that nothing reads afterwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import frozen

from tensorir.dialects import tile
from tensorir.dialects.tile import UNIT_DIMS, Grid, Step
from tensorir.ir.dims import Dim, ceildiv, iteration_dim, never_negative
from tensorir.ir.value import Value

Loop = tuple[Dim, Dim]
"""Size and stride, in bytes."""


@frozen
class _Access:
    """How step number `number` of a grid touches a buffer: as its operand `operand`."""

    number: int
    step: Step
    operand: int

    @property
    def item(self) -> int:
        return self.step.buffers[self.operand].type.dtype.itemsize


@frozen
class Reach:
    """Bytes of a buffer: elements of `item` bytes at `offset + Σ stride · position`, for all positions below the sizes
    of `loops`, in an order of their own. Loops that are one progression are merged, so equal reaches are the same
    bytes."""

    item: int
    offset: Dim
    loops: tuple[Loop, ...]


def may_lie_in(grid: Grid, inputs: Collection[int], result: int, *, copies: bool = False) -> bool:
    """Returns whether a result of a grid may have the memory of some of its inputs, which are one buffer of as many
    bytes that nothing else reads.

    Law: the grid's results are then the same, bit for bit, for every cut into units and every order of them. For
    this

    - what a step reads of the buffer is exactly what some step writes in the same unit, so no other unit writes it
      (`Grid`: no two units write the same element);
    - no step reads the buffer after a step has written it, and one that does both is of a kind that may work in place
      (kernels/include/tensorir_steps.h), and reads and writes the same element at each position.

    `copies`: a step that copies elements to where they lie already is taken out of the grid (`is_self_copy`)."""
    reads = _reads(grid, inputs)
    writes = _writes(grid, result)
    made = {_written(grid, w) for w in writes} - {None}
    for read in reads:
        if grid.totals and ((reach := _read(read)) is None or reach not in made):
            return False
        for write in writes:
            if read.number > write.number or (read.number == write.number and not _in_place(read, write, copies)):
                return False
    return True


def is_self_copy(grid: Grid, step: tile.Copy, inputs: Collection[int], result: int) -> bool:
    """Whether a step copies elements of these inputs to the same places in a result."""
    buffers = _buffers(grid)
    if buffers[step.inputs[0]] not in inputs or buffers[step.outs[0]] != len(grid.inputs) + result:
        return False
    return _in_place(_Access(0, step, 0), _Access(0, step, 1), True)


def _buffers(grid: Grid) -> dict[Value, int]:
    """The number of the argument of the grid's body in which each version of it lies; -1 for scratch."""
    found: dict[Value, int] = {a: i for i, a in enumerate(grid.body.args)}
    for op in grid.body.ops:
        outs = op.outs if isinstance(op, Step) else ()
        found.update(zip(op.results, (found[v] for v in outs) if outs else (-1,), strict=True))
    return found


def _reads(grid: Grid, inputs: Collection[int]) -> list[_Access]:
    buffers = _buffers(grid)
    return [
        _Access(n, op, i)
        for n, op in enumerate(grid.body.ops)
        if isinstance(op, Step)
        for i, v in enumerate(op.inputs)
        if buffers[v] in inputs
    ]


def _writes(grid: Grid, result: int) -> list[_Access]:
    buffers = _buffers(grid)
    return [
        _Access(n, op, len(op.inputs) + i)
        for n, op in enumerate(grid.body.ops)
        if isinstance(op, Step)
        for i, v in enumerate(op.outs)
        if buffers[v] == len(grid.inputs) + result
    ]


def _in_place(read: _Access, write: _Access, copies: bool) -> bool:
    """Whether a step may read and write the same memory in these two ways. `copies`: a copy that does both changes
    nothing, and is taken out."""
    step = read.step
    match step:
        case tile.Map():
            allowed = step.sequential == 0
        case tile.Copy():
            allowed = copies
        case tile.Softmax() | tile.LayerNorm() | tile.RmsNorm():
            allowed = read.operand == 0
        case _:
            allowed = False
    a, b = step.slice(read.operand), step.slice(write.operand)
    moving = [l for l, size in enumerate(step.shape.results) if size != 1]
    same = a.offset == b.offset and all(a.strides[l] == b.strides[l] for l in moving)
    return allowed and same and read.item == write.item


def _read(access: _Access) -> Reach | None:
    """All that an access may read, or None if the data say what."""
    if isinstance(access.step, tile.Gather) and access.operand == 0:
        return None
    return _reach(access, [loop for loop, _ in _loops(access) if loop[1] != 0])


def _written(grid: Grid, access: _Access) -> Reach | None:
    """What an access writes in every unit, or None if it is not known to write all that its loops reach."""
    step = access.step
    if isinstance(step, tile.Mmt4d | tile.Mmt4dMap) and step.rows is not None:
        return None
    if isinstance(step, tile.Unpack) and not _within_tiles(grid, step):
        return None
    if not all(never_negative(size) for size in step.shape.results):
        return None
    kept: list[Loop] = []
    for (size, stride), sums in _loops(access):
        if stride != 0:
            kept.append((size, stride))
        elif not sums and not (isinstance(size, int) and size > 0):
            return None
    return _reach(access, kept)


def _loops(access: _Access) -> list[tuple[Loop, bool]]:
    """The loops of an access, and whether the step writes its result even if the loop is empty, because it sums along
    it. The plain side of a packed matrix has one loop per dim."""
    step, where = access.step, access.step.slice(access.operand)
    sizes, strides = list(step.shape.results), [s * access.item for s in where.strides]
    plain = {tile.Pack: 0, tile.Unpack: 1}
    if isinstance(step, tile.Pack | tile.Unpack) and plain[type(step)] == access.operand:
        sizes, strides = [*sizes[:-4], *step.extents.results], [*strides[:-4], *strides[-2:]]
    count = len(sizes)
    sums: set[int] = set()
    if isinstance(step, tile.Reduce):
        sums = set(range(count - step.rows, count))
    if isinstance(step, tile.Mmt4d):
        sums = {count - 4, count - 1}
    if isinstance(step, tile.Contract):
        sums = set(range(count - step.depth, count))
    if isinstance(step, tile.Mmt4dMap):
        sums = {*range(count - 3 - step.depth, count - 3), count - 1}
    return [((size, stride), l in sums) for l, (size, stride) in enumerate(zip(sizes, strides, strict=True))]


def _within_tiles(grid: Grid, step: tile.Unpack) -> bool:
    """Whether the tiles are known to hold all of the plain matrix."""
    o0, o1, t0, t1 = step.shape.results[-4:]
    for extent, outer, inner in zip(step.extents.results, (o0, o1), (t0, t1), strict=True):
        known = outer == ceildiv(extent, inner) or never_negative(outer * inner - extent)
        for unit, granule in enumerate(grid.granules):
            count, valid = (iteration_dim(UNIT_DIMS * unit + i) for i in (1, 2))
            known = known or (inner == granule and (extent, outer) == (valid, count))
        if not known or not never_negative(extent):
            return False
    return True


def _reach(access: _Access, loops: Sequence[Loop]) -> Reach:
    merged: list[Loop] = []
    waiting = [loop for loop in loops if loop[0] != 1]
    while waiting:
        size, stride = waiting.pop()
        for other in [*waiting, *merged]:
            outer, inner = (other, (size, stride)) if other[1] == size * stride else ((size, stride), other)
            if outer[1] == inner[0] * inner[1]:
                (waiting if other in waiting else merged).remove(other)
                waiting.append((outer[0] * inner[0], inner[1]))
                break
        else:
            merged.append((size, stride))
    return Reach(access.item, access.step.slice(access.operand).offset * access.item, tuple(sorted(merged, key=str)))
