"""Units: the dims along which a chain of ops can be cut into pieces that never wait for each other.

Every value in a dispatch carries its unit dims: an id for each loop of the root that is still parallel, and the dim of
the value along which it runs. An op may join a dispatch only while some id survives in all of its ops, so that
the whole dispatch can run as independent units without a barrier between them. The ids that survive an op follow from
its `relation()`. A slice that takes the first positions of a dim goes on along it: later units make nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack
from tensorir.ir.op import Op, Trait
from tensorir.ir.relation import Cut, Relation, Same
from tensorir.ir.value import Value

Units = Mapping[int, int]
"""Unit id → dim of the value."""

SINGLE: Units = {-1: -1}
"""The units of a scalar: the whole dispatch is one unit, which further scalars can join."""


def root_units(op: Op) -> Units:
    """Returns the loops of an op that starts a dispatch: all that its results have in common, except those along which
    it shares intermediate results. Loops over one tile do not count beside others: the tile may hold all of a long dim,
    which in row-major form would not be whole either."""
    if not op.results:
        return {}
    if all(r.type.rank == 0 for r in op.results):
        return SINGLE
    relation = op.relation()
    loops = {loop: relation.result_dim(loop) for loop in relation.results[0] if loop not in relation.shared}
    dims = {loop: dim for loop, dim in loops.items() if dim is not None}
    several = {loop: dim for loop, dim in dims.items() if op.results[0].type.shape[dim] != 1}
    return several if several and isinstance(op, Pack | Mmt4d | BatchMmt4d) else dims


def joined_units(op: Op, inside: Mapping[Value, Units]) -> Units:
    """Returns the ids that survive `op`; its operands in `inside` were computed in the same dispatch.

    Empty if the op needs more than its own piece of some operand. A contraction joins only along a batch dim, as the
    product of probabilities and values in attention does: what it reads besides is small then, and the larger operand
    never leaves the unit. Any other contraction begins a new dispatch, although its rows could follow those of another:
    each unit would read the whole other operand again."""
    if any(inside[v] is SINGLE for v in op.operands if v in inside):
        return SINGLE if all(v.type.rank == 0 for v in (*op.operands, *op.results)) else {}
    if not op.results:
        return {}
    relation = op.relation()
    if op.is_(Trait.CONTRACTION) and not _joins_in_batches(relation, op, inside):
        return {}
    return _agree(
        [
            {i: new for i, dim in inside[value].items() if (new := _onward(op, operand, dim)) is not None}
            for operand, value in enumerate(op.operands)
            if value in inside
        ]
    )


def shortened_units(op: Op, inside: Mapping[Value, Units]) -> frozenset[int]:
    """Returns those of `joined_units` that go on because `op` takes the first positions of a dim: the last units make
    nothing of it."""
    relation = op.relation()
    cut = {(i, link.dim) for i, links in enumerate(relation.operands) for link in links if isinstance(link, Cut)}
    mine = [(i, inside[v]) for i, v in enumerate(op.operands) if v in inside]
    return frozenset(u for u in joined_units(op, inside) if any((i, units[u]) in cut for i, units in mine))


def _joins_in_batches(relation: Relation, op: Op, inside: Mapping[Value, Units]) -> bool:
    """Whether one operand of a contraction is computed in the dispatch, and some unit runs along a batch dim of it."""
    mine = [i for i, v in enumerate(op.operands) if v in inside]
    if len(mine) != 1 or len(op.operands) != 2:
        return False
    batch = set(relation.results[0])
    for links in relation.operands:
        batch &= {link.loop for link in links if isinstance(link, Same)}
    return any(relation.onward(mine[0], dim) in batch for dim in inside[op.operands[mine[0]]].values())


def why_apart(op: Op) -> str:
    """Why `joined_units` finds none for an op that reads what a launch makes: a sentence for a remark."""
    if op.is_(Trait.CONTRACTION):
        return "a contraction begins a launch of its own: each unit would read the whole other operand again"
    return "no loop of the launch that makes it goes on through this op, which needs more than a piece of it"


def takes_first(op: Op, operand: int, link: Cut) -> bool:
    """Whether position i of the loop takes position i of the operand's dim, so that both are cut into the same units.
    The sizes must be known: which units have no part of the loop is decided when the program is compiled."""
    size = op.results[0].type.shape[op.relation().results[0].index(link.loop)]
    known = isinstance(size, int) and size > 0 and isinstance(op.operands[operand].type.shape[link.dim], int)
    return known and link.offset == 0 and link.stride == 1


def _onward(op: Op, operand: int, dim: int) -> int | None:
    """Returns the dim of the results along which the pieces of an operand's dim continue."""
    relation = op.relation()
    cut = next((link for link in relation.operands[operand] if isinstance(link, Cut) and link.dim == dim), None)
    if cut is not None:
        return relation.result_dim(cut.loop) if takes_first(op, operand, cut) else None
    loop = relation.onward(operand, dim)
    return None if loop is None or loop in relation.shared else relation.result_dim(loop)


def _agree(many: list[Units]) -> Units:
    """Returns the ids that run along the same dim in all operands."""
    first, *rest = many
    return {i: d for i, d in first.items() if all(other.get(i) == d for other in rest)}
