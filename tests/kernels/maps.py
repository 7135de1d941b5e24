"""Map steps from scalar bodies, what the interpreter makes of the same bodies, and elements on which they are tried."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorir.interp import Context
from tensorir.interp.scalar import evaluate_bodies
from tensorir.ir.dtype import DType, i1
from tensorir.ir.module import Module
from tensorir.ir.scalar import CONVERSIONS, SCALAR_FNS, ScalarBody, apply, arg
from tensorir.native import Features
from tensorir.native._kernels import lib
from tensorir.runtime.bodies import body_code

from . import math_oracle, oracle
from .steps import make_step

Array = NDArray[Any]
CTX = Context(Module(), {})
LEVELS = math_oracle.levels()
_LINES = {(line.name, line.type) for line in math_oracle.LINES}
_APPROXIMATED = [
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "erf", "erfc", "gelu"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "pow", "atan2"),
]
TRANSCENDENTAL = [(name, kind) for name in _APPROXIMATED for kind in ("f32", "f64") if (name, kind) in _LINES]
EXACT = [n for n in SCALAR_FNS if n not in (*CONVERSIONS, *_APPROXIMATED)]


def run_map(
    bodies: Sequence[ScalarBody],
    dtypes: Sequence[DType],
    views: Sequence[Array],
    *,
    sequential: int = 0,
    starts: Sequence[int] = (),
    features: Features | None = None,
) -> int:
    """Runs a map step on views of one shape, inputs and then one result for each body; its status."""
    inputs = len(dtypes) - len(bodies)
    code = body_code(bodies, dtypes[:inputs], dtypes[inputs:])
    assert not isinstance(code, str), code
    attributes = [len(bodies), sequential, *starts]
    types = [dtype.name for dtype in dtypes]
    step, alive = make_step(
        lib.TIR_STEP_map, views[0].shape, views, attributes=attributes, code=code, types=types, features=features
    )
    status: int = lib.tir_run_step(step)
    del alive
    return status


def interpreted(
    bodies: Sequence[ScalarBody], views: Sequence[Array], *, sequential: int = 0, starts: Sequence[int] = ()
) -> list[Array]:
    """What the results hold afterwards, by the interpreter; `views` are not changed. The first loops run one position
    after the other."""
    inputs, shape = len(views) - len(bodies), views[0].shape
    begins: list[int] = list(starts) or [0] * len(shape)
    results = [np.array(view[(0,) * sequential]) for view in views[inputs:]]
    for place in itertools.product(*map(range, shape[:sequential])):

        def positions(dim: int, place: tuple[int, ...] = place) -> Array:
            if dim < sequential:
                return np.asarray(place[dim] + begins[dim])
            along = [shape[d] if d == dim else 1 for d in range(sequential, len(shape))]
            return np.arange(begins[dim], begins[dim] + int(shape[dim])).reshape(along)

        arguments = [*(view[place] for view in views[:inputs]), *results]
        made = evaluate_bodies(bodies, arguments, CTX, positions)
        results = [np.array(np.broadcast_to(new, old.shape)) for new, old in zip(made, results, strict=True)]
    return results


def function_body(name: str, dtype: DType) -> ScalarBody:
    """A function of its arguments."""
    kinds = [dtype] * SCALAR_FNS[name].arity
    if name == "select":
        kinds[0] = i1
    return ScalarBody(tuple(kinds), apply(name, *(arg(i, kind) for i, kind in enumerate(kinds))))


def same(got: Array, wanted: Array, *, signs_of_zeros: bool = True) -> Array:
    """Where two arrays have the same bits; all NaNs are alike."""
    if oracle.is_float(got.dtype):
        with np.errstate(invalid="ignore"):
            alike = np.isnan(got) & np.isnan(wanted)
            if not signs_of_zeros:
                alike |= (got == 0) & (wanted == 0)
        return alike | (oracle.bits(got) == oracle.bits(wanted))
    return oracle.bits(got) == oracle.bits(wanted)


def elements(dtype: DType, count: int, rng: np.random.Generator) -> Array:
    """Borders, numbers around powers of two, and random ones: `count` in all, in random order."""
    if dtype.is_float:
        return _floats(dtype, count, rng)
    low, high = dtype.range
    few = {
        low,
        low + 1,
        high,
        high - 1,
        *(s * (1 << k) + d for k in range(0, 64, 3) for s in (1, -1) for d in (-1, 0, 1)),
    }
    chosen = [v for v in few if low <= v <= high]
    many = [
        int(v) >> int(s)
        for v, s in zip(rng.integers(-(2**63), 2**63 - 1, count), rng.integers(0, 64, count), strict=True)
    ]
    span = high - low + 1
    chosen = [*chosen, *((v - low) % span + low for v in many)][:count] if len(chosen) < count else chosen[:count]
    return rng.permutation(np.array(chosen, object)).astype(np.uint64 if low == 0 else np.int64).astype(dtype.numpy)


_INFINITY = {"f64": 0x7FF << 52, "f32": 0x7F800000, "f16": 0x7C00, "bf16": 0x7F80}
"""The bits of infinity; one less are those of the largest number."""


def _floats(dtype: DType, count: int, rng: np.random.Generator) -> Array:
    few = [
        0.0,
        0.25,
        0.5,
        1.0,
        1.5,
        2.5,
        3.0,
        127.5,
        128.0,
        255.5,
        2.0**31,
        2.0**32,
        2.0**63,
        2.0**64,
        65504.0,
        65520.0,
    ]
    few += [float(np.nextafter(np.float32(v), np.float32(0))) for v in (0.5, 1.0, 128.0, 256.0, 2.0**31, 2.0**32)]
    borders = np.array([1, _INFINITY[dtype.name] - 1, 1 << (dtype.bits - 1 - 3)]).astype(f"u{dtype.itemsize}")
    few += [*borders.view(dtype.numpy).astype(np.float64).tolist(), np.inf, np.nan]
    bits = np.dtype(f"u{dtype.itemsize}")
    left = max(count - 2 * len(few), 0)
    raw = rng.integers(0, 2 ** (8 * dtype.itemsize) - 1, left // 2, dtype=bits, endpoint=True).view(dtype.numpy)
    with np.errstate(all="ignore"):
        usual = (rng.normal(0, 1, left - left // 2) * np.exp2(rng.integers(-4, 9, left - left // 2))).astype(
            dtype.numpy
        )
        signed = np.array([s * v for s in (1, -1) for v in few]).astype(dtype.numpy)
    return rng.permutation(np.concatenate([signed, raw, usual]))[:count]
