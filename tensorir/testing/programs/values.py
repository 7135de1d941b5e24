"""The data of random programs: sizes, small integers, and the bounds within which sums of them are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from tensorir.ir.dtype import DType, bf16, f32, f64, i8, i32, i64
from tensorir.ir.op import Op
from tensorir.ir.value import Value

SIZES = (1, 2, 3, 4, 5, 8, 15, 16, 17, 24, 33)
"""Around the tiles that the kernels have."""

RAGGED = (3, 5, 15, 17, 33)
"""Sizes that fill no tile."""

EXACT = {f32: 1 << 22, f64: 1 << 40, bf16: 1 << 6, i32: 1 << 24, i64: 1 << 40, i8: 127}
"""Bounds within which integers and their sums are exact."""

DATA_BOUND = 2

_EXACT_FLOAT_FNS = frozenset(
    [
        *("arg", "const", "cast", "bitcast", "select", "add", "sub", "mul", "fma", "max", "min", "maxnum", "minnum"),
        *("neg", "abs", "copysign", "rem", "floor", "ceil", "trunc", "round", "roundeven"),
    ]
)


def is_exact(op: Op) -> bool:
    """True if what the op computes of small integers is not rounded, as its loops or its decomposition say."""
    if (loops := op.loops()) is not None:
        return all(n.dtype.is_integer or n.fn in _EXACT_FLOAT_FNS for body in loops.bodies for n in body.nodes())
    parts = op.decomposition()
    return parts is None or all(is_exact(o) for o in parts.body.ops)


def data(rng: np.random.Generator, shape: tuple[int, ...], dtype: DType) -> npt.NDArray[Any]:
    low = 0 if dtype.kind in ("bool", "unsigned") else -DATA_BOUND
    high = 1 if dtype.kind == "bool" else DATA_BOUND
    return rng.integers(low, high + 1, shape).astype(dtype.numpy)


def static(value: Value) -> tuple[int, ...] | None:
    """The sizes of a value, if all are known and none is 0."""
    sizes = tuple(d for d in value.type.shape if isinstance(d, int) and d)
    return sizes if len(sizes) == value.type.rank else None


def permutation(rank: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Orders of the dims of a tensor."""
    return st.permutations(range(rank)).map(tuple)
