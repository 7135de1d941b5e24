"""Patterns on softmax and the norms."""

from __future__ import annotations

from tensorir.analysis.movement import repeated_dims
from tensorir.dialects.linalg import LayerNorm, Softmax
from tensorir.dialects.linalg.rows import RmsNorm, RowOp
from tensorir.dialects.tensor import Size
from tensorir.ir.op import Op
from tensorir.ir.sizes import substituted_ops
from tensorir.rewrite.pattern import Pattern, RegionView, Replacement, Rewrite, pattern


@pattern(Softmax, LayerNorm, RmsNorm)
def decompose_rows_of_repeated_elements(op: RowOp, view: RegionView) -> Rewrite:
    """norm(broadcast(x)), along a dim that is repeated, is what the norm is made of

    There it reads x itself. Written that way by a front end it would not be raised, and the two must be one program."""
    made = view.def_of(op.source)
    if made is None or op.extent is not None or op.source.type.encoding is not None or op.encoding is not None:
        return None
    return decomposed(op) if set(repeated_dims(made)) & set(op.dims) else None


def decomposed(op: Op) -> Replacement | None:
    """Returns the ops that an op is made of; None if it is made of nothing simpler."""
    parts = op.decomposition()
    if parts is None:
        return None
    sizes = [Size(d, loc=op.loc) for d in parts.sizes]
    ops, results = substituted_ops(parts.body, (*op.operands, *(s.result for s in sizes)), {})
    return Replacement((*sizes, *ops), results)


ROWS: tuple[Pattern, ...] = (decompose_rows_of_repeated_elements,)
