"""im2col: matrices whose rows are windows of an image become the windows again, and their products contractions of
windows, such as named convolutions are. Such a contraction reads the image where it lies; the matrix, which holds each
element once for each window, is never made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from tensorir.analysis.movement import is_windows
from tensorir.dialects.linalg import Contract, Generic, Transpose
from tensorir.dialects.tensor import CollapseShape, Concat, ExpandShape, ExtractSlice
from tensorir.encoding.views import Groups
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dims import Dim, iteration_dim
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, arg
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, Refused, RegionView, Rewrite, pattern

BEHIND = 8
"""How many reshapes and transposes may lie between a matrix of windows and its product."""

Parts = tuple[tuple[int, ...], ...]


@pattern(Contract)
def contract_windows(op: Contract, view: RegionView) -> Rewrite:
    """contract(collapse(windows), y) == collapse(contract'(windows, expand(y))), with a dim for each of the merged ones

    Also behind transposes. The other operand and the result are split and merged in the same order, so the same
    products are summed in the same order: law: the same, bit for bit. Refused if the other operand can't be split,
    because it has windows of its own."""
    if op.tiles is not None or any(v.type.encoding is not None for v in (*op.operands, *op.results)):
        return None
    found = [_windows_behind(v, view) for v in (op.lhs, op.rhs)]
    merged = [(i, f) for i, f in enumerate(found) if f is not None and any(len(part) > 1 for part in f[1])]
    if len(merged) > 1:
        return Refused("both operands are matrices of windows", "rhs")
    return _split(op, merged[0][0], *merged[0][1]) if merged else None


def _windows_behind(value: Value, view: RegionView) -> tuple[Value, Parts] | None:
    """The windows that an operand is a matrix of, and the dims of theirs that each of its dims merges."""
    parts: list[tuple[int, ...]] = [(d,) for d in range(value.type.rank)]
    for _ in range(BEHIND + 1):
        match view.def_of(value):
            case CollapseShape(source=x, groups=groups):
                parts = [tuple(i for d in part for i in groups[d]) for part in parts]
            case Transpose(source=x, permutation=permutation):
                parts = [tuple(permutation[d] for d in part) for part in parts]
            case Generic() as made if is_windows(made):
                whole = sum(map(len, parts)) == value.type.rank  # not a single element
                return (value, tuple(parts)) if whole else None
            case _:
                return None
        value = x
    return None


def _split(op: Contract, side: int, windows: Value, parts: Parts) -> list[Op]:
    """The contraction with `windows` as operand number `side`, whose dims are `parts` of the windows'."""
    places = op.maps[side].positions()
    shape = windows.type.shape
    sizes = {d: tuple(shape[i] for i in part) for d, part in zip(places, parts, strict=True)}
    first: dict[int, int] = {}
    count = 0
    for d in range(op.maps[side].num_dims):
        first[d] = count
        count += len(sizes.get(d, (0,)))

    def loops(d: int) -> tuple[int, ...]:
        return tuple(range(first[d], first[d] + len(sizes.get(d, (0,)))))

    ops: list[Op] = []

    def split(value: Value, map: AffineMap) -> tuple[Value, AffineMap]:
        dims = map.positions()
        groups = _groups([len(loops(d)) for d in dims])
        inner = AffineMap(count, tuple(iteration_dim(i) for d in dims for i in loops(d)))
        if all(len(g) == 1 for g in groups):
            return value, inner
        wide = tuple(n for d, size in zip(dims, value.type.shape, strict=True) for n in sizes.get(d, (size,)))
        ops.append(made := ExpandShape(value, groups, wide, loc=op.loc))
        return made.result, inner

    place = {i: loop for d, part in zip(places, parts, strict=True) for i, loop in zip(part, loops(d), strict=True)}
    own = windows, AffineMap(count, tuple(iteration_dim(place[i]) for i in range(len(shape))))
    rest = split(op.operands[1 - side], op.maps[1 - side])
    (lhs, lhs_map), (rhs, rhs_map) = (own, rest) if side == 0 else (rest, own)
    out = op.maps[2].positions()
    out_map = AffineMap(count, tuple(iteration_dim(i) for d in out for i in loops(d)))
    init = tuple(split(v, op.maps[2])[0] for v in op.init)
    ops.append(made := Contract(lhs, rhs, init, (lhs_map, rhs_map, out_map), op.dtype, loc=op.loc))
    groups = _groups([len(loops(d)) for d in out])
    if any(len(g) != 1 for g in groups):
        ops.append(CollapseShape(made.result, groups, loc=op.loc))
    return ops


def _groups(counts: Sequence[int]) -> Groups:
    made: list[tuple[int, ...]] = []
    first = 0
    for n in counts:
        made.append(tuple(range(first, first + n)))
        first += n
    return tuple(made)


@frozen
class _Taps:
    """One loop over slices: how many, and by how much their offsets along `dim` of the source grow."""

    count: int
    dim: int
    step: int


@pattern(Concat)
def windows_of_slices(op: Concat, view: RegionView) -> Rewrite:
    """concat(x[o₁], x[o₂], …) == collapse(windows of x), where offsets grow evenly, in one loop or in nested ones

    Also of slices with a new dim, along which they are stacked. Only where products alone read it, behind reshapes and
    transposes. Law: the same, bit for bit, because elements are only moved."""
    if op.encoding is not None or len(op.inputs) < 2 or not _is_multiplied(op.result, view, BEHIND):
        return None
    found = [_slice(v, op.dim, view) for v in op.inputs]
    slices = [s for s in found if s is not None]
    first = slices[0] if slices else None
    if first is None or len(slices) < len(found) or first.source.type.encoding is not None:
        return None
    if any((s.source, s.sizes, s.strides) != (first.source, first.sizes, first.strides) for s in slices):
        return None
    offsets = [tuple(o for o in s.offsets if isinstance(o, int)) for s in slices]
    if any(len(o) < len(first.offsets) for o in offsets):
        return None
    taps = _nested(offsets)
    if taps is None:
        return Refused("the offsets of the slices do not grow evenly", op.operand_name(0))
    return _as_windows(op, first, offsets[0], taps)


def _slice(value: Value, dim: int, view: RegionView) -> ExtractSlice | None:
    """The slice that an operand is, perhaps with a new dim `dim` of size 1."""
    made = view.def_of(value)
    if isinstance(made, ExpandShape):
        shape = value.type.shape
        made = view.def_of(made.source) if shape[:dim] + shape[dim + 1 :] == made.source.type.shape else None
    return made if isinstance(made, ExtractSlice) else None


def _is_multiplied(value: Value, view: RegionView, left: int) -> bool:
    """Whether products alone read a value, behind at most `left` reshapes and transposes."""
    users = view.users_of(value)
    if not users or view.is_yielded(value) or not left:
        return False
    return all(
        isinstance(user, Contract)
        or (isinstance(user, CollapseShape | Transpose) and _is_multiplied(user.result, view, left - 1))
        for user in users
    )


def _nested(offsets: Sequence[tuple[int, ...]]) -> list[_Taps] | None:
    """The loops, outer ones first, whose positions are the slices in order."""
    start, taps, inner = offsets[0], list[_Taps](), 1
    while inner < len(offsets):
        grown = [(d, b - a) for d, (a, b) in enumerate(zip(start, offsets[inner], strict=True)) if a != b]
        if len(grown) != 1 or grown[0][1] < 0:
            return None
        ((dim, step),) = grown
        count = 1
        while count * inner < len(offsets) and offsets[count * inner] == _moved(start, dim, count * step):
            count += 1
        taps.insert(0, _Taps(count, dim, step))
        inner *= count
    return taps if inner == len(offsets) and [*_positions(start, taps)] == [*offsets] else None


def _moved(offsets: tuple[int, ...], dim: int, by: int) -> tuple[int, ...]:
    return tuple(o + by if d == dim else o for d, o in enumerate(offsets))


def _positions(start: tuple[int, ...], taps: Sequence[_Taps]) -> Iterator[tuple[int, ...]]:
    if not taps:
        yield start
        return
    for i in range(taps[0].count):
        yield from _positions(_moved(start, taps[0].dim, i * taps[0].step), taps[1:])


def _as_windows(op: Concat, slice: ExtractSlice, start: tuple[int, ...], taps: Sequence[_Taps]) -> list[Op]:
    """The windows, with a dim for each loop before the dim along which slices are joined, and the reshape."""
    rank, at = len(slice.sizes), op.dim
    loops = [*range(at), *range(at + len(taps), rank + len(taps))]  # of the dims of a slice
    read: list[Dim] = []
    for d, (offset, stride) in enumerate(zip(start, slice.strides, strict=True)):
        place = offset + stride * iteration_dim(loops[d])
        for i, tap in enumerate(taps):
            if tap.dim == d:
                place = place + tap.step * iteration_dim(at + i)
        read.append(place)
    shape = (*slice.sizes[:at], *(tap.count for tap in taps), *slice.sizes[at:])
    dtype = op.result.type.dtype
    maps = AffineMap(len(shape), tuple(read)), identity(len(shape))
    made = Generic((slice.source,), maps, ScalarBody((dtype,), arg(0, dtype)), shape, loc=op.loc)
    merged = len(taps) + (op.result.type.rank == rank)  # with the own dim of a slice, unless they are stacked
    counts = [merged if d == at else 1 for d in range(op.result.type.rank)]
    return [made, CollapseShape(made.result, _groups(counts), loc=op.loc)]


WINDOWS: tuple[Pattern, ...] = (contract_windows, windows_of_slices)
