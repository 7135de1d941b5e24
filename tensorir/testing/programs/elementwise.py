"""Steps of elementwise ops: bodies over one or two operands."""

from __future__ import annotations

from hypothesis import strategies as st

from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import DimOp, Size
from tensorir.ir.affine import identity, select
from tensorir.ir.dtype import f32, f64, i8, i32, i64, u8, u16, u32, u64
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, const, iteration_index
from tensorir.ir.scalar import cast as converted
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.programs.step import step
from tensorir.testing.programs.values import EXACT, permutation, static
from tensorir.testing.programs.writer import Writer


@step(2)
def elementwise(w: Writer) -> None:
    """One or two inputs of one shape; the second may be indexed transposed."""
    x = w.pick()
    if x is None:
        return
    rank = x.type.rank
    turned = w.draw(permutation(rank))
    shape = tuple(x.type.shape[d] for d in turned)
    wanted = TensorType(shape, x.type.dtype)
    y = w.pick(lambda v: v.type == wanted)
    fn = w.draw(st.sampled_from(["add", "sub", "mul", "max", "gelu", "tanh", "neg"]))
    limit = EXACT.get(x.type.dtype, 1)
    if fn in ("gelu", "tanh", "neg") or y is None:
        _unary(w, x, fn if fn in ("gelu", "tanh") and x.type.dtype.is_float else "neg")
        return
    room = int(limit**0.5) if fn == "mul" else limit // 2
    x, y = w.within(x, room), w.within(y, room)
    a, b = w.bounds[x], w.bounds[y]
    t = x.type.dtype
    body = ScalarBody((t, t), apply(fn, arg(0, t), arg(1, t)))
    maps = (identity(rank), select(rank, turned), identity(rank))
    w.add(Generic((x, y), maps, body), a * b if fn == "mul" else a + b)


def _unary(w: Writer, x: Value, fn: str) -> None:
    x = w.within(x, 127)
    t = x.type.dtype
    maps = (identity(x.type.rank),) * 2
    w.add(Generic((x,), maps, ScalarBody((t,), apply(fn, arg(0, t)))), w.bounds[x])


@step(2)
def bias(w: Writer) -> None:
    """A vector added along one dim."""
    x = w.pick(lambda v: v.type.rank > 0)
    if x is None:
        return
    rank = x.type.rank
    d = w.draw(st.integers(0, rank - 1))
    size, t = x.type.shape[d], x.type.dtype
    if not isinstance(size, int):
        return
    x = w.within(x, EXACT.get(t, 1) // 2)
    vector = w.weight((size,), t)
    body = ScalarBody((t, t), apply("add", arg(0, t), arg(1, t)))
    maps = (identity(rank), select(rank, (d,)), identity(rank))
    w.add(Generic((x, vector), maps, body), w.bounds[x] + w.bounds[vector])


@step()
def convert(w: Writer) -> None:
    """Another element type."""
    t = w.draw(st.sampled_from([f32, f64, i32]))
    pick = w.pick_exact if t == i32 else w.pick
    x = pick(lambda v: v.type.dtype in EXACT)
    if x is None:
        return
    body: Scalar = converted(arg(0, x.type.dtype), t)
    maps = (identity(x.type.rank),) * 2
    x = w.within(x, EXACT[t])
    w.add(Generic((x,), maps, ScalarBody((x.type.dtype,), body)), w.bounds[x])


@step(2)
def indexed(w: Writer) -> None:
    """Elements kept or dropped by their position, as a causal mask does, or with their position added."""
    x = w.pick(lambda v: v.type.rank > 0)
    if x is None:
        return
    rank, t = x.type.rank, x.type.dtype
    if (sizes := static(x)) is not None and t in (f32, f64, i32, i64) and w.draw(st.booleans()):
        d = w.draw(st.integers(0, rank - 1))
        x = w.within(x, EXACT[t] - sizes[d])
        moved = ScalarBody((t,), apply("add", arg(0, t), converted(iteration_index(d), t)))
        w.add(Generic((x,), (identity(rank),) * 2, moved), w.bounds[x] + sizes[d])
        return
    i, j = (iteration_index(w.draw(st.integers(0, rank - 1))) for _ in range(2))
    limit = w.draw(st.sampled_from([j, const(2, i64)]))
    body = apply("select", apply("le", i, limit), arg(0, t), const(0, t))
    maps = (identity(rank), select(rank, w.draw(permutation(rank))))
    w.add(Generic((x,), maps, ScalarBody((t,), body)), w.bounds[x])


@step()
def unsigned(w: Writer) -> None:
    """There and back through an unsigned type."""
    x = w.pick_exact(lambda v: v.type.dtype in (f32, f64, i32, i64, i8))
    if x is None:
        return
    x = w.within(x, 127)
    t, maps = x.type.dtype, (identity(x.type.rank),) * 2
    u = w.draw(st.sampled_from([u8, u16, u32, u64]))
    there = w.b.add(Generic((x,), maps, ScalarBody((t,), converted(apply("abs", arg(0, t)), u))))
    name = w.draw(st.sampled_from(["shr", "and", "or", "div", "rem", "ceildiv", "min", "ctpop", "cttz"]))
    y, three = arg(0, u), const(3, u)
    changed: Scalar = apply(name, y) if name in ("ctpop", "cttz") else apply(name, y, three)
    body = converted(apply("min", changed, const(127, u)), t)
    w.add(Generic((there.result,), maps, ScalarBody((u,), body)), 127)


@step()
def whole(w: Writer) -> None:
    """A rounding function, a sign or a fused product: exact on integers."""
    x = w.pick_exact(lambda v: v.type.dtype in (f32, f64))
    if x is None:
        return
    x = w.within(x, 512)
    t, a = x.type.dtype, arg(0, x.type.dtype)
    name = w.draw(st.sampled_from(["floor", "ceil", "trunc", "round", "roundeven", "fma", "copysign", "maxnum"]))
    half = apply("mul", a, const(0.5, t))
    two = const(-2, t)
    made = {"fma": (a, two, a), "copysign": (a, two), "maxnum": (a, two)}.get(name, (half,))
    w.add(Generic((x,), (identity(x.type.rank),) * 2, ScalarBody((t,), apply(name, *made))), 1024)


@step()
def size_of(w: Writer) -> None:
    """Elements clamped by a size that may be known only when run, as a mean divides by one."""
    x = w.pick(lambda v: v.type.rank > 0 and v.type.dtype in (f32, f64, i32, i64))
    if x is None:
        return
    d = w.draw(st.integers(0, x.type.rank - 1))
    size = w.b.add(DimOp(x, d) if w.draw(st.booleans()) else Size(x.type.shape[d])).result
    t = x.type.dtype
    x = w.within(x, EXACT[t])
    maps = (identity(x.type.rank), select(x.type.rank, ()), identity(x.type.rank))
    body = ScalarBody((t, i64), apply("min", arg(0, t), converted(arg(1, i64), t)))
    w.add(Generic((x, size), maps, body), w.bounds[x])
