"""What the patterns of row ops share: which ops a formula is made of, who else reads them, what is emitted around."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tensorir.analysis.constants import is_made_of_constants
from tensorir.dialects.linalg import Contract, Fill, Generic, Reduce
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.ir.affine import identity
from tensorir.ir.dtype import DType
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, arg, cast
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Refused, RegionView
from tensorir.transforms.raising.terms import At, Reading, Term

LARGEST = 64
"""The most ops that a formula is made of."""


def source_of(r: Reading, term: Term, dims: tuple[int, ...], view: RegionView) -> At | Refused | None:
    """Returns the rows along `dims` that an op reads, if `term` is a value in the order of the root, or one that is
    repeated along other dims than these."""
    if not isinstance(term, At):
        return None
    if term.value.type.encoding is not None:
        return Refused("the rows have an encoding")
    if is_made_of_constants(term.value, view.def_of):
        return Refused("the rows are constants, and so are the sums: others may read them as well")
    if in_order(r, term, dims):
        return term
    return Refused(f"the rows are read from {term.value.type} at {term.map}, should be in the order of the result")


def in_order(r: Reading, term: At, dims: tuple[int, ...]) -> bool:
    """Whether `term` is a value of the shape and in the order of the root, or has only some of its dims, with
    `dims` among them."""
    if term.map == r.identity and term.value.type.shape == r.shape:
        return True
    sizes = term.value.type.shape
    longer = [(d, s) for d, s in zip(term.map.dims, sizes, strict=True) if s != 1]
    read = [d for d, _ in longer if d is not None]
    whole = len(set(read)) == len(longer) and all(d is not None and r.shape[d] == s for d, s in longer)
    return whole and len(sizes) < r.rank and set(dims) <= set(read)


def repeated(x: At, like: Value, ops: list[Op], loc: Location) -> Value:
    """A value that is `in_order`, in the shape of `like`, with the op that repeats them, if it is repeated."""
    dtype, rank = x.dtype, like.type.rank
    if x.value.type.rank == rank:
        return x.value
    maps = (x.map, identity(rank))
    ops.append(made := Generic((x.value,), maps, ScalarBody((dtype,), arg(0, dtype)), like.type.shape, loc=loc))
    return made.result


def too_wide(r: Reading, dtype: DType) -> Refused | None:
    """An op computes rows of `dtype` in `accumulation_type(dtype)`; a formula in a wider type would lose digits."""
    if r.widest <= accumulation_type(dtype).bits:
        return None
    return Refused(
        f"part of the formula is computed in f{r.widest}, the op would compute it in {accumulation_type(dtype)}"
    )


def read_elsewhere(
    root: Op,
    leaves: Iterable[Value],
    view: RegionView,
    *,
    starts: Iterable[Value] | None = None,
    every: bool = False,
    alike: Callable[[Op], Sequence[Value] | None] = lambda reader: None,
) -> Refused | None:
    """Returns a refusal if others read a result within the formula that depends on its sums: they would be computed
    twice. `starts`: the operands of the root that belong to the formula; by default all. `every`: whatever is computed
    within the formula counts, not only what depends on sums. `alike`: the leaves of another formula that ends in a
    reader and will be raised, too; None if it is none."""
    within = _between(root.operands if starts is None else starts, frozenset(leaves), view)
    own = {id(op) for op in (*within, root)}
    waiting = within
    while waiting:
        if len(own) > LARGEST:
            return Refused("the formula is spread over too many ops")
        more: list[Op] = []
        for op, result in _counted(waiting, every):
            if view.is_yielded(result):
                return _twice(op, "the caller")
            for reader in view.users_of(result):
                if id(reader) in own:
                    continue
                if (others := alike(reader)) is None:
                    return _twice(op, reader.NAME)
                more += [o for o in _between(reader.operands, frozenset(others), view) if id(o) not in own]
                own |= {id(o) for o in (*more, reader)}
        waiting = [*within, *more] if more else []
    return None


def _counted(ops: Sequence[Op], every: bool) -> list[tuple[Op, Value]]:
    """The results of a formula that nobody else may read, with the ops that compute them."""
    summed: dict[Value, Op] = {}
    for op in ops:
        if isinstance(op, Reduce | Contract) or not summed.keys().isdisjoint(op.operands) or (every and _computes(op)):
            summed.update((r, op) for r in op.results)
    return [(op, result) for result, op in summed.items()]


def _twice(op: Op, reader: str) -> Refused:
    return Refused(f"{reader} reads the result of {op.NAME} within the formula, computed twice if raised")


def _computes(op: Op) -> bool:
    """Whether an op does more than to convert and to move elements."""
    return isinstance(op, Generic) and any(n.fn not in ("arg", "cast", "const") for n in op.body.nodes())


def _between(starts: Iterable[Value], leaves: frozenset[Value], view: RegionView) -> list[Op]:
    """The ops that compute `starts` from `leaves`, operands first, without those that compute the leaves."""
    done: dict[int, Op] = {}
    stack = _defining(starts, leaves, view)
    while stack and len(done) <= LARGEST:
        op = stack[-1]
        waiting = [o for o in _defining(op.operands, leaves, view) if id(o) not in done]
        if waiting:
            stack += waiting
            continue
        done[id(stack.pop())] = op
    return list(done.values())


def _defining(values: Iterable[Value], leaves: frozenset[Value], view: RegionView) -> list[Op]:
    return [op for v in values if v not in leaves and (op := view.def_of(v)) is not None]


def converted(value: Value, dtype: DType, ops: list[Op], loc: Location) -> Value:
    """`value` in another element type, with the op that converts it, if one is needed."""
    if value.type.dtype == dtype:
        return value
    rank = value.type.rank
    body = ScalarBody((value.type.dtype,), cast(arg(0, value.type.dtype), dtype))
    ops.append(made := Generic((value,), (identity(rank),) * 2, body, value.type.shape, loc=loc))
    return made.result


def filled(number: float, like: Value, dims: Sequence[int], ops: list[Op], loc: Location) -> Value:
    """A vector of one number, which has the sizes of `dims` of `like`."""
    type = TensorType(tuple(like.type.shape[d] for d in dims), like.type.dtype)
    ops.append(made := Fill(number, type, loc=loc))
    return made.result
