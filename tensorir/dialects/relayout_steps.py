"""A relayout in other ops: from the memory of one layout to row-major, and from there to the memory of the other.

A layout that `linalg.pack` can say takes an unpack or a pack. For all others the digits of each dim are put side by
side by a transposition and merged, and the padding is cut off; and the same backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from tensorir.dialects.linalg.moves import Broadcast, Transpose
from tensorir.dialects.packing import Pack, Unpack
from tensorir.dialects.tensor import CollapseShape, ExpandShape, ExtractSlice, Pad
from tensorir.encoding.digits import DigitLayout, NotRefinable, as_pack
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.value import Value

Add = Callable[[Op], Value]
"""Appends an op and returns its result."""


def to_row_major(memory: Value, layout: DigitLayout, shape: Sequence[Dim], add: Add) -> Value:
    """Returns the tensor of `shape` whose memory this is."""
    pack = as_pack(layout)
    if pack is not None:
        unpack = (pack.inner_dims, pack.inner_tiles, pack.outer_perm)
        return memory if pack.is_plain else add(Unpack(memory, *unpack, tuple(shape)))
    order, groups = _side_by_side(layout)
    value = memory if order == tuple(range(len(order))) else add(Transpose(memory, order))
    value = value if len(groups) == len(order) else add(CollapseShape(value, groups))
    present = [d for d in range(layout.rank) if layout.positions(d)]
    sizes = tuple(shape[d] for d in present)
    if sizes != value.type.shape:
        value = add(ExtractSlice(value, (0,) * len(sizes), sizes, (1,) * len(sizes)))
    missing = tuple(d for d in range(layout.rank) if d not in present)
    return add(Broadcast(value, missing, tuple(shape))) if missing else value


def from_row_major(value: Value, layout: DigitLayout, padding: ScalarValue, add: Add) -> Value:
    """Returns the memory of a tensor in this layout, with `padding` where it has some. Dims without digits have one
    position."""
    pack = as_pack(layout)
    if pack is not None:
        parts = (pack.inner_dims, pack.inner_tiles, pack.outer_perm)
        return value if pack.is_plain else add(Pack(value, *parts, padding))
    shape = value.type.shape
    present = [d for d in range(layout.rank) if layout.positions(d)]
    high = tuple(layout.capacity(d, shape) - n for d, n in enumerate(shape))
    if any(n != 0 for n in high):
        value = add(Pad(value, (0,) * layout.rank, high, padding))
    if len(present) < layout.rank:
        value = add(CollapseShape(value, _with_the_others(present, layout.rank)))
    order, groups = _side_by_side(layout)
    packed = layout.packed_shape(shape)
    if len(groups) != len(order):
        value = add(ExpandShape(value, groups, tuple(packed[p] for p in order)))
    back = tuple(order.index(p) for p in range(len(order)))
    return value if back == tuple(range(len(back))) else add(Transpose(value, back))


def _side_by_side(layout: DigitLayout) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Returns the digits of the dims that have some, dim by dim and outer to inner, and the group of each dim."""
    chains: list[list[int]] = []
    for dim in range(layout.rank):
        chain = layout.chain(dim)
        if isinstance(chain, NotRefinable):
            raise InferError(str(chain))
        if chain:
            chains.append(chain[::-1])
    ends = list(accumulate(map(len, chains), initial=0))
    return tuple(p for chain in chains for p in chain), tuple(tuple(range(a, b)) for a, b in pairwise(ends))


def _with_the_others(kept: Sequence[int], rank: int) -> tuple[tuple[int, ...], ...]:
    """Groups of neighbours of which each has one of the kept dims; none if no dim is kept."""
    starts = [0, *kept[1:], rank] if kept else []
    return tuple(tuple(range(a, b)) for a, b in pairwise(starts))
