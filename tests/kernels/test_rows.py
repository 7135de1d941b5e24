"""The steps along rows against the interpreter: the same bits for every layout, instruction set and element type, and
nothing read but the valid positions."""

from collections.abc import Sequence
from math import prod
from typing import Any, get_args

import ml_dtypes
import numpy as np
import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.dialects.linalg import LayerNorm, Reduce, ReductionKind, RowOp, Softmax
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.interp import Context, apply_op, sums
from tensorir.ir.dtype import DTYPES as IR_DTYPES
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.native import Features
from tensorir.native._kernels import lib

from . import math_oracle, oracle
from .guard import Guarded, Memory, guarded_like
from .steps import TYPE_NAMES, Array, Shape, run_step, shapes, strides

CHECKS = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
LEVELS = oracle.levels()[:3]
FUSED = [level for level in LEVELS if level & Features.X86_AVX2]
FLOATS = [np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)]
SIZES = (8, 16, 32, 64)
INTEGERS = [np.dtype(f"{kind}{bits}") for kind in ("int", "uint") for bits in SIZES]
NARROW = [np.dtype(ml_dtypes.int4), np.dtype(ml_dtypes.uint4), np.dtype(np.bool_)]
KINDS: dict[str, int] = {kind: getattr(lib, f"TIR_REDUCE_{kind}") for kind in get_args(ReductionKind)}
seeds = st.integers(0, 2**32 - 1)


def same(got: Array, wanted: Array) -> bool:
    """Whether all bits are equal; any two NaN are."""
    if got.dtype not in FLOATS:
        return got.shape == wanted.shape and got.tobytes() == wanted.tobytes()
    number = ~np.isnan(wanted)
    return np.array_equal(~np.isnan(got), number) and np.array_equal(
        oracle.bits(got[number]), oracle.bits(wanted[number])
    )


@frozen
class Layout:
    """Loops over rows, then loops along a row, and how far a row is valid; strides in elements."""

    outer: Shape
    along: Shape
    source: Shape
    result: Shape
    extent: int | None

    @property
    def loops(self) -> Shape:
        return (*self.outer, *self.along)

    @property
    def attributes(self) -> list[int]:
        return [len(self.along), -1 if self.extent is None else self.extent]

    @property
    def valid(self) -> Array:
        """Which positions of a row are valid."""
        positions = prod(self.along)
        return np.arange(positions).reshape(self.along) < (positions if self.extent is None else self.extent)

    @property
    def dims(self) -> tuple[int, ...]:
        return tuple(range(len(self.outer), len(self.loops)))


def row_major(shape: Shape) -> Shape:
    return tuple(prod(shape[d + 1 :]) for d in range(len(shape)))


def tiled(outer: Shape, m1: int, n1: int, tile: tuple[int, int], *, columns: bool) -> tuple[Shape, Shape, Shape]:
    """Sizes and strides of [… M1][N1][m0][n0], whose rows run along the columns (or along the rows of the matrix)."""
    m0, n0 = tile
    memory = row_major((*outer, m1, n1, m0, n0))
    a, b, c, d = memory[-4:]
    across, along = ((m1, m0), (n1, n0)) if columns else ((n1, n0), (m1, m0))
    steps = (a, c, b, d) if columns else (b, d, a, c)
    return (*outer, *across), along, (*memory[:-4], *steps)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Tiles of matrices, both ways, and anything else."""
    if draw(st.booleans()):
        outer = draw(shapes(most=3, elements=60))
        along = draw(shapes(most=3, elements=600))
        source, result = draw(strides((*outer, *along))), draw(strides((*outer, *along)))
    else:
        sizes = st.integers(1, 4)
        tile = draw(st.sampled_from([(8, 16), (8, 16), (4, 8), (2, 4), (1, 16), (3, 5)]))
        outer, along, source = tiled(
            draw(st.sampled_from([(), (2,)])), draw(sizes), draw(sizes), tile, columns=draw(st.booleans())
        )
        result = source if draw(st.booleans()) else row_major((*outer, *along))
    positions = prod(along)
    extent = draw(st.none() | st.integers(0, positions) | st.sampled_from([0, positions, positions // 2]))
    return Layout(outer, along, source, result, extent)


def values(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Numbers of one or of all magnitudes, now and then with zeros, infinities and NaN among them."""
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype in INTEGERS:
        return oracle.any_integers(rng, shape, dtype)
    if dtype not in FLOATS:
        info: Any = ml_dtypes.iinfo(dtype)
        return rng.integers(info.min, info.max + 1, shape).astype(dtype)
    made = rng.standard_normal(shape)
    if rng.random() < 0.3:
        made = made * 10.0 ** rng.integers(-12, 12, shape)
    if rng.random() < 0.3:
        made = np.where(rng.random(shape) < 0.5, np.copysign(0.0, made), made)
    if rng.random() < 0.3:
        special = rng.choice([np.inf, -np.inf, np.nan, -0.0, 0.0, 1e-42], shape)
        made = np.where(rng.random(shape) < 0.02, special, made)
    with np.errstate(all="ignore"):
        return made.astype(dtype)


