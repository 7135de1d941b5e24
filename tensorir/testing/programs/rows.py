"""Steps along dims: normalisation, reductions, folds."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tensorir.dialects.linalg import Fill, Fold, Reduce, ReductionKind, RowOp, ZeroPadding
from tensorir.dialects.registry import OPS
from tensorir.ir.affine import identity, select
from tensorir.ir.dims import product
from tensorir.ir.dtype import f32, f64, i8, i32, i64
from tensorir.ir.scalar import ScalarBody, apply, arg, iteration_index
from tensorir.ir.types import TensorType
from tensorir.testing.programs.step import Step, step
from tensorir.testing.programs.values import DATA_BOUND, EXACT
from tensorir.testing.programs.writer import Writer


def row_steps() -> list[Step]:
    """One step per op along rows: softmax, the norms."""
    classes: list[Any] = [cls for cls in OPS.values() if issubclass(cls, RowOp)]
    return [Step(cls.NAME.rpartition(".")[2], 1, partial(_along_a_row, cls)) for cls in classes]


def _along_a_row(cls: Any, w: Writer) -> None:
    """An op of the class along one dim, with a vector for each further operand."""
    x = w.pick(lambda v: v.type.rank > 0 and v.type.dtype in (f32, f64))
    if x is None:
        return
    x = w.within(x, 8)
    d = w.draw(st.integers(0, x.type.rank - 1))
    size = x.type.shape[d]
    if cls.OPERANDS[1:] and not isinstance(size, int):
        return
    vectors = [w.weight((size,), x.type.dtype) for _ in cls.OPERANDS[1:] if isinstance(size, int)]
    # epsilon 1: a row without variance must not magnify rounding
    options = {"epsilon": 1.0} if "epsilon" in cls.ATTRIBUTES else {}
    w.add(cls(x, *vectors, dims=(d,), **options), DATA_BOUND * 9)


@step()
def reduce(w: Writer) -> None:
    x = w.pick(lambda v: v.type.rank > 0 and v.type.is_static)
    if x is None:
        return
    dims = w.draw(st.lists(st.integers(0, x.type.rank - 1), unique=True, min_size=1).map(tuple))
    kinds: list[ReductionKind] = ["add", "max", "min"]
    kind = w.draw(st.sampled_from(kinds))
    count = int(np.prod([s for d in dims if isinstance(s := x.type.shape[d], int)])) if kind == "add" else 1
    x = w.within(x, max(EXACT.get(x.type.dtype, 1) // max(count, 1), 1))
    if w.bounds[x] * count <= EXACT.get(x.type.dtype, 1):
        w.add(Reduce(x, kind, dims), w.bounds[x] * max(count, 1))


@step()
def argmax(w: Writer) -> None:
    """The largest element along a dim and its first position: a fold with two results."""
    if (found := w.static()) is None or found[0].type.dtype not in EXACT:
        return
    x, sizes = found
    x = w.within(x, EXACT[x.type.dtype] - 1)
    d = w.draw(st.integers(0, len(sizes) - 1))
    t = x.type.dtype
    kept = [k for k in range(len(sizes)) if k != d]
    order = w.draw(st.permutations(kept))
    other = order if w.draw(st.booleans()) else w.draw(st.permutations(kept))
    best = w.b.add(Fill(-w.bounds[x] - 1, TensorType(tuple(sizes[k] for k in order), t)))
    at = w.b.add(Fill(0, TensorType(tuple(sizes[k] for k in other), i64)))
    types = (t, t, i64)
    a, most, where = (arg(i, t) for i, t in enumerate(types))
    more = apply("gt", a, most)
    bodies = (
        ScalarBody(types, apply("select", more, a, most)),
        ScalarBody(types, apply("select", more, iteration_index(d), where)),
    )
    maps = (identity(len(sizes)), select(len(sizes), order), select(len(sizes), other))
    bound = max(w.bounds[x] + 1, sizes[d])
    w.add(Fold((x, best.result, at.result), maps, bodies), bound)


@step()
def fold(w: Writer) -> None:
    """One combiner over some dims, in any order of the others, starting from an initial tensor."""
    if (found := w.static()) is None or found[0].type.dtype not in (f32, f64, i32):
        return
    x, sizes = found
    t = x.type.dtype
    order = w.draw(st.lists(st.integers(0, len(sizes) - 1), unique=True))
    count = 1
    for d in range(len(sizes)):
        count *= 1 if d in order else sizes[d]
    x = w.within(x, max(EXACT[t] // (2 * count), 1))
    start = w.b.add(Fill(1, TensorType(tuple(sizes[d] for d in order), t))).result
    a, total = arg(0, t), arg(1, t)
    bodies = [apply("add", total, a), apply("sub", total, a), apply("max", a, total)]
    body = w.draw(st.sampled_from([*bodies, apply("add", apply("neg", a), total)]))
    maps = (identity(len(sizes)), select(len(sizes), order))
    w.add(Fold((x, start), maps, (ScalarBody((t, t), body),)), w.bounds[x] * count + 1)


@step()
def bits(w: Writer) -> None:
    """A reduction of integers bit by bit, or of floats that skips NaN."""
    if (found := w.static()) is None or found[0].type.dtype not in (f32, i32, i8):
        return
    x, sizes = found
    dims = w.draw(st.lists(st.integers(0, len(sizes) - 1), unique=True, min_size=1).map(tuple))
    kinds: list[ReductionKind] = ["maxnum", "minnum"] if x.type.dtype.is_float else ["and", "or", "xor"]
    x = w.within(x, 63)
    w.add(Reduce(x, w.draw(st.sampled_from(kinds)), dims), 64)


@step()
def zeros(w: Writer) -> None:
    """Zero from some position of a row-major axis on."""
    if (x := w.pick(lambda v: v.type.rank > 0)) is None:
        return
    dims = tuple(w.draw(st.permutations(range(x.type.rank)))[: w.draw(st.integers(1, 2))])
    positions = product(x.type.shape[d] for d in dims)
    most = positions if isinstance(positions, int) else 1  # a symbol is at least 1
    w.add(ZeroPadding(x, dims, w.draw(st.integers(0, most))), w.bounds[x])
