"""The map step on any loops: strides, broadcasts, results in place, folds, indices, against the interpreter."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.ir.dtype import DType, bf16, f16, f32, f64, i1, i4, i8, i32, i64, u8, u16
from tensorir.ir.scalar import MAY_FAIL, SCALAR_FNS, Scalar, ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.native import Features
from tensorir.native._kernels import lib

from .guard import guarded_like
from .maps import EXACT, LEVELS, Array, elements, interpreted, run_map, same
from .steps import Shape, shapes, strides

CHECKS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
TYPES = [f32, f32, f32, f64, f16, bf16, i64, i32, i8, u8, u16, i4, i1]
types = st.sampled_from(TYPES)
seeds = st.integers(0, 2**32 - 1)
levels = pytest.mark.parametrize("level", LEVELS, ids=str)


@st.composite
def nodes(draw: st.DrawFn, args: list[DType], dtype: DType, loops: int, depth: int = 3) -> Scalar:
    """An expression of a type over arguments, constants, indices and functions that can't fail and are exact. Which
    zero a maximum gives is unspecified, so there are no maxima of floats."""
    kind = draw(st.integers(0, 9)) if depth > 0 else 0
    if kind < 2:
        fitting = [i for i, t in enumerate(args) if t is dtype]
        if fitting and draw(st.integers(0, 4)):
            return arg(draw(st.sampled_from(fitting)), dtype)
        if loops and draw(st.booleans()):
            return cast(iteration_index(draw(st.integers(0, loops - 1))), dtype)
        return const(draw(st.integers(0, 1)), dtype)
    if kind < 4:
        other = draw(st.sampled_from(args or [dtype]))
        return cast(draw(nodes(args, other, loops, depth - 1)), dtype)
    if kind == 4:
        condition = draw(nodes(args, i1, loops, depth - 1))
        return apply("select", condition, *(draw(nodes(args, dtype, loops, depth - 1)) for _ in range(2)))
    if kind == 5 and dtype is i1:
        other = draw(st.sampled_from(args or [dtype]))
        name = draw(st.sampled_from([n for n in EXACT if SCALAR_FNS[n].result is i1]))
        return apply(name, *(draw(nodes(args, other, loops, depth - 1)) for _ in range(2)))
    known = [n for n in EXACT if SCALAR_FNS[n].result is None and n != "select"]
    if dtype.is_float:
        known = [n for n in known if SCALAR_FNS[n].domain != "integer" and not n.startswith(("max", "min"))]
    else:
        known = [n for n in known if SCALAR_FNS[n].domain != "float" and n not in MAY_FAIL]
    name = draw(st.sampled_from(known))
    return apply(name, *(draw(nodes(args, dtype, loops, depth - 1)) for _ in range(SCALAR_FNS[name].arity)))


def broadcast(array: Array, shape: Shape, dims: set[int]) -> Array:
    """The first elements along some dimensions, repeated."""
    return np.broadcast_to(array[tuple(slice(0, 1) if d in dims else slice(None) for d in range(len(shape)))], shape)


@levels
@CHECKS
@given(data=st.data(), shape=shapes(elements=6000), seed=seeds)
def test_any_bodies_over_any_loops(level: Features, data: st.DataObject, shape: Shape, seed: int) -> None:
    """What lies between and beside the elements stays; a result may be an input."""
    rng = np.random.default_rng(seed)
    args = data.draw(st.lists(types, min_size=1, max_size=4))
    made = data.draw(st.lists(st.one_of(types, st.sampled_from(args)), min_size=1, max_size=3))
    dims = st.sets(st.sampled_from(range(len(shape)))) if shape else st.just(set[int]())
    inputs: list[Any] = []
    whole: list[int] = []
    for i, dtype in enumerate(args):
        repeated = data.draw(dims) if data.draw(st.booleans()) else set[int]()
        values = elements(dtype, int(np.prod(shape)), rng).reshape(shape)
        _, view = guarded_like(values, data.draw(strides(shape)), at_end=data.draw(st.booleans()), seal=False)
        inputs.append(broadcast(view, shape, repeated))
        if not repeated:
            whole.append(i)
    results: list[Any] = []
    for dtype in made:
        places = [i for i in whole if args[i] is dtype]
        if places and data.draw(st.booleans()):
            place = data.draw(st.sampled_from(places))
            whole.remove(place)
            results.append((None, inputs[place]))
        else:
            values = elements(dtype, int(np.prod(shape)), rng).reshape(shape)
            results.append(guarded_like(values, data.draw(strides(shape)), at_end=data.draw(st.booleans()), seal=False))
    starts = data.draw(st.lists(st.integers(-5, 10**9), min_size=len(shape), max_size=len(shape)))
    bodies = [ScalarBody((*args, *made), data.draw(nodes([*args, *made], dtype, len(shape)))) for dtype in made]

    views = [*inputs, *(view for _, view in results)]
    wanted = interpreted(bodies, views, starts=starts)
    memories = [(memory, memory.flat.copy(), view) for memory, view in results if memory is not None]
    status = run_map(bodies, [*args, *made], views, starts=starts, features=level)
    assert status == lib.TIR_STATUS_OK
    for (_, view), right, body in zip(results, wanted, bodies, strict=True):
        assert same(view, right).all(), body.result
    for memory, before, view in memories:
        view[...] = np.zeros((), view.dtype)
        elements_of = memory.flat.copy()
        elements_of[...] = np.where(elements_of.view(f"u{view.itemsize}") == 0, elements_of, before)
        assert (elements_of.view(f"u{view.itemsize}") == memory.flat.view(f"u{view.itemsize}")).all()
        assert memory.slack_untouched()


@levels
@CHECKS
@given(data=st.data(), shape=shapes(most=4, elements=400), seed=seeds)
def test_folds(level: Features, data: st.DataObject, shape: Shape, seed: int) -> None:
    """The first loops run in order, and each position sees what the one before it left in the results."""
    rng = np.random.default_rng(seed)
    sequential = data.draw(st.integers(0, len(shape)))
    args = data.draw(st.lists(types, min_size=1, max_size=3))
    made = data.draw(st.lists(types, min_size=1, max_size=3))
    inputs = [
        guarded_like(
            elements(t, int(np.prod(shape)), rng).reshape(shape), data.draw(strides(shape)), at_end=True, seal=True
        )[1]
        for t in args
    ]
    outer = shape[sequential:]
    results = [
        guarded_like(
            elements(t, int(np.prod(outer)), rng).reshape(outer), data.draw(strides(outer)), at_end=True, seal=False
        )[1]
        for t in made
    ]
    starts = [0] * len(shape)
    bodies = [ScalarBody((*args, *made), data.draw(nodes([*args, *made], t, len(shape), 2))) for t in made]
    views = [*inputs, *(np.broadcast_to(r, shape) for r in results)]
    empty = 0 in shape
    wanted = [r.copy() for r in results] if empty else interpreted(bodies, views, sequential=sequential, starts=starts)
    status = run_map(bodies, [*args, *made], views, sequential=sequential, starts=starts, features=level)
    assert status == lib.TIR_STATUS_OK
    for view, right, body in zip(results, wanted, bodies, strict=True):
        assert same(view, right).all(), body.result


@levels
@pytest.mark.parametrize("shape", [(700, 1), (3, 1500), (1, 1), (40, 7)], ids=str)
def test_argmax_as_a_fold_with_two_results(level: Features, shape: Shape) -> None:
    """Sequential over the first loop, whichever of the two is contiguous."""
    rng = np.random.default_rng(5)
    for values in (rng.normal(0, 1, shape).astype(np.float32), rng.normal(0, 1, shape[::-1]).astype(np.float32).T):
        best, where = np.full(shape[1], -np.inf, np.float32), np.full(shape[1], -1)
        x, largest, place = arg(0, f32), arg(1, f32), arg(2, i64)
        better = apply("gt", x, largest)
        bodies = [
            ScalarBody((f32, f32, i64), apply("select", better, x, largest)),
            ScalarBody((f32, f32, i64), apply("select", better, iteration_index(0), place)),
        ]
        views = [values, np.broadcast_to(best, shape), np.broadcast_to(where, shape)]
        status = run_map(bodies, [f32, f32, i64], views, sequential=1, starts=[10, 0], features=level)
        assert status == lib.TIR_STATUS_OK
        assert (best == values.max(0)).all()
        assert (where == values.argmax(0) + 10).all()


@levels
def test_two_results_exchange_their_memory(level: Features) -> None:
    """Both bodies are evaluated before a result is stored, also where the results are the inputs."""
    a, b = np.arange(3000, dtype=np.float32), -np.arange(3000, dtype=np.float32)
    views = [a, b, a, b]
    bodies = [ScalarBody((f32,) * 4, arg(1, f32)), ScalarBody((f32,) * 4, apply("add", arg(0, f32), arg(1, f32)))]
    assert run_map(bodies, [f32] * 4, views, features=level) == lib.TIR_STATUS_OK
    assert (a == -np.arange(3000, dtype=np.float32)).all()
    assert (b == 0).all()


@levels
def test_tiles_with_a_row_that_is_the_same_for_all(level: Features) -> None:
    """A bias on packed results: [M1][N1][M0][N0] plus [N1][N0]."""
    rng = np.random.default_rng(2)
    for shape in [(3, 5, 8, 16), (1, 24, 8, 16), (16, 2, 8, 16), (2, 3, 4, 8), (5, 1, 7, 3)]:
        product, bias = (rng.normal(0, 1, s).astype(np.float32) for s in (shape, shape[1::2]))
        out = np.zeros(shape, np.float32)
        views = [product, np.broadcast_to(bias[:, None, :], shape), out]
        body = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
        assert run_map([body], [f32] * 3, views, features=level) == lib.TIR_STATUS_OK
        assert (out == product + bias[:, None, :]).all()


@levels
@pytest.mark.parametrize("functions", [1, 2, 9])
@pytest.mark.parametrize("shape", [(16, 2, 8, 16), (5, 3, 8, 16), (7, 129), (3, 700), (9, 24, 4, 4)], ids=str)
def test_panels_of_wider_arrays(level: Features, shape: Shape, functions: int) -> None:
    """Long contiguous runs that lie apart: used where they are by short bodies, copied by long ones; the result is also
    an input."""
    rng = np.random.default_rng(3)
    first, second = (rng.normal(0, 1, (shape[0], shape[1] + 3, *shape[2:])).astype(np.float32) for _ in range(2))
    before, panel = first.copy(), (slice(None), slice(1, shape[1] + 1))
    bias = rng.normal(0, 1, shape[1:]).astype(np.float32)
    value, wanted = arg(0, f32), first[panel]
    for i in range(functions):
        value = apply("sub" if i % 2 else "mul", value, arg(1 + i % 2, f32))
        wanted = wanted - bias if i % 2 else wanted * second[panel]
    views = [first[panel], second[panel], np.broadcast_to(bias, shape), first[panel]]
    assert run_map([ScalarBody((f32,) * 3, value)], [f32] * 4, views, features=level) == lib.TIR_STATUS_OK
    before[panel] = wanted
    assert (first == before).all()


@levels
@pytest.mark.parametrize("dtype", [f32, f64, u8, f16], ids=str)
@pytest.mark.parametrize("shape", [(150, 200), (3, 70, 129), (9, 128), (8, 63), (40, 2, 130)], ids=str)
def test_an_input_that_is_turned(level: Features, shape: Shape, dtype: DType) -> None:
    """Read in tiles, with rests on both sides: one input lies far apart where the other is contiguous."""
    rng = np.random.default_rng(7)
    turned, plain = (elements(dtype, int(np.prod(s)), rng).reshape(s) for s in (shape[::-1], shape))
    for repeated in (set[int](), {0}):
        views = [turned.T, broadcast(plain, shape, repeated), np.zeros(shape, dtype.numpy)]
        args = [dtype, dtype]
        x, y = arg(0, dtype), arg(1, dtype)
        body = ScalarBody((dtype, dtype), apply("select", apply("lt", x, y), apply("sub", x, y), y))
        status = run_map([body], [*args, dtype], views, features=level)
        assert status == lib.TIR_STATUS_OK
        assert same(views[-1], interpreted([body], views)[0]).all()
