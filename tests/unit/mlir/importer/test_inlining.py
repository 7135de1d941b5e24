"""Private functions that take an index are written out where they are called."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.interp import interpret
from tensorir.ir.diagnostic import ParseError
from tensorir.mlir import parse

NUMBERS = """
func.func private @numbers(%rows: index, %columns: index) -> (tensor<?x?xi32>, index) {
  %e = tensor.empty(%rows, %columns) : tensor<?x?xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]}
      outs(%e : tensor<?x?xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %0 = arith.muli %i, %columns : index
    %1 = arith.addi %0, %j : index
    %2 = arith.index_cast %1 : index to i32
    linalg.yield %2 : i32
  } -> tensor<?x?xi32>
  %next = arith.addi %rows, %columns : index
  return %r, %next : tensor<?x?xi32>, index
}
"""

CALLER = """
func.func @main(%x: tensor<?xf32>) -> (tensor<4x3xi32>, tensor<?x7xi32>) {
  %d0 = arith.constant 0 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %n = tensor.dim %x, %d0 : tensor<?xf32>
  %0:2 = call @numbers(%four, %three) : (index, index) -> (tensor<?x?xi32>, index)
  %1 = tensor.cast %0#0 : tensor<?x?xi32> to tensor<4x3xi32>
  %2:2 = call @numbers(%n, %0#1) : (index, index) -> (tensor<?x?xi32>, index)
  %3 = tensor.cast %2#0 : tensor<?x?xi32> to tensor<?x7xi32>
  return %1, %3 : tensor<4x3xi32>, tensor<?x7xi32>
}
"""


def count(rows: int, columns: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    return np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)


def test_sizes_go_in_and_come_out() -> None:
    module = parse(NUMBERS + CALLER)
    assert [f.name for f in module.functions] == ["main"]
    known, unknown = interpret(module, "main", (np.zeros(5, np.float32),))
    np.testing.assert_array_equal(known, count(4, 3))
    np.testing.assert_array_equal(unknown, count(5, 7))


def test_a_public_function_can_not_take_a_size() -> None:
    with pytest.raises(ParseError, match="%rows is used as a size"):
        parse(NUMBERS.replace("private ", ""))


def test_errors_stand_in_the_callee() -> None:
    text = NUMBERS.replace("linalg.index 1", "linalg.index 4")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "linalg.index 4" in row)
    with pytest.raises(ParseError, match=rf"<string>:{line}:\d+: error: linalg\.index"):
        parse(text + CALLER)


def chain(length: int, calls: int) -> str:
    """Functions that call the one before `calls` times each."""
    texts = ["func.func private @f0(%x: index) -> index {\n  return %x : index\n}"]
    for i in range(1, length):
        body = "\n".join(f"  %{j} = call @f{i - 1}(%x) : (index) -> index" for j in range(calls))
        texts.append(f"func.func private @f{i}(%x: index) -> index {{\n{body}\n  return %0 : index\n}}")
    texts.append(f"""func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> {{
  %d0 = arith.constant 0 : index
  %d = tensor.dim %a, %d0 : tensor<?xf32>
  %n = call @f{length - 1}(%d) : (index) -> index
  %e = tensor.empty(%n) : tensor<?xf32>
  return %e : tensor<?xf32>
}}""")
    return "\n".join(texts)


def test_calls_in_calls() -> None:
    assert [f.name for f in parse(chain(20, 1)).functions] == ["main"]
    for text in (chain(100, 1), chain(25, 2)):
        with pytest.raises(ParseError, match=r"func\.call: @f\d+ takes an index, so .* exceeds the limit"):
            parse(text)


def test_recursion_is_refused() -> None:
    text = "func.func private @f(%x: index) -> index {\n  %0 = call @f(%x) : (index) -> index\n  return %0 : index\n}"
    with pytest.raises(ParseError, match="recursion is not supported"):
        parse(text + chain(1, 0).replace("@f0(%d)", "@f(%d)"))


def test_sizes_that_no_size_can_say_are_found_again_in_each_call() -> None:
    text = """
    func.func private @g(%n: index, %x: tensor<?xf32>) -> tensor<?xf32> {
      %c8 = arith.constant 8 : index
      %m = arith.minsi %n, %c8 : index
      %e = tensor.empty(%m) : tensor<?xf32>
      %r = arith.addf %x, %e : tensor<?xf32>
      return %r : tensor<?xf32>
    }
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %x, %c0 : tensor<?xf32>
      %e = tensor.dim %y, %c0 : tensor<?xf32>
      %r = call @g(%d, %x) : (index, tensor<?xf32>) -> tensor<?xf32>
      %s = call @g(%e, %y) : (index, tensor<?xf32>) -> tensor<?xf32>
      return %r, %s : tensor<?xf32>, tensor<?xf32>
    }"""
    (made,) = parse(text).functions
    assert [str(t) for t in made.body.yield_types] == ["tensor<[x_0]xf32>", "tensor<[y_0]xf32>"]
