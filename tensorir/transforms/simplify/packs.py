"""Patterns on memory that changes its layout: what is unpacked only to be packed again is copied once."""

from __future__ import annotations

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.packing import Pack, Unpack
from tensorir.dialects.relayout import Relayout
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.encoding import digits
from tensorir.encoding.digits import NotRefinable, filled, from_pack
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, RegionView, Rewrite, pattern


@pattern(Pack)
def relay_what_is_unpacked(op: Pack, view: RegionView) -> Rewrite:
    """pack(unpack(x)) == relayout(x), if nothing else reads what is unpacked, and a copy from tiles to tiles exists.

    Not where the memory does not say the sizes of the tensor: in MLIR, such a relayout is two ops again."""
    made = view.def_of(op.source)
    if not isinstance(made, Unpack) or view.is_yielded(op.source) or len(view.users_of(op.source)) > 1:
        return None
    before = from_pack(made.layout).with_padding(made.shape)
    after = from_pack(op.layout).with_padding(made.shape, filled(op.padding))
    if isinstance(digits.relayout(before, after, made.shape), NotRefinable):
        return None
    found = Relayout(made.source, before, after, made.shape, loc=op.loc)
    return found if found.decomposition() is not None else None


@pattern(Relayout)
def reshape_the_same_memory(op: Relayout, view: RegionView) -> Rewrite:
    """relayout(x) == reshape(x), if both layouts are the same memory"""
    return _reshaped(op.source, op) if op.copy().is_view else None


@pattern(Pack)
def reshape_into_tiles(op: Pack, view: RegionView) -> Rewrite:
    """pack(x) == reshape(x), if the tiles, one after the other, are x, without padding; without tiles it is
    transpose(x)"""
    if op.layout.is_view(op.source.type.shape):
        return _reshaped(op.source, op)
    return None if op.inner_tiles else Transpose(op.source, op.outer_dims_perm, loc=op.loc)


@pattern(Unpack)
def reshape_from_tiles(op: Unpack, view: RegionView) -> Rewrite:
    """unpack(x) == reshape(x), if the tiles, one after the other, are the result, without padding; without tiles it is
    transpose(x)"""
    if op.layout.is_view(op.shape):
        return _reshaped(op.source, op)
    if op.inner_tiles:
        return None
    inverse = sorted(range(len(op.shape)), key=op.outer_dims_perm.__getitem__)
    return Transpose(op.source, tuple(inverse), loc=op.loc)


def _reshaped(source: Value, op: Op) -> Rewrite:
    """`source` with the shape of the result of `op`."""
    shape = op.result.type.shape
    if source.type == op.result.type:
        return source
    if not shape:
        return CollapseShape(source, (), loc=op.loc)
    if not source.type.rank:
        return ExpandShape(source, (), shape, loc=op.loc)
    flat = CollapseShape(source, (tuple(range(source.type.rank)),), loc=op.loc)
    return [flat, ExpandShape(flat.result, (tuple(range(len(shape))),), shape, loc=op.loc)]


PACKS: tuple[Pattern, ...] = (relay_what_is_unpacked, reshape_the_same_memory, reshape_into_tiles, reshape_from_tiles)
