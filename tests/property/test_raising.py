"""Raised ops are as exact as what they replace: random spellings of their formulas, of all float types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.linalg import Generic
from tensorir.interp import interpret
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import DType, bf16, f16, f32, f64
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.text import print_module
from tests.support.spelling import Speller, gelu, gelu_tanh, norm, silu, softmax

Array = npt.NDArray[Any]

PROGRAMS = settings(max_examples=max(300, settings().max_examples))
FLOATS = [f32, f64, f16, bf16]
UNIT = {f64: 2.0**-53, f32: 2.0**-24, f16: 2.0**-11, bf16: 2.0**-8}
EPSILON = 1e-5


def raised(module: Module) -> Module:
    return run_passes(module, [PASSES[n]() for n in ("canonicalize", "cse", "raise-ops")], verify_each=True)


def ops(module: Module) -> list[str]:
    return [o.NAME for o in module.functions[0].body.ops]


def speller(drawn: st.DataObject) -> Speller:
    """Rows of some length, also one that only a call tells, among dims that may be of size 1 or 0."""
    rank = drawn.draw(st.integers(1, 4))
    along = drawn.draw(st.integers(0, rank - 1))
    sizes = [drawn.draw(st.sampled_from([0, 1, 2, 3, 5])) for _ in range(rank)]
    sizes[along] = drawn.draw(st.sampled_from([2, 3, 8, 17]))
    shape = [symbol("S") if d == along and drawn.draw(st.integers(0, 3)) == 0 else s for d, s in enumerate(sizes)]
    return Speller(drawn, tuple(shape), along, drawn.draw(st.sampled_from(FLOATS)))


ROWS = ("plain", "plain", "large", "far", "masked", "masked out", "nan", "inf", "constant")


def data(s: Speller, module: Module, drawn: st.DataObject) -> list[Array]:
    """Arguments whose rows are each of one kind: masked by −∞, with NaN, far from zero, …"""
    rng = np.random.default_rng(drawn.draw(st.integers(0, 1 << 16)))
    kinds = drawn.draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=4))
    args: list[Array] = []
    for i, value in enumerate(module.functions[0].body.args):
        shape = tuple(n if isinstance(n, int) else 7 for n in value.type.shape)
        array = rng.standard_normal(shape)
        if i == 0:
            rows = np.moveaxis(array, s.along, -1)  # a view
            for k, at in enumerate(np.ndindex(rows.shape[:-1])):
                rows[at] = _row(kinds[k % len(kinds)], rows[at])
        args.append(array.astype(value.type.dtype.numpy))
    return args


def _row(kind: str, row: Array) -> Array:
    half = np.arange(row.size) < row.size / 2
    match kind:
        case "large":
            return row * 20
        case "far":
            return row + 200
        case "masked":
            return np.where(half, -np.inf, row)
        case "masked out":
            return np.full(row.shape, -np.inf)
        case "nan":
            return np.where(half, row, np.nan)
        case "inf":
            return np.where(half, row, np.inf)
        case "constant":
            return np.full(row.shape, row[0])
        case _:
            return row


def check(plain: Module, made: Module, args: list[Array], dtype: DType, bound: Array | float) -> None:
    """No result is farther from a float64 run than the greater of `bound` and what it was before."""
    with np.errstate(all="ignore"):
        (exact,) = interpret(plain, "main", args, widen=True)
        (before,) = interpret(plain, "main", args)
        results: list[Array] = [interpret(made, "main", args)[0], compile(made)(*args)]
        for result in results:
            after = result.astype(np.float64)
            assert after.shape == exact.shape
            finite = np.isfinite(exact) & (np.abs(exact) < float(np.nextafter(dtype.numpy.type(np.inf), 0)))
            np.testing.assert_array_equal(after[~finite], exact[~finite])
            worst = np.abs(before.astype(np.float64) - exact)
            error = np.abs(after - exact)
            allowed = np.maximum(np.where(np.isfinite(worst), worst, 0), bound)
            assert (error[finite] <= np.broadcast_to(allowed, exact.shape)[finite]).all(), (error / allowed)[
                finite
            ].max()


@PROGRAMS
@given(drawn=st.data())
def test_a_softmax_in_any_spelling(drawn: st.DataObject) -> None:
    s = speller(drawn)
    module = softmax(s)
    note(print_module(module))
    made = raised(module)
    note(print_module(made))
    assert "linalg.softmax" in ops(made) and "linalg.reduce" not in ops(made)
    args = data(s, module, drawn)
    with np.errstate(all="ignore"):
        (exact,) = interpret(module, "main", args, widen=True)
    u = UNIT[f32] if s.dtype.bits == 16 else UNIT[s.dtype]
    length = args[0].shape[s.along]
    check(module, made, args, s.dtype, exact * (u * (length + 64) + UNIT[s.dtype]) + tiny(s.dtype))


def tiny(dtype: DType) -> float:
    """The spacing of the smallest numbers of a type, half of which any operation may lose."""
    return float(np.nextafter(dtype.numpy.type(0), dtype.numpy.type(1)).astype(np.float64))


@pytest.mark.parametrize("centered", [True, False], ids=["layer_norm", "rms_norm"])
@PROGRAMS
@given(drawn=st.data())
def test_a_norm_in_any_spelling(centered: bool, drawn: st.DataObject) -> None:
    s = speller(drawn)
    module = norm(s, centered=centered, epsilon=EPSILON)
    note(print_module(module))
    made = raised(module)
    note(print_module(made))
    name = "linalg.layer_norm" if centered else "linalg.rms_norm"
    assert name in ops(made) and not {"linalg.reduce", "linalg.contract"} & {*ops(made)}
    args = data(s, module, drawn)
    x = args[0].astype(np.float64)
    vectors = [a.astype(np.float64).reshape([-1 if d == s.along else 1 for d in range(x.ndim)]) for a in args[1:]]
    with np.errstate(all="ignore"):
        spread = x.var(s.along, keepdims=True) if centered else (x * x).mean(s.along, keepdims=True)
        relative = np.abs(x).max(s.along, keepdims=True) / np.sqrt(spread + EPSILON)
        scale = np.abs(vectors[0]) + 1 if vectors else 1.0
        u = UNIT[f32] if s.dtype.bits == 16 else UNIT[s.dtype]
        length = x.shape[s.along]
        size = relative * scale + sum((np.abs(v) for v in vectors[1:]), start=np.zeros(()))
        bound = size * (relative * u * (length + 8) + 8 * UNIT[s.dtype]) + tiny(s.dtype)
    check(module, made, args, s.dtype, np.nan_to_num(bound, posinf=0))


@pytest.mark.parametrize("spelt", [gelu, gelu_tanh, silu], ids=["gelu", "gelu_tanh", "silu"])
@PROGRAMS
@given(drawn=st.data())
def test_an_activation_in_any_spelling(spelt: Callable[[Speller], Module], drawn: st.DataObject) -> None:
    s = speller(drawn)
    module = spelt(s)
    note(print_module(module))
    made = raised(module)
    note(print_module(made))
    (body,) = (o.body for o in made.functions[0].body.ops if isinstance(o, Generic))
    fns = {n.fn for n in body.nodes()} & {"gelu", "erf", "exp", "tanh"}
    assert fns == ({"gelu"} if spelt is gelu else {"exp"})
    args = data(s, module, drawn)
    with np.errstate(all="ignore"):
        (exact,) = interpret(module, "main", args, widen=True)
        x = np.abs(args[0].astype(np.float64))
        lost = 4 * UNIT[f64] * x  # what the float64 run itself loses to 1 + tanh or 1 + erf
        bound = np.abs(exact) * 16 * UNIT[s.dtype] * (1 + x**3) + lost + tiny(s.dtype)
    check(module, made, args, s.dtype, np.nan_to_num(bound, posinf=0))
