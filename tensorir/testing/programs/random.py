"""Random whole programs: valid, of all families of ops, with values that stay small so that sums are exact.

The structure is drawn, so it shrinks; the data of arguments and constants comes from one seed, so drawing is cheap.
Every value carries a bound on its magnitude; where a bound would leave the exact integers of its type, a clamp is
inserted first. Programs without softmax, layer norm and transcendental bodies therefore compute exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from tensorir.dialects.linalg import (
    Broadcast,
    Contract,
    Fill,
    Generic,
    Reduce,
    ReductionKind,
    RowOp,
    Transpose,
)
from tensorir.dialects.registry import OPS
from tensorir.dialects.tensor import CollapseShape, Concat, Constant, ExpandShape, ExtractSlice, Gather, Pad
from tensorir.ir.affine import identity, select
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, evaluate
from tensorir.ir.dtype import bf16, f32, f64, i8, i32, i64
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.plugins import Table
from tensorir.testing.programs.steps import MoreSteps
from tensorir.testing.programs.values import DATA_BOUND, EXACT, SIZES, Values, data, permutation

STEPS: Table[Callable[[Values], None], Callable[[Values], None]] = Table("STEPS", {}, lambda step: step)
"""Steps of plug-ins: functions that append ops to the program under construction."""

_ROW_OPS: list[Any] = [cls for cls in OPS.values() if issubclass(cls, RowOp)]


def arguments(module: Module, seed: int, function: str = "main") -> list[npt.NDArray[Any]]:
    """Small integers for the arguments of a function; symbols get values from 1 to 40."""
    rng = np.random.default_rng(seed)
    chosen = module.lookup(Function, function)
    sizes = {s: int(rng.choice([1, 7, 8, 16, 21, 40])) for s in chosen.symbols}
    return [data(rng, tuple(evaluate(d, sizes) for d in t.shape), t.dtype) for t in chosen.body.arg_types]


@st.composite
def programs(draw: st.DrawFn, max_ops: int = 12) -> Module:
    """A valid module with one function @main of 1 … `max_ops` steps, some weights, 1 … 3 results."""
    return _Writer(draw).module(draw(st.integers(1, max_ops)))


def regions(max_ops: int = 12) -> st.SearchStrategy[Region]:
    """The body of @main of a random program."""
    return programs(max_ops).map(lambda module: module.functions[0].body)


class _Writer(MoreSteps):
    """Writes one program."""

    def module(self, steps: int) -> Module:
        for i in range(self.draw(st.integers(1, 3))):
            self._new_arg(f"x{i}")
        kinds: list[Callable[[], None]] = [
            *(partial(step, self) for step in (*STEPS, *STEPS)),
            *(self._contract,) * 6,
            *(self._elementwise, self._elementwise, self._bias, self._bias, self._normalize, self._normalize),
            *(self._transpose, self._transpose, self._reshape, self._reshape, self._reduce, self._slice),
            *(self._concat, self._pad, self._broadcast, self._constant, self._gather, self._cast),
            *(self._argmax, self._fold, self._insert, self._gather_nd, self._indexed, self._indexed),
            *(self._window, self._window),
            *(
                self._strided,
                self._unsigned,
                self._whole,
                self._scalar,
                self._bits,
                self._transfer,
                self._call,
                self._size_of,
                self._restated,
                self._zeros,
            ),
        ]
        for _ in range(steps):
            self.draw(st.sampled_from(kinds))()
        also = self.draw(st.lists(st.sampled_from(list(self.bounds)), max_size=2))
        body = self.b.finish([])
        unread = [r for o in body.ops for r in o.results if r not in body.uses]  # so that no op is dead
        yields = tuple(unread + also) or body.args[:1]
        main = Function("main", Region(body.args, body.ops, yields))
        return Module((main, *self.functions), self.globals)

    # -- steps

    def _contract(self) -> None:
        lhs = self.pick(lambda v: v.type.rank in (1, 2, 3) and v.type.dtype != i64)
        if lhs is None:
            return
        rank = lhs.type.rank
        batch = 1 if rank == 3 else 0
        dtype = i32 if lhs.type.dtype == i8 else f32 if lhs.type.dtype == bf16 else lhs.type.dtype
        dims = self.draw(st.permutations(range(rank)))  # which dim of lhs is batch, M, K
        shape = lhs.type.shape
        k = shape[dims[-1]]
        if not isinstance(k, int) or (batch and not isinstance(shape[dims[0]], int)):
            return
        wide = self.draw(st.booleans()) or batch == 1
        n = self.draw(st.sampled_from(SIZES))
        batch_size = [s for s in (shape[dims[0]],) if batch and isinstance(s, int)]
        rhs_labels, rhs_shape = ["k", *(["n"] if wide else [])], [k, *([n] if wide else [])]
        if batch:
            rhs_labels, rhs_shape = ["b", *rhs_labels], [*batch_size, *rhs_shape]
        order = self.draw(st.permutations(range(len(rhs_labels))))
        rhs_type = TensorType(tuple(rhs_shape[i] for i in order), lhs.type.dtype)
        rhs = self.pick(lambda v: v.type == rhs_type) if self.draw(st.booleans()) else None
        rhs = rhs if rhs is not None else self.weight(tuple(rhs_shape[i] for i in order), lhs.type.dtype)
        limit = EXACT[dtype] // (DATA_BOUND * max(k, 1))
        lhs, rhs = self.within(lhs, max(limit, 1)), self.within(rhs, DATA_BOUND)
        lhs_labels = [""] * rank
        for label, d in zip((["b"] if batch else []) + (["m"] if rank > 1 else []) + ["k"], dims, strict=True):
            lhs_labels[d] = label
        out = [x for x in ("b", "m", "n") if x in lhs_labels or x in rhs_labels]
        out = self.draw(st.permutations(out))
        letters = list(dict.fromkeys([*out, "k"]))
        labels = (lhs_labels, [rhs_labels[i] for i in order], out)
        a, b, c = (select(len(letters), (letters.index(x) for x in part)) for part in labels)
        bound = self.bounds[lhs] * self.bounds[rhs] * max(k, 1)
        made = self.add(Contract(lhs, rhs, (), (a, b, c), dtype), bound)
        if self.draw(st.integers(0, 3)) == 0:
            init = self.within(self.pick(lambda v: v.type == made.type) or made, max(EXACT[dtype] - bound, 1))
            if self.bounds[init] + bound <= EXACT[dtype]:
                self.add(Contract(lhs, rhs, (init,), (a, b, c), dtype), bound + self.bounds[init])

    def _elementwise(self) -> None:
        """One or two inputs of one shape; the second may be indexed transposed."""
        x = self.pick()
        if x is None:
            return
        rank = x.type.rank
        turned = self.draw(permutation(rank))
        shape = tuple(x.type.shape[d] for d in turned)
        wanted = TensorType(shape, x.type.dtype)
        y = self.pick(lambda v: v.type == wanted)
        fn = self.draw(st.sampled_from(["add", "sub", "mul", "max", "gelu", "tanh", "neg"]))
        limit = EXACT.get(x.type.dtype, 1)
        if fn in ("gelu", "tanh", "neg") or y is None:
            self._unary(x, fn if fn in ("gelu", "tanh") and x.type.dtype.is_float else "neg")
            return
        room = int(limit**0.5) if fn == "mul" else limit // 2
        x, y = self.within(x, room), self.within(y, room)
        a, b = self.bounds[x], self.bounds[y]
        t = x.type.dtype
        body = ScalarBody((t, t), apply(fn, arg(0, t), arg(1, t)))
        maps = (identity(rank), select(rank, turned), identity(rank))
        self.add(Generic((x, y), maps, body), a * b if fn == "mul" else a + b)

    def _unary(self, x: Value, fn: str) -> None:
        x = self.within(x, 127)
        t = x.type.dtype
        maps = (identity(x.type.rank),) * 2
        self.add(Generic((x,), maps, ScalarBody((t,), apply(fn, arg(0, t)))), self.bounds[x])

    def _bias(self) -> None:
        """A vector added along one dim."""
        x = self.pick(lambda v: v.type.rank > 0)
        if x is None:
            return
        rank = x.type.rank
        d = self.draw(st.integers(0, rank - 1))
        size, t = x.type.shape[d], x.type.dtype
        if not isinstance(size, int):
            return
        x = self.within(x, EXACT.get(t, 1) // 2)
        vector = self.weight((size,), t)
        body = ScalarBody((t, t), apply("add", arg(0, t), arg(1, t)))
        maps = (identity(rank), select(rank, (d,)), identity(rank))
        self.add(Generic((x, vector), maps, body), self.bounds[x] + self.bounds[vector])

    def _cast(self) -> None:
        t = self.draw(st.sampled_from([f32, f64, i32]))
        pick = self.pick_exact if t == i32 else self.pick
        x = pick(lambda v: v.type.dtype in EXACT)
        if x is None:
            return
        body: Scalar = cast(arg(0, x.type.dtype), t)
        maps = (identity(x.type.rank),) * 2
        x = self.within(x, EXACT[t])
        self.add(Generic((x,), maps, ScalarBody((x.type.dtype,), body)), self.bounds[x])

    def _transpose(self) -> None:
        x = self.pick(lambda v: v.type.rank > 1)
        if x is not None:
            self.add(Transpose(x, self.draw(permutation(x.type.rank))), self.bounds[x])

    def _reshape(self) -> None:
        """Splits a dim by a divisor, or merges two neighbours."""
        x = self.pick(lambda v: v.type.rank > 0)
        if x is None:
            return
        rank, shape = x.type.rank, x.type.shape
        if self.draw(st.booleans()) and rank > 1:
            at = self.draw(st.integers(0, rank - 2))
            groups = (*((d,) for d in range(at)), (at, at + 1), *((d,) for d in range(at + 2, rank)))
            self.add(CollapseShape(x, groups), self.bounds[x])
            return
        at = self.draw(st.integers(0, rank - 1))
        size = shape[at]
        if not isinstance(size, int) or rank > 3:
            return
        part = self.draw(st.sampled_from([p for p in (1, 2, 3, 4, 8, 16) if size % p == 0]))
        groups = (*((d,) for d in range(at)), (at, at + 1), *((d + 1,) for d in range(at + 1, rank)))
        split = (*shape[:at], size // part, part, *shape[at + 1 :])
        self.add(ExpandShape(x, groups, split), self.bounds[x])

    def _normalize(self) -> None:
        x = self.pick(lambda v: v.type.rank > 0 and v.type.dtype in (f32, f64))
        if x is None:
            return
        x = self.within(x, 8)
        d = self.draw(st.integers(0, x.type.rank - 1))
        size = x.type.shape[d]
        made = self.draw(st.sampled_from([c for c in _ROW_OPS if isinstance(size, int) or not c.OPERANDS[1:]]))
        vectors = [self.weight((size,), x.type.dtype) for _ in made.OPERANDS[1:] if isinstance(size, int)]
        # epsilon 1: a row without variance must not magnify rounding
        options = {"epsilon": 1.0} if "epsilon" in made.ATTRIBUTES else {}
        self.add(made(x, *vectors, dims=(d,), **options), DATA_BOUND * 9)

    def _reduce(self) -> None:
        x = self.pick(lambda v: v.type.rank > 0 and v.type.is_static)
        if x is None:
            return
        dims = self.draw(st.lists(st.integers(0, x.type.rank - 1), unique=True, min_size=1).map(tuple))
        kinds: list[ReductionKind] = ["add", "max", "min"]
        kind = self.draw(st.sampled_from(kinds))
        count = int(np.prod([s for d in dims if isinstance(s := x.type.shape[d], int)])) if kind == "add" else 1
        x = self.within(x, max(EXACT.get(x.type.dtype, 1) // max(count, 1), 1))
        if self.bounds[x] * count <= EXACT.get(x.type.dtype, 1):
            self.add(Reduce(x, kind, dims), self.bounds[x] * max(count, 1))

    def _slice(self) -> None:
        x = self.pick(lambda v: v.type.rank > 0 and v.type.is_static)
        if x is None:
            return
        offsets: list[Dim] = []
        sizes: list[Dim] = []
        for size in x.type.shape:
            assert isinstance(size, int)
            start = self.draw(st.integers(0, size)) if self.draw(st.booleans()) else 0
            offsets.append(start)
            sizes.append(self.draw(st.sampled_from([size - start, (size - start + 1) // 2])))
        if all(sizes):
            self.add(ExtractSlice(x, tuple(offsets), tuple(sizes), (1,) * x.type.rank), self.bounds[x])

    def _concat(self) -> None:
        x = self.pick(lambda v: v.type.rank > 0)
        if x is None:
            return
        y = self.pick(lambda v: v.type == x.type)
        assert y is not None
        bound = max(self.bounds[x], self.bounds[y])
        self.add(Concat((x, y), self.draw(st.integers(0, x.type.rank - 1))), bound)

    def _pad(self) -> None:
        x = self.pick(lambda v: v.type.rank > 0)
        if x is None:
            return
        amounts = st.lists(st.integers(0, 3), min_size=x.type.rank, max_size=x.type.rank).map(tuple)
        one = 1.0 if x.type.dtype.is_float else 1
        self.add(Pad(x, self.draw(amounts), self.draw(amounts), one), max(self.bounds[x], 1))

    def _broadcast(self) -> None:
        x = self.pick(lambda v: v.type.rank in (1, 2))
        if x is None:
            return
        at = self.draw(st.integers(0, x.type.rank))
        shape = (*x.type.shape[:at], self.draw(st.sampled_from([1, 3, 8])), *x.type.shape[at:])
        self.add(Broadcast(x, (at,), shape), self.bounds[x])

    def _constant(self) -> None:
        """A literal or a fill that something may use."""
        shape = tuple(self.draw(st.sampled_from(SIZES)) for _ in range(2))
        if self.draw(st.booleans()):
            self.add(Constant(Dense(data(self.rng, shape, f32))), DATA_BOUND)
        else:
            self.add(Fill(1.0, TensorType(shape, f32)), 1)

    def _gather(self) -> None:
        table = self.pick(lambda v: v.type.rank > 1 and isinstance(v.type.shape[0], int) and v.type.shape[0] != 0)
        if table is None:
            return
        rows = table.type.shape[0]
        assert isinstance(rows, int)
        count = self.draw(st.sampled_from(SIZES))
        indices = self.add(Constant(Dense(self.rng.integers(0, rows, count))), rows)
        self.add(Gather(table, indices), self.bounds[table])
