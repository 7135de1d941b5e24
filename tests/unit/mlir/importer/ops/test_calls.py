"""Calls between functions, and functions that stand for ops of the core."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.func import Call
from tensorir.dialects.linalg import LayerNorm, Softmax
from tensorir.ir.diagnostic import Remark
from tensorir.mlir import parse
from tests.support.mlir_programs import argument_types, module, ops, refusal, result, run, same

DOUBLED = """
func.func private @doubled(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = arith.addf %x, %x : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
"""


def test_results_have_the_sizes_of_the_call() -> None:
    text = (
        DOUBLED
        + """
    func.func @f(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
      %a = tensor.cast %x : tensor<?x3xf32> to tensor<?x?xf32>
      %r = call @doubled(%a) : (tensor<?x?xf32>) -> tensor<?x?xf32>
      %s = tensor.cast %r : tensor<?x?xf32> to tensor<?x3xf32>
      return %s : tensor<?x3xf32>
    }"""
    )
    (call,) = ops(text)
    assert isinstance(call, Call)
    assert str(call.types[0]) == "tensor<[x_0]x3xf32>"
    x = np.ones((2, 3), np.float32)
    assert same(result(text, x), x * 2)


def test_sizes_that_the_callee_needs_equal_are_equal() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>, %z: tensor<?xf32>) -> tensor<?xf32> {
      %a = call @sum(%x, %y, %z) : (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
      return %a : tensor<?xf32>
    }
    func.func private @sum(%a: tensor<?xf32>, %b: tensor<?xf32>, %c: tensor<?xf32>) -> tensor<?xf32> {
      %r = arith.addf %a, %b : tensor<?xf32>
      %four = tensor.cast %c : tensor<?xf32> to tensor<4xf32>
      return %r : tensor<?xf32>
    }
    func.func @g(%x: tensor<?xf32>, %y: tensor<?xf32>, %z: tensor<?xf32>) -> tensor<?xf32> {
      %a = call @sum(%x, %y, %z) : (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
      return %a : tensor<?xf32>
    }"""
    assert argument_types(text) == ["tensor<[x_0]xf32>", "tensor<[x_0]xf32>", "tensor<4xf32>"]
    assert [f.name for f in module(text).functions] == ["f", "sum", "g"]


def test_several_results_and_scalars() -> None:
    text = """
    func.func private @both(%x: f32, %n: index) -> (f32, index) {
      %r = arith.negf %x : f32
      return %r, %n : f32, index
    }
    func.func @f(%x: f32, %n: index) -> (index, f32) {
      %a:2 = call @both(%x, %n) : (f32, index) -> (f32, index)
      return %a#1, %a#0 : index, f32
    }"""
    a, b = run(text, np.float32(2), np.int64(5))
    assert same(a, np.int64(5))
    assert same(b, np.float32(-2))


def test_uncalled_private_functions_and_declarations_are_dropped_with_a_remark() -> None:
    text = (
        DOUBLED
        + """
    func.func private @elsewhere(tensor<4xf32>)
    func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
      return %x : tensor<4xf32>
    }"""
    )
    remarks: list[Remark] = []
    assert [f.name for f in parse(text, remarks=remarks).functions] == ["f"]
    assert [r.message for r in remarks] == ["@elsewhere is only declared", "@doubled is private and never called"]


def test_long_chains_of_calls() -> None:
    count = 2000
    functions = [
        f"func.func private @f{i}(%x: f32) -> f32 {{\n  %r = call @f{i + 1}(%x) : (f32) -> f32\n  return %r : f32\n}}"
        for i in range(count)
    ]
    last = f"func.func private @f{count}(%x: f32) -> f32 {{\n  return %x : f32\n}}"
    main = "func.func @main(%x: f32) -> f32 {\n  %r = call @f0(%x) : (f32) -> f32\n  return %r : f32\n}"
    assert len(module("\n".join([*functions, last, main])).functions) == count + 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("func.func @f(%x: f32) -> f32 {\n  %r = call @f(%x) : (f32) -> f32\n  return %r : f32\n}", "recursion"),
        (
            "func.func @f(%x: f32) -> f32 {\n  %r = call @g(%x) : (f32) -> f32\n  return %r : f32\n}\n"
            "func.func @g(%x: f32) -> f32 {\n  %r = call @f(%x) : (f32) -> f32\n  return %r : f32\n}",
            "t.mlir:6:8: error: func.call: @f calls itself, directly or through others",
        ),
        ("func.func @f() {\n  call @g() : () -> ()\n  return\n}", "func.call: there is no function @g"),
        (
            "func.func private @g()\nfunc.func @f() {\n  call @g() : () -> ()\n  return\n}",
            "func.call: @g is only declared",
        ),
        (
            "func.func private @g(%x: f32) {\n  return\n}\nfunc.func @f() {\n  call @g() : () -> ()\n  return\n}",
            "func.call: @g is (f32) -> (), the call () -> ()",
        ),
        (
            "func.func private @g(%x: f32) {\n  return\n}\n"
            "func.func @f(%x: i32) {\n  call @g(%x) : (i32) -> ()\n  return\n}",
            "func.call: @g is (f32) -> (), the call (i32) -> ()",
        ),
        (
            "func.func private @g(%x: tensor<2xf32>) {\n  return\n}\n"
            "func.func @f(%x: tensor<3xf32>) {\n  call @g(%x) : (tensor<3xf32>) -> ()\n  return\n}",
            "func.call: @g is (tensor<2xf32>) -> (), the call (tensor<3xf32>) -> ()",
        ),
        ("func.func @f() {\n  return\n}\nfunc.func @f() {\n  return\n}", "t.mlir:4:1: error: func.func: the symbol @f"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = refusal(text)
    assert found.startswith("t.mlir:")
    assert message in found


# -- functions that stand for ops


def composite(op: str, attributes: str, call: str = "%x") -> str:
    return f"""
    func.func private @c(%x: tensor<?x4xf32>) -> tensor<?x4xf32>
        attributes {{tensorir_op = "{op}", tensorir_attributes = "{attributes}"}} {{
      %r = math.exp %x : tensor<?x4xf32>
      return %r : tensor<?x4xf32>
    }}
    func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {{
      %r = call @c({call}) : (tensor<?x4xf32>) -> tensor<?x4xf32>
      return %r : tensor<?x4xf32>
    }}"""


def test_a_call_becomes_the_op_that_the_function_stands_for() -> None:
    text = composite("linalg.softmax", "{dims = [1], extent = 3}")
    (op,) = ops(text)
    assert isinstance(op, Softmax)
    assert op.extent == 3
    assert [f.name for f in module(text).functions] == ["f"]


def test_sizes_in_attributes_are_those_of_the_caller() -> None:
    text = composite("linalg.softmax", "{dims = [0], extent = S}").replace(
        "func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {",
        'func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {tensorir_sizes = [["S", "4"]]} {',
    )
    (op,) = ops(text)
    assert isinstance(op, Softmax)
    assert str(op.extent) == "S"


def test_several_operands() -> None:
    text = """
    func.func private @c(%x: tensor<2x4xf32>, %s: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32>
        attributes {tensorir_op = "linalg.layer_norm", tensorir_attributes = "{dims = [1], epsilon = 1.0e-5}"} {
      return %x : tensor<2x4xf32>
    }
    func.func @f(%x: tensor<2x4xf32>, %s: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
      %r = call @c(%x, %s, %b) : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
      return %r : tensor<2x4xf32>
    }"""
    (op,) = ops(text)
    assert isinstance(op, LayerNorm)
    assert [v.hint for v in op.operands] == ["x", "s", "b"]


@pytest.mark.parametrize(
    ("op", "attributes", "message"),
    [
        ("linalg.softmix", "{}", "is not the name of an op that a function can stand for; did you mean linalg.softmax"),
        ("flow.dispatch", "{}", "is not the name of an op that a function can stand for"),
        ("linalg.softmax", "{dims = [7]}", "linalg.softmax: "),
        ("linalg.softmax", "{dims = 1}", "the attribute dims of linalg.softmax must be a list"),
        ("linalg.softmax", "{}", "needs the attribute dims"),
        ("linalg.softmax", "{dims = [1], axis = 3}", "has no attribute axis"),
        ("linalg.softmax", "{dims = [1]", "tensorir_attributes: expected"),
        ("linalg.softmax", "{dims = [1], dims = [0]}", "is given twice"),
        ("linalg.layer_norm", "{dims = [1], epsilon = 0.0}", "linalg.layer_norm does not take 1 operands"),
    ],
)
def test_functions_that_can_t_stand_for_an_op(op: str, attributes: str, message: str) -> None:
    found = refusal(composite(op, attributes))
    assert found.startswith("t.mlir:8:12: error: func.call: ")
    assert message in found
