"""Patterns on softmax and the norms."""

from __future__ import annotations

from tensorir.analysis.constants import is_made_of_constants
from tensorir.analysis.movement import repeated_dims
from tensorir.dialects.linalg import LayerNorm, Softmax
from tensorir.dialects.linalg.rows import RmsNorm, RowOp
from tensorir.dialects.tensor import Size
from tensorir.ir.op import Op
from tensorir.ir.sizes import substituted_ops
from tensorir.rewrite.pattern import Pattern, RegionView, Replacement, Rewrite, pattern


@pattern(Softmax, LayerNorm, RmsNorm)
def repeat_what_is_normalized(op: RowOp, view: RegionView) -> Rewrite:
    """norm(broadcast(x)) == broadcast(norm(x)), if no row has repeated elements

    Each row that is repeated is computed once."""
    made = view.def_of(op.source)
    if made is None or _is_packed(op) or not (repeated := repeated_dims(made)) or set(repeated) & set(op.dims):
        return None
    relation = made.relation()
    (source,) = relation.moves
    loops = relation.results[0]
    place = {loop: link.dims[0] for link in relation.operands[source] for loop in link.loops}
    if not all(loops[d] in place for d in op.dims):  # a dim of size 1 that x lacks
        return None
    x = made.operands[source]
    once = op.evolve([x, *op.operands[1:]], dims=tuple(place[loops[d]] for d in op.dims), loc=op.loc)
    operands = list(made.operands)
    operands[source] = once.result
    return [once, made.evolve(operands)]


@pattern(Softmax, LayerNorm, RmsNorm)
def decompose_rows(op: RowOp, view: RegionView) -> Rewrite:
    """norm(x) is what the norm is made of, if elements of its rows are repeated, or if x is a constant

    In the one case the parts read what is repeated; in the other they are constants, and other ops may share them.
    Written that way by a front end it is not raised, and the two must be one program."""
    if _is_packed(op):
        return None
    made = view.def_of(op.source)
    repeated = made is not None and set(repeated_dims(made)) & set(op.dims)
    return decomposed(op) if repeated or is_made_of_constants(op.source, view.def_of) else None


def _is_packed(op: RowOp) -> bool:
    return op.extent is not None or op.source.type.encoding is not None or op.encoding is not None


def decomposed(op: Op) -> Replacement | None:
    """Returns the ops that an op is made of; None if it is made of nothing simpler."""
    parts = op.decomposition()
    if parts is None:
        return None
    sizes = [Size(d, loc=op.loc) for d in parts.sizes]
    ops, results = substituted_ops(parts.body, (*op.operands, *(s.result for s in sizes)), {})
    return Replacement((*sizes, *ops), results)


ROWS: tuple[Pattern, ...] = (decompose_rows, repeat_what_is_normalized)  # constants first, repeated or not
