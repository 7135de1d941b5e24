"""Numbers, strings and names as MLIR text."""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.dtype import DType, bf16, f16, f32, f64, i1, i8, u8
from tensorir.mlir.writer.literals import float_text, quoted, resource_key, scalar_text, symbol_name


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [
        (1.0, f32, "1.0"),
        (-0.0, f32, "-0.0"),
        (0.1, f32, "0.1"),
        (0.1, f64, "0.1"),
        (1e-5, f32, "1.0e-05"),
        (1e30, f64, "1.0e+30"),
        (2**-0.5, f32, "0.70710677"),
        (0.1, bf16, "0.10009765625"),
        (0.1, f16, "0.0999755859375"),
        (math.inf, f32, "0x7F800000"),
        (-math.inf, f16, "0xFC00"),
        (math.nan, f64, "0x7FF8000000000000"),
        (math.nan, bf16, "0x7FC0"),
        (1e39, f32, "0x7F800000"),
        (1e20, f32, "1.0e+20"),
        (-0.0, f32, "-0.0"),
        (math.inf, bf16, "0x7F80"),
    ],
)
def test_floats(value: float, dtype: DType, text: str) -> None:
    assert float_text(value, dtype.numpy) == text


@given(st.integers(0, (1 << 32) - 1))
def test_every_f32_is_exact(bits: int) -> None:
    element = np.array(bits, np.uint32).view(np.float32)
    if np.isfinite(element):
        text = float_text(float(element), f32.numpy)
        assert np.array(float(text), np.float64).astype(np.float32).tobytes() == element.tobytes()
        assert "." in text


@given(st.integers(0, (1 << 16) - 1))
def test_every_bf16_is_exact(bits: int) -> None:
    element = np.array(bits, np.uint16).view(ml_dtypes.bfloat16)
    if math.isfinite(float(element)):  # NumPy warns of a signalling NaN
        text = float_text(float(element), bf16.numpy)
        assert np.array(float(text), np.float64).astype(ml_dtypes.bfloat16).tobytes() == element.tobytes()


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [(True, i1, "true"), (0, i1, "false"), (-128, i8, "-128"), (200, u8, "-56"), (127, u8, "127"), (2, f32, "2.0")],
)
def test_scalars(value: float, dtype: DType, text: str) -> None:
    assert scalar_text(value, dtype) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain", '"plain"'), ('a"b\\c', '"a\\22b\\5Cc"'), ("ü\n", '"\\C3\\BC\\0A"'), ("", '""')],
)
def test_strings(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_names() -> None:
    assert [symbol_name(n) for n in ("main", "a.b$c", "odd name", "1st", "")] == [
        "@main",
        "@a.b$c",
        '@"odd name"',
        '@"1st"',
        '@""',
    ]
    assert [resource_key(n) for n in ("w0", "w0.1", "1st", "", "a b")] == ["w0", "w0_1", "_1st", "_", "a_b"]
