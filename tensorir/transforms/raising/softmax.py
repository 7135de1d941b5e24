"""Softmax from its parts."""

from __future__ import annotations

import numpy as np

from tensorir.dialects.linalg import Generic, Softmax
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.rewrite.pattern import Pattern, Refused, RegionView, Rewrite, pattern
from tensorir.transforms.raising.formulas import difference, number, product_of
from tensorir.transforms.raising.rows import converted, read_elsewhere, repeated, source_of, too_wide
from tensorir.transforms.raising.terms import Apply, Reading, Term, Total


@pattern(Generic)
def raise_softmax(op: Generic, view: RegionView) -> Rewrite:
    """exp(x − max x) / Σ exp(x − max x) == softmax(x), along the same dims

    The op computes the same operations in the same type, but for the order of the sum and a product with a reciprocal:
    both are within (n + 8)·u of the exact number, relative to it, plus the error of exp. Rows of only −∞, and rows with
    NaN or +∞, are NaN in both. In 16-bit types the op rounds once, at its end. Refused without the subtraction of the
    maximum: then +∞ would give other results."""
    if op.body.result.fn not in ("div", "mul", "cast") or not op.result.type.dtype.is_float or op.encoding is not None:
        return None
    r = Reading(op, view)
    parts = product_of(r, r.root, lambda t: isinstance(t, Total))
    if parts is None or parts.number != 1 or len(parts.times) != 1 or len(parts.over) != 1:
        return None
    (power,), (sum,) = parts.times, parts.over
    match r.plain(power), r.plain(sum):
        case Apply(fn="exp", terms=(exponent,)), Total(kind="add") as sum if r.same(power, sum.source):
            pass
        case _:
            return None
    pair = difference(r, exponent)
    if pair is None or (largest := _largest(r, pair[1])) is None:
        return Refused(
            "the maximum of the row is not subtracted before exp, so +∞ and large numbers give other results"
        )
    if not r.same(pair[0], largest.source):
        return Refused("the maximum that is subtracted is one of other numbers")
    if largest.dims != sum.dims:
        return Refused(f"the maximum is along {list(largest.dims)}, the sum along {list(sum.dims)}")
    x = source_of(r, largest.source, largest.dims, view)
    if x is None or isinstance(x, Refused):
        return x
    if refused := too_wide(r, x.dtype) or read_elsewhere(op, [x.value], view):
        return refused
    ops: list[Op] = []
    ops.append(made := Softmax(repeated(x, op.result, ops, op.loc), largest.dims, loc=op.loc))
    converted(made.result, op.result.type.dtype, ops, op.loc)
    return ops


def _largest(r: Reading, term: Term) -> Total | None:
    """The maximum of a row, also of the row and −∞ or the lowest finite number: only rows of −∞ have a lower maximum,
    and their softmax is NaN with either."""
    match r.plain(term):
        case Total(kind="max" | "maxnum") as total:
            return total if total.dims else None
        case Apply(fn="max" | "maxnum", terms=(a, b)):
            for one, other in ((a, b), (b, a)):
                literal = number(r, other)
                if literal is not None and literal <= _lowest(other.dtype):
                    return _largest(r, one)
            return None
        case _:
            return None


def _lowest(dtype: DType) -> float:
    """The lowest finite number of a float type."""
    return -float(np.nextafter(dtype.numpy.type(np.inf), dtype.numpy.type(0)))


SOFTMAX: tuple[Pattern, ...] = (raise_softmax,)
