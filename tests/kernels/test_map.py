"""The map step against the interpreter: every function of every type, strides, folds, indices, with every instruction
set, between guard pages."""

from typing import Any

import numpy as np
import pytest

from tensorir.ir.dtype import DTYPES, DType, bf16, f16, f32, i1, i64
from tensorir.ir.scalar import CONVERSIONS, MAY_FAIL, SCALAR_FNS, ScalarBody, apply, arg, bitcast, cast, const
from tensorir.native import Features
from tensorir.native._kernels import lib

from . import math_oracle
from .guard import Guarded
from .maps import EXACT, LEVELS, TRANSCENDENTAL, Array, elements, function_body, interpreted, run_map, same

levels = pytest.mark.parametrize("level", LEVELS, ids=str)
types = pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
COUNT = 1500
"""Elements: more than one block, and no multiple of a vector."""


EXACT_ON_TYPES = [
    (name, dtype)
    for name in EXACT
    for dtype in DTYPES.values()
    if SCALAR_FNS[name].domain in ("any", "float" if dtype.is_float else "integer")
]


def check(body: ScalarBody, operands: list[Array], level: Features, *, signs_of_zeros: bool = True) -> None:
    """The step gives what the interpreter gives, for whole blocks and for a single element."""
    dtypes = [*body.args, body.result.dtype]
    for count in (COUNT, 1):
        views = [*(o[:count] for o in operands), np.zeros(count, body.result.dtype.numpy)]
        (wanted,) = interpreted([body], views)
        assert run_map([body], dtypes, views, features=level) == lib.TIR_STATUS_OK
        wrong = np.flatnonzero(~same(views[-1], wanted, signs_of_zeros=signs_of_zeros))
        at = wrong[:1]
        assert wrong.size == 0, f"{body.result} of {[o[at] for o in operands]}: {views[-1][at]}, not {wanted[at]}"


@levels
@pytest.mark.parametrize(("name", "dtype"), EXACT_ON_TYPES, ids=str)
def test_functions_that_are_exact(name: str, dtype: DType, level: Features) -> None:
    body = function_body(name, dtype)
    rng = np.random.default_rng(len(name))
    operands = [elements(kind, COUNT, rng) for kind in body.args]
    if name in MAY_FAIL and not dtype.is_float:
        operands[1] = np.where(operands[1] == 0, np.ones((), dtype.numpy), operands[1])
        if name == "ipow":
            operands[0] = np.where(operands[0] == 0, np.ones((), dtype.numpy), operands[0])
    # Which of two zeros max and min give is unspecified.
    check(body, operands, level, signs_of_zeros=not name.startswith(("max", "min")))


@levels
@pytest.mark.parametrize(("name", "kind"), TRANSCENDENTAL)
def test_functions_that_are_approximated(name: str, kind: str, level: Features) -> None:
    """The bits of the vector functions, whose errors have tests of their own, rounded to narrow types."""
    for dtype in [DTYPES[kind]] if kind == "f64" else [f32, f16, bf16]:
        body = function_body(name, dtype)
        operands = [elements(dtype, COUNT, np.random.default_rng(i)) for i in range(len(body.args))]
        wide = [o.astype(math_oracle.TYPES[kind]) for o in operands]
        with np.errstate(all="ignore"):
            wanted = math_oracle.run(name, kind, wide, np.empty_like(wide[0]), level).astype(dtype.numpy)
        out = np.zeros(COUNT, dtype.numpy)
        assert run_map([body], [*body.args, dtype], [*operands, out], features=level) == lib.TIR_STATUS_OK
        assert same(out, wanted).all()


@levels
@types
@pytest.mark.parametrize("target", DTYPES.values(), ids=str)
def test_conversions(dtype: DType, target: DType, level: Features) -> None:
    operand = elements(dtype, COUNT, np.random.default_rng(3))
    check(ScalarBody((dtype,), cast(arg(0, dtype), target)), [operand], level)
    if dtype.bits == target.bits:
        check(ScalarBody((dtype,), bitcast(arg(0, dtype), target)), [operand], level)


@levels
@pytest.mark.parametrize("dtype", [f16, bf16], ids=str)
def test_every_number_of_a_narrow_float(dtype: DType, level: Features) -> None:
    every = np.arange(1 << 16, dtype=np.uint32).astype(np.uint16).view(dtype.numpy)
    for node in (cast(arg(0, dtype), f32), cast(cast(arg(0, dtype), f32), dtype), apply("sqrt", arg(0, dtype))):
        body = ScalarBody((dtype,), node)
        out = np.zeros(every.shape, node.dtype.numpy)
        assert run_map([body], [dtype, node.dtype], [every, out], features=level) == lib.TIR_STATUS_OK
        assert same(out, interpreted([body], [every, out])[0]).all()


