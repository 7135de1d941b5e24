"""Error bounds of scalar bodies in which every float operation rounds: a bound per element, from those of the
inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tensorir.interp.context import Array, Context
from tensorir.interp.scalar import evaluate_body
from tensorir.ir.dtype import DType, i64
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, bitcast, cast

Bounded = tuple[Array, Array]
"""The exact value (floats as float64), and how far a computed one may be from it; inf means unknown."""

FUNCTION_ULPS = 16
"""The error of exp, tanh, …, relative to their value; near zero and for large arguments also absolute."""

_UNITS = {"f64": 2.0**-53, "f32": 2.0**-24, "f16": 2.0**-11, "bf16": 2.0**-8}
_TINY = {"f64": 2.0**-1022, "f32": 2.0**-126, "f16": 2.0**-14, "bf16": 2.0**-126}
_EXACT = {"f64": 2.0**53, "f32": 2.0**24, "f16": 2.0**11, "bf16": 2.0**8}
_LARGEST = {"f64": 2.0**1023, "f32": 2.0**127, "f16": 2.0**15, "bf16": 2.0**127}


def names(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())


_STEPS = names("floor ceil trunc round roundeven")
_MONOTONE = _STEPS | names(
    "exp exp2 expm1 log log2 log10 log1p sqrt rsqrt cbrt erf erfc tan asin acos atan sinh tanh asinh acosh atanh"
)
_COMPARE = names("eq ne lt le gt ge")
_SLOPE = {"sin": 1.0, "cos": 1.0, "gelu": 1.13}
"""Functions that are not monotonic, with their largest slope."""


def roundoff(dtype: DType) -> float:
    """The relative error of one rounding."""
    return _UNITS[dtype.name]


def is_exact(dtype: DType, magnitudes: Array, *given: Bounded) -> bool:
    """Whether sums of integers up to `magnitudes` are exact in `dtype`, so that every order of adding gives the same
    bits."""
    if any(np.any(e) or np.any(np.trunc(x) != x) for x, e in given):
        return False
    return bool(np.all(magnitudes <= _EXACT[dtype.name]))


def rounded(x: Array, e: Array, dtype: DType, roundings: float = 1.0) -> Array:
    """Returns the bound after rounding to `dtype`; zero stays zero where the value is an integer that `dtype` can
    hold."""
    if not dtype.is_float:
        return e
    with np.errstate(all="ignore"):
        held = (e == 0) & (np.trunc(x) == x) & (np.abs(x) <= _EXACT[dtype.name])
        out = np.where(held, 0.0, e + roundings * roundoff(dtype) * (np.abs(x) + e) + _TINY[dtype.name])
        out = np.where(np.isfinite(x) & (np.abs(x) + out > _LARGEST[dtype.name]), np.inf, out)
    return np.where(np.isfinite(x), out, np.where(e == 0, 0.0, np.inf))


def body_bounds(body: ScalarBody, inputs: Sequence[Bounded], shape: tuple[int, ...], ctx: Context) -> Bounded:
    """Returns the body's result over an iteration space of `shape`, to which the inputs must broadcast."""
    known: dict[int, Bounded] = {}
    with np.errstate(all="ignore"):
        for node in body.nodes():
            known[id(node)] = _node(node, [known[id(o)] for o in node.operands], inputs, shape, ctx)
    x, e = known[id(body.result)]
    return np.broadcast_to(x, shape), np.broadcast_to(e, shape)


def _node(
    node: Scalar, given: list[Bounded], inputs: Sequence[Bounded], shape: tuple[int, ...], ctx: Context
) -> Bounded:
    if node.fn == "arg":
        return inputs[node.index]
    if node.fn == "index":
        along = np.arange(shape[node.index], dtype=i64.numpy)
        spread = along.reshape([-1 if d == node.index else 1 for d in range(len(shape))])
        return spread, np.zeros(spread.shape)
    if not node.operands:
        x = evaluate_body(ScalarBody((), node), (), ctx)
        return x, rounded(np.asarray(x, np.float64), np.zeros(x.shape), node.dtype)
    x = _value(node, [v for v, _ in given], ctx)
    wide = np.asarray(x, np.float64)
    e = _error(node, given, wide, ctx)
    return x, np.where(np.isnan(e), np.inf, e)


def _value(node: Scalar, values: Sequence[Array], ctx: Context) -> Array:
    """Applies one function as the interpreter does."""
    types = tuple(o.dtype for o in node.operands)
    args = tuple(arg(i, t) for i, t in enumerate(types))
    if node.fn in ("cast", "bitcast"):
        alone = (cast if node.fn == "cast" else bitcast)(args[0], node.dtype)
    else:
        alone = apply(node.fn, *args)
    return evaluate_body(ScalarBody(types, alone), values, ctx)