def garbage(dtype: np.dtype[Any]) -> Array:
    """What stands in the padding."""
    return np.asarray(np.nan if dtype in FLOATS else True).astype(dtype)


def place(layout: Layout, logical: Array, kind: type[Memory], *, at_end: bool) -> Array:
    """The source in guarded memory, NaN at the positions that are not valid."""
    filled = np.where(layout.valid, logical, garbage(logical.dtype))
    return guarded_like(filled, layout.source, at_end=at_end, seal=True, kind=kind)[1]


def target(shape: Shape, steps: Shape, dtype: np.dtype[Any], *, at_end: bool) -> tuple[Memory, Array]:
    filler = np.zeros(shape, dtype)
    memory, view = guarded_like(filler, steps, at_end=at_end, seal=False)
    memory.flat[:] = np.ones((), dtype)
    return memory, view


def interpret(op: Op, *inputs: Array) -> Array:
    return apply_op(op, inputs, Context(Module(), {}))[0]


def value(array: Array) -> Value:
    return Value(TensorType(array.shape, IR_DTYPES[TYPE_NAMES[array.dtype]]))


# ---- reductions ------------------------------------------------------------


def run_reduce(layout: Layout, source: Array, out: Array, kind: str, level: Features) -> None:
    """`out` has the outer dims only."""
    spread = np.lib.stride_tricks.as_strided(out, layout.loops, (*out.strides, *[0] * len(layout.along)))
    attributes = [*layout.attributes, KINDS[kind]]
    status = run_step(lib.TIR_STEP_reduce, layout.loops, [source, spread], attributes=attributes, features=level)
    assert status == lib.TIR_STATUS_OK


def check_reduce(layout: Layout, kind: str, logical: Array, *, at_end: bool) -> None:
    op = Reduce(value(logical), kind, layout.dims, layout.extent)  # pyright: ignore[reportArgumentType]  # kind is one of the literals
    wanted = interpret(op, np.where(layout.valid, logical, garbage(logical.dtype)))
    source = place(layout, logical, Guarded, at_end=at_end)
    for level in LEVELS:
        memory, out = target(layout.outer, row_major(layout.outer), logical.dtype, at_end=at_end)
        run_reduce(layout, source, out, kind, level)
        assert same(out, wanted), (level, out, wanted)
        assert memory.slack_untouched()


@pytest.mark.parametrize("kind", ["add", "mul", "max", "min", "maxnum", "minnum"])
@settings(CHECKS, max_examples=100)
@given(layout=layouts(), dtype=st.sampled_from(FLOATS), seed=seeds, at_end=st.booleans())
def test_reductions_of_floats(kind: str, layout: Layout, dtype: np.dtype[Any], seed: int, at_end: bool) -> None:
    logical = values(np.random.default_rng(seed), layout.loops, dtype)
    check_reduce(layout, kind, logical, at_end=at_end)


@pytest.mark.parametrize("kind", ["add", "mul", "max", "min", "and", "or", "xor"])
@settings(CHECKS, max_examples=60)
@given(layout=layouts(), dtype=st.sampled_from([*INTEGERS, *NARROW]), seed=seeds, at_end=st.booleans())
def test_reductions_of_integers(kind: str, layout: Layout, dtype: np.dtype[Any], seed: int, at_end: bool) -> None:
    logical = values(np.random.default_rng(seed), layout.loops, dtype)
    check_reduce(layout, kind, logical, at_end=at_end)


LONG = [4095, 4096, 4097, 16384 + 5, 5 * 4096, 256 * 4096 + 4096 + 17]


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("count", LONG)
def test_long_sums(count: int, dtype: np.dtype[Any]) -> None:
    """Rows of many parts: contiguous, beside each other, and with every second position."""
    rng = np.random.default_rng(count)
    logical = rng.uniform(0.1, 1, (2, count)).astype(dtype)
    for steps in ((count, 1), (1, 2), (2 * count, 2)):
        layout = Layout((2,), (count,), steps, (), None)
        check_reduce(layout, "add", logical, at_end=True)


