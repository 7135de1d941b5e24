"""Functions: names of sizes, hints, results, and conversion until no size is news."""

from __future__ import annotations

import pytest

from tests.support.growth import growth
from tests.support.mlir_programs import argument_types, function, module, refusal


def returning(args: str, attributes: str = "") -> str:
    return f"func.func @f({args}) {attributes} {{\n  return\n}}"


def test_sizes_are_named_after_arguments() -> None:
    text = returning("%x: tensor<?x3x?xf32>, %0: tensor<?xf32>, %a.b: tensor<?xf32>, %a_b: tensor<?xf32>")
    assert argument_types(text) == [
        "tensor<[x_0]x3x[x_2]xf32>",
        "tensor<[arg1_0]xf32>",
        "tensor<[a_b_0]xf32>",
        "tensor<[a_b_0_1]xf32>",
    ]
    assert [v.hint for v in function(text).body.args] == ["x", "arg1", "a.b", "a_b"]


def test_sizes_named_by_the_program() -> None:
    text = returning(
        "%x: tensor<?x?xf32>, %y: tensor<?x4xf32>, %z: f32",
        'attributes {tensorir_sizes = [["S", "2*ceildiv(S, 16)"], ["S", "4"], []]}',
    )
    assert argument_types(text) == ["tensor<[S]x[2*ceildiv(S, 16)]xf32>", "tensor<[S]x4xf32>", "tensor<f32>"]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ('[["S"], []]', "one array of sizes (strings) per argument"),
        ("[3]", "tensorir_sizes of argument 0 must be a list of sizes as strings"),
        ('[["S", "T"]]', "its type is tensor<?xf32>"),
        ('[["4"]]', "its type is tensor<?xf32>"),
        ('[["S +"]]', "tensorir_sizes of argument 0: expected"),
    ],
)
def test_malformed_names(sizes: str, message: str) -> None:
    found = refusal(returning("%x: tensor<?xf32>", f"attributes {{tensorir_sizes = {sizes}}}"))
    assert found.startswith("t.mlir:1:1: error: func.func: @f: ")
    assert message in found


def test_private_functions_are_private() -> None:
    text = """
    func.func private @g() {
      return
    }
    func.func @f() {
      call @g() : () -> ()
      return
    }"""
    assert [(f.name, f.private) for f in module(text).functions] == [("g", True), ("f", False)]


@pytest.mark.parametrize("type", ["tensor<?xf32>", "tensor<5xf32>", "tensor<4xf64>", "f32"])
def test_results_are_of_the_types_that_the_function_says(type: str) -> None:
    text = f"func.func @f(%x: {type}) -> tensor<4xf32> {{\n  return %x : {type}\n}}"
    assert f"func.func: @f: returns ({type}), its type says (tensor<4xf32>)" in refusal(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"func.func"() <{function_type = () -> (), sym_name = "f"}> ({\n^bb0:\n}) : () -> ()', "does not return"),
        ('"func.func"() <{sym_name = "f"}> ({\n  "func.return"() : () -> ()\n}) : () -> ()', "function_type"),
        (
            '"func.func"() <{function_type = (f32) -> (), sym_name = "f"}> ({\n  "func.return"() : () -> ()\n'
            "}) : () -> ()",
            "arguments",
        ),
        ("func.func @f() {\n  test.op\n  return\n}", "test.op"),
        (
            'func.func @f() {\n  "test.op"() : () -> ()\n  return\n}',
            "t.mlir:2:3: error: test.op: this op is not supported",
        ),
        (
            'func.func @f(%x: f32) {\n  "arith.adf"(%x, %x) : (f32, f32) -> ()\n  return\n}',
            "did you mean arith.addf",
        ),
        ('"test.top"() : () -> ()', "test.top: this op is not supported at the top level"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = refusal(text)
    assert found.startswith("t.mlir:")
    assert message in found


def long_function(n: int) -> str:
    lines = ["func.func @f(%v0: tensor<?xf32>, %w: tensor<?xf32>) -> tensor<?xf32> {"]
    lines += [f"  %v{i + 1} = arith.addf %v{i}, %w : tensor<?xf32>" for i in range(n)]
    return "\n".join([*lines, f"  return %v{n} : tensor<?xf32>", "}"])


def test_long_functions_take_linear_time() -> None:
    small, large = long_function(100), long_function(1000)
    assert growth(lambda: module(small), lambda: module(large), 15) < 15
