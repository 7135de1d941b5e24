"""Scalar bodies as code: registers, results, what is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tensorir.ir.dtype import DType, f16, f32, f64, i4, i64
from tensorir.ir.scalar import SCALAR_FNS, Scalar, ScalarBody, apply, arg, bitcast, cast, const
from tensorir.native._kernels import lib
from tensorir.runtime.bodies import FUNCTION_NUMBERS, MACHINE_FNS, body_code
from tests.kernels.maps import LEVELS, elements, interpreted, run_map, same

NAMES = {number: name for name, number in FUNCTION_NUMBERS.items()}


def code(results: Sequence[Scalar], args: Sequence[DType]) -> tuple[int, ...]:
    bodies = [ScalarBody(tuple(args), result) for result in results]
    found = body_code(bodies, args, [result.dtype for result in results])
    assert not isinstance(found, str), found
    return found


def registers(words: Sequence[int]) -> int:
    return words[2]


def instructions(words: Sequence[int]) -> list[str]:
    return [NAMES[word & 0xFFFF] for word in words[len(words) - 2 * words[4] :: 2]]


def test_numbers_are_those_of_the_header() -> None:
    header = (Path(__file__).parents[3] / "kernels" / "vector" / "map.h").read_text(encoding="utf-8")
    (listed,) = re.findall(r"enum tir_machine_function \{(.*?)TIR_MACHINE_FUNCTIONS", header, re.DOTALL)
    assert re.findall(r"TIR_FN_(\w+)", listed) == list(MACHINE_FNS)
    assert list(FUNCTION_NUMBERS) == [*SCALAR_FNS, *MACHINE_FNS]


def test_a_result_is_written_by_the_instruction_that_computes_it() -> None:
    x, y = arg(0, f32), arg(1, f32)
    assert instructions(code([apply("add", x, y)], [f32, f32])) == ["add"]
    assert registers(code([apply("add", x, y)], [f32, f32])) == 0


def test_a_result_waits_for_those_that_still_read_operands() -> None:
    """The first result may be the memory of the first operand, which the second body reads."""
    x, y = arg(0, f32), arg(1, f32)
    assert instructions(code([apply("add", x, y), apply("sub", x, y)], [f32, f32])) == ["add", "sub", "move"]
    shared = apply("sqrt", apply("add", x, y))
    assert instructions(code([shared, apply("exp", shared)], [f32, f32])) == ["add", "sqrt", "exp"]


def test_equal_expressions_are_computed_once() -> None:
    x = apply("exp", arg(0, f32))
    assert instructions(code([apply("mul", x, x), apply("neg", x)], [f32])) == ["exp", "mul", "neg"]


def test_a_chain_needs_one_register_and_may_be_of_any_length() -> None:
    node = arg(0, f32)
    for _ in range(3000):
        node = apply("abs", apply("add", node, arg(0, f32)))
    assert registers(code([node], [f32])) == 1
    views = [np.array([0.5, -1], np.float32), np.zeros(2, np.float32)]
    body = ScalarBody((f32,), node)
    wanted = interpreted([body], views)[0]
    assert run_map([body], [f32, f32], views) == lib.TIR_STATUS_OK
    assert (views[-1] == wanted).all()


def reversed_sums(count: int) -> Scalar:
    """Makes so many values before it uses the first one."""
    values = [apply("mul", arg(0, f64), const(float(i), f64)) for i in range(count)]
    left: Scalar = values[0]
    for value in values[1:]:
        left = apply("add", left, value)
    for value in reversed(values):
        left = apply("sub", left, value)
    return left


def test_many_values_alive_at_once() -> None:
    """Registers become shorter; then the reason why it can't run is given."""
    body = ScalarBody((f64,), reversed_sums(300))
    assert registers(code([body.result], [f64])) > 290
    views = [np.random.default_rng(1).normal(0, 1, 2000), np.zeros(2000)]
    assert run_map([body], [f64, f64], views) == lib.TIR_STATUS_OK
    assert (views[-1] == interpreted([body], views)[0]).all()
    reason = body_code([ScalarBody((f64,), reversed_sums(1000))], [f64], [f64])
    assert isinstance(reason, str)
    assert "values are alive at once" in reason


def test_every_accepted_body_fits_into_the_memory_of_a_step() -> None:
    """The largest one that is not refused runs."""
    low, high = 300, 1000
    while high - low > 1:
        middle = (low + high) // 2
        refused = isinstance(body_code([ScalarBody((f64,), reversed_sums(middle))], [f64], [f64]), str)
        low, high = (low, middle) if refused else (middle, high)
    body = ScalarBody((f64,), reversed_sums(low))
    views = [np.random.default_rng(1).normal(0, 1, 100), np.zeros(100)]
    assert run_map([body], [f64, f64], views) == lib.TIR_STATUS_OK
    assert (views[-1] == interpreted([body], views)[0]).all()


def test_narrow_types_are_rounded_and_wrapped_only_where_they_must_be() -> None:
    x = arg(0, f16)
    assert instructions(code([x], [f16])) == ["move"]
    assert instructions(code([apply("neg", x)], [f16])) == ["cast", "neg", "cast"]
    assert instructions(code([apply("add", apply("neg", x), x)], [f16])) == ["cast", "neg", "add", "round_f16", "cast"]
    assert instructions(code([apply("xor", arg(0, i4), arg(0, i4))], [i4])) == ["wrap_i4", "xor", "and"]


def test_a_bitcast_costs_nothing() -> None:
    assert instructions(code([bitcast(arg(0, f64), i64)], [f64])) == ["move"]
    x = bitcast(apply("xor", bitcast(arg(0, f64), i64), const(1 << 62, i64)), f64)
    assert instructions(code([apply("add", x, cast(const(1.0, f32), f64))], [f64]))[:1] == ["xor"]


def test_two_functions_of_floats_become_one_where_nothing_else_reads_between() -> None:
    x, y, z = (arg(i, f32) for i in range(3))
    total = apply("add", x, y)
    assert instructions(code([apply("add", total, z)], [f32] * 3)) == ["add_add"]
    assert instructions(code([apply("sub", z, total)], [f32] * 3)) == ["add_rsub"]
    assert instructions(code([apply("sub", total, total)], [f32] * 3)) == ["add", "sub"]
    assert instructions(code([apply("max", z, total)], [f32] * 3)) == ["add", "max"]
    assert instructions(code([apply("mul", total, z), total], [f32] * 3)) == ["add", "mul", "move"]
    integers = [arg(i, i64) for i in range(3)]
    assert instructions(code([apply("add", apply("add", *integers[:2]), integers[2])], [i64] * 3)) == ["add", "add"]


def test_pairs_give_the_bits_of_the_two_functions() -> None:
    rng = np.random.default_rng(4)
    for dtype in (f32, f64):
        x, y, z = (arg(i, dtype) for i in range(3))
        views = [elements(dtype, 4000, rng) for _ in range(3)]
        for first in ("add", "sub", "mul"):
            inner = apply(first, x, y)
            for second in ("add", "sub", "mul", "max", "min"):
                for node in (apply(second, inner, z), apply(second, z, inner)):
                    body = ScalarBody((dtype,) * 3, node)
                    out = np.zeros(4000, dtype.numpy)
                    for level in LEVELS:
                        status = run_map([body], [dtype] * 4, [*views, out], features=level)
                        assert status == lib.TIR_STATUS_OK
                        zeros_matter = second not in ("max", "min")
                        right = interpreted([body], [*views, out])[0]
                        assert same(out, right, signs_of_zeros=zeros_matter).all(), node
