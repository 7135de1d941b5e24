"""Tiles that need not be made: where their elements lie in a tensor that exists as a whole, in whatever order."""

from __future__ import annotations

from attrs import evolve

from tensorir.dialects.packing import Pack
from tensorir.dialects.relayout import Relayout
from tensorir.transforms.tiles.access import Access, Digits, UnfitError


def tiles_within(op: Pack | Relayout, source: Access) -> Access:
    """Returns the result of an op as a view of its source. Raises UnfitError if it has padding of its own, or if its
    tiles cut those of the source."""
    return _packed(op, source) if isinstance(op, Pack) else _relaid(op, source)


def _packed(op: Pack, source: Access) -> Access:
    layout = op.layout
    outer: list[Digits] = list(source.dims)
    inner: dict[int, Digits] = {}
    for d in layout.inner_dims:
        count, size = (op.result.type.shape[p] for p in (layout.outer_position(d), layout.inner_position(d)))
        if op.source.type.shape[d] != count * size:
            raise UnfitError(f"{op.source.type.shape[d]} positions are not whole tiles of {size}")
        parts = evolve(source, dims=(source.dims[d],)).expanded(((0, 1),), (count, size))
        outer[d], inner[d] = parts.dims
    return evolve(source, dims=(*(outer[d] for d in layout.outer_perm), *(inner[d] for d in layout.inner_dims)))


def _relaid(op: Relayout, source: Access) -> Access:
    copy, before, after = op.copy(), op.before.digits, op.after.digits
    if copy.fills or len(copy.copies) != 1 or len(set(before)) != len(before) or set(before) != set(after):
        raise UnfitError("the tiles differ in more than their order")
    return source.transposed([before.index(digit) for digit in after])
