"""Programs with dims of size 1 in any place, through every op that may carry them along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from tensorir.dialects.linalg import Broadcast, Contract, Fill, Generic, LayerNorm, Reduce, Softmax, Transpose
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.tensor import (
    CollapseShape,
    Concat,
    Constant,
    ExpandShape,
    ExtractSlice,
    Gather,
    InsertSlice,
    Pad,
)
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, evaluate, iteration_dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

S = symbol("S")
SIZES: tuple[Dim, ...] = (1, 1, 1, 1, 2, 3, S, 0)
LENGTH = 4
"""Of S in a call."""

T = TypeVar("T")


class Writer:
    """Draws ops that read what was written before."""

    def __init__(self, drawn: st.DataObject) -> None:
        self.drawn = drawn
        self.b = RegionBuilder()
        self.values = [self.new(self.shape(2, 4)) for _ in range(2)]
        self.new((S,))

    def pick(self, values: Sequence[T]) -> T:
        return self.drawn.draw(st.sampled_from(values))

    def some(self, values: Sequence[T]) -> tuple[T, ...]:
        return tuple(v for v in values if self.pick((True, False)))

    def shuffled(self, values: Sequence[T]) -> tuple[T, ...]:
        return tuple(self.drawn.draw(st.permutations(values)))

    def shape(self, least: int, most: int) -> tuple[Dim, ...]:
        return tuple(self.pick(SIZES) for _ in range(self.pick(range(least, most + 1))))

    def new(self, shape: Sequence[Dim]) -> Value:
        return self.b.arg(TensorType(tuple(shape), f32), "x")

    def value(self, shape: tuple[Dim, ...]) -> Value:
        """One of the values of that shape, or an argument."""
        found = [v for v in self.values if v.type.shape == shape]
        return self.pick(found) if found and self.pick((True, True, False)) else self.new(shape)

    def module(self) -> Module:
        for _ in range(self.pick(range(2, 10))):
            x = self.pick(self.values)
            if (made := self.pick(STEPS)(self, x)) is not None:
                self.values.append(made)
        return Module([Function("main", self.b.finish(self.values[-2:]))])


def elementwise(w: Writer, x: Value) -> Value:
    """x and another operand, read by maps with dims in any order, missing, or at 0; and the position in some dim."""
    sizes = (*x.type.shape, *w.some([1]))
    order = w.shuffled(range(len(sizes)))
    x_map = select(len(sizes), range(x.type.rank))
    dims = w.shuffled(w.some(range(len(sizes))))
    reads: list[tuple[Dim, Dim]] = [(sizes[d], iteration_dim(d)) for d in dims]
    if w.pick((True, False)):
        reads.insert(w.pick(range(len(reads) + 1)), (1, 0))
    other = w.value(tuple(s for s, _ in reads))
    y_map = AffineMap(len(sizes), tuple(r for _, r in reads))
    sum = apply(w.pick(("add", "mul")), arg(0, f32), arg(1, f32))
    if order and w.pick((True, False)):
        sum = apply("add", sum, cast(iteration_index(w.pick(order)), f32))
    return w.b.add(
        Generic((x, other), (x_map, y_map, select(len(sizes), order)), ScalarBody((f32, f32), sum), sizes)
    ).result


def windows(w: Writer, x: Value) -> Value | None:
    """One or two positions along each dim of x, and a window of one or two elements at each."""
    if not x.type.rank or not all(isinstance(s, int) and s for s in x.type.shape):
        return None
    sizes: list[Dim] = []
    reads: list[Dim] = []
    for size in x.type.shape:
        assert isinstance(size, int)
        at, inside = iteration_dim(len(sizes)), iteration_dim(len(sizes) + 1)
        if size > 1 and w.pick((True, False)):
            stride, (many, long) = w.pick((1, 2)), w.pick(((1, 2), (2, 1), (1, 1), (1, size)))
            stride = min(stride, size - 1) if many == 2 else stride
            reads.append(stride * at + inside)
            sizes += [many, long]
        else:
            reads.append(at)
            sizes.append(size)
    maps = (AffineMap(len(sizes), tuple(reads)), select(len(sizes), w.shuffled(range(len(sizes)))))
    return w.b.add(Generic((x,), maps, ScalarBody((f32,), apply("neg", arg(0, f32))), tuple(sizes))).result


def contraction(w: Writer, x: Value) -> Value | None:
    """Every dim of x is of the batch, a row, or summed; and there may be columns."""
    kinds = [w.pick(("batch", "row", "sum")) for _ in x.type.shape]
    columns = w.shape(0, 2)
    sizes = (*x.type.shape, *columns)
    of_x = [d for d, k in enumerate(kinds) if k != "row"]
    lhs = select(len(sizes), range(x.type.rank))
    rhs_dims = w.shuffled([*of_x, *range(x.type.rank, len(sizes))])
    out = w.shuffled([d for d in range(len(sizes)) if d >= x.type.rank or kinds[d] != "sum"])
    y = w.value(tuple(sizes[d] for d in rhs_dims))
    maps = (lhs, select(len(sizes), rhs_dims), select(len(sizes), out))
    init = (w.value(tuple(sizes[d] for d in out)),) if w.pick((False, False, True)) else ()
    return w.b.add(Contract(x, y, init, maps, f32)).result


def projected(w: Writer, x: Value) -> Value | None:
    """Two products of all dims of x but the last as rows, with ops along rows, and elementwise ones, between them."""
    if x.type.rank < 3:
        return None
    x = _rows_by(w, x)
    for _ in range(w.pick((1, 2))):
        match w.pick(("elementwise", "softmax", "norm")):
            case "elementwise":
                y = w.value(w.pick((x.type.shape, x.type.shape[-1:], x.type.shape[1:])))
                rank = x.type.rank
                maps = (select(rank, range(rank)), select(rank, range(rank - y.type.rank, rank)))
                sum: Scalar = apply("add", arg(0, f32), arg(1, f32))
                if w.pick((True, False)):
                    sum = apply("add", sum, cast(iteration_index(w.pick(range(rank))), f32))
                x = w.b.add(Generic((x, y), (*maps, maps[0]), ScalarBody((f32, f32), sum))).result
            case "softmax":
                x = w.b.add(Softmax(x, (w.pick((x.type.rank - 1, x.type.rank - 1, 0)),))).result
            case _:
                x = w.b.add(RmsNorm(x, w.value(x.type.shape[-1:]), (x.type.rank - 1,), 1e-5)).result
    return _rows_by(w, x)


def _rows_by(w: Writer, x: Value) -> Value:
    rank = x.type.rank
    y = w.value((x.type.shape[-1], w.pick(SIZES)))
    maps = (select(rank + 1, range(rank)), select(rank + 1, (rank - 1, rank)))
    return w.b.add(Contract(x, y, (), (*maps, select(rank + 1, (*range(rank - 1), rank))), f32)).result


def rows(w: Writer, x: Value) -> Value | None:
    dims = w.shuffled(w.some(range(x.type.rank)))
    if not dims:
        return None
    along = tuple(x.type.shape[d] for d in dims)
    match w.pick(("reduce", "softmax", "layer_norm", "rms_norm")):
        case "reduce":
            return w.b.add(Reduce(x, w.pick(("add", "max")), dims)).result
        case "softmax":
            return w.b.add(Softmax(x, dims)).result
        case "rms_norm":
            return w.b.add(RmsNorm(x, w.value(along), dims, 1e-5)).result
        case _:
            return w.b.add(LayerNorm(x, w.value(along), w.value(along), dims, 1e-5)).result


def order(w: Writer, x: Value) -> Value:
    return w.b.add(Transpose(x, w.shuffled(range(x.type.rank)))).result


def repeated(w: Writer, x: Value) -> Value:
    shape, dims = list(x.type.shape), list[int]()
    for _ in range(w.pick((1, 2))):
        at = w.pick(range(len(shape) + 1))
        shape.insert(at, w.pick(SIZES))
        dims = [*(d + (d >= at) for d in dims), at]
    return w.b.add(Broadcast(x, tuple(dims), tuple(shape))).result


def joined(w: Writer, x: Value) -> Value | None:
    if not x.type.rank:
        return None
    at = w.pick(range(x.type.rank))
    other = w.value((*x.type.shape[:at], w.pick(SIZES), *x.type.shape[at + 1 :]))
    return w.b.add(Concat(w.shuffled((x, other)), at)).result


def padded(w: Writer, x: Value) -> Value:
    low, high = (tuple(w.pick((0, 0, 1)) for _ in x.type.shape) for _ in range(2))
    return w.b.add(Pad(x, low, high, 0.5)).result


def sliced(w: Writer, x: Value) -> Value:
    """Also one element of many."""
    shape = x.type.shape
    offsets = tuple(w.pick((0, s - 1)) if isinstance(s, int) and s else 0 for s in shape)
    sizes = tuple(1 if o or (s != 0 and w.pick((False, True))) else s for s, o in zip(shape, offsets, strict=True))
    return w.b.add(ExtractSlice(x, offsets, sizes, (1,) * len(shape))).result


def inserted(w: Writer, x: Value) -> Value:
    shape = x.type.shape
    offsets = tuple(w.pick((0, s - 1)) if isinstance(s, int) and s else 0 for s in shape)
    sizes = tuple(1 if o or (s != 0 and w.pick((False, True))) else s for s, o in zip(shape, offsets, strict=True))
    return w.b.add(InsertSlice(w.value(sizes), x, offsets, (1,) * len(shape))).result


def looked_up(w: Writer, x: Value) -> Value | None:
    """Rows of x, the first again and again, or those at given positions."""
    if not x.type.rank or not x.type.shape[0] or not isinstance(x.type.shape[0], int):
        return None
    shape = tuple(s if isinstance(s, int) else 1 for s in w.shape(0, 3))
    at = np.arange(prod(shape)).reshape(shape) % x.type.shape[0]
    return w.b.add(Gather(x, w.b.add(Constant(Dense(at.astype(np.int64)))).result)).result


def expanded(w: Writer, x: Value) -> Value:
    """Dims of size 1 between others, and dims split in two."""
    shape: list[Dim] = []
    groups: list[tuple[int, ...]] = []
    for size in x.type.shape:
        parts = w.pick(((size,), (size, 1), (1, size), (1, size, 1)))
        groups.append(tuple(range(len(shape), len(shape) + len(parts))))
        shape += parts
    return w.b.add(ExpandShape(x, tuple(groups) if x.type.rank else (), tuple(shape))).result


def collapsed(w: Writer, x: Value) -> Value | None:
    """Neighbours merged."""
    if not x.type.rank:
        return None
    cuts = [0, *w.some(range(1, x.type.rank)), x.type.rank]
    return w.b.add(CollapseShape(x, tuple(tuple(range(a, b)) for a, b in pairwise(cuts)))).result


def constant(w: Writer, x: Value) -> Value:
    shape = tuple(s if isinstance(s, int) else 1 for s in x.type.shape)
    made = np.arange(prod(shape), dtype=np.float32).reshape(shape)
    if w.pick((True, False)):
        return w.b.add(Fill(2.5, TensorType(x.type.shape, f32))).result
    return w.b.add(Constant(Dense(made))).result


STEPS: tuple[Callable[[Writer, Value], Value | None], ...] = (
    *(
        elementwise,
        elementwise,
        windows,
        windows,
        contraction,
        contraction,
        projected,
        projected,
        rows,
        order,
        repeated,
        joined,
        padded,
    ),
    *(sliced, inserted, looked_up, expanded, expanded, collapsed, collapsed, constant),
)


def arguments(module: Module, seed: int) -> list[npt.NDArray[Any]]:
    rng = np.random.default_rng(seed)
    return [
        rng.standard_normal([evaluate(s, {"S": LENGTH}) for s in t.shape]).astype(np.float32)
        for t in module.functions[0].body.arg_types
    ]
