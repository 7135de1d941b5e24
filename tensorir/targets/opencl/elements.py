"""Element types in OpenCL C: how they lie in memory, in which type they are computed, and how one becomes the other.

Numbers of 16 bits are computed in f32 and rounded after every operation, those of fewer than 8 bits are bytes that are
wrapped after every operation, as in every part of the framework. So no extension for half is needed."""

from __future__ import annotations

import math

import numpy as np

from tensorir.ir.dtype import DType, bf16, f16, f32, f64, i4, u4
from tensorir.ir.scalar import ScalarValue

_SIGNED = {8: "char", 16: "short", 32: "int", 64: "long"}
_BF16_DIGITS, _BF16_LEAST = 8, -125


def width(dtype: DType) -> int:
    """The bits in which an integer type is computed: at least those of a byte."""
    return max(8, dtype.bits)


def value_type(dtype: DType) -> str:
    """The type in which elements of a type are computed."""
    if dtype.is_float:
        return "double" if dtype is f64 else "float"
    signed = _SIGNED[width(dtype)]
    return signed if dtype.kind == "signed" else f"u{signed}"


def unsigned_type(dtype: DType) -> str:
    """The unsigned type in which integers are added and multiplied, since that of a signed type may not overflow."""
    return "ulong" if dtype.bits == 64 else "uint"


def stored_type(dtype: DType) -> str:
    """The type of elements in memory."""
    if dtype in (f16, bf16):
        return "ushort"
    return "uchar" if dtype.bits < 8 else value_type(dtype)


def loaded(dtype: DType, pointer: str, at: str) -> str:
    """An element of memory as a value."""
    if dtype in (f16, bf16):
        return f"tir_of_{dtype}({pointer}[{at}])"
    return wrapped(dtype, f"{pointer}[{at}]") if dtype in (i4, u4) else f"{pointer}[{at}]"


def stored(dtype: DType, pointer: str, at: str, value: str) -> str:
    """The statement that writes a value to memory."""
    if dtype in (f16, bf16):
        return f"{pointer}[{at}] = tir_to_{dtype}({value});"
    if dtype is i4:
        return f"{pointer}[{at}] = (uchar)(({value}) & 15);"
    return f"{pointer}[{at}] = {value};"


def wrapped(dtype: DType, value: str) -> str:
    """A byte as a number of a type with fewer bits; other values as they are."""
    if dtype.bits >= 8:
        return value
    if dtype is i4:
        return f"((char)(((char)(({value}) << 4)) >> 4))"
    return f"((uchar)(({value}) & {(1 << dtype.bits) - 1}))"


def rounded(dtype: DType, value: str) -> str:
    """What is computed in f32 as a number of f16 or bf16; other values as they are."""
    return f"tir_round_{dtype}({value})" if dtype in (f16, bf16) else value


def literal(value: ScalarValue, dtype: DType) -> str:
    """A constant, rounded to its type."""
    if not dtype.is_float:
        return f"(({value_type(dtype)}){_integer(int(value))})"
    number = _nearest(float(value), dtype)
    if math.isnan(number):
        return f"(({value_type(dtype)})NAN)"
    if math.isinf(number):
        return f"(({value_type(dtype)}){'-' if number < 0 else ''}INFINITY)"
    return f"({number.hex()}{'' if dtype is f64 else 'f'})"


def _integer(value: int) -> str:
    return f"{value}UL" if value >= 1 << 63 else f"(-{-value - 1}L - 1L)" if value < 0 else f"{value}L"


def _nearest(value: float, dtype: DType) -> float:
    if dtype is f64:
        return value
    with np.errstate(over="ignore"):
        if dtype is f32:
            return float(np.float32(value))
        if dtype is f16:
            return float(np.float16(value))
        if not math.isfinite(value) or value == 0:
            return value
        _, exponent = math.frexp(value)
        unit = 2.0 ** (max(exponent, _BF16_LEAST) - _BF16_DIGITS)
        return float(np.float32(round(value / unit) * unit))  # NumPy would round twice
