"""More steps of random programs: folds, windows, slices, gathers of elements, iteration indices, calls, devices."""

from __future__ import annotations

from hypothesis import strategies as st

from tensorir.dialects.device import Transfer
from tensorir.dialects.func import Call, call_types
from tensorir.dialects.linalg import Contract, Fill, Fold, Generic, Reduce, ReductionKind, Transpose, ZeroPadding
from tensorir.dialects.tensor import (
    Cast,
    CollapseShape,
    Constant,
    DimOp,
    Empty,
    ExpandShape,
    ExtractSlice,
    GatherNd,
    InsertSlice,
    Size,
)
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, floordiv, iteration_dim, product, symbol
from tensorir.ir.dtype import f32, f64, i8, i32, i64, u8, u16, u32, u64
from tensorir.ir.module import Function
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.programs.values import EXACT, SIZES, Values, permutation

DEVICE = "here"
"""The one device that random programs name."""


def static(value: Value) -> tuple[int, ...] | None:
    """The sizes of a value, if all are known and none is 0."""
    sizes = tuple(d for d in value.type.shape if isinstance(d, int) and d)
    return sizes if len(sizes) == value.type.rank else None


class MoreSteps(Values):
    """Each method appends one step, or nothing where no value fits."""

    def _static(self, low: int = 1, high: int = 3) -> tuple[Value, tuple[int, ...]] | None:
        """An exact value of known sizes and a rank from `low` to `high`."""
        found = self.pick_exact(lambda v: low <= v.type.rank <= high and static(v) is not None)
        sizes = None if found is None else static(found)
        return None if found is None or sizes is None else (found, sizes)

    def _argmax(self) -> None:
        """The largest element along a dim and its first position: a fold with two results."""
        if (found := self._static()) is None or found[0].type.dtype not in EXACT:
            return
        x, sizes = found
        x = self.within(x, EXACT[x.type.dtype] - 1)
        d = self.draw(st.integers(0, len(sizes) - 1))
        t = x.type.dtype
        kept = [k for k in range(len(sizes)) if k != d]
        order = self.draw(st.permutations(kept))
        other = order if self.draw(st.booleans()) else self.draw(st.permutations(kept))
        best = self.b.add(Fill(-self.bounds[x] - 1, TensorType(tuple(sizes[k] for k in order), t)))
        at = self.b.add(Fill(0, TensorType(tuple(sizes[k] for k in other), i64)))
        types = (t, t, i64)
        a, most, where = (arg(i, t) for i, t in enumerate(types))
        more = apply("gt", a, most)
        bodies = (
            ScalarBody(types, apply("select", more, a, most)),
            ScalarBody(types, apply("select", more, iteration_index(d), where)),
        )
        maps = (identity(len(sizes)), select(len(sizes), order), select(len(sizes), other))
        bound = max(self.bounds[x] + 1, sizes[d])
        self.add(Fold((x, best.result, at.result), maps, bodies), bound)

    def _fold(self) -> None:
        """One combiner over some dims, in any order of the others, starting from an initial tensor."""
        if (found := self._static()) is None or found[0].type.dtype not in (f32, f64, i32):
            return
        x, sizes = found
        t = x.type.dtype
        order = self.draw(st.lists(st.integers(0, len(sizes) - 1), unique=True))
        count = 1
        for d in range(len(sizes)):
            count *= 1 if d in order else sizes[d]
        x = self.within(x, max(EXACT[t] // (2 * count), 1))
        start = self.b.add(Fill(1, TensorType(tuple(sizes[d] for d in order), t))).result
        a, total = arg(0, t), arg(1, t)
        bodies = [apply("add", total, a), apply("sub", total, a), apply("max", a, total)]
        body = self.draw(st.sampled_from([*bodies, apply("add", apply("neg", a), total)]))
        maps = (identity(len(sizes)), select(len(sizes), order))
        self.add(Fold((x, start), maps, (ScalarBody((t, t), body),)), self.bounds[x] * count + 1)

    def _insert(self) -> None:
        """A part of one value put into another of its type."""
        if (found := self._static()) is None:
            return
        x, sizes = found
        dest = self.pick(lambda v: v.type == x.type) or x
        strides = tuple(self.draw(st.sampled_from([1, 1, 2])) for _ in sizes)
        parts = tuple(self.draw(st.integers(1, max(1, s // stride))) for s, stride in zip(sizes, strides, strict=True))
        free = [s - (n - 1) * stride - 1 for s, n, stride in zip(sizes, parts, strides, strict=True)]
        offsets = tuple(self.draw(st.integers(0, f)) for f in free)
        zeros, ones = (0,) * len(sizes), (1,) * len(sizes)
        part = self.b.add(ExtractSlice(x, zeros, parts, ones)).result
        self.add(InsertSlice(part, dest, offsets, strides), max(self.bounds[x], self.bounds[dest]))

    def _gather_nd(self) -> None:
        """Elements at constant or computed positions."""
        if (found := self._static(high=2)) is None:
            return
        table, sizes = found
        shape = tuple(self.draw(st.sampled_from(SIZES[:6])) for _ in range(self.draw(st.integers(1, 2))))
        indices: list[Value] = []
        for size in sizes:
            if self.draw(st.booleans()):
                dtype = i32 if size > 127 else self.draw(st.sampled_from([i32, i64, u8]))
                data = self.rng.integers(0, size, shape).astype(dtype.numpy)
                indices.append(self.b.add(Constant(Dense(data))).result)
            else:
                at = iteration_index(self.draw(st.integers(0, len(shape) - 1)))
                body = ScalarBody((), apply("rem", at, const(size, i64)))
                indices.append(self.b.add(Generic((), (identity(len(shape)),), body, shape)).result)
        self.add(GatherNd(table, tuple(indices)), self.bounds[table])

    def _indexed(self) -> None:
        """Elements kept or dropped by their position, as a causal mask does, or with their position added."""
        x = self.pick(lambda v: v.type.rank > 0)
        if x is None:
            return
        rank, t = x.type.rank, x.type.dtype
        if (sizes := static(x)) is not None and t in (f32, f64, i32, i64) and self.draw(st.booleans()):
            d = self.draw(st.integers(0, rank - 1))
            x = self.within(x, EXACT[t] - sizes[d])
            moved = ScalarBody((t,), apply("add", arg(0, t), cast(iteration_index(d), t)))
            self.add(Generic((x,), (identity(rank),) * 2, moved), self.bounds[x] + sizes[d])
            return
        i, j = (iteration_index(self.draw(st.integers(0, rank - 1))) for _ in range(2))
        limit = self.draw(st.sampled_from([j, const(2, i64)]))
        body = apply("select", apply("le", i, limit), arg(0, t), const(0, t))
        maps = (identity(rank), select(rank, self.draw(permutation(rank))))
        self.add(Generic((x,), maps, ScalarBody((t,), body)), self.bounds[x])

    def _window(self) -> None:
        """Windows along the last dim, then a pooling or a convolution over them."""
        if (found := self._static()) is None or found[0].type.dtype not in (f32, f64, i32):
            return
        x, sizes = found
        x = self.within(x, 64)
        *outer, length = sizes
        rank = len(sizes)
        stride, dilation, taps = (self.draw(st.integers(1, n)) for n in (2, 2, 3))
        count = (length - (taps - 1) * dilation - 1) // stride + 1
        if count < 1:
            return
        position = stride * iteration_dim(rank - 1) + dilation * iteration_dim(rank)
        map = AffineMap(rank + 1, (*(iteration_dim(d) for d in range(rank - 1)), position))
        t = x.type.dtype
        body = ScalarBody((t,), arg(0, t))
        seen = self.add(Generic((x,), (map, identity(rank + 1)), body, (*outer, count, taps)), self.bounds[x])
        if self.draw(st.booleans()):
            kinds: list[ReductionKind] = ["max", "min", "add"]
            self.add(Reduce(seen, self.draw(st.sampled_from(kinds)), (rank,)), self.bounds[x] * taps)
            return
        filters = self.draw(st.sampled_from(SIZES))
        weight = self.weight((taps, filters), t)
        space = rank + 2  # the dims of the windows, then the filters
        dims = (range(rank + 1), (rank, rank + 1), (*range(rank), rank + 1))
        a, b, c = (select(space, part) for part in dims)
        self.add(Contract(seen, weight, (), (a, b, c), t), self.bounds[x] * self.bounds[weight] * taps)

    def _strided(self) -> None:
        """Elements repeated along a dim, or the diagonal of a square."""
        if (found := self._static()) is None:
            return
        x, sizes = found
        rank, t = len(sizes), x.type.dtype
        body = ScalarBody((t,), arg(0, t))
        if rank == 2 and sizes[0] == sizes[1] and self.draw(st.booleans()):
            self.add(Generic((x,), (select(1, (0, 0)), identity(1)), body), self.bounds[x])
            return
        d = self.draw(st.integers(0, rank - 1))
        dims: list[Dim] = [iteration_dim(k) for k in range(rank)]
        dims[d] = floordiv(dims[d], 2)
        shape = tuple(2 * s if k == d else s for k, s in enumerate(sizes))
        self.add(Generic((x,), (AffineMap(rank, tuple(dims)), identity(rank)), body, shape), self.bounds[x])

    def _unsigned(self) -> None:
        """There and back through an unsigned type."""
        x = self.pick_exact(lambda v: v.type.dtype in (f32, f64, i32, i64, i8))
        if x is None:
            return
        x = self.within(x, 127)
        t, maps = x.type.dtype, (identity(x.type.rank),) * 2
        u = self.draw(st.sampled_from([u8, u16, u32, u64]))
        there = self.b.add(Generic((x,), maps, ScalarBody((t,), cast(apply("abs", arg(0, t)), u))))
        name = self.draw(st.sampled_from(["shr", "and", "or", "div", "rem", "ceildiv", "min", "ctpop", "cttz"]))
        y, three = arg(0, u), const(3, u)
        changed: Scalar = apply(name, y) if name in ("ctpop", "cttz") else apply(name, y, three)
        body = cast(apply("min", changed, const(127, u)), t)
        self.add(Generic((there.result,), maps, ScalarBody((u,), body)), 127)

    def _whole(self) -> None:
        """A rounding function, a sign or a fused product: exact on integers."""
        x = self.pick_exact(lambda v: v.type.dtype in (f32, f64))
        if x is None:
            return
        x = self.within(x, 512)
        t, a = x.type.dtype, arg(0, x.type.dtype)
        name = self.draw(st.sampled_from(["floor", "ceil", "trunc", "round", "roundeven", "fma", "copysign", "maxnum"]))
        half = apply("mul", a, const(0.5, t))
        two = const(-2, t)
        made = {"fma": (a, two, a), "copysign": (a, two), "maxnum": (a, two)}.get(name, (half,))
        self.add(Generic((x,), (identity(x.type.rank),) * 2, ScalarBody((t,), apply(name, *made))), 1024)

    def _scalar(self) -> None:
        """To and from rank 0."""
        x = self.pick(lambda v: all(d == 1 for d in v.type.shape))
        if x is None:
            return
        if x.type.rank:
            self.add(CollapseShape(x, ()), self.bounds[x])
        else:
            self.add(ExpandShape(x, (), (1,) * self.draw(st.integers(1, 2))), self.bounds[x])

    def _bits(self) -> None:
        """A reduction of integers bit by bit, or of floats that skips NaN."""
        if (found := self._static()) is None or found[0].type.dtype not in (f32, i32, i8):
            return
        x, sizes = found
        dims = self.draw(st.lists(st.integers(0, len(sizes) - 1), unique=True, min_size=1).map(tuple))
        kinds: list[ReductionKind] = ["maxnum", "minnum"] if x.type.dtype.is_float else ["and", "or", "xor"]
        x = self.within(x, 63)
        self.add(Reduce(x, self.draw(st.sampled_from(kinds)), dims), 64)

    def _size_of(self) -> None:
        """Elements clamped by a size that may be known only when run, as a mean divides by one."""
        x = self.pick(lambda v: v.type.rank > 0 and v.type.dtype in (f32, f64, i32, i64))
        if x is None:
            return
        d = self.draw(st.integers(0, x.type.rank - 1))
        size = self.b.add(DimOp(x, d) if self.draw(st.booleans()) else Size(x.type.shape[d])).result
        t = x.type.dtype
        x = self.within(x, EXACT[t])
        maps = (identity(x.type.rank), select(x.type.rank, ()), identity(x.type.rank))
        self.add(
            Generic((x, size), maps, ScalarBody((t, i64), apply("min", arg(0, t), cast(arg(1, i64), t)))),
            self.bounds[x],
        )

    def _restated(self) -> None:
        """The same tensor: written over one whose elements are unspecified, or its sizes said again."""
        if (x := self.pick(lambda v: v.type.rank > 0)) is None:
            return
        if self.draw(st.booleans()):
            self.add(Cast(x, x.type.shape), self.bounds[x])
            return
        empty = self.b.add(Empty(x.type)).result
        self.add(InsertSlice(x, empty, (0,) * x.type.rank, (1,) * x.type.rank), self.bounds[x])

    def _zeros(self) -> None:
        """Zero from some position of a row-major axis on."""
        if (x := self.pick(lambda v: v.type.rank > 0)) is None:
            return
        dims = tuple(self.draw(st.permutations(range(x.type.rank)))[: self.draw(st.integers(1, 2))])
        positions = product(x.type.shape[d] for d in dims)
        most = positions if isinstance(positions, int) else 1  # a symbol is at least 1
        self.add(ZeroPadding(x, dims, self.draw(st.integers(0, most))), self.bounds[x])

    def _transfer(self) -> None:
        if (x := self.pick()) is not None:
            self.add(Transfer(x, DEVICE), self.bounds[x])

    def _call(self) -> None:
        """The other function of the module, which takes any sizes: twice its argument, and that transposed."""
        x = self.pick(lambda v: v.type.rank == 2 and v.type.dtype == f32)
        if x is None:
            return
        if not self.functions:
            self.functions.append(self._helper())
        x = self.within(x, EXACT[f32] // 2)
        (helper,) = self.functions
        self.add(Call((x,), helper.name, call_types(helper, (x.type,))), 2 * self.bounds[x])

    def _helper(self) -> Function:
        b = RegionBuilder()
        x = b.arg(TensorType((symbol("N"), symbol("S")), f32), "x")
        body = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
        double = b.add(Generic((x, x), (identity(2),) * 3, body)).result
        turned = b.add(Transpose(double, (1, 0))).result
        return Function("helper", b.finish([double, turned]), private=self.draw(st.booleans()))