@levels
@pytest.mark.parametrize("dtype", [f16, bf16], ids=str)
def test_narrowing_rounds_to_nearest_even(dtype: DType, level: Features) -> None:
    """Around every tie of every exponent."""
    ties = np.arange(0, 1 << 32, 1 << 12, dtype=np.uint64).astype(np.uint32)
    values = np.concatenate([ties - 1, ties, ties + 1]).view(np.float32)
    body = ScalarBody((f32,), cast(arg(0, f32), dtype))
    out = np.zeros(values.shape, dtype.numpy)
    assert run_map([body], [f32, dtype], [values, out], features=level) == lib.TIR_STATUS_OK
    assert same(out, interpreted([body], [values, out])[0]).all()


@levels
@pytest.mark.parametrize("name", sorted(MAY_FAIL))
def test_a_division_by_zero_is_a_status(name: str, level: Features) -> None:
    for dtype in (t for t in DTYPES.values() if t.is_integer):
        body = function_body(name, dtype)
        a, b = np.ones(300, dtype.numpy), np.ones(300, dtype.numpy)
        a[77], b[77] = 0, 0
        status = lib.TIR_STATUS_BAD_DIVISION
        if name == "ipow":  # fails for 0 to a negative power only
            status = lib.TIR_STATUS_BAD_DIVISION if dtype.kind == "signed" else lib.TIR_STATUS_OK
            b[77] = -1 if dtype.kind == "signed" else 1
        out = np.zeros(300, dtype.numpy)
        assert run_map([body], [dtype] * 3, [a, b, out], features=level) == status, dtype
        assert run_map([body], [dtype] * 3, [a[:77], b[:77], out[:77]], features=level) == lib.TIR_STATUS_OK


@levels
@types
def test_only_the_elements_are_touched(dtype: DType, level: Features) -> None:
    """Each operand ends, or begins, at a page that can't be read."""
    compare = function_body("lt", dtype)
    pick = ScalarBody((dtype, dtype), apply("select", compare.result, arg(0, dtype), arg(1, dtype)))
    for size in (*range(1, 40), 255, 1024, 1025):
        at_end = size % 2 == 0
        memory = [Guarded(size, t.numpy, at_end=at_end) for t in (dtype, dtype, dtype, i1)]
        values: list[Any] = [elements(dtype, size, np.random.default_rng(size + i)) for i in range(2)]
        for place, value in zip(memory, values, strict=False):
            place.flat[:] = value
            place.seal()
        views = [place.flat for place in memory]
        wanted = interpreted([pick, compare], views)
        status = run_map([pick, compare], [dtype, dtype, dtype, i1], views, features=level)
        assert status == lib.TIR_STATUS_OK
        assert same(views[2], wanted[0]).all()
        assert same(views[3], wanted[1]).all()
        assert all(place.slack_untouched() for place in memory)


@levels
def test_every_function_of_every_type_runs(level: Features) -> None:
    """None is missing in a table of an instruction set."""
    for name, fn in SCALAR_FNS.items():
        for dtype in DTYPES.values():
            if name in CONVERSIONS or fn.domain not in ("any", "float" if dtype.is_float else "integer"):
                continue
            body = function_body(name, dtype)
            views = [np.ones(1, kind.numpy) for kind in (*body.args, body.result.dtype)]
            status = run_map([body], [*body.args, body.result.dtype], views, features=level)
            assert status == lib.TIR_STATUS_OK, (name, dtype)


def test_the_functions_are_those_of_the_ir() -> None:
    """functions.inc lists them in the order that the numbers in the code mean."""
    text = (math_oracle.VECTOR / "functions.inc").read_text(encoding="utf-8")
    lines = [f"TIR_FUNCTION({fn.name}, {fn.arity})" for fn in SCALAR_FNS.values()]
    assert [line for line in text.splitlines() if line.startswith("TIR_FUNCTION(")] == lines


def test_constants_and_passed_on_arguments() -> None:
    out = [np.zeros(40, np.float32), np.zeros(40, np.int64)]
    source = [np.arange(40, dtype=np.float32), np.arange(40)]
    bodies = [ScalarBody((f32, i64), arg(0, f32)), ScalarBody((f32, i64), const(-(2**63), i64))]
    assert run_map(bodies, [f32, i64, f32, i64], [*source, *out]) == lib.TIR_STATUS_OK
    assert (out[0] == source[0]).all()
    assert (out[1] == -(2**63)).all()
