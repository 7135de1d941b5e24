"""Numbers of MLIR's types as NumPy has them, rounded and wrapped as MLIR does it."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

_NAMES = {
    "f16": "float16",
    "f32": "float32",
    "f64": "float64",
    "bf16": "bfloat16",
    "f8E5M2": "float8_e5m2",
    "f8E4M3": "float8_e4m3",
    "f8E4M3FN": "float8_e4m3fn",
    "f8E5M2FNUZ": "float8_e5m2fnuz",
    "f8E4M3FNUZ": "float8_e4m3fnuz",
    "f8E4M3B11FNUZ": "float8_e4m3b11fnuz",
    "f8E3M4": "float8_e3m4",
    "f8E8M0FNU": "float8_e8m0fnu",
    "i1": "bool",
    "index": "int64",
    "i2": "int2",
    "i4": "int4",
    "si4": "int4",
    "ui4": "uint4",
    **{f"{sign}i{width}": f"int{width}" for sign in ("", "s") for width in (8, 16, 32, 64)},
    **{f"ui{width}": f"uint{width}" for width in (8, 16, 32, 64)},
}


def _dtypes() -> dict[str, np.dtype[Any]]:
    found: dict[str, np.dtype[Any]] = {}
    for name, numpy_name in _NAMES.items():
        kind = getattr(ml_dtypes, numpy_name, None)  # which there are depends on the version
        if kind is not None or hasattr(np, numpy_name) or numpy_name == "bool":
            found[name] = np.dtype(numpy_name if kind is None else kind)
    return found


DTYPES = _dtypes()
"""The NumPy type of MLIR's element types, where there is one. Signless integers are signed."""


def wrap(value: int, type: str, width: int) -> int | None:
    """`value` as a number of an integer type: signless ones take both signs (255 and -1 are the same i8). None if it
    does not fit."""
    if type.startswith("ui"):
        return value if 0 <= value < 1 << width else None
    half = 1 << (width - 1)
    if type == "i1":
        return abs(value) if -1 <= value <= 1 else None
    limit = half if type.startswith(("si", "index")) else 2 * half
    if not -half <= value < limit:
        return None
    return value if value < half else value - 2 * half


def round_floats(values: npt.NDArray[np.float64], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Doubles to the nearest numbers of `dtype` (ties to even), without rounding twice. Overflow gives infinity."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if dtype.name in ("float64", "float32", "float16"):
            return values.astype(dtype)
        # ml_dtypes goes through float32: rounded to odd, that loses nothing that the second rounding needs.
        single = values.astype(np.float32)
        bits = single.view(np.uint32)
        inexact = np.isfinite(values) & np.isfinite(single) & (single.astype(np.float64) != values) & (bits % 2 == 0)
        away = np.abs(single.astype(np.float64)) < np.abs(values)
        odd = np.where(inexact, np.where(away, bits + np.uint32(1), bits - np.uint32(1)), bits).astype(np.uint32)
        return odd.view(np.float32).astype(dtype)


def round_float(value: float, type: str) -> float:
    """A double as a number of the float type; types that NumPy lacks keep the double."""
    dtype = DTYPES.get(type)
    return value if dtype is None else float(round_floats(np.array([value], np.float64), dtype)[0])


def float_of_bits(bits: int, type: str) -> float | None:
    """The number that these bits are; None for a type that NumPy lacks."""
    dtype = DTYPES.get(type)
    if dtype is None:
        return None
    return float(np.array([bits], f"u{dtype.itemsize}").view(dtype)[0])
