"""The mmt4d_map step: the bits of mmt4d with the right side that its body computes, for every line of the table."""

import numpy as np
import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.interp.scalar import evaluate_bodies
from tensorir.ir.dtype import DType, bf16, f16, f32, i4, i8, u4, u8
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const
from tensorir.native import Kernel, cpu_features, kernels, mmt4d
from tensorir.native._kernels import lib
from tensorir.runtime.bodies import body_code

from . import oracle
from .guard import guarded_like
from .maps import CTX
from .steps import Array, run_step

LINES = [kernel for kernel in kernels() if kernel.op == "mmt4d" and kernel.tile and kernel.runs_with(cpu_features())]
CHECKS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
lines = pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
ORDERS = {"nk": lib.TIR_ORDER_nk, "kn": lib.TIR_ORDER_kn}

Still = str
"""The dims along which an operand of the body stands still: of n, g (groups of tiles of k), p (those of a group), and
within a tile k and N."""


@frozen
class Form:
    """A body, and where its operands stand still. `widened`: kernels widen it themselves."""

    result: Scalar
    types: tuple[DType, ...]
    still: tuple[Still, ...]
    widened: bool = True

    @property
    def body(self) -> ScalarBody:
        return ScalarBody(self.types, self.result)


def number(index: int, dtype: DType) -> Scalar:
    return cast(arg(index, dtype), f32)


def scaled(dtype: DType) -> Scalar:
    return apply("mul", number(0, dtype), arg(1, f32))


def half(dtype: DType) -> Scalar:
    """One of two numbers to a byte."""
    return cast(cast(apply("shr", arg(0, i8), arg(1, i8)), dtype), f32)


def shifted(dtype: DType, zero: Scalar) -> Scalar:
    return apply("mul", apply("sub", number(0, dtype), zero), arg(1, f32))


FORMS: dict[str, Form] = {
    "f32 as it is": Form(arg(0, f32), (f32,), ("",), widened=False),
    "bf16": Form(number(0, bf16), (bf16,), ("",)),
    "f16": Form(number(0, f16), (f16,), ("",)),
    "i8": Form(number(0, i8), (i8,), ("",)),
    "i8, scales of columns": Form(scaled(i8), (i8, f32), ("", "gpk")),
    "i8, one scale": Form(scaled(i8), (i8, f32), ("", "ngpkN")),
    "i8, scales of groups": Form(scaled(i8), (i8, f32), ("", "pk")),
    "i8, scales of tiles": Form(scaled(i8), (i8, f32), ("", "k")),
    "i4, scales of groups": Form(scaled(i4), (i4, f32), ("", "pk")),
    "i4, two to a byte": Form(apply("mul", half(i4), arg(2, f32)), (i8, i8, f32), ("p", "ngkN", "pk")),
    "u4, two to a byte": Form(
        apply("mul", apply("sub", half(u4), const(8.0, f32)), arg(2, f32)), (i8, i8, f32), ("p", "ngkN", "gpk")
    ),
    "u8, zero points of columns": Form(shifted(u8, number(2, u8)), (u8, f32, u8), ("", "gpk", "gpk")),
    "u8, a zero point": Form(shifted(u8, const(128.0, f32)), (u8, f32), ("", "gpk")),
    "i8, zero points and scales of groups": Form(shifted(i8, arg(2, f32)), (i8, f32, f32), ("", "pk", "pk")),
    "a constant scale": Form(apply("mul", const(0.25, f32), number(0, i8)), (i8,), ("",)),
    "the same columns": Form(scaled(i8), (i8, f32), ("nN", "gpk"), widened=False),
    "a scale of each element": Form(scaled(i8), (i8, f32), ("", ""), widened=False),
    "zero points of groups, of few bits": Form(
        shifted(u8, number(2, u8)), (u8, f32, u8), ("", "pk", "pk"), widened=False
    ),
    "another function": Form(
        apply("abs", apply("add", number(0, i8), arg(1, f32))), (i8, f32), ("", "gpk"), widened=False
    ),
}


LIES = {
    "in tiles": (0, 1, 2, 3, 4, 5),
    "in rows of a matrix": (0, 2, 3, 4, 1, 5),
    "in columns of a matrix": (0, 1, 5, 2, 3, 4),
    "in tiles of the transposed matrix": (0, 2, 3, 1, 5, 4),
}
"""How sources lie: their dims b, n, g, p, k, N from the outermost in memory to the innermost."""


def drawn(rng: np.random.Generator, dtype: DType, shape: tuple[int, ...]) -> Array:
    """Elements of a type; floats of more digits than a product keeps."""
    if dtype.is_float:
        return rng.standard_normal(shape).astype(dtype.numpy)
    low, high = dtype.range
    return rng.integers(low, high + 1, shape).astype(dtype.numpy)


def loops_of(view: Array, dims: str, sizes: dict[str, int], loops: str) -> Array:
    """An array with these dims as the loops see it."""
    strides = [view.strides[dims.index(l)] if l in dims else 0 for l in loops]
    return np.lib.stride_tricks.as_strided(view, [sizes[l] for l in loops], strides)


