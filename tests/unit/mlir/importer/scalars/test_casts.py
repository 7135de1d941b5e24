"""Conversions between element types as arith has them: what each leaves of a number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.support.mlir_programs import Array, result, same
from tests.unit.mlir.importer.scalars.test_table import FLOATS, INTEGERS, NUMPY, UNSIGNED, pairs, program


@pytest.mark.parametrize("target", ["i8", "i16", "i32", "i64"])
@pytest.mark.parametrize("source", ["i1", "i8", "i16", "i32"])
def test_extensions(source: str, target: str) -> None:
    if np.dtype(NUMPY[source]).itemsize >= np.dtype(NUMPY[target]).itemsize and source != "i1":
        return
    a = np.asarray([False, True]) if source == "i1" else pairs(source)[0]
    signed = -a.astype(INTEGERS[target]) if source == "i1" else a.astype(INTEGERS[target])
    raw = a.astype(np.uint8) if source == "i1" else a.view(UNSIGNED[source])
    assert same(result(program("arith.extsi", [source], target), a), signed)
    assert same(result(program("arith.extui", [source], target), a), raw.astype(INTEGERS[target]))


@pytest.mark.parametrize("target", ["i1", "i8", "i16", "i32"])
def test_truncation_keeps_the_low_bits(target: str) -> None:
    a = np.asarray([0, 1, 2, 3, -1, -2, 255, 256, 257, 1 << 20, (1 << 62) + 1], np.int64)
    expected = (a & 1).astype(bool) if target == "i1" else a.astype(INTEGERS[target])
    assert same(result(program("arith.trunci", ["i64"], target), a), expected)


@pytest.mark.parametrize("dtype", ["f32", "f64", "f16"])
@pytest.mark.parametrize("source", ["i1", "i8", "i16", "i32", "i64"])
def test_integers_to_floats(source: str, dtype: str) -> None:
    a = np.asarray([False, True]) if source == "i1" else pairs(source)[0][:16]
    raw = a.astype(np.uint8) if source == "i1" else a.view(UNSIGNED[source])
    with np.errstate(over="ignore"):
        signed = -a.astype(FLOATS[dtype]) if source == "i1" else a.astype(FLOATS[dtype])
        unsigned = raw.astype(FLOATS[dtype])
    assert np.array_equal(result(program("arith.sitofp", [source], dtype), a), signed)
    assert same(result(program("arith.uitofp", [source], dtype), a), unsigned)


def test_false_is_a_zero_without_a_minus() -> None:
    """Neither -1·0.0 nor a negated 0.0: both would be -0.0."""
    zero, minus_one = result(program("arith.sitofp", ["i1"], "f32"), np.asarray([False, True]))
    assert (minus_one, np.signbit(zero)) == (-1, False)


@pytest.mark.parametrize("target", INTEGERS)
def test_floats_to_integers(target: str) -> None:
    a = np.asarray([0.0, 0.9, -0.9, 1.5, -1.5, 100.25, -100.25, 127.0], np.float32)
    assert same(result(program("arith.fptosi", ["f32"], target), a), np.trunc(a).astype(INTEGERS[target]))
    high = float(np.iinfo(UNSIGNED[target]).max // 2 + 1)
    b = np.asarray([0.0, 0.9, 100.25, high], np.float32)
    expected = np.trunc(b).astype(UNSIGNED[target]).view(INTEGERS[target])
    assert same(result(program("arith.fptoui", ["f32"], target), b), expected)


BEYOND = [153.0, -1.0, -1.9, 300.5, -300.5, 70000.0, -70000.0, 3e9, -3e9, 2.0**40 + 3, -(2.0**40) - 3]
"""Floats of which each is outside of some integer type."""


def low_bits(values: list[float], target: str) -> Array:
    """What is left of the numbers without their fraction in the low bits of a type."""
    bits = 8 * INTEGERS[target]().itemsize
    low = [int(v) % (1 << bits) for v in values]
    return np.asarray(low, np.uint64).astype(UNSIGNED[target]).view(INTEGERS[target])


@pytest.mark.parametrize("source", ["f32", "f64"])
@pytest.mark.parametrize("target", INTEGERS)
@pytest.mark.parametrize("op", ["arith.fptosi", "arith.fptoui"])
def test_floats_beyond_an_integer_leave_their_low_bits(op: str, target: str, source: str) -> None:
    a = np.asarray(BEYOND, FLOATS[source])
    expected = low_bits([float(v) for v in a], target)
    assert same(result(program(op, [source], target), a), expected)
    for value, one in zip(BEYOND, low_bits([float(v) for v in a], target), strict=True):
        scalar = f"""
        func.func @f() -> {target} {{
          %x = arith.constant {value!r} : {source}
          %q = {op} %x : {source} to {target}
          return %q : {target}
        }}"""
        assert same(result(scalar), one)


def test_floats_beyond_64_bits_become_the_nearest_integer() -> None:
    a = np.asarray([1e30, -1e30, math.inf, -math.inf, math.nan])
    top, low = (1 << 63) - 1, -(1 << 63)
    assert same(result(program("arith.fptosi", ["f64"], "i64"), a), np.asarray([top, low, top, low, 0]))
    assert same(result(program("arith.fptoui", ["f64"], "i64"), a), np.asarray([-1, low, -1, low, 0]))
    assert same(result(program("arith.fptosi", ["f64"], "i8"), a), np.asarray([-1, 0, -1, 0, 0], np.int8))
    high = np.asarray([2.0**63, 2.0**63 + 2048, 1.8e19])
    expected = np.asarray([int(v) for v in high], np.uint64).view(np.int64)
    assert same(result(program("arith.fptoui", ["f64"], "i64"), high), expected)


def test_a_float_to_i1_is_its_low_bit() -> None:
    a = np.asarray([0.0, 0.5, -0.5, -1.0], np.float32)
    assert same(result(program("arith.fptosi", ["f32"], "i1"), a), [False, False, False, True])
    b = np.asarray([0.0, 0.5, 1.0, 2.0, 3.0], np.float32)
    assert same(result(program("arith.fptoui", ["f32"], "i1"), b), [False, False, True, False, True])


@pytest.mark.parametrize(("source", "target"), [("f32", "f16"), ("f64", "f32"), ("f32", "bf16"), ("f64", "bf16")])
def test_float_widths(source: str, target: str) -> None:
    a = np.asarray([0.1, -2.7182818, 1e-30, math.inf, math.nan, 65504.0]).astype(FLOATS[source])
    narrow = result(program("arith.truncf", [source], target), a)
    assert same(narrow.astype(np.float64), a.astype(FLOATS[target]).astype(np.float64))
    wide = result(program("arith.extf", [target], source), narrow)
    assert same(wide, narrow.astype(FLOATS[source]))


def test_i1_is_minus_one_where_it_has_a_sign() -> None:
    a, b = np.asarray([False, False, True, True]), np.asarray([False, True, False, True])
    two = ["i1", "i1"]
    assert same(result(program("arith.addi", two, "i1"), a, b), a ^ b)
    assert same(result(program("arith.subi", two, "i1"), a, b), a ^ b)
    assert same(result(program("arith.muli", two, "i1"), a, b), a & b)
    assert same(result(program("arith.maxsi", two, "i1"), a, b), a & b)
    assert same(result(program("arith.minsi", two, "i1"), a, b), a | b)
    assert same(result(program("arith.maxui", two, "i1"), a, b), a | b)
    assert same(result(program("arith.cmpi", two, "i1", "predicate = 2 : i64"), a, b), a & ~b)
    assert same(result(program("arith.cmpi", two, "i1", "predicate = 6 : i64"), a, b), ~a & b)


def test_select_and_bitcast() -> None:
    c = np.asarray([True, False, True])
    a, b = np.asarray([1.0, 2.0, math.nan], np.float32), np.asarray([-1.0, -0.0, 5.0], np.float32)
    assert same(result(program("arith.select", ["i1", "f32", "f32"], "f32"), c, a, b), np.where(c, a, b))
    assert same(result(program("arith.bitcast", ["f32"], "i32"), a), a.view(np.int32))
    assert same(result(program("arith.bitcast", ["i32"], "f32"), b.view(np.int32)), b)
