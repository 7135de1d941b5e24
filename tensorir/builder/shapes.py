"""Arithmetic on shapes that the builder needs: reshapes, slices, axes, einsum specs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from types import EllipsisType

from tensorir.encoding.views import Groups
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv, divisible, floordiv, product


def normal_axes(axes: Sequence[int], rank: int) -> tuple[int, ...]:
    """Axes counted from the front. Raises InferError for one that does not exist or occurs twice."""
    for a in axes:
        if not -rank <= a < rank:
            raise InferError(f"axis {a} does not exist in rank {rank}")
    found = tuple(a % rank for a in axes)
    if len(set(found)) != len(found):
        raise InferError(f"an axis occurs twice in {list(axes)}")
    return found


def resolved_shape(source: tuple[Dim, ...], wanted: Sequence[Dim]) -> tuple[Dim, ...]:
    """`wanted` with -1 replaced. Raises InferError if the numbers of elements differ."""
    total = product(source)
    if sum(d == -1 for d in wanted) > 1:
        raise InferError("only one size may be -1")
    known = product(d for d in wanted if d != -1)
    shape = tuple(_quotient(total, known, wanted) if d == -1 else d for d in wanted)
    if product(shape) != total:
        listed = ", ".join(map(str, source))
        raise InferError(f"can't reshape [{listed}] ({total} elements) to [{', '.join(map(str, wanted))}]")
    return shape


def _quotient(total: Dim, known: Dim, wanted: Sequence[Dim]) -> Dim:
    if isinstance(known, int) and known and divisible(total, known):
        return floordiv(total, known)
    raise InferError(f"no size for -1 in [{', '.join(map(str, wanted))}]: {total} elements over {known}")


def reshape_steps(
    source: tuple[Dim, ...], target: tuple[Dim, ...]
) -> tuple[Groups | None, tuple[Dim, ...], Groups | None]:
    """A merge of neighbouring dims, the target shape, and a split; None where a step does nothing.

    Both shapes are cut into the shortest runs of equal product; each run is merged, then split."""
    merge: list[tuple[int, ...]] = []
    split: list[tuple[int, ...]] = []
    i = j = 0
    while i < len(source) or j < len(target):
        start_i, start_j = i, j
        left: Dim = 1
        right: Dim = 1
        while i == start_i or j == start_j or left != right:
            if (i <= len(source) - 1) and (i == start_i or _smaller(left, right) or j >= len(target)):
                left = left * source[i]
                i += 1
            elif j < len(target):
                right = right * target[j]
                j += 1
            else:
                break
        if i == start_i or j == start_j:  # only dims of size 1 are left on one side: they join the last run
            break
        merge.append(tuple(range(start_i, i)))
        split.append(tuple(range(start_j, j)))
    if not merge:
        merge, split = [tuple(range(len(source)))], [tuple(range(len(target)))]
    merge[-1] = tuple(range(merge[-1][0], len(source)))
    split[-1] = tuple(range(split[-1][0], len(target)))
    collapse = tuple(merge) if any(len(g) > 1 for g in merge) else None
    expand = tuple(split) if any(len(g) > 1 for g in split) else None
    return collapse, target, expand


def _smaller(a: Dim, b: Dim) -> bool:
    """Whether the run of the source should grow: it is the smaller one, or the two can't be compared."""
    if isinstance(a, int) and isinstance(b, int):
        return a < b
    return isinstance(a, int) or not isinstance(b, int)


def unit_groups(rank: int, dropped: Sequence[int]) -> Groups:
    """The groups that merge each dropped dim (of size 1) into a neighbour that stays."""
    kept = [d for d in range(rank) if d not in dropped]
    starts = [0, *kept[1:], rank]
    return tuple(tuple(range(a, b)) for a, b in itertools.pairwise(starts))


def sliced(
    shape: tuple[Dim, ...], index: Sequence[int | slice | EllipsisType]
) -> tuple[tuple[Dim, ...], tuple[Dim, ...], tuple[int, ...], tuple[int, ...]]:
    """Offsets, sizes, strides, and the dims that an int drops. Raises InferError for what is no basic index."""
    items = list(index)
    if items.count(...) > 1:
        raise InferError("an index may have only one ...")
    if ... in items:
        at = items.index(...)
        items[at : at + 1] = [slice(None)] * (len(shape) - len(items) + 1)
    if len(items) > len(shape):
        raise InferError(f"{len(items)} indices for rank {len(shape)}")
    items += [slice(None)] * (len(shape) - len(items))
    offsets: list[Dim] = []
    sizes: list[Dim] = []
    strides: list[int] = []
    dropped: list[int] = []
    for d, (item, extent) in enumerate(zip(items, shape, strict=True)):
        if isinstance(item, EllipsisType):
            raise InferError("an index may have only one ...")
        if isinstance(item, slice):
            offset, size, stride = _range(item, extent)
        else:
            offset, size, stride = _bound(item, extent), 1, 1
            dropped.append(d)
            if isinstance(extent, int) and isinstance(offset, int) and not 0 <= offset < extent:
                raise InferError(f"index {item} is outside of the size {extent} of dim {d}")
        offsets.append(offset)
        sizes.append(size)
        strides.append(stride)
    return tuple(offsets), tuple(sizes), tuple(strides), tuple(dropped)


def _range(item: slice, extent: Dim) -> tuple[Dim, Dim, int]:
    stride = 1 if item.step is None else item.step
    if stride < 1:
        raise InferError(f"a step of {stride} is not supported: it must be at least 1")
    start = _bound(item.start, extent) if item.start is not None else 0
    stop = _bound(item.stop, extent) if item.stop is not None else extent
    if isinstance(extent, int):
        start = min(start, extent) if isinstance(start, int) else start
        stop = min(stop, extent) if isinstance(stop, int) else stop
    size = ceildiv(stop - start, stride)
    return start, max(size, 0) if isinstance(size, int) else size, stride


def _bound(value: Dim, extent: Dim) -> Dim:
    """Negative numbers count from the end."""
    return extent + value if isinstance(value, int) and value < 0 else value


def contraction_maps(spec: str, lhs_rank: int, rhs_rank: int) -> tuple[AffineMap, AffineMap, AffineMap]:
    """Maps of an einsum spec such as "bmk,bnk->bmn". Raises InferError for a spec that is none."""
    inputs, arrow, out = spec.replace(" ", "").partition("->")
    lhs, comma, rhs = inputs.partition(",")
    if not arrow or not comma or (not (lhs + rhs + out).isalpha() and lhs + rhs + out):
        raise InferError(f'{spec!r} is no contraction: write it like "bmk,bnk->bmn"')
    for name, letters, rank in (("left", lhs, lhs_rank), ("right", rhs, rhs_rank)):
        if len(letters) != rank or len(set(letters)) != rank:
            raise InferError(f"{spec!r}: the {name} side needs {rank} different letters")
    if len(set(out)) != len(out) or not set(out) <= set(lhs + rhs):
        raise InferError(f"{spec!r}: the result's letters must be different ones of the operands")
    letters = list(dict.fromkeys(out + lhs + rhs))
    count = len(letters)
    a, b, c = (select(count, (letters.index(x) for x in part)) for part in (lhs, rhs, out))
    return a, b, c
