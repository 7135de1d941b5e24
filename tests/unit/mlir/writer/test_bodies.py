"""Scalar functions as arith and math ops, each in the form of its element type."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES, DType, bf16, f16, f32, f64, i1, i8, i32, i64, u8, u32
from tensorir.ir.scalar import CONVERSIONS, SCALAR_FNS, Scalar, ScalarBody, apply, arg, bitcast, cast, const
from tensorir.mlir.writer.bodies import write_body
from tensorir.mlir.writer.dialect import Dialect


def lines(result: Scalar, *args: DType, dialect: Dialect = "current") -> list[str]:
    out: list[str] = []

    def let(text: str) -> str:
        out.append(text)
        return f"%{len(out) - 1}"

    name = write_body(ScalarBody(args, result), [f"%a{i}" for i in range(len(args))], let, dialect)
    return [*out, name]


@pytest.mark.parametrize(
    ("name", "dtype", "op"),
    [
        ("add", f32, "arith.addf"),
        ("add", i8, "arith.addi"),
        ("sub", u8, "arith.subi"),
        ("div", i32, "arith.divsi"),
        ("div", u32, "arith.divui"),
        ("floordiv", i32, "arith.floordivsi"),
        ("floordiv", u32, "arith.divui"),
        ("ceildiv", i32, "arith.ceildivsi"),
        ("ceildiv", u8, "arith.ceildivui"),
        ("rem", f64, "arith.remf"),
        ("rem", u8, "arith.remui"),
        ("max", bf16, "arith.maximumf"),
        ("max", i8, "arith.maxsi"),
        ("min", u8, "arith.minui"),
        ("maxnum", f32, "arith.maxnumf"),
        ("and", i1, "arith.andi"),
        ("max", i1, "arith.maxui"),
        ("ipow", i32, "math.ipowi"),
        ("pow", f32, "math.powf"),
        ("atan2", f64, "math.atan2"),
    ],
)
def test_two_operands(name: str, dtype: DType, op: str) -> None:
    type = f"i{dtype.bits}" if dtype.kind == "unsigned" else dtype.name
    assert lines(apply(name, arg(0, dtype), arg(1, dtype)), dtype, dtype) == [f"{op} %a0, %a1 : {type}", "%0"]


@pytest.mark.parametrize(
    "fn", [f for f in SCALAR_FNS.values() if f.name not in (*CONVERSIONS, "select")], ids=lambda f: f.name
)
def test_every_function_has_a_form_on_every_type(fn: object) -> None:
    spec = SCALAR_FNS[getattr(fn, "name", "")]
    for dtype in DTYPES.values():
        fits = spec.domain == "any" or (spec.domain == "float") == dtype.is_float
        if fits and not (spec.name == "ipow" and dtype.name == "u64"):
            body = apply(spec.name, *(arg(i, dtype) for i in range(spec.arity)))
            made = lines(body, *(dtype,) * spec.arity)
            assert made[-1] in ("%a0", f"%{len(made) - 2}")
            assert all(line.startswith(("arith.", "math.")) for line in made[:-1])


def test_an_unsigned_power_has_no_form_in_the_widest_type() -> None:
    u64 = DTYPES["u64"]
    with pytest.raises(TensorIRError, match="ipow of u64 has no MLIR form"):
        lines(apply("ipow", arg(0, u64), arg(1, u64)), u64, u64)


def test_llvm_19_has_no_erfc() -> None:
    body = apply("erfc", arg(0, f32))
    assert lines(body, f32) == ["math.erfc %a0 : f32", "%0"]
    with pytest.raises(TensorIRError, match=r'math\.erfc can\'t be written for llvm19, only with dialect="current"'):
        lines(body, f32, dialect="llvm19")


@pytest.mark.parametrize(
    ("name", "dtype", "op"),
    [
        ("lt", f32, "arith.cmpf olt"),
        ("ne", f64, "arith.cmpf une"),
        ("eq", bf16, "arith.cmpf oeq"),
        ("lt", i8, "arith.cmpi slt"),
        ("ge", u8, "arith.cmpi uge"),
        ("gt", i1, "arith.cmpi ugt"),
        ("eq", u8, "arith.cmpi eq"),
    ],
)
def test_comparisons(name: str, dtype: DType, op: str) -> None:
    type = f"i{dtype.bits}" if dtype.kind == "unsigned" else dtype.name
    assert lines(apply(name, arg(0, dtype), arg(1, dtype)), dtype, dtype) == [f"{op}, %a0, %a1 : {type}", "%0"]


@pytest.mark.parametrize(
    ("source", "target", "op"),
    [
        (f32, f64, "arith.extf %a0 : f32 to f64"),
        (f32, f16, "arith.truncf %a0 : f32 to f16"),
        (i8, i32, "arith.extsi %a0 : i8 to i32"),
        (u8, i32, "arith.extui %a0 : i8 to i32"),
        (i1, i8, "arith.extui %a0 : i1 to i8"),
        (i64, u8, "arith.trunci %a0 : i64 to i8"),
        (i8, f32, "arith.sitofp %a0 : i8 to f32"),
        (u8, f32, "arith.uitofp %a0 : i8 to f32"),
        (i1, f32, "arith.uitofp %a0 : i1 to f32"),
    ],
)
def test_conversions(source: DType, target: DType, op: str) -> None:
    assert lines(cast(arg(0, source), target), source) == [op, "%0"]


def test_conversions_that_change_no_bit_are_nothing() -> None:
    assert lines(cast(arg(0, u8), i8), u8) == ["%a0"]
    assert lines(bitcast(arg(0, u32), i32), u32) == ["%a0"]
    assert lines(bitcast(arg(0, f32), i32), f32) == ["arith.bitcast %a0 : f32 to i32", "%0"]


def test_conversions_to_i1_compare() -> None:
    assert lines(cast(arg(0, f32), i1), f32)[:2] == ["arith.constant 0.0 : f32", "arith.cmpf une, %a0, %0 : f32"]
    assert lines(cast(arg(0, i8), i1), i8)[:2] == ["arith.constant 0 : i8", "arith.cmpi ne, %a0, %0 : i8"]


def test_between_16_bit_floats_is_f32() -> None:
    assert lines(cast(arg(0, f16), bf16), f16) == [
        "arith.extf %a0 : f16 to f32",
        "arith.truncf %0 : f32 to bf16",
        "%1",
    ]


def test_shared_nodes_are_written_once() -> None:
    twice = apply("exp", arg(0, f32))
    assert lines(apply("mul", twice, twice), f32) == ["math.exp %a0 : f32", "arith.mulf %0, %0 : f32", "%1"]


def test_constants_and_selections() -> None:
    body = apply("select", arg(0, i1), const(200, u8), arg(1, u8))
    assert lines(body, i1, u8) == ["arith.constant -56 : i8", "arith.select %a0, %0, %a1 : i8", "%1"]
    assert lines(const(True, i1)) == ["arith.constant true", "%0"]
