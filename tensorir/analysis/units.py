"""Units: along which dims a chain of ops can be cut into pieces that never wait for each other.

Every value in a dispatch carries its unit dims: an id per loop of the root that is still parallel, and the dim of
the value it runs along. An op may join a dispatch only while some id survives in all of its ops; that is what
lets the whole dispatch run as independent units with no barrier between them.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.dialects.device import Transfer
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Broadcast, Contract, Fold, Generic, LayerNorm, Reduce, Softmax, Transpose
from tensorir.dialects.tensor import (
    Cast,
    CollapseShape,
    Concat,
    ExpandShape,
    ExtractSlice,
    Gather,
    GatherNd,
    InsertSlice,
    Pad,
)
from tensorir.ir.op import Op
from tensorir.ir.value import Value

Units = Mapping[int, int]
"""Unit id → dim of the value."""

SINGLE: Units = {-1: -1}
"""The units of a scalar: the whole dispatch is one unit, which more scalars can join."""


def root_units(op: Op) -> Units:
    """The loops of an op that starts a dispatch: its result's dims, except those it combines along."""
    if all(r.type.rank == 0 for r in op.results):
        return SINGLE
    if isinstance(op, Fold):
        return {d: i for d, i in _fold_dims(op).items() if i is not None}
    if len(op.results) != 1:
        return {}
    rank = op.result.type.rank
    combined = op.dims if isinstance(op, Softmax | LayerNorm) else ()
    return {d: d for d in range(rank) if d not in combined}


def joined_units(op: Op, inside: Mapping[Value, Units]) -> Units:
    """The ids that survive `op`, whose operands found in `inside` were made in the same dispatch.

    Empty if the op needs more than its own piece of some operand. A dim that a map reads by an expression (a window)
    is no piece: only one that is an iteration dim itself goes through."""
    if any(inside[v] is SINGLE for v in op.operands if v in inside):
        return SINGLE if all(v.type.rank == 0 for v in (*op.operands, *op.results)) else {}
    match op:
        case SetEncoding() | UnsetEncoding() | Cast() | Transfer():
            return inside[op.source]
        case Generic():
            out = {d: i for i, d in enumerate(op.maps[-1].positions())}
            return _agree(
                [
                    _map(inside[v], dict(enumerate(m.dims)), out)
                    for v, m in zip(op.inputs, op.maps, strict=False)
                    if v in inside
                ]
            )
        case Fold():
            kept = {d: i for d, i in _fold_dims(op).items() if i is not None}
            return _agree(
                [
                    _map(inside[v], dict(enumerate(m.dims)), kept)
                    for v, m in zip(op.tensors, op.maps, strict=True)
                    if v in inside
                ]
            )
        case Transpose():
            return _rename(inside[op.source], {old: new for new, old in enumerate(op.permutation)})
        case Broadcast():
            kept = [d for d in range(len(op.shape)) if d not in op.dims]
            return _rename(inside[op.source], dict(enumerate(kept)))
        case ExpandShape():
            return _rename(inside[op.source], {g: group[0] for g, group in enumerate(op.groups)})
        case CollapseShape():
            return _rename(inside[op.source], {group[0]: g for g, group in enumerate(op.groups)})
        case Softmax() | LayerNorm():
            alone = op.source in inside and all(v not in inside for v in op.operands[1:])
            return {i: d for i, d in inside[op.source].items() if d not in op.dims} if alone else {}
        case Reduce():
            kept = [d for d in range(op.source.type.rank) if d not in op.dims]
            return _rename(inside[op.source], {old: new for new, old in enumerate(kept)})
        case ExtractSlice():
            whole = [d for d, s in enumerate(op.source.type.shape) if op.offsets[d] == 0 and op.sizes[d] == s]
            return _rename(inside[op.source], {d: d for d in whole if op.strides[d] == 1})
        case InsertSlice():
            same = [d for d, s in enumerate(op.dest.type.shape) if op.offsets[d] == 0 and op.source.type.shape[d] == s]
            whole = {d: d for d in same if op.strides[d] == 1}
            return _agree([_rename(inside[v], whole) for v in op.operands if v in inside])
        case GatherNd():
            return {} if op.source in inside else _agree([inside[v] for v in op.indices if v in inside])
        case Pad():
            whole = [d for d in range(op.source.type.rank) if op.low[d] == 0 and op.high[d] == 0]
            return _rename(inside[op.source], {d: d for d in whole})
        case Concat():
            other = {d: d for d in range(op.result.type.rank) if d != op.dim}
            return _agree([_rename(inside[v], other) for v in op.inputs if v in inside])
        case Contract() | Gather():
            return {}
        case _:
            return {}


def _fold_dims(op: Fold) -> Mapping[int, int | None]:
    """Parallel iteration dim → the dim of every result that it runs along; None where results differ in it."""
    first, *rest = [{d: i for i, d in enumerate(m.positions())} for m in op.result_maps]
    return {d: i if all(other[d] == i for other in rest) else None for d, i in first.items()}


def _rename(units: Units, dims: Mapping[int, int]) -> Units:
    return {i: dims[d] for i, d in units.items() if d in dims}


def _map(units: Units, to_loop: Mapping[int, int | None], to_result: Mapping[int, int]) -> Units:
    """Through an indexing map: dim of the operand → iteration dim → dim of the result."""
    loops = {i: to_loop[d] for i, d in units.items()}
    return {i: to_result[loop] for i, loop in loops.items() if loop is not None and loop in to_result}


def _agree(many: list[Units]) -> Units:
    """Ids that run along the same dim in all operands."""
    first, *rest = many
    return {i: d for i, d in first.items() if all(other.get(i) == d for other in rest)}
