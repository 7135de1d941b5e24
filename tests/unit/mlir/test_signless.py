"""Programs without unsigned types: they mean the same, and are a fixed point."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given

from tensorir.dialects.linalg import Fill, Generic
from tensorir.dialects.tensor import Constant, Gather, GatherNd
from tensorir.interp import interpret
from tensorir.ir.affine import identity
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dtype import DTYPES, DType, f16, f32, i1, i8, i64, u8, u32
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.scalar import CONVERSIONS, SCALAR_FNS, Scalar, ScalarBody, apply, arg, bitcast, cast, const
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.mlir.signless import signed, signless
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.programs.random import arguments
from tensorir.testing.strategies import programs

Array = npt.NDArray[Any]
SHAPE = (40,)


def program(result: Scalar, *args: DType) -> Module:
    b = RegionBuilder()
    values = tuple(b.arg(TensorType(SHAPE, t)) for t in args)
    maps = (identity(1),) * (len(args) + 1)
    made = b.add(Generic(values, maps, ScalarBody(args, result), () if args else SHAPE))
    return Module((Function("main", b.finish(made.results)),))


def elements(dtype: DType, seed: int) -> Array:
    """All bit patterns are likely; never zero, so that it can divide."""
    bits = np.random.default_rng(seed).integers(1, 255, SHAPE)
    if dtype.kind == "bool":
        return bits > 99
    return bits.astype(np.int64).astype(dtype.numpy)


def assert_same_bits(module: Module, *given: Array) -> None:
    made = signless(module)
    verify(made)
    types = [v.type.dtype for f in made.functions for o in f.body.ops for v in (*f.body.args, *o.results)]
    assert all(t.kind != "unsigned" for t in types)
    held = [a.view(signed(v.type.dtype).numpy) for a, v in zip(given, module.functions[0].body.args, strict=True)]
    expected = interpret(module, "main", given)[0]
    assert interpret(made, "main", held)[0].tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [u8, u32, i1], ids=str)
@pytest.mark.parametrize("name", [n for n, f in SCALAR_FNS.items() if f.domain != "float" and n not in CONVERSIONS])
def test_functions(name: str, dtype: DType) -> None:
    args = [dtype] * SCALAR_FNS[name].arity
    if name == "select":
        args[0] = i1
    if dtype is i1 and name in ("div", "rem", "floordiv", "ceildiv", "ipow", "shl", "shr", "ctpop", "ctlz", "cttz"):
        return  # no program has them: MLIR's readers refuse them too
    given = [elements(t, i) for i, t in enumerate(args)]
    if name == "ipow":
        given[1] = (given[1] % np.asarray(4, given[1].dtype)).astype(given[1].dtype)
    assert_same_bits(program(apply(name, *(arg(i, t) for i, t in enumerate(args))), *args), *given)


@pytest.mark.parametrize("source", [u8, u32, i8, f32, i1], ids=str)
@pytest.mark.parametrize("target", [t for t in DTYPES.values() if t.bits >= 8 or t is i1], ids=str)
def test_conversions(source: DType, target: DType) -> None:
    assert_same_bits(program(cast(arg(0, source), target), source), elements(source, 0))
    if source.bits == target.bits:
        assert_same_bits(program(bitcast(arg(0, source), target), source), elements(source, 0))


def test_between_16_bit_floats_and_to_i1_there_is_one_spelling() -> None:
    made = signless(program(cast(arg(0, f16), DTYPES["bf16"]), f16)).functions[0].body.ops[0]
    assert isinstance(made, Generic)
    assert made.body.result is cast(cast(arg(0, f16), f32), DTYPES["bf16"])
    made = signless(program(cast(arg(0, f32), i1), f32)).functions[0].body.ops[0]
    assert isinstance(made, Generic)
    assert made.body.result is apply("ne", arg(0, f32), const(0, f32))


def test_literals_are_of_their_type() -> None:
    b = RegionBuilder()
    ops = [b.add(Fill(1, TensorType(SHAPE, f32))), b.add(Fill(200, TensorType(SHAPE, u8)))]
    made = signless(Module((Function("main", b.finish([o.result for o in ops])),))).functions[0].body.ops
    assert [(type(o.value), o.value) for o in made if isinstance(o, Fill)] == [(float, 1.0), (int, -56)]


def test_positions() -> None:
    """Unsigned ones are converted before; positions in a vector are rows of it."""
    b = RegionBuilder()
    table, row = b.arg(TensorType((200, 3), f32)), b.arg(TensorType((200,), f32))
    index = b.add(Constant(Dense(np.array([199, 3], np.uint8)))).result
    column = b.add(Constant(Dense(np.array([2, 0], np.int64)))).result
    picked = b.add(GatherNd(table, (index, column))).result
    module = Module((Function("main", b.finish([picked, b.add(GatherNd(row, (column,))).result])),))
    made = signless(module)
    verify(made)
    assert [type(o) for o in made.functions[0].body.ops] == [Constant, Constant, Generic, GatherNd, Gather]
    given = arguments(module, 0)
    for a, e in zip(interpret(made, "main", given), interpret(module, "main", given), strict=True):
        np.testing.assert_array_equal(a, e)


@given(programs())
def test_programs_mean_the_same(module: Module) -> None:
    made = signless(module)
    verify(made)
    assert isomorphic(signless(made), made)
    assert_equivalent(module, made)


def test_other_types_stay() -> None:
    assert [signed(t) for t in (f32, i64, i1, u8)] == [f32, i64, i1, i8]
