"""Products and elementwise ops of which only slices are read are computed slice by slice: each lies where it is
wanted, instead of being copied out of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.tensor import CollapseShape, ExpandShape, ExtractSlice
from tensorir.encoding.views import Groups
from tensorir.ir.dims import Dim, product, quotient
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import RegionView, Rewrite, index, pattern
from tensorir.transforms.tiles.parts import Cuttable, part_of, positions_read
from tensorir.transforms.tiles.positions import Digits, Part, are_apart, merged

View: TypeAlias = Transpose | ExpandShape | CollapseShape


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
    cut, boxes = _positions(op, chain), _boxes(op, chain)
    if not isinstance(made, Cuttable) or cut is None:
        return None
    maker, slices = view.def_of(made.operands[0]), list(_read(made.result, view, ()))
    if any(s is None or positions_read(made, s, maker) is None for s in slices):
        return None  # what is not cut would be computed with the whole
    read = positions_read(made, cut, maker)
    if read is None or any(a is None or b is None or not are_apart(a, b) for a, b in combinations(slices, 2)):
        return None
    ops: list[Op] = []
    ops.append(part_of(made, cut, read, ops))
    value = ops[-1].results[0]
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
            return [merged([(made[d], box[d]) for d in g], extent) for g, extent in zip(groups, shape, strict=True)]
        case _:
            return _split(box, step.groups, shape)


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
