"""scf.if, scf.for, scf.while: what they compute, compiled and interpreted, and again after they were written as
MLIR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tensorir import mlir
from tensorir.api import compile
from tensorir.dialects.control import For, If, While
from tensorir.interp import interpret
from tensorir.ir.diagnostic import ParseError, TensorIRError


def check(text: str, args: Sequence[Any], expected: Sequence[Any]) -> None:
    """The text gives what is expected on a device, and so does what is written of it."""
    module = mlir.parse(text)
    for made in (module, mlir.parse(mlir.print_mlir(module))):
        for results in (interpret(made, "main", args), compile(made).call(args)):
            for a, b in zip(results, expected, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("n", [-2, 0, 1, 6])
def test_a_loop_carries_scalars_and_tensors(n: int) -> None:
    """The index is a scalar: it is summed, and looks rows up."""
    text = """
func.func @main(%x: tensor<6x4xf32>, %n: index) -> (tensor<4xf32>, index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %sum, %k = scf.for %i = %c0 to %n step %c2 iter_args(%a = %zero, %b = %c0) -> (tensor<4xf32>, index) {
    %row = tensor.extract_slice %x[%i, 0] [1, 4] [1, 1] : tensor<6x4xf32> to tensor<4xf32>
    %next = linalg.add ins(%a, %row : tensor<4xf32>, tensor<4xf32>) outs(%zero : tensor<4xf32>) -> tensor<4xf32>
    %c = arith.addi %b, %i : index
    scf.yield %next, %c : tensor<4xf32>, index
  }
  return %sum, %k : tensor<4xf32>, index
}"""
    x = np.arange(24, dtype=np.float32).reshape(6, 4)
    rows = range(0, n, 2)
    check(text, [x, np.array(n)], [x[list(rows)].sum(0), sum(rows)])


def test_rows_that_a_loop_puts_into_its_result() -> None:
    """Each at the position of its iteration; and in another dim than the first."""
    text = """
func.func @main(%x: tensor<5x3xf32>, %d: i32) -> (tensor<5x3xf32>, tensor<3x5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %empty = arith.constant dense<7.0> : tensor<5x3xf32>
  %turned = arith.constant dense<8.0> : tensor<3x5xf32>
  %r:2 = scf.for %i = %c0 to %c5 step %c1 iter_args(%a = %empty, %b = %turned) -> (tensor<5x3xf32>, tensor<3x5xf32>) {
    %last = arith.constant 4 : index
    %j = arith.subi %last, %i : index
    %row = tensor.extract_slice %x[%j, 0] [1, 3] [1, 1] : tensor<5x3xf32> to tensor<3xf32>
    %next = tensor.insert_slice %row into %a[%i, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<5x3xf32>
    %put = tensor.insert_slice %row into %b[0, %i] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x5xf32>
    scf.yield %next, %put : tensor<5x3xf32>, tensor<3x5xf32>
  }
  return %r#0, %r#1 : tensor<5x3xf32>, tensor<3x5xf32>
}"""
    x = np.arange(15, dtype=np.float32).reshape(5, 3)
    check(text, [x, np.array(0, np.int32)], [x[::-1], x[::-1].T])


@pytest.mark.parametrize("offset", [-1, 4])
def test_a_slice_that_leaves_its_tensor_is_an_error(offset: int) -> None:
    """Of three positions in six, and of three put there."""
    taken = """
func.func @main(%x: tensor<6xf32>, %o: index) -> tensor<3xf32> {
  %r = tensor.extract_slice %x[%o] [3] [1] : tensor<6xf32> to tensor<3xf32>
  return %r : tensor<3xf32>
}"""
    put = """
func.func @main(%x: tensor<6xf32>, %o: index) -> tensor<6xf32> {
  %part = arith.constant dense<1.0> : tensor<3xf32>
  %r = tensor.insert_slice %part into %x[%o] [3] [1] : tensor<3xf32> into tensor<6xf32>
  return %r : tensor<6xf32>
}"""
    for text in (taken, put):
        program = compile(mlir.parse(text))
        program(np.zeros(6, np.float32), np.array(3))
        with pytest.raises(TensorIRError, match="is outside of"):
            program(np.zeros(6, np.float32), np.array(offset))


@pytest.mark.parametrize("limit", [0.0, 5.0, 100.0])
def test_a_loop_whose_first_region_gives_other_values(limit: float) -> None:
    """It computes what it gives: a do-while, whose body runs at least once."""
    text = """
func.func @main(%x: f32, %limit: f32) -> (f32, i32) {
  %c0 = arith.constant 0 : i32
  %r:2 = scf.while (%a = %x, %k = %c0) : (f32, i32) -> (f32, i32) {
    %two = arith.constant 2.0 : f32
    %one = arith.constant 1 : i32
    %b = arith.mulf %a, %two : f32
    %l = arith.addi %k, %one : i32
    %c = arith.cmpf olt, %b, %limit : f32
    scf.condition(%c) %b, %l : f32, i32
  } do {
  ^bb0(%b: f32, %l: i32):
    scf.yield %b, %l : f32, i32
  }
  return %r#0, %r#1 : f32, i32
}"""
    value, count = 3.0, 0
    while True:
        value, count = value * 2, count + 1
        if not value < limit:
            break
    check(text, [np.float32(3), np.float32(limit)], [np.float32(value), np.int32(count)])


@pytest.mark.parametrize("c", [False, True])
def test_branches_in_branches(c: bool) -> None:
    """One without an else, which has no result; one of two results, one of them a value from outside."""
    text = """
func.func @main(%c: i1, %x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %r:2 = scf.if %c -> (tensor<4xf32>, tensor<4xf32>) {
    %false = arith.constant false
    %d = arith.cmpi eq, %c, %false : i1
    %s = scf.if %d -> tensor<4xf32> {
      scf.yield %one : tensor<4xf32>
    } else {
      %e = linalg.add ins(%x, %one : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
      scf.yield %e : tensor<4xf32>
    }
    scf.if %d {
      cf.assert %d, "never"
    }
    scf.yield %s, %x : tensor<4xf32>, tensor<4xf32>
  } else {
    scf.yield %x, %one : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}"""
    x, one = np.arange(4, dtype=np.float32), np.ones(4, np.float32)
    check(text, [np.array(c), x], [x + 1, x] if c else [x, one])


def test_sizes_of_the_function_are_known_in_a_loop() -> None:
    text = """
func.func @main(%x: tensor<?x4xf32>, %n: index) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> (tensor<?x4xf32>) {
    %d = tensor.dim %a, %c0 : tensor<?x4xf32>
    %f = arith.index_cast %d : index to i32
    %g = arith.sitofp %f : i32 to f32
    %e = tensor.empty(%d) : tensor<?x4xf32>
    %b = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]} ins(%a : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) {
    ^bb0(%p: f32, %q: f32):
      %s = arith.addf %p, %g : f32
      linalg.yield %s : f32
    } -> tensor<?x4xf32>
    scf.yield %b : tensor<?x4xf32>
  }
  return %r : tensor<?x4xf32>
}"""
    x = np.ones((3, 4), np.float32)
    check(text, [x, np.array(5)], [x + 15])


def test_what_is_read_becomes_an_input() -> None:
    module = mlir.parse("""
