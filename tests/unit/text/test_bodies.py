from __future__ import annotations

import math

import pytest

from tensorir.ir.dtype import f16, f32, i1, i8, u8
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const
from tensorir.text.bodies import body, body_text
from tensorir.text.lexer import Lexer

A, B = arg(0, f32), arg(1, f32)

BODIES = [
    ScalarBody((f32,), A),
    ScalarBody((), const(1, i8)),
    ScalarBody((f32, f32), cast(apply("add", apply("mul", A, B), const(1.0, f32)), f16)),
    ScalarBody((f32, f32), apply("select", apply("lt", A, B), A, const(-0.0, f32))),
    ScalarBody((f32,), apply("max", A, const(math.nan, f32))),
    ScalarBody((f32,), apply("max", A, const(-math.inf, f32))),
    ScalarBody((f32,), const(0.1, f32)),
    ScalarBody((u8,), apply("xor", arg(0, u8), const(255, u8))),
    ScalarBody((), const(True, i1)),
    ScalarBody((f32,), arg(3, f16)),
]


@pytest.mark.parametrize("value", BODIES, ids=body_text)
def test_round_trip(value: ScalarBody) -> None:
    lex = Lexer(body_text(value))
    found = body(lex)
    assert found == value
    assert found.result is value.result
    assert lex.kind == "end"


def test_the_form() -> None:
    assert body_text(BODIES[2]) == (
        "(a0: f32, a1: f32) { v0 = mul a0, a1; v1 = const 1.0 : f32; v2 = add v0, v1; v3 = cast v2 : f16; yield v3 }"
    )


def test_shared_and_deep_bodies_are_linear() -> None:
    value: Scalar = A
    for _ in range(5_000):
        value = apply("add", value, value)
    deep = ScalarBody((f32,), value)
    text = body_text(deep)
    assert text.count("add") == 5_000
    assert body(Lexer(text)) == deep
