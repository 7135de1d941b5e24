"""canonicalize: folds ops that undo each other or do nothing, and drops dead pure ops."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from attrs import frozen

from tensorir.dialects.device import Transfer
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Transpose
from tensorir.dialects.tensor import (
    Cast,
    CollapseShape,
    Concat,
    Constant,
    DimOp,
    ExpandShape,
    ExtractSlice,
    InsertSlice,
    Pad,
    Size,
)
from tensorir.encoding.layout import Layout
from tensorir.ir.dense import Dense
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import Refused, RegionView, Rewrite, index, pattern
from tensorir.rewrite.symbols import map_regions
from tensorir.transforms.simplify.folds import FOLDS
from tensorir.transforms.simplify.packs import PACKS
from tensorir.transforms.simplify.reads import READS
from tensorir.transforms.simplify.rows import ROWS


@pattern(UnsetEncoding)
def fold_unset_of_set(op: UnsetEncoding, view: RegionView) -> Rewrite:
    """unset(set(x, e)) == x"""
    match view.def_of(op.source):
        case SetEncoding(source=x):
            return x
        case _:
            return None


@pattern(SetEncoding)
def fold_set_of_unset(op: SetEncoding, view: RegionView) -> Rewrite:
    """set(unset(x), e) == x, if x has the encoding e already"""
    match view.def_of(op.source):
        case UnsetEncoding(source=x) if x.type == op.result.type:
            return x
        case UnsetEncoding() if isinstance(op.encoding, Layout):
            return Refused("what it unsets has another layout: the tensor is laid out anew", "source")
        case _:
            return None


@pattern(Transpose)
def fold_transposes(op: Transpose, view: RegionView) -> Rewrite:
    """transpose(transpose(x, p), q) == transpose(x, p∘q); transpose(x, identity) == x"""
    if op.permutation == tuple(range(len(op.permutation))) and op.source.type == op.result.type:
        return op.source
    match view.def_of(op.source):
        case Transpose(source=x, permutation=inner):
            joined = tuple(inner[q] for q in op.permutation)
            return Transpose(x, joined, op.encoding, loc=op.loc)
        case _:
            return None


@pattern(CollapseShape)
def fold_collapse_of_expand(op: CollapseShape, view: RegionView) -> Rewrite:
    """collapse(expand(x)) == x, if the result has the type of x"""
    match view.def_of(op.source):
        case ExpandShape(source=x) if x.type == op.result.type:
            return x
        case _:
            return op.source if op.source.type == op.result.type else None


@pattern(ExpandShape)
def fold_expand_of_collapse(op: ExpandShape, view: RegionView) -> Rewrite:
    """expand(collapse(x)) == x, if the result has the type of x"""
    match view.def_of(op.source):
        case CollapseShape(source=x) if x.type == op.result.type:
            return x
        case _:
            return op.source if op.source.type == op.result.type else None


@pattern(ExtractSlice)
def fold_full_slice(op: ExtractSlice, view: RegionView) -> Rewrite:
    """x[0:n:1] == x, in every dim"""
    whole = all(o == 0 for o in op.offsets) and all(s == 1 for s in op.strides)
    return op.source if whole and op.source.type == op.result.type else None


@pattern(InsertSlice)
def fold_full_insert(op: InsertSlice, view: RegionView) -> Rewrite:
    """insert(x, y) == x, if it covers all of y"""
    whole = all(o == 0 for o in op.offsets) and all(s == 1 for s in op.strides)
    return op.source if whole and op.source.type == op.result.type else None


@pattern(Transfer)
def fold_transfer_of_transfer(op: Transfer, view: RegionView) -> Rewrite:
    """transfer(transfer(x, d), d) == transfer(x, d)"""
    match view.def_of(op.source):
        case Transfer(device=device) if device == op.device:
            return op.source
        case _:
            return None


@pattern(Pad)
def fold_empty_pad(op: Pad, view: RegionView) -> Rewrite:
    """pad(x, 0, 0) == x"""
    return op.source if all(n == 0 for n in (*op.low, *op.high)) and op.source.type == op.result.type else None


@pattern(Concat)
def fold_single_concat(op: Concat, view: RegionView) -> Rewrite:
    """concat(x) == x"""
    return op.inputs[0] if len(op.inputs) == 1 and op.inputs[0].type == op.result.type else None


@pattern(Cast)
def fold_trivial_cast(op: Cast, view: RegionView) -> Rewrite:
    """cast(x, shape of x) == x"""
    return op.source if op.source.type == op.result.type else None


@pattern(DimOp)
def size_of_dim(op: DimOp, view: RegionView) -> Rewrite:
    """dim(x, i) == size s, if dim i of x has the size s; x need not be computed for it"""
    return Size(op.source.type.shape[op.index], loc=op.loc)


@pattern(Size)
def fold_static_size(op: Size, view: RegionView) -> Rewrite:
    """size n == constant n"""
    return Constant(Dense.own(np.array(op.size, np.int64)), loc=op.loc) if isinstance(op.size, int) else None


PATTERNS = index(
    [
        fold_unset_of_set,
        fold_set_of_unset,
        fold_transposes,
        fold_collapse_of_expand,
        fold_expand_of_collapse,
        fold_full_slice,
        fold_full_insert,
        fold_transfer_of_transfer,
        fold_empty_pad,
        fold_single_concat,
        fold_trivial_cast,
        *READS,
        *ROWS,
        *FOLDS,
        *PACKS,
        size_of_dim,
        fold_static_size,
    ]
)


@frozen
class Canonicalize(Pass):
    """Applies the patterns of this file, `reads.py`, `rows.py`, `folds.py` and `packs.py` exhaustively.

    Law: interp(canonicalize(m)) == interp(m)."""

    name: ClassVar[str] = "canonicalize"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        return map_regions(module, lambda region: greedy(region, PATTERNS, ctx.trace(self.name), effects))
