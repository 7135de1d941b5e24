"""Units: along which dims a chain of ops can be cut into pieces that never wait for each other.

Every value in a dispatch carries its unit dims: an id per loop of the root that is still parallel, and the dim of
the value it runs along. An op may join a dispatch only while some id survives in all of its ops; that is what
lets the whole dispatch run as independent units with no barrier between them. What survives an op follows from its
`relation()`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.ir.op import Op, Trait
from tensorir.ir.relation import Relation
from tensorir.ir.value import Value

Units = Mapping[int, int]
"""Unit id → dim of the value."""

SINGLE: Units = {-1: -1}
"""The units of a scalar: the whole dispatch is one unit, which more scalars can join."""


def root_units(op: Op) -> Units:
    """The loops of an op that starts a dispatch: all that its results have alike, except those along which it shares
    what it finds."""
    if not op.results:
        return {}
    if all(r.type.rank == 0 for r in op.results):
        return SINGLE
    relation = op.relation()
    loops = {loop: relation.result_dim(loop) for loop in relation.results[0] if loop not in relation.shared}
    return {loop: dim for loop, dim in loops.items() if dim is not None}


def joined_units(op: Op, inside: Mapping[Value, Units]) -> Units:
    """The ids that survive `op`, whose operands found in `inside` were made in the same dispatch.

    Empty if the op needs more than its own piece of some operand. A contraction begins a dispatch of its own, though
    its rows could follow those of another: its tiles are worth more than the launch."""
    if any(inside[v] is SINGLE for v in op.operands if v in inside):
        return SINGLE if all(v.type.rank == 0 for v in (*op.operands, *op.results)) else {}
    if op.is_(Trait.CONTRACTION) or not op.results:
        return {}
    relation = op.relation()
    return _agree(
        [
            {i: new for i, dim in inside[value].items() if (new := _onward(relation, operand, dim)) is not None}
            for operand, value in enumerate(op.operands)
            if value in inside
        ]
    )


def _onward(relation: Relation, operand: int, dim: int) -> int | None:
    """The dim of the results along which pieces of an operand's dim go on."""
    loop = relation.onward(operand, dim)
    return None if loop is None or loop in relation.shared else relation.result_dim(loop)


def _agree(many: list[Units]) -> Units:
    """Ids that run along the same dim in all operands."""
    first, *rest = many
    return {i: d for i, d in first.items() if all(other.get(i) == d for other in rest)}
