"""Arithmetic on shapes that the builder needs: reshapes, slices, axes, einsum specs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from types import EllipsisType
from typing import cast

import numpy as np
from attrs import frozen

from tensorir.builder import given
from tensorir.builder.operators import Operators
from tensorir.encoding.views import Groups
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv, divisible, floordiv, product


def resolved_shape(source: tuple[Dim, ...], wanted: Sequence[Dim]) -> tuple[Dim, ...]:
    """`wanted` with -1 replaced. Raises InferError if the numbers of elements differ."""
    total = product(source)
    if sum(d == -1 for d in wanted) > 1:
        raise InferError("only one size may be -1")
    if negative := [d for d in wanted if isinstance(d, int) and d < -1]:
        raise InferError(f"the size {negative[0]} is negative")
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
    """Returns a merge of neighbouring dims, the shape after it, and a split; a step that does nothing is None.

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
        if i == start_i or j == start_j:  # only dims of size 1 are left on one side; they join the last run
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
    """Whether the run of the source should grow, because it is the smaller one or the two can't be compared."""
    if isinstance(a, int) and isinstance(b, int):
        return a < b
    return isinstance(a, int) or not isinstance(b, int)


def unit_groups(rank: int, dropped: Sequence[int]) -> Groups:
    """Returns the groups that merge each dropped dim (of size 1) into a neighbour that stays."""
    kept = [d for d in range(rank) if d not in dropped]
    starts = [0, *kept[1:], rank]
    return tuple(tuple(range(a, b)) for a, b in itertools.pairwise(starts))


@frozen
class Cut:
    """What an index selects: a slice per dim, the dims that integers drop, and the places where None adds dims.

    `items` is the index with `...` written out."""

    offsets: tuple[Dim, ...]
    sizes: tuple[Dim, ...]
    strides: tuple[int, ...]
    dropped: tuple[int, ...]
    items: tuple[object, ...]

    def with_new_dims(self, shape: Sequence[Dim]) -> tuple[Dim, ...]:
        """The shape of the slice without dropped dims and with a dim of size 1 for each None of the index."""
        rest = iter(shape)
        return tuple(1 if i is None else next(rest) for i in self.items if i is None or isinstance(i, slice))


def sliced(shape: tuple[Dim, ...], index: Sequence[object]) -> Cut:
    """Interprets a basic index. Raises InferError for anything else."""
    items = _full(index, len(shape))
    offsets: list[Dim] = []
    sizes: list[Dim] = []
    strides: list[int] = []
    dropped: list[int] = []
    for d, (item, extent) in enumerate(zip((i for i in items if i is not None), shape, strict=True)):
        if isinstance(item, slice):
            offset, size, stride = _range(cast("slice[object, object, object]", item), extent)
        else:
            position = _position(item)
            offset, size, stride = _bound(position, extent), 1, 1
            dropped.append(d)
            if isinstance(extent, int) and isinstance(offset, int) and not 0 <= offset < extent:
                raise InferError(f"index {position} is outside of the size {extent} of dim {d}")
        offsets.append(offset)
        sizes.append(size)
        strides.append(stride)
    return Cut(tuple(offsets), tuple(sizes), tuple(strides), tuple(dropped), items)


def _full(index: Sequence[object], rank: int) -> tuple[object, ...]:
    """Returns the index with `...` written out and with slices for the dims that it does not mention."""
    dots = [i for i, item in enumerate(index) if isinstance(item, EllipsisType)]
    if len(dots) > 1:
        raise InferError("an index may have only one ...")
    used = sum(item is not None for item in index) - len(dots)
    if used > rank:
        raise InferError(f"{used} indices for rank {rank}")
    missing = [slice(None)] * (rank - used)
    at = dots[0] if dots else len(index)
    return (*index[:at], *missing, *index[at + 1 :])


