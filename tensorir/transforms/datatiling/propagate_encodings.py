"""propagate-encodings: moves `unset` down past ops that can also work on the encoded tensor.

Between two contractions only `set(unset(x))` is then left, which vanishes on a device with one layout for both.
Padding is irrelevant here, because the meaning of an encoded tensor is its logical elements (see
`materialize-encodings`, which defines padding).
"""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.analysis.movement import is_view, view_of
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Generic, Reduce, RowOp, Transpose
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.encoding.encoding import Encoding
from tensorir.encoding.views import Projected, Transposed
from tensorir.ir.affine import AffineMap
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import Refused, RegionView, Replacement, Rewrite, index, pattern
from tensorir.rewrite.symbols import map_regions
from tensorir.transforms.simplify.canonicalize import fold_set_of_unset, fold_unset_of_set


def _encoded(value: Value, view: RegionView) -> tuple[Value, Encoding] | None:
    """Returns (x, e) if `value` is unset(x) and x has the encoding e."""
    match view.def_of(value):
        case UnsetEncoding(source=Value(type=type) as x) if isinstance(type.encoding, Encoding):
            return x, type.encoding
        case _:
            return None


def _unset(op: Op, *before: Op) -> Replacement:
    """Returns `before`, then `op`, then the unset of its result."""
    unset = UnsetEncoding(op.result, loc=op.loc)
    return Replacement((*before, op, unset), unset.results)


@pattern(Generic)
def unset_through_generic(op: Generic, view: RegionView) -> Rewrite:
    """f(unset(x), y) == unset(f(x, set(y))), if every element of x is used once"""
    tensors = [(i, v) for i, v in enumerate(op.inputs) if v.type.rank and op.maps[i].is_permutation]
    found = [(i, e) for i, v in tensors if (e := _encoded(v, view))]
    if not found:
        return None
    anchor, (_, encoding) = found[0]
    for i, map in enumerate(op.maps):
        if not map.is_projected_permutation:
            return Refused(f"its map {map} is not a projected permutation", op.operand_name(i))
    if op.body.iteration_dims:
        return Refused("its body reads iteration indices, which tiles have in another order", op.operand_name(anchor))
    if op.body.may_fail:
        return Refused("its body divides integers, and padding may hold a zero", op.operand_name(anchor))
    wanted = [_encoding_for(map, op.maps[anchor], encoding) for map in op.maps]
    ops: list[SetEncoding] = []
    inputs: list[Value] = []
    for value, e in zip(op.inputs, wanted[:-1], strict=True):
        if not value.type.rank:
            inputs.append(value)
            continue
        known = _encoded(value, view)
        if known is not None and known[1] == e:
            inputs.append(known[0])
            continue
        ops.append(made := SetEncoding(value, e, loc=op.loc))
        inputs.append(made.result)
    return _unset(Generic(tuple(inputs), op.maps, op.body, op.shape, wanted[-1], loc=op.loc), *ops)


def _encoding_for(map: AffineMap, anchor: AffineMap, encoding: Encoding) -> Encoding:
    """Returns the encoding of an operand indexed by `map`, given `encoding` of one indexed by `anchor`."""
    of_anchor = {d: i for i, d in enumerate(anchor.positions())}
    dims = tuple(of_anchor[d] for d in map.positions())
    return encoding.through(Transposed(dims) if len(dims) == len(of_anchor) else Projected(dims))


@pattern(RowOp)
def unset_through_rows(op: RowOp, view: RegionView) -> Rewrite:
    """f(unset(x), v…) == unset(f(x, set(v)…)), for an f along rows"""
    if (found := _encoded(op.source, view)) is None:
        return None
    x, e = found
    vectors = [SetEncoding(v, e.through(Projected(op.dims)), loc=op.loc) for v in op.operands[1:]]
    return _unset(op.evolve((x, *(s.result for s in vectors)), encoding=e), *vectors)


@pattern(Reduce)
def unset_through_reduce(op: Reduce, view: RegionView) -> Rewrite:
    """reduce(unset(x)) == unset(reduce(x))"""
    if (found := _encoded(op.source, view)) is None:
        return None
    x, e = found
    kept = tuple(d for d in range(x.type.rank) if d not in op.dims)
    if not kept:
        return Refused("its result is a scalar, which has no layout", "source")
    return _unset(Reduce(x, op.kind, op.dims, op.extent, e.through(Projected(kept)), loc=op.loc))


@pattern(Op)
def unset_through_view(op: Op, view: RegionView) -> Rewrite:
    """v(unset(x)) == unset(v(x)), if v puts dims in another order, splits or merges them"""
    if len(op.operands) != 1 or (found := _encoded(op.operands[0], view)) is None or not is_view(op):
        return None
    if not op.operands[0].type.rank or not op.result.type.rank:
        which = "result" if op.operands[0].type.rank else "source"
        return Refused(f"its {which} is a scalar, which has no layout", "source")
    if (step := view_of(op)) is None:
        return None
    x, e = found
    if not isinstance(op, Transpose | ExpandShape | CollapseShape):
        return Refused("it is a view in other words, which canonicalize says plainly", "source")
    return _unset(op.evolve((x,), encoding=e.through(step)))


PATTERNS = index(
    [
        fold_unset_of_set,
        fold_set_of_unset,
        unset_through_generic,
        unset_through_rows,
        unset_through_reduce,
        unset_through_view,
    ]
)

_UNSUPPORTED = "reads an encoded tensor, but has no propagation rule: it is stored row-major first"


@frozen
class PropagateEncodings(Pass):
    """Law: interp(propagate(m)) == interp(m), and without its encode ops the program is unchanged."""

    name: ClassVar[str] = "propagate-encodings"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        after = map_regions(module, lambda region: greedy(region, PATTERNS, ctx.trace(self.name), effects))
        for function in after.functions:
            body = function.body
            for op in body.ops:
                for i, value in enumerate(op.operands):
                    if isinstance(body.definitions.get(value), UnsetEncoding) and not isinstance(op, SetEncoding):
                        ctx.refuse(self.name, op, "no-rule", _UNSUPPORTED, op.operand_name(i))
        return after
