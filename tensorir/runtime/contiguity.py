"""Which arrays of a call are row-major without gaps, known before it: a reshape of any other may have to copy."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Broadcast, Contract, Generic, LayerNorm, Reduce, Softmax, Transpose
from tensorir.dialects.tensor import Cast, CollapseShape, Concat, ExpandShape, InsertSlice, Pad
from tensorir.interp import Context
from tensorir.ir.affine import AffineMap
from tensorir.ir.op import Op

_AS_INPUTS = (Cast, Concat, ExpandShape, InsertSlice, Reduce, Transfer)
"""Ops whose result is in the order of the inputs' memory."""


def copies(op: Op, contiguous: bool, ctx: Context) -> bool:
    """True if `op` is a view but may have to copy: it merges dims of an array that is not known to be contiguous."""
    if not isinstance(op, CollapseShape) or contiguous:
        return False
    sizes = ctx.shape(op.source.type.shape)
    return any(sum(sizes[d] != 1 for d in group) > 1 for group in op.groups)


def is_contiguous(op: Op, inputs: Sequence[bool], ctx: Context) -> bool:
    """Whether the results of an op that runs through NumPy are contiguous, where `inputs` says which inputs are.

    False where it is not known."""
    match op:
        case _ if not inputs or isinstance(op, Contract | Pad):
            return True
        case CollapseShape():
            return inputs[0] or copies(op, inputs[0], ctx)
        case Transpose():
            sizes = ctx.shape(op.source.type.shape)
            moved = [d for d in op.permutation if sizes[d] != 1]
            return inputs[0] and moved == sorted(moved)
        case Broadcast():
            sizes = ctx.shape(op.shape)
            return inputs[0] and all(sizes[d] == 1 for d in op.dims)
        case Generic():
            return all(inputs) and all(_in_order(m) for m in op.maps)
        case Softmax() | LayerNorm():
            rank = op.source.type.rank
            return op.dims == tuple(range(rank - len(op.dims), rank))
        case _:
            return isinstance(op, _AS_INPUTS) and all(inputs)


def _in_order(map: AffineMap) -> bool:
    """The dims are those of the iteration space, in its order."""
    if not map.is_projected_permutation:
        return False
    positions = list(map.positions())
    return positions == sorted(positions)
