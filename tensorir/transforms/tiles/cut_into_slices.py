"""Products and elementwise ops of which only slices are read are computed slice by slice: each lies where it is
wanted, instead of being copied out of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, pairwise
from typing import Any, TypeAlias

from tensorir.analysis.placed_products import is_placed
from tensorir.dialects.linalg import Contract, Generic, Transpose
from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.dialects.tensor import CollapseShape, ExpandShape, ExtractSlice
from tensorir.encoding.views import Groups
from tensorir.ir.dims import Dim, ceildiv, divisible, never_negative, product, quotient
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import RegionView, Rewrite, index, pattern
from tensorir.transforms.tiles.sides import contraction_sizes

Cuttable: TypeAlias = Contract | Generic | Mmt4d | BatchMmt4d | Pack | Unpack
"""Ops that can compute some positions of their result alone."""

View: TypeAlias = Transpose | ExpandShape | CollapseShape

Part: TypeAlias = tuple[Dim, Dim]
"""The first position along a dim, and how many there are."""

Digits: TypeAlias = tuple[tuple[Dim, Part], ...]
"""Positions along a dim that is split into digits, outer to inner: the size of each, and which of its positions."""


def cut_into_slices(region: Region) -> Region:
    """Law: interp(cut(r)) == interp(r), bit for bit: each element is computed as before, and none of them twice."""
    while any(isinstance(op, ExtractSlice) for op in region.ops):
        cut = greedy(region, PATTERNS)
        if cut is region:
            break
        region = cut  # what the ops that were cut read is now read in slices
    return region


@pattern(ExtractSlice)
def compute_the_slice(op: ExtractSlice, view: RegionView) -> Rewrite:
    """slice(views(f(x, …))) == views(f(slice(x), …)), if all that is read of f(x, …) are slices without common
    elements"""
    chain = _views_before(op.source, view)
    made = view.def_of(chain[0].operands[0] if chain else op.source)
    if not isinstance(made, Cuttable):
        return None
    cut, boxes = _positions(op, chain), _boxes(op, chain)
    if cut is None or any(b is None or a is None or not _are_apart(a, b) for a, b in _pairs(made.result, view)):
        return None
    ops: list[Op] = []
    part = _part_of(made, cut, view, ops)
    if part is None:
        return None
    value = _added(part, ops)
    for step, box in zip(chain, boxes, strict=True):
        sizes: dict[str, Any] = {"shape": tuple(size for _, size in box or ())}
        ops.append(step.evolve((value,), **(sizes if isinstance(step, ExpandShape) else {})))
        value = ops[-1].results[0]
    return ops


PATTERNS = index([compute_the_slice])


def _views_before(value: Value, view: RegionView) -> list[View]:
    """The views from which a value is made, the first one first."""
    chain: list[View] = []
    while isinstance(made := view.def_of(value), View):
        chain.append(made)
        (value,) = made.operands
    return chain[::-1]


def _pairs(value: Value, view: RegionView) -> Iterator[tuple[Sequence[Digits] | None, Sequence[Digits] | None]]:
    """Pairs of what is read of a value, None for what is not a slice of it; at least one pair if anything is None."""
    found = list(_read(value, view, ()))
    return iter([(None, None)]) if None in found else combinations(found, 2)


def _read(value: Value, view: RegionView, chain: Sequence[View]) -> Iterator[Sequence[Digits] | None]:
    """What is read of the value on which the views begin, of which `value` is the last."""
    if view.is_yielded(value):
        yield None
    for user in view.users_of(value):
        if isinstance(user, View):
            yield from _read(user.results[0], view, (*chain, user))
        else:
            yield _positions(user, chain) if isinstance(user, ExtractSlice) else None


def _boxes(op: ExtractSlice, chain: Sequence[View]) -> list[Sequence[Part] | None]:
    """The positions that a slice takes of what each view makes; None if they are not neighbours."""
    boxes: list[Sequence[Part] | None] = []
    box: Sequence[Part] | None = tuple(zip(op.offsets, op.sizes, strict=True)) if set(op.strides) <= {1} else None
    for i in reversed(range(len(chain))):
        boxes.insert(0, box)
        if i and box is not None:
            cut = _before(chain[i], box)
            box = None if cut is None or any(len(d) > 1 for d in cut) else [part for ((_, part),) in cut]
    return boxes


def _positions(op: ExtractSlice, chain: Sequence[View]) -> Sequence[Digits] | None:
    """The positions that a slice takes of what the first of the views reads."""
    if not chain:
        parts = zip(op.source.type.shape, op.offsets, op.sizes, strict=True)
        return [((extent, (offset, size)),) for extent, offset, size in parts] if set(op.strides) <= {1} else None
    first = _boxes(op, chain)[0]
    return None if first is None else _before(chain[0], first)


def _before(step: View, box: Sequence[Part]) -> Sequence[Digits] | None:
    """Returns the positions of the operand of a view that are those of `box` in its result."""
    shape = step.source.type.shape
    match step:
        case Transpose(permutation=permutation):
            return [((extent, box[permutation.index(d)]),) for d, extent in enumerate(shape)]
        case ExpandShape(groups=groups):
            made = step.shape
            return [_merged([(made[d], box[d]) for d in g], extent) for g, extent in zip(groups, shape, strict=True)]
        case _:
            return _split(box, step.groups, shape)


def _merged(digits: Sequence[tuple[Dim, Part]], extent: Dim) -> Digits:
    """The positions as one digit, if they are neighbours: single positions of the outer digits, some of the next, and
    all of the others."""
    some = next((i for i, (_, (_, size)) in enumerate(digits) if size != 1), len(digits))
    if any(part != (0, size) for size, part in digits[some + 1 :]):
        return tuple(digits)
    begin: Dim = 0
    for size, (offset, _) in digits:
        begin = begin * size + offset
    return ((extent, (begin, product(size for _, (_, size) in digits))),)


def _split(box: Sequence[Part], groups: Groups, shape: Sequence[Dim]) -> Sequence[Digits] | None:
    """Returns the positions of dims of `shape`, groups of which are merged, that are those of `box` when merged."""
    parts: list[Part] = [(0, extent) for extent in shape]
    for (offset, size), group in zip(box, groups, strict=True):
        if (offset, size) == (0, product(shape[d] for d in group)):
            continue
        outer = next((i for i, d in enumerate(group) if shape[d] != 1), 0)
        inner = product(shape[d] for d in group[outer + 1 :])
        first, count = quotient(offset, inner) if offset != 0 else 0, quotient(size, inner)
        if first is None or count is None:
            return None
        parts[group[outer]] = first, count
    return [((extent, part),) for extent, part in zip(shape, parts, strict=True)]


def _are_apart(a: Sequence[Digits], b: Sequence[Digits]) -> bool:
    """Whether two boxes are known to have no common position."""
    return any(
        never_negative(second - (first + size))
        for x, y in zip(a, b, strict=True)
        if [n for n, _ in x] == [n for n, _ in y]
        for (_, p), (_, q) in zip(x, y, strict=True)
        for (first, size), (second, _) in ((p, q), (q, p))
    )


def _part_of(op: Cuttable, cut: Sequence[Digits], view: RegionView, ops: list[Op]) -> Op | None:
    """Returns the op that computes these positions of the result alone, or None; adds what it reads to `ops`."""
    match op:
        case Contract():
            return _part_of_contraction(op, cut, ops) if is_placed(op, view.def_of(op.lhs)) else None
        case Generic():
            return _part_of_generic(op, cut, ops)
        case Pack():
            return _part_of_pack(op, cut, ops)
        case Unpack():
            return _part_of_unpack(op, cut, ops)
        case _:
            return _part_of_product(op, cut, ops)


def _part_of_generic(op: Generic, cut: Sequence[Digits], ops: list[Op]) -> Op | None:
    if op.encoding is not None or op.body.iteration_dims or not all(m.is_projected_permutation for m in op.maps):
        return None
    of_loop = dict(zip(op.maps[-1].positions(), cut, strict=True))
    inputs = [
        _sliced(v, [of_loop[loop] for loop in map.positions()], op, ops)
        for v, map in zip(op.inputs, op.maps, strict=False)
    ]
    return op.evolve(inputs, shape=tuple(_count(of_loop[loop]) for loop in range(len(of_loop))))


def _part_of_contraction(op: Contract, cut: Sequence[Digits], ops: list[Op]) -> Op | None:
    """Of one that packs nothing, which would be done for each slice."""
    if op.encoding is not None:
        return None
    of_loop = {loop: _all_of(size) for loop, size in enumerate(contraction_sizes(op))}
    of_loop.update(zip(op.maps[2].positions(), cut, strict=True))
    lhs, rhs = (
        _sliced(v, [of_loop[loop] for loop in map.positions()], op, ops)
        for v, map in zip((op.lhs, op.rhs), op.maps, strict=False)
    )
    return op.evolve((lhs, rhs, *(_sliced(v, cut, op, ops) for v in op.init)))


def _part_of_product(op: Mmt4d | BatchMmt4d, cut: Sequence[Digits], ops: list[Op]) -> Op | None:
    """Of whole tiles."""
    *outer, m0, n0 = cut
    if not (_is_whole(m0) and _is_whole(n0)):
        return None
    *batch, rows, columns = outer
    lhs, rhs = (
        _sliced(v, [*batch, side, *map(_all_of, v.type.shape[len(batch) + 1 :])], op, ops)
        for v, side in ((op.lhs, rows), (op.rhs, columns))
    )
    return op.evolve((lhs, rhs, *(_sliced(v, cut, op, ops) for v in op.init)))


def _part_of_pack(op: Pack, cut: Sequence[Digits], ops: list[Op]) -> Op | None:
    """Of whole tiles, the last of which may be incomplete."""
    shape, layout = op.source.type.shape, op.layout
    plain = [_all_of(extent) for extent in shape]
    for i, digits in enumerate(cut):
        if _is_whole(digits):
            continue
        if i >= layout.rank or len(digits) != 1:
            return None
        d = layout.outer_perm[i]
        count, (first, size) = digits[0]
        tile, extent = layout.tile(d) or 1, shape[d]
        rest = extent - (first + size) * tile
        if not never_negative(rest) and first + size != count:
            return None
        kept = size * tile if never_negative(rest) else extent - first * tile
        if ceildiv(kept, tile) != size:
            return None  # it is the same for all sizes, but this is not known
        plain[d] = ((extent, (first * tile, kept)),)
    return op.evolve((_sliced(op.source, plain, op, ops),))


def _part_of_unpack(op: Unpack, cut: Sequence[Digits], ops: list[Op]) -> Op | None:
    """Of whole tiles, the last of which may be incomplete."""
    layout = op.layout
    tiles = [_all_of(count) for count in op.source.type.shape]
    for d, digits in enumerate(cut):
        if _is_whole(digits):
            continue
        found = _in_tiles(digits, layout.tile(d) or 1)
        if found is None:
            return None
        tiles[layout.outer_position(d)] = found
    return op.evolve((_sliced(op.source, tiles, op, ops),), shape=tuple(map(_count, cut)))


def _in_tiles(digits: Digits, tile: int) -> Digits | None:
    """Returns positions along a dim as those of its tiles, the last of which may be incomplete, or None."""
    *outer, (extent, (first, size)) = digits
    count, begin, some = ceildiv(extent, tile), quotient(first, tile), ceildiv(size, tile)
    if begin is None or (outer and not divisible(extent, tile)):
        return None
    ends = first + size == extent and begin + some == count
    return (*outer, (count, (begin, some))) if ends or divisible(size, tile) else None


def _all_of(extent: Dim) -> Digits:
    return ((extent, (0, extent)),)


def _is_whole(digits: Digits) -> bool:
    return all(part == (0, extent) for extent, part in digits)


def _count(digits: Digits) -> Dim:
    return product(size for _, (_, size) in digits)


def _sliced(value: Value, cut: Sequence[Digits], op: Op, ops: list[Op]) -> Value:
    """The positions `cut` of an operand of `op`."""
    if all(map(_is_whole, cut)):
        return value
    digits = [digit for dim in cut for digit in dim]
    ends = list(accumulate(map(len, cut), initial=0))
    groups = tuple(tuple(range(a, b)) for a, b in pairwise(ends))
    if len(digits) > len(cut):
        value = _added(ExpandShape(value, groups, tuple(extent for extent, _ in digits), loc=op.loc), ops)
    offsets, sizes = tuple(first for _, (first, _) in digits), tuple(size for _, (_, size) in digits)
    value = _added(ExtractSlice(value, offsets, sizes, (1,) * len(digits), loc=op.loc), ops)
    return _added(CollapseShape(value, groups, loc=op.loc), ops) if len(digits) > len(cut) else value


def _added(op: Op, ops: list[Op]) -> Value:
    ops.append(op)
    return op.results[0]
