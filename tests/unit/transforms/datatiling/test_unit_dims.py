"""Dims of size 1 never end a layout, wherever they come and go, beside sizes known or not; neither do reductions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tensorir.api import compile
from tensorir.dialects.linalg import Broadcast, Contract, Generic, Reduce, Transpose
from tensorir.dialects.tensor import CollapseShape, ExpandShape, GatherNd, Size
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dims import Dim, iteration_dim, symbol
from tensorir.ir.dtype import f32, i64
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.equivalence import assert_equivalent
from tests.support.targets import DEVICES

S = symbol("S")
N = 32
Step = Callable[[RegionBuilder, Value], Value]


def moves(module: Module) -> Counter[str]:
    """How many packs and unpacks of activations the compiled program has."""
    ops = Counter(op.NAME for e in compile(module).module.executables for op in e.body.ops)
    return Counter({name: ops[name] for name in ("linalg.pack", "linalg.unpack") if ops[name]})


def between_contractions(rows: Dim, step: Step) -> Module:
    """x·W, then steps from [rows, N] to [rows, N], then ·W."""
    b = RegionBuilder()
    x = b.arg(TensorType((rows, N), f32), "x")
    w = b.arg(TensorType((N, N), f32), "w")
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    first = b.add(Contract(x, w, (), maps, f32)).result
    second = b.add(Contract(step(b, first), w, (), maps, f32)).result
    return Module([Function("main", b.finish([second]))])


def map_of(op: str, v: Value) -> Op:
    rank = v.type.rank
    return Generic((v,), (identity(rank),) * 2, ScalarBody((f32,), apply(op, arg(0, f32))))


def in_front(b: RegionBuilder, v: Value) -> Value:
    """[rows, N] → [1, rows, N], negated there, and back."""
    rows = v.type.shape[0]
    v = b.add(ExpandShape(v, ((0, 1), (2,)), (1, rows, N))).result
    return b.add(CollapseShape(b.add(map_of("neg", v)).result, ((0, 1), (2,)))).result


def behind(b: RegionBuilder, v: Value) -> Value:
    """[rows, N] → [rows, N, 1, 1] and back."""
    rows = v.type.shape[0]
    v = b.add(ExpandShape(v, ((0,), (1, 2, 3)), (rows, N, 1, 1))).result
    return b.add(CollapseShape(b.add(map_of("abs", v)).result, ((0,), (1, 2, 3)))).result


def turned(b: RegionBuilder, v: Value) -> Value:
    """Through [rows, 1, N], transposed so that the 1 goes elsewhere."""
    rows = v.type.shape[0]
    v = b.add(ExpandShape(v, ((0, 1), (2,)), (rows, 1, N))).result
    v = b.add(map_of("neg", b.add(Transpose(v, (1, 0, 2))).result)).result
    return b.add(CollapseShape(v, ((0, 1), (2,)))).result


def broadcast(b: RegionBuilder, v: Value) -> Value:
    """A broadcast along a dim of size 1 is a view."""
    rows = v.type.shape[0]
    v = b.add(map_of("neg", b.add(Broadcast(v, (1,), (rows, 1, N))).result)).result
    return b.add(CollapseShape(v, ((0, 1), (2,)))).result


def read_at_zero(b: RegionBuilder, v: Value) -> Value:
    """A generic that reads a dim of size 1 at 0."""
    rows = v.type.shape[0]
    v = b.add(ExpandShape(v, ((0, 1), (2,)), (1, rows, N))).result
    map = AffineMap(2, (0, iteration_dim(0), iteration_dim(1)))
    return b.add(Generic((v,), (map, identity(2)), ScalarBody((f32,), apply("neg", arg(0, f32))))).result


def looked_up(b: RegionBuilder, v: Value) -> Value:
    """As exporters expand: the element at (select(rows == 1, 0, i), j)."""
    rows = v.type.shape[0]
    size = b.add(Size(rows)).result
    eq = apply("eq", arg(0, i64), const(1, i64))
    at = apply("select", eq, const(0, i64), iteration_index(0))
    i = b.add(Generic((size,), (select(2, ()), identity(2)), ScalarBody((i64,), at), (rows, N))).result
    j = b.add(Generic((), (identity(2),), ScalarBody((), iteration_index(1)), (rows, N))).result
    return b.add(GatherNd(v, (i, j))).result


def less_its_largest(b: RegionBuilder, v: Value) -> Value:
    """x less the maximum of its row, which is kept as a dim of size 1 and repeated by a copy, as exporters do."""
    rows = v.type.shape[0]
    largest = b.add(Reduce(v, "max", (1,))).result
    kept = b.add(ExpandShape(largest, ((0, 1),), (rows, 1))).result
    read = AffineMap(2, (iteration_dim(0), 0))
    copied = b.add(Generic((kept,), (read, identity(2)), ScalarBody((f32,), arg(0, f32)), (rows, N))).result
    sub = ScalarBody((f32, f32), apply("sub", arg(0, f32), arg(1, f32)))
    return b.add(Generic((v, copied), (identity(2),) * 3, sub)).result


STEPS = [in_front, behind, turned, broadcast, read_at_zero, looked_up, less_its_largest]


@pytest.mark.parametrize("rows", [S, 24, 21, 1], ids=str)
@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.__name__)
def test_no_layout_ends(step: Step, rows: Dim) -> None:
    plain = between_contractions(rows, lambda b, v: v)
    module = between_contractions(rows, step)
    assert moves(module) <= moves(plain)
    assert_equivalent(module, compile(module, verify_each=True))


@pytest.mark.parametrize("kind", ["add", "max", "min", "mul"])
@pytest.mark.parametrize("dims", [(0,), (1,)])
@pytest.mark.parametrize("rows", [S, 21])
def test_reductions_of_tiles_leave_out_the_padding(kind: str, dims: tuple[int, ...], rows: Dim) -> None:
    """The columns are padded too: 17 of 32."""
    b = RegionBuilder()
    x, w = b.arg(TensorType((rows, 3), f32), "x"), b.arg(TensorType((3, 17), f32), "w")
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    product = b.add(Contract(x, w, (), maps, f32)).result
    biased = b.add(
        Generic((product,), (identity(2),) * 2, ScalarBody((f32,), apply("max", arg(0, f32), const(1, f32))))
    )
    reduced = b.add(Reduce(biased.result, kind, dims)).result  # pyright: ignore[reportArgumentType]  # one of the kinds
    module = Module([Function("main", b.finish([reduced]))])
    names = [op.NAME for e in compile(module, "tiles-8x4x2-kn").module.executables for op in e.body.ops]
    assert names.index("linalg.reduce") > names.index("linalg.mmt4d")
    assert "linalg.unpack" not in names[: names.index("linalg.reduce")]
    for device in ("cpu", *DEVICES):
        assert_equivalent(module, compile(module, device, verify_each=True))


def test_what_differs_in_dims_of_size_one_is_packed_once() -> None:
    """A value read by a contraction, and added to its result behind a dim of size 1."""
    b = RegionBuilder()
    x, w = b.arg(TensorType((S, N), f32), "x"), b.arg(TensorType((N, N), f32), "w")
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    y = b.add(map_of("exp", b.add(ExpandShape(x, ((0, 1), (2,)), (1, S, N))).result)).result
    flat = b.add(CollapseShape(y, ((0, 1), (2,)))).result
    product = b.add(Contract(flat, w, (), maps, f32)).result
    again = b.add(ExpandShape(product, ((0, 1), (2,)), (1, S, N))).result
    add = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
    module = Module([Function("main", b.finish([b.add(Generic((again, y), (identity(3),) * 3, add)).result]))])
    assert moves(module)["linalg.pack"] == 2  # y once, and w
    assert_equivalent(module, compile(module, verify_each=True))