def _error(node: Scalar, given: list[Bounded], x: Array, ctx: Context) -> Array:
    errors = [e for _, e in given]
    clean = not any(np.any(e) for e in errors)
    if node.fn == "select":
        return _select(given)
    if node.fn in _COMPARE:
        (a, ea), (b, eb) = given
        gap = np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64))
        return np.where((gap > ea + eb) | (ea + eb == 0), 0.0, 1.0)
    if not node.dtype.is_float:
        return np.zeros(x.shape) if clean else _integer(node, given, x)
    if node.fn == "bitcast":
        return np.zeros(x.shape) if clean else np.full(x.shape, np.inf)
    if node.fn in _ARITHMETIC:
        wide = [(np.asarray(v, np.float64), e) for v, e in given]
        return rounded(x, _ARITHMETIC[node.fn](*wide), node.dtype, 2.0 if node.fn in ("fma", "rem") else 1.0)
    return _function(node, given, x, ctx)


def _select(given: list[Bounded]) -> Array:
    (condition, unsure), (a, ea), (b, eb) = given
    chosen = np.where(condition, ea, eb)
    apart = np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64))
    return np.where(unsure > 0, apart + np.maximum(ea, eb), chosen)


def _integer(node: Scalar, given: list[Bounded], x: Array) -> Array:
    """Bounds of integers made from inexact floats: the same error and at most one more, or unknown. An integer that
    fits another type together with its error keeps the error; one that may wrap is unknown."""
    unsure = np.zeros(x.shape, bool)
    for _, e in given:
        unsure = unsure | (np.broadcast_to(e, x.shape) > 0)
    if node.fn == "cast" and node.dtype.kind != "bool" and node.operands[0].dtype.is_float:
        return np.where(unsure, np.floor(given[0][1]) + 1, 0.0)
    if node.fn == "cast" and node.dtype.kind != "bool":
        value, error = np.asarray(given[0][0], np.float64), given[0][1]
        low, high = node.dtype.range
        return np.where((value - error >= low) & (value + error <= high), error, np.where(unsure, np.inf, 0.0))
    return np.where(unsure, np.inf, 0.0)


def _function(node: Scalar, given: list[Bounded], x: Array, ctx: Context) -> Array:
    """Bounds exp and similar functions by the values at the ends of the input's range plus the function's own error."""
    values = [np.asarray(v, np.float64) for v, _ in given]
    errors = [e for _, e in given]
    if node.fn in _MONOTONE:
        ends = [_value(node, [values[0] + sign * errors[0]], ctx) for sign in (-1, 1)]
        moved = np.maximum(*(np.where(errors[0] > 0, np.abs(end - x), 0.0) for end in ends))
    elif node.fn in _SLOPE:
        moved = _SLOPE[node.fn] * errors[0]
    elif node.fn == "cosh":
        moved = np.sinh(np.abs(values[0]) + errors[0]) * errors[0]
    elif len(values) == 2 and node.fn in ("pow", "atan2"):
        corners = [_value(node, [values[0] + i * errors[0], values[1] + j * errors[1]], ctx) for i, j in _CORNERS]
        moved = np.max([np.abs(c - x) for c in corners], axis=0)
    else:
        moved = np.where(sum(errors) == 0, 0.0, np.inf)
    if node.fn in _STEPS:
        return moved
    if node.fn == "sqrt":  # IEEE 754 requires one rounding
        return rounded(x, moved, node.dtype)
    if node.fn in ("exp", "exp2"):  # near zero only for arguments far below zero
        beyond: Array | float = 4 * np.abs(values[0] * x) + 2.0**-20
    else:
        beyond = 4 * np.maximum(np.abs(values[0]), 1.0) if node.fn in ("sin", "cos", "tan", "gelu") else 4.0
    own = roundoff(node.dtype) * (FUNCTION_ULPS * np.abs(x) + beyond) + _TINY[node.dtype.name]
    return np.where(np.isfinite(x), moved + own, np.where(moved == 0, 0.0, np.inf))


_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


def _add(a: Bounded, b: Bounded) -> Array:
    return a[1] + b[1]


def _mul(a: Bounded, b: Bounded) -> Array:
    return np.abs(a[0]) * b[1] + np.abs(b[0]) * a[1] + a[1] * b[1]


def _div(a: Bounded, b: Bounded) -> Array:
    room = np.abs(b[0]) - b[1]
    error = (a[1] + np.abs(a[0] / b[0]) * b[1]) / room
    return np.where(a[1] + b[1] == 0, 0.0, np.where(room > 0, error, np.inf))


def _either(a: Bounded, b: Bounded) -> Array:
    return np.maximum(a[1], b[1])


def _alone(a: Bounded) -> Array:
    return a[1]


def _fma(a: Bounded, b: Bounded, c: Bounded) -> Array:
    return _mul(a, b) + c[1]


def _rem(a: Bounded, b: Bounded) -> Array:
    return np.where(a[1] + b[1] == 0, 0.0, np.inf)


def _copysign(a: Bounded, b: Bounded) -> Array:
    return np.where((np.abs(b[0]) > b[1]) | (b[1] == 0), a[1], 2 * np.abs(a[0]) + a[1])


_ARITHMETIC: Mapping[str, Callable[..., Array]] = {
    "add": _add,
    "sub": _add,
    "mul": _mul,
    "div": _div,
    "rem": _rem,
    "max": _either,
    "min": _either,
    "maxnum": _either,
    "minnum": _either,
    "neg": _alone,
    "abs": _alone,
    "cast": _alone,
    "fma": _fma,
    "copysign": _copysign,
}