@pytest.mark.parametrize("kind", ["add", "mul", "max", "min", "maxnum", "minnum"])
@pytest.mark.parametrize("along", [(0,), (3, 0, 2)], ids=str)
def test_a_row_without_positions_gives_the_neutral_element(kind: str, along: Shape) -> None:
    logical = np.zeros((3, *along), np.float32)
    check_reduce(Layout((3,), along, row_major((3, *along)), (), None), kind, logical, at_end=True)


@pytest.mark.parametrize("kind", ["max", "min", "maxnum", "minnum"])
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_zero_has_a_sign_in_every_order(kind: str, dtype: np.dtype[Any]) -> None:
    for zeros in ([0.0, -0.0], [-0.0, 0.0], [-0.0, -0.0], [0.0, 0.0]):
        logical = np.resize(np.array(zeros), (5, 40)).astype(dtype)
        check_reduce(Layout((5,), (40,), (40, 1), (), None), kind, logical, at_end=True)


# ---- softmax and norms -----------------------------------------------------


EPSILON = 1e-5


@frozen
class Normaliser:
    """An op along rows, with its step; whether its bits do not depend on the exp that is used."""

    name: str
    kind: int
    parameters: int
    exact: bool

    def op(self, operands: Sequence[Array], dims: Shape, extent: int | None) -> RowOp:
        source, *rest = map(value, operands)
        match self.name:
            case "softmax":
                return Softmax(source, dims, extent)
            case "layer_norm":
                scale, bias = rest
                return LayerNorm(source, scale, bias, dims, EPSILON, extent)
            case _:
                return RmsNorm(source, rest[0], dims, EPSILON, extent)


NORMALISERS = {
    "softmax": Normaliser("softmax", lib.TIR_STEP_softmax, 0, exact=False),
    "layer_norm": Normaliser("layer_norm", lib.TIR_STEP_layer_norm, 2, exact=True),
    "rms_norm": Normaliser("rms_norm", lib.TIR_STEP_rms_norm, 1, exact=True),
}
EPSILON_BITS = int(np.float64(EPSILON).view(np.int64))


def softmax_with_own_exp(layout: Layout, logical: Array, level: Features) -> Array:
    """Softmax with the exp of the kernels, as it is with these features."""
    wide: np.dtype[Any] = np.dtype("f8" if logical.dtype == np.float64 else "f4")
    rows = logical.reshape(*layout.outer, prod(layout.along)).astype(wide)
    extent = rows.shape[-1] if layout.extent is None else layout.extent
    out = np.zeros(rows.shape, logical.dtype)
    with np.errstate(all="ignore"):
        if extent and rows.size:
            shifted = rows[..., :extent] - np.max(rows[..., :extent], axis=-1, keepdims=True)
            name = "f64" if wide == np.float64 else "f32"
            made = np.empty(shifted.size, wide)
            power = math_oracle.run("exp", name, [shifted.reshape(-1)], made, level)
            power = power.reshape(shifted.shape)
            out[..., :extent] = power / sums.total(power)[..., None]
    return out.reshape(logical.shape)


def run_normaliser(
    one: Normaliser, layout: Layout, source: Array, parameters: list[Array], out: Array, level: Features
) -> None:
    spread = [np.broadcast_to(p, layout.loops) for p in parameters]
    status = run_step(
        one.kind,
        layout.loops,
        [source, *spread, out],
        attributes=layout.attributes,
        code=[EPSILON_BITS] if parameters else [],
        features=level,
    )
    assert status == lib.TIR_STATUS_OK


def check_normaliser(name: str, layout: Layout, logical: Array, seed: int, *, at_end: bool) -> None:
    one, dtype = NORMALISERS[name], logical.dtype
    rng = np.random.default_rng(seed)
    parameters = [rng.standard_normal(layout.along).astype(dtype) for _ in range(one.parameters)]
    dirty = np.where(layout.valid, logical, garbage(dtype))
    along = layout.along or (1,)  # the op has at least one dim along a row
    inputs = [dirty.reshape(*layout.outer, *along), *(p.reshape(along) for p in parameters)]
    dims = tuple(range(len(layout.outer), len(layout.outer) + len(along)))
    wanted = interpret(one.op(inputs, dims, layout.extent), *inputs).reshape(layout.loops)
    source = place(layout, logical, Guarded, at_end=at_end)
    held = [guarded_like(p, row_major(p.shape), at_end=at_end, seal=True)[1] for p in parameters]
    for level in LEVELS:
        memory, out = target(layout.loops, layout.result, dtype, at_end=at_end)
        run_normaliser(one, layout, source, held, out, level)
        assert memory.slack_untouched()
        if one.exact:
            assert same(out, wanted), (level, out, wanted)
        else:
            assert same(out, softmax_with_own_exp(layout, logical, level)), level
            tolerance = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 1e-6, "float64": 1e-14}[dtype.name]
            np.testing.assert_allclose(out.astype(np.float64), wanted.astype(np.float64), tolerance, 1e-7)