def run(
    form: Form,
    line: Kernel,
    sizes: dict[str, int],
    sources: list[Array],
    lhs: Array,
    out: Array,
    *,
    rows: int,
    order: str,
) -> int:
    """Loops: b (outer), m, n, g, p, M, N, K: the capital ones are within a tile."""
    loops = "bmngpMNK"
    operands = [loops_of(lhs, "bmgpMK", sizes, loops)]
    for source, still in zip(sources, form.still, strict=True):
        strides = [0 if d in still else s for d, s in zip("bngpkN", source.strides, strict=True)]
        view = np.lib.stride_tricks.as_strided(source, source.shape, strides)
        operands.append(loops_of(view, "bngpKN", sizes, loops))
    operands.append(loops_of(out, "bmnMN", sizes, loops))
    code = body_code((form.body,), form.types, (f32,))
    assert not isinstance(code, str), code
    return run_step(
        lib.TIR_STEP_mmt4d_map,
        [sizes[l] for l in loops],
        operands,
        attributes=[ORDERS[order], rows, 2],
        code=code,
        types=["f32", *(t.name for t in form.types), "f32"],
        features=line.features,
    )


@lines
@pytest.mark.parametrize("name", FORMS)
@CHECKS
@given(
    outer=st.integers(1, 2),
    same_right=st.booleans(),
    tiles=st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 1, 2, 3, 5, 8, 9, 19])),
    depth=st.sampled_from([(1, 1), (1, 3), (3, 1), (2, 2), (5, 2), (9, 4), (40, 1), (1, 70), (3, 16), (3, 11), (2, 0)]),
    short=st.integers(0, 8),
    lies=st.sampled_from(sorted(LIES)),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_bits_of_mmt4d(
    line: Kernel,
    name: str,
    outer: int,
    same_right: bool,
    tiles: tuple[int, int],
    depth: tuple[int, int],
    short: int,
    lies: str,
    seed: int,
) -> None:
    """Sources that lie in any of these ways, at guard pages; valid rows; loops outside that repeat the right side."""
    form, rng = FORMS[name], np.random.default_rng(seed)
    assert line.tile is not None
    (m0, n0, k0), order = oracle.tile_for(line, rng)
    (m1, n1), (g, p) = tiles, (depth[0], 2) if "two to a byte" in name else depth
    sizes = {"b": outer, "m": m1, "n": n1, "g": g, "p": p, "M": m0, "N": n0, "K": k0}
    shape = (1 if same_right else outer, n1, g, p, k0, n0)
    values: list[Array] = []
    for dtype, still in zip(form.types, form.still, strict=True):
        dims = tuple(1 if d in still else s for d, s in zip("bngpkN", shape, strict=True))
        value = drawn(rng, dtype, dims)
        if "two to a byte" in name and len(values) == 1:
            value = np.zeros_like(value) + np.reshape([0, 4], (2, 1, 1)).astype(np.int8)
        values.append(np.broadcast_to(value, shape))
    lhs = rng.standard_normal((outer, m1, g, p, m0, k0)).astype(np.float32)
    before = rng.standard_normal((outer, m1, n1, m0, n0)).astype(np.float32)
    (right,) = evaluate_bodies((form.body,), values, CTX)
    right = np.broadcast_to(np.asarray(right, np.float32), shape).reshape(shape[0], n1, g * p, k0, n0)
    right = right if order == "kn" else right.swapaxes(-1, -2)
    wanted = before.copy()
    for b in range(outer):
        stored = np.ascontiguousarray(right[b % shape[0]])
        mmt4d(lhs[b].reshape(m1, g * p, m0, k0), stored, wanted[b], rhs_order=order, features=line.features)
    rows = max(0, m1 * m0 - short)
    for m in range(m1):
        wanted[:, m, :, max(0, rows - m * m0) :] = before[:, m, :, max(0, rows - m * m0) :]

    sources: list[Array] = []
    for value, still in zip(values, form.still, strict=True):
        kept = np.array(value[tuple(slice(0, 1) if d in still else slice(None) for d in "bngpkN")])
        strides, step = [0] * 6, 1
        for d in reversed(LIES[lies]):
            strides[d] = step
            step *= kept.shape[d]
        _, view = guarded_like(kept, tuple(strides), at_end=bool(seed % 2), seal=True)
        sources.append(
            np.lib.stride_tricks.as_strided(
                view, (outer, *shape[1:]), [0 if same_right and d == 0 else s for d, s in enumerate(view.strides)]
            )
        )
    memory, out = guarded_like(before, tuple(s // 4 for s in before.strides), at_end=bool(seed % 2), seal=False)
    status = run(form, line, sizes, sources, lhs, out, rows=rows, order=order)
    assert status == lib.TIR_STATUS_OK
    assert (oracle.bits(out) == oracle.bits(wanted)).all()
    assert memory.slack_untouched()
