"""Error bounds of structured ops: scalar bodies per position, sums, products and extremes of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from tensorir.dialects.linalg import Generic
from tensorir.interp.context import Array, Context
from tensorir.interp.interpreter import apply_op
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dims import Dim
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, arg
from tensorir.ir.value import Value
from tensorir.testing.bounds.scalars import Bounded, body_bounds, is_exact, names, rounded, roundoff

SUM_ROUNDOFFS = 64
"""A sum of K terms may be off by min(K, SUM_UNITS) + 2 units of Σ|terms|; the largest measured error is 50 units."""

_ROUNDS_NOTHING = names("arg index const max min maxnum minnum neg abs select eq ne lt le gt ge and or xor")


def align(
    values: Sequence[Value], maps: Sequence[AffineMap], given: Sequence[Bounded], shape: tuple[Dim, ...], ctx: Context
) -> list[Bounded]:
    """Returns each operand as its iteration space sees it: an element and its bound per position."""
    aligned: list[Bounded] = []
    for value, map, (x, e) in zip(values, maps, given, strict=True):
        body = ScalarBody((value.type.dtype,), arg(0, value.type.dtype))
        spread = Generic((value,), (map, identity(map.num_dims)), body, shape)
        aligned.append((apply_op(spread, (x,), ctx)[0], apply_op(spread, (e,), ctx)[0]))
    return aligned


def loops_bounds(op: Op, loops: Loops, given: list[Bounded], ctx: Context) -> tuple[Bounded, ...]:
    """Returns the results and their bounds; the bound is inf if the kind of combination is not understood."""
    count = len(loops.inputs)
    inputs = align(loops.inputs, loops.maps, given[:count], loops.sizes, ctx)
    if not loops.starts:
        shape = ctx.shape(loops.sizes)
        made = [body_bounds(body, inputs, shape, ctx) for body in loops.bodies]
        turned = zip(made, loops.results, strict=True)
        return tuple((_transposed(x, m.positions()), _transposed(e, m.positions())) for (x, e), m in turned)
    results = apply_op(op, tuple(x for x, _ in given), ctx)
    fold = _Fold(op, loops, inputs, given[count:], ctx)
    return tuple((r, fold.bound(i, r)) for i, r in enumerate(results))


def _transposed(array: Array, order: tuple[int, ...]) -> Array:
    return array.transpose(order) if order else array


class _Fold:
    """Bounds of loops that combine. `inputs` are aligned to the iteration space; `starts` are the initial values that
    are operands."""

    def __init__(self, op: Op, loops: Loops, inputs: list[Bounded], starts: list[Bounded], ctx: Context) -> None:
        self.op, self.loops, self.inputs, self.starts, self.ctx = op, loops, inputs, starts, ctx
        self.combined = loops.combined
        self.clean = not any(np.any(e) for _, e in (*inputs, *starts))

    def bound(self, index: int, result: Array) -> Array:
        dtype, body = self.op.results[index].type.dtype, self.loops.bodies[index]
        if self.clean and self._rounds_nothing():
            return np.zeros(result.shape)
        terms = self._terms(index)
        if terms is None:
            return np.full(result.shape, np.inf)
        kind, term = terms
        x, e = body_bounds(term, self.inputs, self.ctx.shape(self.loops.sizes), self.ctx)
        start, e_start = self._start(index)
        if not dtype.is_float:
            unsure = self._reduced(index, e > 0, np.any) | (e_start > 0)
            return np.where(unsure, np.inf, 0.0)
        if kind == "extreme":
            return np.maximum(self._reduced(index, e, np.max, initial=0.0), e_start)
        total, count = body.result.dtype, math.prod(x.shape[d] for d in self.combined)
        if kind == "product":
            size = np.abs(x)
            most = self._reduced(index, size + e, np.prod) * (np.abs(start) + e_start)
            least = self._reduced(index, size, np.prod) * np.abs(start)
            bound = rounded(result, most - least, total) + count * roundoff(total) * most
            return rounded(result, bound, dtype) if total != dtype else bound
        magnitude = self._reduced(index, np.abs(x), np.sum) + np.abs(start)
        if is_exact(total, magnitude, (x, e), (start, e_start)):
            return rounded(result, np.zeros(result.shape), dtype)
        carried = self._reduced(index, e, np.sum) + e_start
        roundoffs = (min(count, SUM_ROUNDOFFS) + 2) * roundoff(total)
        bound = rounded(result, carried, total) + roundoffs * (magnitude + carried)
        return rounded(result, bound, dtype) if total != dtype else bound

    def _rounds_nothing(self) -> bool:
        nodes = [n for body in self.loops.bodies for n in body.nodes()]
        if {n.fn for n in nodes} <= _ROUNDS_NOTHING:
            return True
        return all(v.type.dtype.is_integer for v in self.op.operands) and not any(n.dtype.is_float for n in nodes)

    def _start(self, index: int) -> Bounded:
        start = self.loops.starts[index]
        if not isinstance(start, Value):
            return np.asarray(start), np.zeros(())
        return self.starts[sum(isinstance(s, Value) for s in self.loops.starts[:index])]

    def _terms(self, index: int) -> tuple[str, ScalarBody] | None:
        """Returns what result `index` sums, multiplies or takes the extreme of, if it is one of these."""
        body = self.loops.bodies[index]
        first = len(self.loops.inputs)
        total = arg(first + index, body.result.dtype)

        def reads_totals(node: Scalar) -> bool:
            return any(n.fn == "arg" and n.index >= first for n in ScalarBody(body.args, node).nodes())

        match body.result:
            case Scalar(fn=fn, operands=(a, b)) if fn in _KINDS and total in (a, b):
                term = b if a is total else a
            case Scalar(fn="sub" as fn, operands=(a, term)) if a is total:
                pass
            case _:
                return None
        return None if reads_totals(term) else (_KINDS[fn], ScalarBody(body.args[:first], term))

    def _reduced(self, index: int, array: Array, combine: Callable[..., Array], **given: float) -> Array:
        """Combines along the combined dims, in the order of the result's map."""
        kept = [d for d in range(array.ndim) if d not in self.combined]
        out = combine(array, axis=self.combined, **given) if self.combined else array
        return _transposed(out, tuple(kept.index(d) for d in self.loops.results[index].positions()))


_KINDS = {
    **dict.fromkeys(("add", "sub"), "sum"),
    **dict.fromkeys(("max", "min", "maxnum", "minnum"), "extreme"),
    "mul": "product",
}
