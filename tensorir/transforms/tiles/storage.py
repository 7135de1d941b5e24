"""Which values lie in results of the grid: a result, and what becomes one by views and by ops that work in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve

from tensorir.analysis.movement import is_free
from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Broadcast, Generic, LayerNorm, Softmax, Transpose
from tensorir.dialects.linalg.rows import RmsNorm, ZeroPadding
from tensorir.dialects.tensor import Cast, CollapseShape, ExpandShape, ExtractSlice, InsertSlice, Pad
from tensorir.ir.dims import Dim
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import Access, Digit, UnfitError
from tensorir.transforms.tiles.emitter import Piece
from tensorir.transforms.tiles.operands import digits_along

VIEWS = (Broadcast, Cast, CollapseShape, ExpandShape, ExtractSlice, Transfer, Transpose)
"""Ops whose result is their operand read in another way."""


def is_view(op: Op) -> bool:
    """Whether the result is an operand read in another way, if that operand is there as a whole. Windows are: their
    elements lie where those of the image lie, some of them several times."""
    return isinstance(op, VIEWS) or (isinstance(op, Generic) and is_free(op))


def viewed(op: Op, source: Access, shape: Sequence[Dim]) -> Access:
    """Returns where the result of a view lies, which has the sizes `shape` there. Raises UnfitError if the operand has
    to be copied."""
    match op:
        case Transpose():
            return source.transposed(op.permutation)
        case ExpandShape():
            return source.expanded(op.groups, shape)
        case CollapseShape():
            return source.collapsed(op.groups)
        case Broadcast():
            return source.broadcast(op.dims, shape)
        case ExtractSlice():
            return source.sliced(op.offsets, shape, op.strides)
        case Generic():
            loops = op.maps[-1].positions()
            sizes = dict(zip(loops, shape, strict=True))
            pieces = [Piece(0, sizes[loop], sizes[loop]) for loop in range(len(loops))]
            found, along = digits_along(source, op.maps[0], pieces, whole=True)
            dims = (along[loop] or (Digit(sizes[loop], 0),) for loop in loops)
            return evolve(found, dims=tuple(dims))
        case _:
            return source


def unviewed(op: Op, result: Access, shape: Sequence[Dim]) -> Access | None:
    """Returns where the operand of a view or a pad, of sizes `shape`, must lie so that the result lies at `result`;
    None if there is no such place."""
    try:
        match op:
            case Transpose():
                inverse = sorted(range(len(op.permutation)), key=op.permutation.__getitem__)
                return result.transposed(inverse)
            case ExpandShape():
                return result.collapsed(op.groups)
            case CollapseShape():
                return result.expanded(op.groups, shape)
            case Cast() | Transfer():
                return result
            case Pad():
                return result.sliced(op.low, shape, [1] * len(shape))
            case _:
                return None
    except UnfitError:
        return None


def reshaped_outside(region: Region, whole: set[Value]) -> Region:
    """Returns the region without the splits and merges of dims that its results end with: a row-major result is the
    same memory before them, so units of any kind may write to it. Those of values that exist as a `whole` stay."""
    yields, left = list(region.yields), set[Op]()
    for i in range(len(yields)):
        while isinstance(op := region.definitions.get(yields[i]), CollapseShape | ExpandShape):
            if op.source in whole or op.source in yields or not left.issuperset(region.uses.get(op.result, ())):
                break
            left.add(op)
            yields[i] = op.source
    return Region(region.args, tuple(op for op in region.ops if op not in left), tuple(yields)) if left else region


def homes(
    ops: Sequence[Op],
    yields: Mapping[Value, Access],
    whole: set[Value],
    shape_of: Callable[[Value], Sequence[Dim]],
) -> dict[Value, Access]:
    """Returns, for values that the region computes, places in the results. `shape_of`: the sizes of a value in a unit.

    Laws: a value has a place only if what the results hold there at the end is that value, or what one op makes of it
    in place as its only reader. A view other than a result has one only if its operand lies there, so that nothing is
    copied for it."""
    readers: dict[Value, list[Op]] = {}
    for op in ops:
        for v in op.operands:
            readers.setdefault(v, []).append(op)
    found = dict(yields)
    placed: set[Op] = set()  # the ops whose operand lies where their result needs it
    for op in reversed(ops):
        if len(op.results) != 1 or op.result not in found:
            continue
        keeps = isinstance(op, (*VIEWS, Pad))
        candidates = (op.operands[0],) if keeps else in_place_operands(op)
        free = (v for v in candidates if v not in whole and v not in found)
        source = next((v for v in free if len(readers[v]) == 1 or isinstance(op, Pad)), None)
        if source is None:
            continue
        place = unviewed(op, found[op.result], shape_of(source)) if keeps else found[op.result]
        if place is not None:
            found[source] = place
            placed.add(op)
    for op in ops:
        if isinstance(op, VIEWS) and op.result not in yields and (op not in placed or op.operands[0] not in found):
            found.pop(op.result, None)  # read where its operand lies
    return found


def in_place_operands(op: Op) -> Iterator[Value]:
    """Yields the operands in whose memory the op could leave its result."""
    if isinstance(op, Softmax | LayerNorm | RmsNorm | ZeroPadding):
        yield op.source
    if isinstance(op, InsertSlice) and op.source is not op.dest:
        yield op.dest
    if isinstance(op, Generic):
        for value, map in zip(op.inputs, op.maps, strict=False):
            same = map == op.maps[-1] and value.type.dtype == op.result.type.dtype
            if same and op.inputs.count(value) == 1:
                yield value
