"""Generic text can give any op any operands, results and attributes: each ends in a program or in a clean error."""

from __future__ import annotations

import itertools

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.mlir import parse
from tensorir.mlir.importer.counts import ANY, COUNTS
from tensorir.mlir.importer.registry import IMPORTERS
from tests.support.mlir_programs import refusal

TYPES = {"s": "f32", "t": "tensor<2x3xf32>", "d": "tensor<?xi32>", "i": "index", "z": "tensor<f32>"}
ARGS = ", ".join(f"%{name}: {type}" for name, type in TYPES.items())
ATTRIBUTES = (
    "",
    "operandSegmentSizes = array<i32: 1, 0>",
    "operandSegmentSizes = array<i32: 1, 0, 0>, static_low = array<i64: 0>, static_high = array<i64: 1>",
    "operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0>, static_sizes = array<i64: 1>",
    "reassociation = [[0 : i64, 1 : i64]], static_output_shape = array<i64: -9223372036854775808>",
    "value = 1.0 : f32, dim = 7 : i64, callee = @f, global = @f, predicate = 99 : i64",
    "value = dense<1> : tensor<2xi32>, dim = -1 : i64, map = affine_map<(d0) -> (d0 floordiv 0)>, target = 3 : i32",
)


def program(op: str, operands: str, results: tuple[str, ...], attributes: str) -> str:
    names = ", ".join(f"%{o}" for o in operands)
    types = ", ".join(TYPES[o] for o in operands)
    left = f"%r:{len(results)} = " if results else ""
    line = f'{left}"{op}"({names}) <{{{attributes}}}> : ({types}) -> ({", ".join(results)})'
    return f"func.func @f({ARGS}) {{\n  {line}\n  return\n}}"


@pytest.mark.parametrize("op", sorted(IMPORTERS))
def test_whatever_an_op_is_given_nothing_crashes(op: str) -> None:
    operands = ["", "s", "t", "d", "i", "z", "ti", "tt", "st", "tii", "dd", "ttt", "stii", "tttt"]
    results = [(), ("f32",), ("tensor<?x3xf32>",), ("index",), ("tensor<2x3xf32>", "f32"), ("tensor<f32>",)]
    refused = 0
    for given, made, attributes in itertools.islice(itertools.product(operands, results, ATTRIBUTES), 0, None, 19):
        try:
            parse(program(op, given, made, attributes), file="t.mlir")
        except ParseError as e:
            refused += 1
            assert str(e).startswith("t.mlir:"), program(op, given, made, attributes)
    assert refused


@pytest.mark.parametrize("op", sorted(COUNTS))
def test_wrong_counts_are_named(op: str) -> None:
    least, largest, results = COUNTS[op]
    if largest != ANY:
        found = refusal(program(op, "t" * (largest + 1), ("f32",) * results, ""))
        assert f"error: {op}: takes {least} operands, got {largest + 1}" in found
    found = refusal(program(op, "t" * least, ("f32",) * (results + 1), ""))
    assert f"error: {op}: gives {results} results, {results + 1} are written" in found
