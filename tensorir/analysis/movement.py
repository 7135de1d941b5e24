"""Which ops only move elements, and which of them a reader can bypass. All of it follows from `Op.relation()`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tensorir.encoding.views import Collapsed, Expanded, Transposed, View, groups_around
from tensorir.ir.dims import product
from tensorir.ir.op import Op
from tensorir.ir.relation import Cut, Link, Merged, Same, Split, Window


def moves_only(op: Op) -> bool:
    """Whether every element of the results is an element of an operand or a constant, so that nothing is computed."""
    return bool(op.relation().moves)


def is_free(op: Op) -> bool:
    """Whether a reader of the result can read the operand instead: nothing is computed and only one operand is read.
    Storing the result may cost a copy; reading through it never does."""
    relation = op.relation()
    return (
        relation.moves == (0,)
        and len(relation.operands) == 1
        and all(isinstance(link, Same | Split | Merged | Cut) or _is_strided(link) for link in relation.operands[0])
    )


def is_windows(op: Op) -> bool:
    """Whether a reader of the result can read windows of the operand instead."""
    return is_free(op) and any(isinstance(link, Window) for link in op.relation().operands[0])


def _is_strided(link: Link) -> bool:
    """Whether a dim is read by windows that step evenly, such as those of a convolution."""
    return isinstance(link, Window) and link.map.strides(0) is not None


def is_view(op: Op) -> bool:
    """Whether the result has every element of the operand exactly once: it is the same memory with its dims in another
    order, or with neighbouring dims split or merged. Dims of size 1 may appear or vanish. Separated tiles are not a
    view."""
    relation = op.relation()
    if relation.moves != (0,) or len(relation.operands) != 1:
        return False
    (links,), (loops,) = relation.operands, relation.results
    source, result = op.operands[0].type.shape, op.result.type.shape
    place = {loop: i for i, loop in enumerate(loops)}
    used = [loop for link in links for loop in link.loops]
    if len(set(used)) != len(used):  # two dims go along one loop: a diagonal
        return False
    for link in links:
        if not isinstance(link, Same | Split | Merged):
            return False
        many, shape = (link.dims, source) if isinstance(link, Merged) else ([place[i] for i in link.loops], result)
        one = result[place[link.loop]] if isinstance(link, Merged) else source[link.dims[0]]
        if not _are_neighbours(many):
            return False
        if not isinstance(link, Same) and product(shape[d] for d in many) != one:
            return False
    tied, made = {d for link in links for d in link.dims}, {place[i] for link in links for i in link.loops}
    return all(s == 1 for d, s in enumerate(source) if d not in tied) and all(
        s == 1 for d, s in enumerate(result) if d not in made
    )


def repeated_dims(op: Op) -> tuple[int, ...]:
    """The dims of the result, not of size 1, along which it repeats elements of one operand, of which it has all dims;
    none for other ops."""
    relation = op.relation()
    if len(relation.moves) != 1 or len(relation.results) != 1:
        return ()
    links, (loops,) = relation.operands[relation.moves[0]], relation.results
    if not all(isinstance(link, Same) for link in links):
        return ()
    tied, shape = {i for link in links for i in link.loops}, op.result.type.shape
    return tuple(d for d, loop in enumerate(loops) if loop not in tied and shape[d] != 1)


def is_broadcast(op: Op) -> bool:
    """Whether elements are repeated: the result has the dims of one operand and more, not all of them of size 1."""
    return bool(repeated_dims(op))


def view_of(op: Op) -> View | None:
    """Returns the single step of a view: a permutation, a split or a merge of dims. Returns None for an op that is not
    a view, keeps all dims (a cast, a transfer), does two of these at once, or makes or reads a scalar."""
    if not is_view(op):
        return None
    relation = op.relation()
    (links,), (loops,) = relation.operands, relation.results
    source, result = op.operands[0].type.shape, op.result.type.shape
    place = {loop: i for i, loop in enumerate(loops)}
    parts = [(link.dims, tuple(place[i] for i in link.loops)) for link in links]
    if len(links) == len(source) == len(result):
        permutation = tuple(dims[0] for dims, _ in sorted(parts, key=lambda part: part[1]))
        return Transposed(permutation) if permutation != tuple(range(len(permutation))) else None
    parts.sort()
    if not parts or any(a[1] > b[1] for a, b in pairwise(parts)):
        return None
    if len(links) == len(source):
        return Expanded(groups_around([made[0] for _, made in parts], len(result)), result)
    if len(links) == len(result):
        return Collapsed(groups_around([dims[0] for dims, _ in parts], len(source)), source)
    return None


def _are_neighbours(dims: Sequence[int]) -> bool:
    return tuple(dims) == tuple(range(dims[0], dims[0] + len(dims)))
