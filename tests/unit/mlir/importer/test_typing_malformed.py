"""Ops and functions that no verifier lets through: each is refused where it stands, and LLVM 19 refuses it, too.

`malformed_ops.txt` has the ops in pairs of lines: `// line:col: message`, and the text in a function that has the
arguments of `HEAD`. What LLVM 19 ends on with a crash is not in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tensorir.mlir import parse
from tests.support.mlir_programs import refusal
from tests.support.mlir_tools import needs_mlir_opt_19

HEAD = (
    "func.func @f(%a: tensor<4xf32>, %b: tensor<4xi32>, %h: tensor<4xf16>, %m: tensor<4x6xf32>, %d: tensor<?xf32>, "
    "%x: f32, %y: f16, %i: i32, %l: i64, %s: i8, %n: index, %p: i1, %t: tensor<4xindex>, %bf: bf16, "
    "%ti64: tensor<4xi64>, %z: f64) {"
)
LINES = Path(__file__).with_name("malformed_ops.txt").read_text("utf-8").splitlines()
OPS = [(text, line.removeprefix("// ")) for line, text in zip(LINES[::2], LINES[1::2], strict=True)]
ADD = "%r = arith.addf %x, %x : f32"
G = "func.func private @g(%x: f32) -> f32 { return %x : f32 }\n"
FUNCTIONS = [
    (f"func.func @f(%x: f32) -> f32 {{\n return %x : f32\n {ADD}\n}}", "3:2: an op stands after func.return"),
    ("func.func @f(%x: f32) -> f32 {\n return %x : f32\n return %x : f32\n}", "3:2: an op stands after func.return"),
    (f"func.func private @h(%x: f32) -> f32 {{ return %x : f32\n {ADD} }}\n{G}", "2:2: an op stands after func.return"),
    (
        f'"func.func"() <{{function_type = (f32) -> (), sym_name = "f"}}> ({{\n^b(%x: f32):\n "func.return"() '
        ": () -> ()\n"
        f" {ADD}\n}}) : () -> ()",
        "4:2: an op stands after func.return, which ends its block",
    ),
    (f"func.func @f(%x: f32) {{\n {ADD}\n}}", "1:1: func.func: @f does not return"),
    ("func.func @f(%x: f32) -> f32 {\n return\n}", "1:1: func.func: @f: returns 0 values, its type has 1"),
    ("func.func @f(%x: f32) -> f64 {\n return %x : f32\n}", "1:1: func.func: @f: returns (f32), its type says (f64)"),
    (
        "func.func @f(%x: index) -> i64 {\n return %x : index\n}",
        "1:1: func.func: @f: returns (index), its type says (i64)",
    ),
    (
        "func.func @f(%x: tensor<4xf32>) -> tensor<?xf32> {\n return %x : tensor<4xf32>\n}",
        "1:1: func.func: @f: returns (tensor<4xf32>), its type says (tensor<?xf32>)",
    ),
    (
        f"{G}func.func @f(%x: f32) -> f32 {{\n %r = call @g(%x, %x) : (f32, f32) -> f32\n return %r : f32\n}}",
        "3:7: func.call: @g is (f32) -> (f32), the call (f32, f32) -> (f32)",
    ),
    (
        f"{G}func.func @f(%x: f64) -> f64 {{\n %r = call @g(%x) : (f64) -> f64\n return %r : f64\n}}",
        "3:7: func.call: @g is (f32) -> (f32), the call (f64) -> (f64)",
    ),
    (
        "func.func private @g(%x: tensor<?xf32>) { return }\nfunc.func @f(%x: tensor<4xf32>) {\n"
        " call @g(%x) : (tensor<4xf32>) -> ()\n return\n}",
        "3:2: func.call: @g is (tensor<?xf32>) -> (), the call (tensor<4xf32>) -> ()",
    ),
    ("func.func @f(%x: f32) {\n linalg.yield %x : f32\n}", "2:2: linalg.yield: this op is not supported"),
]
NEGATIVE = [
    ("%e = tensor.empty(%c) : tensor<?xf32>", "tensor.empty: a size can't be negative, got -2"),
    ("%e = tensor.splat %x[%c] : tensor<?xf32>", "tensor.splat: a size can't be negative, got -2"),
    (
        "%e = tensor.generate %c { ^b(%j: index): tensor.yield %x : f32 } : tensor<?xf32>",
        "tensor.generate: a size can't be negative, got -2",
    ),
    (
        "%e = tensor.extract_slice %a[0] [%c] [1] : tensor<4xf32> to tensor<?xf32>",
        "tensor.extract_slice: sizes must not be negative, got [-2]",
    ),
    (
        "%e = tensor.extract_slice %a[%c] [1] [1] : tensor<4xf32> to tensor<1xf32>",
        "tensor.extract_slice: offsets must not be negative, got [-2]",
    ),
    (
        "%e = tensor.pad %a low[%c] high[%c] { ^b(%j: index): tensor.yield %x : f32 } : tensor<4xf32> to tensor<?xf32>",
        "tensor.pad: padding must not be negative",
    ),
    (
        "%e = tensor.expand_shape %d [[0, 1]] output_shape [%c, %c] : tensor<?xf32> into tensor<?x?xf32>",
        "tensor.expand_shape: a size can't be negative, got -2",
    ),
]
"""Ops that nobody uses, with a size %c that is −2: refused although they are not run."""


@pytest.mark.parametrize(("op", "message"), OPS)
def test_an_op_that_no_verifier_lets_through(op: str, message: str) -> None:
    place, _, text = message.partition(": ")
    assert refusal(f"{HEAD}\n  {op}\n  return\n}}") == f"t.mlir:{place}: error: {text}"


@pytest.mark.parametrize(("text", "message"), FUNCTIONS)
def test_a_function_that_no_verifier_lets_through(text: str, message: str) -> None:
    place, _, words = message.partition(": ")
    assert refusal(text).startswith(f"t.mlir:{place}: error: {words}")


@pytest.mark.parametrize(("op", "message"), NEGATIVE)
def test_a_negative_size_of_an_op_that_nobody_uses(op: str, message: str) -> None:
    text = f"{HEAD}\n  %c = arith.constant -2 : index\n  {op}\n  return\n}}"
    assert refusal(text).startswith(f"t.mlir:3:8: error: {message}")


@needs_mlir_opt_19
def test_llvm_refuses_the_same() -> None:
    texts = [f"{HEAD}\n  {op}\n  return\n}}" for op, _ in OPS] + [text for text, _ in FUNCTIONS]
    whole = "\n// -----\n".join(texts)
    run = subprocess.run(
        ["mlir-opt-19", "--split-input-file", "-"], input=whole, capture_output=True, text=True, check=False
    )
    refused = {int(n) for n in re.findall(r"^within split at <stdin>:(\d+) offset .* error:", run.stderr, re.MULTILINE)}
    first = 1
    for text in texts:
        assert max(first - 1, 1) in refused, text  # the line of the separator before it
        first += text.count("\n") + 2


def test_sizes_of_operands_may_be_less_known_than_each_other() -> None:
    """The one place where types may differ: LLVM lets sizes agree when it runs."""
    text = f'{HEAD}\n  %r = "arith.addf"(%a, %d) : (tensor<4xf32>, tensor<?xf32>) -> tensor<4xf32>\n  return\n}}'
    parse(text)