def _position(item: object) -> Dim:
    """An index of one position."""
    if isinstance(item, bool | np.bool_):
        raise InferError(f"{item} is not an index: NumPy would add a dim for it, write None for that")
    if isinstance(item, np.ndarray | list | Operators):
        raise InferError("x[indices] is not supported: use x.gather(indices) to select rows")
    return given.size(item, "an index")


def _range(item: slice[object, object, object], extent: Dim) -> tuple[Dim, Dim, int]:
    first, last, step = item.start, item.stop, item.step
    stride = 1 if step is None else given.integer(step, "a step")
    if stride < 1:
        raise InferError(f"a step of {stride} is not supported: it must be at least 1")
    start = _within(_bound(given.size(first, "a bound of a slice"), extent), extent) if first is not None else 0
    stop = _within(_bound(given.size(last, "a bound of a slice"), extent), extent) if last is not None else extent
    size = ceildiv(stop - start, stride)
    return start, max(size, 0) if isinstance(size, int) else size, stride


def _bound(value: Dim, extent: Dim) -> Dim:
    """Counts negative numbers from the end."""
    return extent + value if isinstance(value, int) and value < 0 else value


def _within(bound: Dim, extent: Dim) -> Dim:
    """Clamps a slice bound to the size of the dim, where both are known."""
    return min(max(bound, 0), extent) if isinstance(bound, int) and isinstance(extent, int) else bound


def matmul_spec(lhs: tuple[Dim, ...], rhs: tuple[Dim, ...]) -> str:
    """Returns NumPy's matmul as an einsum spec. Raises InferError for scalars and for batch dims that would be
    stretched."""
    if not lhs or not rhs:
        raise InferError("matmul takes no scalars: write * for a product with a number")
    left, right = lhs[:-2], rhs[:-2]
    if left and right and left != right:
        shapes = " and ".join(f"[{', '.join(map(str, s))}]" for s in (left, right))
        raise InferError(f"matmul: the batch dims {shapes} differ: broadcast_to the same ones first")
    letters = "bcdefghij"[: max(len(left), len(right))]
    if len(letters) < max(len(left), len(right)):
        raise InferError(f"matmul takes at most {len(letters)} batch dims")
    before, after = letters[: len(left)], letters[: len(right)]
    inner, of_rhs = lhs[-1], rhs[-2 if len(rhs) > 1 else 0]
    if inner != of_rhs:
        shapes = " and ".join(f"[{', '.join(map(str, s))}]" for s in (lhs, rhs))
        raise InferError(
            f"matmul: {shapes} do not fit: the last dim of the left is {inner}, the right has {of_rhs} rows"
        )
    rows, columns = ("m" if len(lhs) > 1 else ""), ("n" if len(rhs) > 1 else "")
    return f"{before}{rows}k,{after}k{columns}->{before or after}{rows}{columns}"


def contraction_maps(spec: str, lhs_rank: int, rhs_rank: int) -> tuple[AffineMap, AffineMap, AffineMap]:
    """Returns the maps of an einsum spec such as "bmk,bnk->bmn". Raises InferError for an invalid spec."""
    inputs, arrow, out = spec.replace(" ", "").partition("->")
    lhs, comma, rhs = inputs.partition(",")
    if not arrow or not comma or (not (lhs + rhs + out).isalpha() and lhs + rhs + out):
        raise InferError(f'{spec!r} is not a contraction: write it like "bmk,bnk->bmn"')
    for name, letters, rank in (("left", lhs, lhs_rank), ("right", rhs, rhs_rank)):
        if len(letters) != rank or len(set(letters)) != rank:
            raise InferError(f"{spec!r}: the {name} side needs {rank} different letters")
    if len(set(out)) != len(out) or not set(out) <= set(lhs + rhs):
        raise InferError(f"{spec!r}: the result's letters must be different ones of the operands")
    letters = list(dict.fromkeys(out + lhs + rhs))
    count = len(letters)
    a, b, c = (select(count, (letters.index(x) for x in part)) for part in (lhs, rhs, out))
    return a, b, c
