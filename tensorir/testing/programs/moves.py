"""Steps that move, cut, repeat or pick elements."""

from __future__ import annotations

from math import prod

from hypothesis import strategies as st

from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Broadcast, Contract, Fill, Generic, Reduce, ReductionKind, Transpose
from tensorir.dialects.tensor import (
    Cast,
    CollapseShape,
    Concat,
    Constant,
    Empty,
    ExpandShape,
    ExtractSlice,
    Gather,
    GatherNd,
    InsertSlice,
    Pad,
)
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, floordiv, iteration_dim, symbol
from tensorir.ir.dtype import f32, f64, i32, i64, u8
from tensorir.ir.scalar import ScalarBody, apply, arg, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.programs.step import step
from tensorir.testing.programs.values import DATA_BOUND, SIZES, data, permutation
from tensorir.testing.programs.writer import Writer

DEVICE = "here"
"""The one device that random programs name."""


@step(2)
def transpose(w: Writer) -> None:
    x = w.pick(lambda v: v.type.rank > 1)
    if x is not None:
        w.add(Transpose(x, w.draw(permutation(x.type.rank))), w.bounds[x])


@step(2)
def reshape(w: Writer) -> None:
    """Splits a dim by a divisor, or merges two neighbours."""
    x = w.pick(lambda v: v.type.rank > 0)
    if x is None:
        return
    rank, shape = x.type.rank, x.type.shape
    if w.draw(st.booleans()) and rank > 1:
        at = w.draw(st.integers(0, rank - 2))
        groups = (*((d,) for d in range(at)), (at, at + 1), *((d,) for d in range(at + 2, rank)))
        w.add(CollapseShape(x, groups), w.bounds[x])
        return
    at = w.draw(st.integers(0, rank - 1))
    size = shape[at]
    if not isinstance(size, int) or rank > 3:
        return
    part = w.draw(st.sampled_from([p for p in (1, 2, 3, 4, 8, 16) if size % p == 0]))
    groups = (*((d,) for d in range(at)), (at, at + 1), *((d + 1,) for d in range(at + 1, rank)))
    split = (*shape[:at], size // part, part, *shape[at + 1 :])
    w.add(ExpandShape(x, groups, split), w.bounds[x])


@step()
def slice_(w: Writer) -> None:
    x = w.pick(lambda v: v.type.rank > 0 and v.type.is_static)
    if x is None:
        return
    offsets: list[Dim] = []
    sizes: list[Dim] = []
    for size in x.type.shape:
        assert isinstance(size, int)
        start = w.draw(st.integers(0, size)) if w.draw(st.booleans()) else 0
        offsets.append(start)
        sizes.append(w.draw(st.sampled_from([size - start, (size - start + 1) // 2])))
    if all(sizes):
        w.add(ExtractSlice(x, tuple(offsets), tuple(sizes), (1,) * x.type.rank), w.bounds[x])


@step()
def concat(w: Writer) -> None:
    x = w.pick(lambda v: v.type.rank > 0)
    if x is None:
        return
    y = w.pick(lambda v: v.type == x.type)
    assert y is not None
    bound = max(w.bounds[x], w.bounds[y])
    w.add(Concat((x, y), w.draw(st.integers(0, x.type.rank - 1))), bound)


@step()
def pad(w: Writer) -> None:
    x = w.pick(lambda v: v.type.rank > 0)
    if x is None:
        return
    amounts = st.lists(st.integers(0, 3), min_size=x.type.rank, max_size=x.type.rank).map(tuple)
    one = 1.0 if x.type.dtype.is_float else 1
    w.add(Pad(x, w.draw(amounts), w.draw(amounts), one), max(w.bounds[x], 1))


@step()
def broadcast(w: Writer) -> None:
    x = w.pick(lambda v: v.type.rank in (1, 2))
    if x is None:
        return
    at = w.draw(st.integers(0, x.type.rank))
    shape = (*x.type.shape[:at], w.draw(st.sampled_from([1, 3, 8])), *x.type.shape[at:])
    w.add(Broadcast(x, (at,), shape), w.bounds[x])


@step()
def constant(w: Writer) -> None:
    """A literal or a fill that something may use."""
    shape = tuple(w.draw(st.sampled_from(SIZES)) for _ in range(2))
    if w.draw(st.booleans()):
        w.add(Constant(Dense(data(w.rng, shape, f32))), DATA_BOUND)
    else:
        w.add(Fill(1.0, TensorType(shape, f32)), 1)


@step()
def gather(w: Writer) -> None:
    table = w.pick(lambda v: v.type.rank > 1 and isinstance(v.type.shape[0], int) and v.type.shape[0] != 0)
    if table is None:
        return
    rows = table.type.shape[0]
    assert isinstance(rows, int)
    count = w.draw(st.sampled_from(SIZES))
    indices = w.add(Constant(Dense(w.rng.integers(0, rows, count))), rows)
    w.add(Gather(table, indices), w.bounds[table])


@step()
def gather_nd(w: Writer) -> None:
    """Elements at constant or computed positions."""
    if (found := w.static(high=2)) is None:
        return
    table, sizes = found
    shape = tuple(w.draw(st.sampled_from(SIZES[:6])) for _ in range(w.draw(st.integers(1, 2))))
    indices: list[Value] = []
    for size in sizes:
        if w.draw(st.booleans()):
            dtype = i32 if size > 127 else w.draw(st.sampled_from([i32, i64, u8]))
            data = w.rng.integers(0, size, shape).astype(dtype.numpy)
            indices.append(w.b.add(Constant(Dense(data))).result)
        else:
            at = iteration_index(w.draw(st.integers(0, len(shape) - 1)))
            body = ScalarBody((), apply("rem", at, const(size, i64)))
            indices.append(w.b.add(Generic((), (identity(len(shape)),), body, shape)).result)
    w.add(GatherNd(table, tuple(indices)), w.bounds[table])


@step()
def insert(w: Writer) -> None:
    """A part of one value put into another of its type."""
    if (found := w.static()) is None:
        return
    x, sizes = found
    dest = w.pick(lambda v: v.type == x.type) or x
    strides = tuple(w.draw(st.sampled_from([1, 1, 2])) for _ in sizes)
    parts = tuple(w.draw(st.integers(1, max(1, s // stride))) for s, stride in zip(sizes, strides, strict=True))
    free = [s - (n - 1) * stride - 1 for s, n, stride in zip(sizes, parts, strides, strict=True)]
    offsets = tuple(w.draw(st.integers(0, f)) for f in free)
    zeros, ones = (0,) * len(sizes), (1,) * len(sizes)
    part = w.b.add(ExtractSlice(x, zeros, parts, ones)).result
    w.add(InsertSlice(part, dest, offsets, strides), max(w.bounds[x], w.bounds[dest]))


@step(2)
def window(w: Writer) -> None:
    """Windows along the last dim, then a pooling or a convolution over them."""
    if (found := w.static()) is None or found[0].type.dtype not in (f32, f64, i32):
        return
    x, sizes = found
    x = w.within(x, 64)
    *outer, length = sizes
    rank = len(sizes)
    stride, dilation, taps = (w.draw(st.integers(1, n)) for n in (2, 2, 3))
    count = (length - (taps - 1) * dilation - 1) // stride + 1
    if count < 1:
        return
    position = stride * iteration_dim(rank - 1) + dilation * iteration_dim(rank)
    map = AffineMap(rank + 1, (*(iteration_dim(d) for d in range(rank - 1)), position))
    t = x.type.dtype
    body = ScalarBody((t,), arg(0, t))
    seen = w.add(Generic((x,), (map, identity(rank + 1)), body, (*outer, count, taps)), w.bounds[x])
    if w.draw(st.booleans()):
        kinds: list[ReductionKind] = ["max", "min", "add"]
        w.add(Reduce(seen, w.draw(st.sampled_from(kinds)), (rank,)), w.bounds[x] * taps)
        return
    filters = w.draw(st.sampled_from(SIZES))
    channel = [rank - 2] if rank > 1 and w.draw(st.booleans()) else []  # it is summed with the places of a window
    summed = {d: taps if d == rank else outer[d] for d in (*channel, rank)}
    sizes_of = summed | {rank + 1: filters}
    order = w.draw(st.permutations(list(sizes_of)))
    weight = w.weight(tuple(sizes_of[d] for d in order), t)
    kept = [d for d in range(rank) if d not in summed]
    kept.insert(w.draw(st.integers(0, len(kept))), rank + 1)
    a, b, c = (select(rank + 2, part) for part in (range(rank + 1), order, kept))
    w.add(Contract(seen, weight, (), (a, b, c), t), w.bounds[x] * w.bounds[weight] * prod(summed.values()))


@step()
def strided(w: Writer) -> None:
    """Elements repeated along a dim, or the diagonal of a square."""
    if (found := w.static()) is None:
        return
    x, sizes = found
    rank, t = len(sizes), x.type.dtype
    body = ScalarBody((t,), arg(0, t))
    if rank == 2 and sizes[0] == sizes[1] and w.draw(st.booleans()):
        w.add(Generic((x,), (select(1, (0, 0)), identity(1)), body), w.bounds[x])
        return
    d = w.draw(st.integers(0, rank - 1))
    dims: list[Dim] = [iteration_dim(k) for k in range(rank)]
    dims[d] = floordiv(dims[d], 2)
    shape = tuple(2 * s if k == d else s for k, s in enumerate(sizes))
    w.add(Generic((x,), (AffineMap(rank, tuple(dims)), identity(rank)), body, shape), w.bounds[x])


@step()
def scalar(w: Writer) -> None:
    """To and from rank 0."""
    x = w.pick(lambda v: all(d == 1 for d in v.type.shape))
    if x is None:
        return
    if x.type.rank:
        w.add(CollapseShape(x, ()), w.bounds[x])
    else:
        w.add(ExpandShape(x, (), (1,) * w.draw(st.integers(1, 2))), w.bounds[x])


@step()
def transfer(w: Writer) -> None:
    if (x := w.pick()) is not None:
        w.add(Transfer(x, DEVICE), w.bounds[x])


@step()
def cast(w: Writer) -> None:
    """The same sizes said again, or in other words, which only a run can show to be equal."""
    if (x := w.pick(lambda v: v.type.rank > 0)) is not None:
        other = floordiv(2 * symbol("S") + 1, 2)
        w.add(Cast(x, tuple(other if s == symbol("S") else s for s in x.type.shape)), w.bounds[x])


@step()
def overwrite(w: Writer) -> None:
    """The same tensor, written over one whose elements are unspecified."""
    if (x := w.pick(lambda v: v.type.rank > 0)) is not None:
        empty = w.b.add(Empty(x.type)).result
        w.add(InsertSlice(x, empty, (0,) * x.type.rank, (1,) * x.type.rank), w.bounds[x])