func.func @main(%c: i1, %n: i32, %x: tensor<2xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> (tensor<2xf32>) : i32 {
    %s = scf.if %c -> (tensor<2xf32>) {
      scf.yield %y : tensor<2xf32>
    } else {
      scf.yield %a : tensor<2xf32>
    }
    scf.yield %s : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}""")
    loop, branch = (next(o for o in module.walk() if isinstance(o, cls)) for cls in (For, If))
    assert [v.hint for v in loop.inputs] == ["x", "y", "c"]
    assert [v.hint for v in branch.inputs] == ["y", "a"]
    assert not any(isinstance(o, While) for o in module.walk())


FORM = "func.func @main(%c: i1, %x: tensor<4xf32>, %n: index, %u: tensor<?xf32>) -> tensor<4xf32> {{\n{}\n}}"
ENDS = "  return %x : tensor<4xf32>"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "  %r = scf.if %c -> (tensor<4xf32>) {\n    scf.yield %x : tensor<4xf32>\n  }\n" + ENDS,
            "a region yields 0 values, should yield 1",
        ),
        (
            "  %r:2 = scf.if %c -> (f32, f32) {\n  } else {\n  }\n" + ENDS,
            "gives 2 results, its region yields 0",
        ),
        (
            "  %r = scf.for %i = %n to %n step %n iter_args(%a = %u) -> (tensor<?xf32>) {\n"
            "    %e = tensor.empty(%i) : tensor<?xf32>\n    scf.yield %e : tensor<?xf32>\n  }\n" + ENDS,
            "%i is used as a size",
        ),
        (
            "  %r = scf.while (%a = %n) : (index) -> index {\n    scf.yield %a : index\n  } do {\n  ^bb0(%b: index):\n"
            "    scf.yield %b : index\n  }\n" + ENDS,
            "its first region does not end with scf.condition",
        ),
        ("  scf.yield %n : index", "stands in no region of scf"),
        ("  scf.for unsigned %i = %n to %n step %n {\n  }\n" + ENDS, "loops over unsigned indices are not supported"),
        (
            "  %r = scf.for %i = %n to %n step %n iter_args(%a = %x) {\n  }\n" + ENDS,
            "1 values are carried, but 0 types are given",
        ),
        ("  scf.parallel (%i) = (%n) to (%n) step (%n) {\n  }\n" + ENDS, "scf.parallel is not supported"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ParseError, match=r"<string>:\d+:\d+: error: ") as e:
        mlir.parse(FORM.format(text))
    assert message in str(e.value)


FAILING = ["%q = arith.divsi %p, %p : i32", '%q = arith.addi %p, %p : i32\n cf.assert %c, "no"']


@pytest.mark.parametrize("inner", FAILING)
def test_what_may_fail_in_a_branch_of_a_body_is_refused(inner: str) -> None:
    """Both sides are computed there."""
    text = f"""
func.func @main(%x: tensor<4xi32>, %c: i1) -> tensor<4xi32> {{
  %r = linalg.generic {{indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>],
      iterator_types = ["parallel"]}} ins(%x : tensor<4xi32>) outs(%x : tensor<4xi32>) {{
  ^bb0(%p: i32, %o: i32):
    %v = scf.if %c -> (i32) {{
      {inner}
      scf.yield %q : i32
    }} else {{
      scf.yield %p : i32
    }}
    linalg.yield %v : i32
  }} -> tensor<4xi32>
  return %r : tensor<4xi32>
}}"""
    with pytest.raises(ParseError, match="may fail where"):
        mlir.parse(text)
