"""materialize-encodings on layouts that no resolver would choose: any relayout, any op, any padding."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.dialects.device import Transfer
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Contract, Fill, Fold, Generic, Reduce, ReductionKind, RowOp, Transpose
from tensorir.dialects.registry import OPS
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
from tensorir.encoding.encoding import ROLES, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import RhsOrder, Tiles, operand_layout
from tensorir.ir.affine import identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dtype import f64
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.strategies import layouts, permutations
from tensorir.text import print_module
from tensorir.transforms.datatiling.materialize_encodings import MaterializeEncodings
from tensorir.transforms.datatiling.physical import FORMS

SIZES = (1, 2, 3, 4, 6, 8, 12, 17)

KINDS: Mapping[str, type[Op] | None] = {
    "body": Generic,
    "transpose": Transpose,
    "rows": RowOp,
    "reduce": Reduce,
    "fold": Fold,
    "split": ExpandShape,
    "merge": CollapseShape,
    "contract": Contract,
    "slice": ExtractSlice,
    "concat": Concat,
    "pad": Pad,
    "look up": Gather,
    "insert": InsertSlice,
    "transfer": Transfer,
    "relayout": None,
}
"""The steps of a chain, and whose packed form they show."""

ROW_OPS: list[Any] = [cls for cls in OPS.values() if issubclass(cls, RowOp)]


class Chain:
    """Encoded ops one after the other: each result has a layout of its own."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.b = RegionBuilder()

    def layout(self, rank: int, like: Value) -> Layout:
        """Often the operand's own tiles with another order of outer dims, so that whole tiles move."""
        known = like.type.encoding
        if isinstance(known, Layout) and known.rank == rank and self.draw(st.booleans()):
            return Layout(known.inner_dims, known.inner_tiles, self.draw(permutations(rank)))
        return self.draw(layouts(rank))

    def stored(self, x: Value, layout: Layout) -> Value:
        """`x` set to a layout, through row-major if it has another."""
        plain = self.b.add(UnsetEncoding(x)).result if x.type.encoding is not None else x
        return self.b.add(SetEncoding(plain, layout)).result

    def one_over(self, x: Value, layout: Layout) -> Value:
        """1 / x: what was zero padding becomes infinite, and must not be seen."""
        body = ScalarBody((f64,), apply("div", const(1, f64), arg(0, f64)))
        return self.b.add(Generic((x,), (identity(x.type.rank),) * 2, body, x.type.shape, layout)).result

    def contracted(self, x: Value) -> Value:
        """A product with a constant in tiles of any size, the left side stored as it comes or with infinite padding.
        Its dims before the last two are batch, M or K dims."""
        *leading, m, k = range(x.type.rank)
        n = k + 1
        kinds = [self.draw(st.sampled_from("bmk")) for _ in leading]
        right, left = ([d for d, kind in zip(leading, kinds, strict=True) if kind != no] for no in "mk")
        maps = (select(n + 1, (*leading, m, k)), select(n + 1, (*right, n, k)), select(n + 1, (*left, m, n)))
        shape = [s for s in x.type.shape if isinstance(s, int)]
        columns = self.draw(st.sampled_from(SIZES))
        sizes = (*(shape[d] for d in right), columns, shape[-1])
        at = np.arange(math.prod(sizes), dtype=np.float64)
        data = 1 + (7 * at * at + 3 * at) % 11  # positive, so that sums are hardly ever nearly zero by chance
        rhs = self.b.add(Constant(Dense(data.reshape(sizes)))).result
        space = Contract(x, rhs, (), maps, f64).space()
        m0, n0, k0 = (self.draw(st.sampled_from(SIZES[:6])) for _ in range(3))
        orders: list[RhsOrder] = ["nk", "kn"]
        tiles = Tiles(m0, n0, k0, self.draw(st.sampled_from(orders)), self.draw(st.booleans()))
        layouts = [operand_layout(Encoding(space, role), tiles) for role in ROLES]
        b = self.stored(rhs, layouts[1])
        a = x if self.draw(st.booleans()) else self.one_over(self.stored(x, layouts[0]), layouts[0])
        return self.b.add(Contract(a, b, (), maps, f64, layouts[2], tiles)).result

    def sliced(self, x: Value, layout: Layout, dims: AbstractSet[int] | None = None) -> Value:
        """A part of `x` that begins anywhere, often at a tile, and is cut in `dims` only."""
        whole = [s for s in x.type.shape if isinstance(s, int)]
        offsets, sizes, strides = [0] * len(whole), list(whole), [1] * len(whole)
        for d, size in enumerate(whole):
            if (dims is None or d in dims) and size > 1:
                step = self.draw(st.sampled_from([1, 1, layout.tile(d) or 1]))
                offsets[d] = self.draw(st.integers(0, (size - 1) // step)) * step
                sizes[d] = self.draw(st.integers(1, size - offsets[d]))
                strides[d] = self.draw(st.sampled_from([1, 1, 1, 2])) if sizes[d] == 1 else 1
        return self.b.add(ExtractSlice(x, tuple(offsets), tuple(sizes), tuple(strides), layout)).result

    def largest(self, x: Value) -> Value:
        """The largest element along some dims plus the last position where it is, as two totals, from a start that is
        not always the same number; `x` may have infinite padding."""
        rank, shape = x.type.rank, x.type.shape
        kept = tuple(self.draw(st.permutations(range(rank)))[: self.draw(st.integers(1, rank - 1))])
        along = self.draw(st.sampled_from([d for d in range(rank) if d not in kept]))
        if self.draw(st.booleans()):
            stored = self.draw(layouts(rank))
            x = self.one_over(self.stored(x, stored), stored)
        type = TensorType(tuple(shape[d] for d in kept), f64)
        sizes = [s for s in type.shape if isinstance(s, int)]
        first = self.b.add(Fill(0.0, type)).result
        varied = Constant(Dense(np.arange(math.prod(sizes), dtype=np.float64).reshape(sizes) % 3))
        second = first if self.draw(st.booleans()) else self.b.add(varied).result
        a, most, where = (arg(i, f64) for i in range(3))
        here = cast(iteration_index(along), f64)
        bodies = (apply("max", a, most), apply("select", apply("ge", a, most), apply("add", where, here), where))
        maps = (identity(rank), select(rank, kept), select(rank, kept))
        made = self.b.add(Fold((x, first, second), maps, tuple(ScalarBody((f64,) * 3, body) for body in bodies)))
        body = ScalarBody((f64, f64), apply("add", arg(0, f64), arg(1, f64)))
        rows = identity(len(kept))
        return self.b.add(Generic(made.results, (rows,) * 3, body, type.shape, self.draw(layouts(len(kept))))).result

    def padded(self, x: Value, layout: Layout) -> Value:
        """`x` with more before and after it, often by whole tiles, of zeros or of something else."""
        steps = [(1, layout.tile(d) or 1) for d in range(x.type.rank)]
        low, high = (tuple(self.draw(st.sampled_from([0, 0, *step])) for step in steps) for _ in range(2))
        return self.b.add(Pad(x, low, high, self.draw(st.sampled_from([0.0, 0.0, 3.0])), layout)).result

    def looked_up(self, x: Value) -> Value:
        """Rows of `x` in any order, some of them several times."""
        count = x.type.shape[0]
        assert isinstance(count, int)
        shape = self.draw(st.sampled_from([(2,), (3,), (2, 2)] if x.type.rank < 3 else [(2,), (3,)]))
        rows = (np.arange(math.prod(shape), dtype=np.int64) * 5 + 1) % count
        indices = self.b.add(Constant(Dense(rows.reshape(shape)))).result
        known, rank = x.type.encoding, x.type.rank + len(shape) - 1
        if isinstance(known, Layout) and known.tile(0) is None and self.draw(st.booleans()):
            later = [d + len(shape) - 1 for d in known.inner_dims]
            return self.b.add(
                Gather(x, indices, Layout(tuple(later), known.inner_tiles, self.draw(permutations(rank))))
            ).result
        return self.b.add(Gather(x, indices, self.draw(layouts(rank)))).result

    def inserted(self, x: Value, layout: Layout) -> Value:
        """`x` with a part of it, of other numbers, put anywhere, often at a tile."""
        part = self.sliced(self.one_over(x, self.layout(x.type.rank, x)), self.layout(x.type.rank, x))
        offsets: list[int] = []
        for d, (whole, size) in enumerate(zip(x.type.shape, part.type.shape, strict=True)):
            assert isinstance(whole, int) and isinstance(size, int)
            step = self.draw(st.sampled_from([1, layout.tile(d) or 1]))
            offsets.append(self.draw(st.integers(0, (whole - size) // step)) * step)
        return self.b.add(InsertSlice(part, x, tuple(offsets), (1,) * len(offsets), layout)).result

    def step(self, x: Value) -> Value:
        """One op on the encoded `x`, its result in any layout."""
        rank, shape = x.type.rank, x.type.shape
        kind = self.draw(st.sampled_from(list(KINDS)))
        if kind == "contract" and rank > 1:
            return self.contracted(x)
        if kind == "reduce" and rank > 1:
            dims = tuple(self.draw(st.permutations(range(rank)))[: self.draw(st.integers(1, rank - 1))])
            kinds: list[ReductionKind] = ["add", "max", "min"]
            left = self.draw(layouts(rank - len(dims)))
            if self.draw(st.booleans()):  # as for a contraction: with infinite padding
                stored = self.draw(layouts(rank))
                x = self.one_over(self.stored(x, stored), stored)
            return self.b.add(Reduce(x, self.draw(st.sampled_from(kinds)), dims, encoding=left)).result
        if kind == "fold" and rank > 1:
            return self.largest(x)
        if kind == "merge" and rank > 1:
            at = self.draw(st.integers(0, rank - 2))
            groups = (*((d,) for d in range(at)), (at, at + 1), *((d,) for d in range(at + 2, rank)))
            return self.b.add(CollapseShape(x, groups, self.draw(layouts(rank - 1)))).result
        if kind == "split" and rank < 4:
            at = self.draw(st.integers(0, rank - 1))
            size = shape[at]
            assert isinstance(size, int)
            part = self.draw(st.sampled_from([p for p in (1, 2, 3, 4, 8) if size % p == 0]))
            groups = (*((d,) for d in range(at)), (at, at + 1), *((d + 1,) for d in range(at + 1, rank)))
            split = (*shape[:at], size // part, part, *shape[at + 1 :])
            return self.b.add(ExpandShape(x, groups, split, self.draw(layouts(rank + 1)))).result
        if kind == "look up":
            return self.looked_up(x)
        layout = self.layout(rank, x)
        match kind:
            case "pad":
                return self.padded(x, layout)
            case "insert":
                return self.inserted(x, layout)
            case "transpose":
                return self.b.add(Transpose(x, self.draw(permutations(rank)), layout)).result
            case "rows":
                made = self.draw(st.sampled_from(ROW_OPS))
                d = self.draw(st.integers(0, rank - 1))
                size = shape[d]
                assert isinstance(size, int)
                part = self.layout(1, x)
                data = [np.arange(size, dtype=np.float64) - i for i, _ in enumerate(made.OPERANDS[1:], 1)]
                vectors = [self.stored(self.b.add(Constant(Dense(a))).result, part) for a in data]
                options = {"epsilon": 1.0} if "epsilon" in made.ATTRIBUTES else {}
                return self.b.add(made(x, *vectors, dims=(d,), encoding=layout, **options)).result
            case "body":
                return self.one_over(x, layout)
            case "slice":
                return self.sliced(x, layout)
            case "concat":
                count, dim = self.draw(st.integers(1, 3)), self.draw(st.integers(0, rank - 1))
                parts = [self.sliced(x, self.layout(rank, x), {dim}) for _ in range(count)]
                return self.b.add(Concat(tuple(parts), dim, layout)).result
            case "transfer":
                return self.b.add(Transfer(x, "elsewhere")).result
            case _:
                return self.stored(x, layout)


@st.composite
def chains(draw: st.DrawFn) -> Module:
    """A function of one argument through 1 … 5 encoded ops back to a plain tensor."""
    chain = Chain(draw)
    shape = tuple(draw(st.lists(st.sampled_from(SIZES), min_size=1, max_size=3)))
    x = chain.b.arg(TensorType(shape, f64), "x")
    x = chain.stored(x, draw(layouts(len(shape))))
    for _ in range(draw(st.integers(1, 5))):
        x = chain.step(x)
    return Module([Function("main", chain.b.finish([chain.b.add(UnsetEncoding(x)).result]))])


@given(chains(), st.integers(0, 1 << 20))
def test_every_chain_of_encoded_ops_keeps_its_meaning(module: Module, seed: int) -> None:
    note(print_module(module))
    shape = tuple(d for d in module.functions[0].body.arg_types[0].shape if isinstance(d, int))
    x = np.random.default_rng(seed).integers(1, 9, shape).astype(np.float64)
    after = run_passes(module, (MaterializeEncodings(),))
    note(print_module(after))
    assert_equivalent(module, after, [x])
    values = [v for o in after.functions[0].body.walk() for v in o.results]
    assert all(v.type.encoding is None for v in values)


def test_every_packed_form_is_drawn() -> None:
    assert {*FORMS, Fold} <= set(KINDS.values())
