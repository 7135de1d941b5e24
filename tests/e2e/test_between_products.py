"""Ops between two products that move elements, and the largest element: tensors stay in tiles, so they are packed when
they come in and unpacked when they leave, and nowhere else. All of it runs in C, with the interpreter's numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from attrs import define, field

from tensorir import compile
from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.dialects.linalg import Fold
from tensorir.dialects.tensor import InsertSlice
from tensorir.interp import interpret
from tensorir.ir.affine import identity, select
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32, i8, i64
from tensorir.ir.module import Module
from tensorir.ir.scalar import ScalarBody, apply, arg, iteration_index
from tensorir.native import Features, cpu_features
from tensorir.runtime.program import Program

S, P = symbol("S"), symbol("P")

DEVICE = "cpu{features=avx2}"
needs_avx2 = pytest.mark.skipif(
    Features.X86_AVX2 not in cpu_features(), reason="tiles, and so all counts, are those of AVX2"
)


@define
class Between:
    """A function under construction."""

    m: ModuleBuilder = field(factory=ModuleBuilder)
    f: FunctionBuilder = field(init=False)
    weights: int = 0

    def __attrs_post_init__(self) -> None:
        self.f = self.m.function("main")

    def times(self, x: Tensor, columns: int = 32) -> Tensor:
        """x times a weight, of each matrix its own."""
        shape = (*x.shape[:-2], x.shape[-1], columns)
        sizes = [s for s in shape if isinstance(s, int)]
        self.weights += 1
        data = np.random.default_rng(self.weights).integers(-2, 3, sizes).astype(np.float32)
        return x @ self.f.load(self.m.weight(f"w{self.weights}", data))

    def insert(self, x: Tensor, into: Tensor, *offsets: Dim) -> Tensor:
        return self.f.add(InsertSlice(x.value, into.value, offsets, (1,) * len(offsets)))


def padded_rows(b: Between) -> None:
    x = b.times(b.f.arg("x", (S, 32), f32)).pad((16, 0), (16, 0))
    b.f.returns(b.times(x))


def padded_within_a_tile(b: Between) -> None:
    x = b.times(b.f.arg("x", (S, 32), f32), 36).pad((0, 0), (0, 4))
    b.f.returns(b.times(x))


def padded_matrices(b: Between) -> None:
    x = b.times(b.f.arg("x", (3, S, 32), f32)).pad((1, 0, 0), (0, 0, 0), 2.0)
    b.f.returns(b.times(x, 24))


def looked_up(b: Between) -> None:
    x = b.times(b.f.arg("x", (4, S, 32), f32)).gather(b.f.arg("i", (6,), i64))
    b.f.returns(b.times(x, 24))


def inserted_rows(b: Between) -> None:
    x, cache = b.times(b.f.arg("x", (24, 32), f32)), b.times(b.f.arg("cache", (64, 32), f32), 32)
    b.f.returns(b.times(b.insert(x, cache, 16, 0)))


def inserted_matrices(b: Between) -> None:
    x, cache = b.times(b.f.arg("x", (2, S, 32), f32)), b.times(b.f.arg("cache", (4, S, 32), f32))
    b.f.returns(b.times(b.insert(x, cache, 1, 0, 0), 24))


def one_row(b: Between) -> None:
    """The row after those that a cache has already."""
    b.f.arg("past", (P,), i8)
    x, cache = b.times(b.f.arg("x", (2, 1, 32), f32)), b.times(b.f.arg("cache", (2, 64, 32), f32))
    b.f.returns(b.times(b.insert(x, cache, 0, P, 0), 24))


def largest(b: Between, x: Tensor, dim: int) -> tuple[Tensor, ...]:
    """The largest elements along a dim and where the first of each is."""
    rank = len(x.shape)
    kept = [d for d in range(rank) if d != dim]
    shape = tuple(x.shape[d] for d in kept)
    starts = b.f.full(shape, -1e9, f32), b.f.full(shape, 0, i64)
    types = (f32, f32, i64)
    a, most, where = (arg(i, t) for i, t in enumerate(types))
    more = apply("gt", a, most)
    bodies = apply("select", more, a, most), apply("select", more, iteration_index(dim), where)
    maps = (identity(rank), select(rank, kept), select(rank, kept))
    made = Fold((x.value, *(s.value for s in starts)), maps, tuple(ScalarBody(types, body) for body in bodies))
    return b.f.add_all(made)


def largest_of_matrices(b: Between) -> None:
    """The matrices are folded tile by tile; two smaller ones leave."""
    x = b.times(b.f.arg("x", (5, S, 32), f32))
    b.f.returns(b.times(x, 24), *largest(b, x, 0))


def largest_of_columns(b: Between) -> None:
    """Tiles would leave few rows that are folded at once: a copy to row-major within the launch costs less."""
    b.f.returns(*largest(b, b.times(b.f.arg("x", (S, 32), f32), 70), 1))


def compiled(make: Callable[[Between], None]) -> tuple[Module, Program]:
    b = Between()
    make(b)
    module = b.m.build()
    return module, compile(module, DEVICE, num_threads=1)


@needs_avx2
@pytest.mark.parametrize(
    ("make", "relayouts"),
    [
        (padded_rows, 2),
        (padded_within_a_tile, 2),
        (padded_matrices, 2),
        (looked_up, 2),
        (inserted_rows, 3),
        (inserted_matrices, 3),
        (one_row, 3),
        (largest_of_matrices, 4),
        (largest_of_columns, 2),
    ],
)
@pytest.mark.parametrize("size", [21, 32])
def test_a_tensor_is_packed_where_it_comes_in_and_unpacked_where_it_leaves(
    make: Callable[[Between], None], relayouts: int, size: int
) -> None:
    module, program = compiled(make)
    sizes = {"S": size, "P": size}
    args = module.functions[0].body.args
    used = {name: n for name, n in sizes.items() if any(str(d) == name for a in args for d in a.type.shape)}
    counts = program.counts(sizes=used, num_threads=1)
    steps = [step for command in counts.commands for step in command.steps]
    assert sum(bool(step.relaid_bytes) for step in steps) == relayouts
    assert not counts.python
    rng = np.random.default_rng(size)
    shapes = [[d if isinstance(d, int) else size for d in a.type.shape] for a in args]
    given = [rng.integers(0, 4, shape).astype(a.type.dtype.numpy) for a, shape in zip(args, shapes, strict=True)]
    made, expected = program(*given), interpret(module, "main", given)
    if len(expected) == 1:
        made = (made,)
    for i, one in enumerate(expected):
        np.testing.assert_array_equal(made[i], one)


@needs_avx2
def test_a_row_behind_the_end_of_a_cache_is_refused() -> None:
    _, program = compiled(one_row)
    x, cache = np.ones((2, 1, 32), np.float32), np.ones((2, 64, 32), np.float32)
    program(np.zeros(63, np.int8), x, cache)
    with pytest.raises(TensorIRError):
        program(np.zeros(64, np.int8), x, cache)
