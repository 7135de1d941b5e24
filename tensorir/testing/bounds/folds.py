"""Error bounds of folds: sums of any scalar expression, extremes, and what rounds nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from tensorir.dialects.linalg import Fold, Generic
from tensorir.interp.context import Array, Context
from tensorir.interp.interpreter import apply_op
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dims import Dim
from tensorir.ir.scalar import Scalar, ScalarBody, arg
from tensorir.ir.value import Value
from tensorir.testing.bounds.scalars import Bounded, body_bounds, is_exact, names, rounded, unit

SUM_UNITS = 64
"""A sum of K terms may be off by min(K, SUM_UNITS) + 2 units of Σ|terms|; measured were never more than 50."""

_ROUNDS_NOTHING = names("arg index const max min maxnum minnum neg abs select eq ne lt le gt ge and or xor")


def align(
    values: Sequence[Value], maps: Sequence[AffineMap], given: Sequence[Bounded], shape: tuple[Dim, ...], ctx: Context
) -> list[Bounded]:
    """Each operand as its iteration space sees it: one element, and its bound, per position."""
    aligned: list[Bounded] = []
    for value, map, (x, e) in zip(values, maps, given, strict=True):
        body = ScalarBody((value.type.dtype,), arg(0, value.type.dtype))
        spread = Generic((value,), (map, identity(map.num_dims)), body, shape)
        aligned.append((apply_op(spread, (x,), ctx)[0], apply_op(spread, (e,), ctx)[0]))
    return aligned


def fold_bounds(op: Fold, given: list[Bounded], ctx: Context) -> tuple[Bounded, ...]:
    """The results and their bounds; inf where the fold is none of the kinds that are understood."""
    results = apply_op(op, tuple(x for x, _ in given), ctx)
    return tuple((r, _bound(op, i, r, given, ctx)) for i, r in enumerate(results))


def _bound(op: Fold, index: int, result: Array, given: list[Bounded], ctx: Context) -> Array:
    clean = not any(np.any(e) for _, e in given)
    used = {n.fn for b in op.bodies for n in b.nodes()}
    if clean and used <= _ROUNDS_NOTHING:
        return np.zeros(result.shape)
    integers = all(v.type.dtype.is_integer for v in op.tensors)
    if clean and integers and not any(n.dtype.is_float for b in op.bodies for n in b.nodes()):
        return np.zeros(result.shape)
    terms = _terms(op, index)
    if terms is None or not op.inits[index].type.dtype.is_float:
        return np.full(result.shape, np.inf)
    kind, body = terms
    shape = op.iteration_shape()
    x, e = body_bounds(body, align(op.tensors, op.maps, given, shape, ctx), ctx.shape(shape), ctx)
    start, e_start = given[len(op.inputs) + index]
    if kind == "extreme":
        return np.maximum(_reduced(op, index, e, np.max), e_start)
    magnitude = _reduced(op, index, np.abs(x), np.sum) + np.abs(start)
    carried = _reduced(op, index, e, np.sum) + e_start
    dtype = op.inits[index].type.dtype
    if is_exact(dtype, magnitude, (x, e), (start, e_start)):
        return np.zeros(result.shape)
    count = math.prod(x.shape[d] for d in op.reduced)
    return rounded(result, carried, dtype) + (min(count, SUM_UNITS) + 2) * unit(dtype) * (magnitude + carried)


def _terms(op: Fold, index: int) -> tuple[str, ScalarBody] | None:
    """What is summed, or what the extreme is taken of, if that is what result `index` is."""
    body = op.bodies[index]
    first = len(op.inputs)
    total = arg(first + index, body.result.dtype)

    def reads_totals(node: Scalar) -> bool:
        return any(n.fn == "arg" and n.index >= first for n in ScalarBody(body.args, node).nodes())

    match body.result:
        case Scalar(fn="add" | "max" | "min" | "maxnum" | "minnum" as fn, operands=(a, b)) if total in (a, b):
            term = b if a is total else a
        case Scalar(fn="sub" as fn, operands=(a, term)) if a is total:
            pass
        case _:
            return None
    if reads_totals(term):
        return None
    return ("sum" if fn in ("add", "sub") else "extreme"), ScalarBody(body.args, term)


def _reduced(op: Fold, index: int, array: Array, combine: Callable[..., Array]) -> Array:
    """Along the reduced dims, in the order of the result's map."""
    kept = [d for d in range(array.ndim) if d not in op.reduced]
    out = combine(array, axis=op.reduced, initial=0.0) if op.reduced else array
    order = [kept.index(d) for d in op.result_maps[index].positions()]
    return out.transpose(order) if order else out
