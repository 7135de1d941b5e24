"""Conversions between element types; each rounds only once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorir.interp.context import Array, Context
from tensorir.ir.dtype import DType, bf16
from tensorir.ir.scalar import ScalarValue


def convert(array: Array, dtype: DType, ctx: Context) -> Array:
    """Converts to `dtype`: floats round to nearest even; float to integer truncates, saturates, and makes NaN zero;
    integers wrap."""
    target = ctx.numpy(dtype)
    if array.dtype == target:
        return array
    if dtype.kind == "bool":
        return array != 0
    if dtype.is_float:
        return rounded(array, target)
    if is_float(array):
        return _float_to_integer(array, dtype)
    return wrap(wide(array, dtype), dtype)


def filled(shape: tuple[int, ...], value: ScalarValue, dtype: DType, ctx: Context) -> Array:
    """Returns an array of one value, allocated in its own type; a float is rounded like a literal of a scalar body."""
    element = rounded(np.asarray(value, np.float64), ctx.numpy(dtype)) if dtype.is_float else np.asarray(value)
    return np.full(shape, element.astype(ctx.numpy(dtype)), ctx.numpy(dtype))


def is_float(array: Array) -> bool:
    return array.dtype.kind == "f" or array.dtype == bf16.numpy


def wide_type(dtype: DType) -> type[Any]:
    """The NumPy type in which integers of a type are computed modulo 2^64."""
    return np.uint64 if dtype.kind == "unsigned" and dtype.bits == 64 else np.int64


def wide(array: Array, dtype: DType) -> Array:
    """Widens integers (or i1) to the 64-bit type in which those of `dtype` are computed."""
    return array.astype(wide_type(dtype), copy=False)


def wrap(array: Array, dtype: DType) -> Array:
    """Narrows 64-bit integers modulo 2^bits to `dtype`; for i1, odd ones are true."""
    if dtype.bits >= 64:
        return array.astype(dtype.numpy, copy=False)
    modulus = 1 << dtype.bits
    low = array & (modulus - 1)
    if dtype.kind == "signed":
        low = np.where(low >= modulus >> 1, low - modulus, low)
    return low.astype(dtype.numpy)


def bitcast(array: Array, source: DType, dtype: DType, ctx: Context) -> Array:
    """Reinterprets the bits as another type of the same width."""
    if source.is_integer and dtype.is_integer:
        return convert(array, dtype, ctx)
    bits = np.ascontiguousarray(rounded(array, source.numpy) if source.is_float else array)
    return bits.reshape(-1).view(dtype.numpy).reshape(array.shape).astype(ctx.numpy(dtype), copy=False)


def rounded(array: Array, target: np.dtype[Any]) -> Array:
    """Converts numbers of any type to a float type, to nearest even. NumPy would go through float32 to bf16, which
    rounds twice."""
    if array.dtype == target:
        return array
    if target != bf16.numpy or array.dtype.itemsize < 4:
        return array.astype(target)
    if array.dtype.kind in "iu":
        array = _to_odd_float64(array)
    return (array if array.dtype == np.float32 else to_odd_float32(array)).astype(target)


def to_odd_float32(array: Array) -> Array:
    """Converts float64 to float32 such that rounding the result again is correct: inexact results get an odd last
    bit."""
    near = array.astype(np.float32)
    inexact = np.isfinite(near) & (near.astype(np.float64) != array)
    even = near.view(np.uint32) & 1 == 0
    toward = np.where(near.astype(np.float64) < array, np.float32(np.inf), np.float32(-np.inf))
    return np.where(inexact & even, np.nextafter(near, toward), near)


def _to_odd_float64(array: Array) -> Array:
    """Does the same for 64-bit integers: the low 11 bits of a large one are replaced by one bit that says whether any
    was set."""
    negative = array < 0
    size = np.where(negative, 0 - array.astype(np.uint64), array.astype(np.uint64))
    low = size & np.uint64(0x7FF)
    sticky = (size - low) | np.where(low != 0, np.uint64(0x800), np.uint64(0))
    exact = np.where(size < np.uint64(1 << 53), size, sticky).astype(np.float64)
    return np.where(negative, -exact, exact)


def _float_to_integer(array: Array, dtype: DType) -> Array:
    low, high = dtype.range
    whole = np.trunc(np.nan_to_num(array.astype(np.float64), nan=0.0, posinf=np.inf, neginf=-np.inf))
    into = wide_type(dtype)
    inside = np.clip(whole, low, np.nextafter(np.float64(high + 1), 0)).astype(into)
    return np.where(whole >= high + 1, np.asarray(high, into), inside).astype(dtype.numpy)