@pytest.mark.parametrize("name", NORMALISERS)
@CHECKS
@given(layout=layouts(), dtype=st.sampled_from(FLOATS), seed=seeds, at_end=st.booleans())
def test_rows(name: str, layout: Layout, dtype: np.dtype[Any], seed: int, at_end: bool) -> None:
    logical = values(np.random.default_rng(seed), layout.loops, dtype)
    check_normaliser(name, layout, logical, seed, at_end=at_end)


@pytest.mark.parametrize("name", NORMALISERS)
@pytest.mark.parametrize("dtype", FLOATS[:3], ids=str)
@pytest.mark.parametrize("count", [4096, 4097, 3 * 4096 + 21])
def test_long_rows(name: str, count: int, dtype: np.dtype[Any]) -> None:
    logical = np.random.default_rng(count).standard_normal((3, count)).astype(dtype)
    check_normaliser(name, Layout((3,), (count,), (count, 1), (1, 3), None), logical, 1, at_end=True)
    check_normaliser(name, Layout((3,), (count,), (1, 3), (count, 1), count - 5), logical, 1, at_end=True)


@pytest.mark.parametrize("name", NORMALISERS)
@settings(CHECKS, max_examples=50)
@given(layout=layouts(), dtype=st.sampled_from(FLOATS), seed=seeds)
def test_in_place(name: str, layout: Layout, dtype: np.dtype[Any], seed: int) -> None:
    one, rng = NORMALISERS[name], np.random.default_rng(seed)
    logical = np.where(layout.valid, values(rng, layout.loops, dtype), garbage(dtype))
    parameters = [rng.standard_normal(layout.along).astype(dtype) for _ in range(one.parameters)]
    for level in LEVELS:
        _, source = guarded_like(logical, layout.source, at_end=True, seal=True)
        _, out = target(layout.loops, layout.source, dtype, at_end=True)
        run_normaliser(one, layout, source, parameters, out, level)
        _, both = guarded_like(logical, layout.source, at_end=True, seal=False)
        run_normaliser(one, layout, both, parameters, both, level)
        assert same(both, out)


@pytest.mark.parametrize("count", [40, 5000])
def test_scale_and_bias_may_differ_from_row_to_row(count: int) -> None:
    rng = np.random.default_rng(5)
    x, scale, bias = (rng.standard_normal((6, count)).astype(np.float32) for _ in range(3))
    layout = Layout((6,), (count,), (count, 1), (count, 1), None)
    rows = [np.stack([x[i], scale[i], bias[i]]) for i in range(6)]
    norm = NORMALISERS["layer_norm"]
    wanted = np.stack([interpret(norm.op(list(r), (0,), None), *r) for r in rows])
    for level in LEVELS:
        out = np.empty_like(x)
        run_normaliser(norm, layout, x, [scale, bias], out, level)
        assert same(out, wanted)


# ---- steps that are refused --------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "attributes", "dtype", "status"),
    [
        (lib.TIR_STEP_reduce, [3, -1, 0], np.float32, lib.TIR_STATUS_BAD_SIZE),
        (lib.TIR_STEP_reduce, [1, 5, 0], np.float32, lib.TIR_STATUS_BAD_SIZE),
        (lib.TIR_STEP_reduce, [1, -2, 0], np.float32, lib.TIR_STATUS_BAD_SIZE),
        (lib.TIR_STEP_reduce, [1, -1], np.float32, lib.TIR_STATUS_BAD_SIZE),
        (lib.TIR_STEP_reduce, [1, -1, 9], np.float32, lib.TIR_STATUS_BAD_TYPE),
        (lib.TIR_STEP_reduce, [1, -1, lib.TIR_REDUCE_xor], np.float32, lib.TIR_STATUS_BAD_TYPE),
        (lib.TIR_STEP_reduce, [1, -1, lib.TIR_REDUCE_maxnum], np.int32, lib.TIR_STATUS_BAD_TYPE),
        (lib.TIR_STEP_softmax, [1, -1], np.int32, lib.TIR_STATUS_BAD_TYPE),
        (lib.TIR_STEP_layer_norm, [1, -1], np.float32, lib.TIR_STATUS_BAD_SIZE),
    ],
)
def test_steps_that_are_refused(kind: int, attributes: list[int], dtype: type[Any], status: int) -> None:
    x, out = np.zeros((3, 4), dtype), np.ones((3, 4), dtype)
    assert run_step(kind, (3, 4), [x, out], attributes=attributes) == status
    assert np.all(out == 1)
