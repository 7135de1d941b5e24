"""Mutable globals: read as states, and written as mutable globals again."""

from __future__ import annotations

import numpy as np
import pytest

import tensorir as ti
from tensorir import mlir
from tensorir.ir.diagnostic import ParseError, TensorIRError
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module

COUNTER = """
util.global private mutable @n = dense<2.0> : tensor<f32>
util.global private mutable @last = dense<0.0> : tensor<1000xf32>
util.global private @one = dense<1.0> : tensor<f32>
func.func @count(%x: tensor<1000xf32>) -> (tensor<f32>, tensor<1000xf32>) {
  %before = util.global.load @last : tensor<1000xf32>
  util.global.store %x, @last : tensor<1000xf32>
  %n = util.global.load @n : tensor<f32>
  %one = util.global.load @one : tensor<f32>
  %more = arith.addf %n, %one : tensor<f32>
  util.global.store %more, @n : tensor<f32>
  %again = util.global.load @n : tensor<f32>
  %twice = arith.addf %again, %one : tensor<f32>
  util.global.store %twice, @n : tensor<f32>
  return %again, %before : tensor<f32>, tensor<1000xf32>
}
func.func @peek() -> tensor<f32> {
  %n = util.global.load @n : tensor<f32>
  return %n : tensor<f32>
}
"""


def run(module: Module, device: str = "cpu") -> list[float]:
    session = ti.compile(module, device).session()
    found: list[float] = []
    for i in range(3):
        n, before = session(np.full(1000, i + 1, np.float32), function="count")
        found += [float(n), float(before[0]), float(session(function="peek"))]
    return found


WANTED = [3, 0, 4, 5, 1, 6, 7, 2, 8]


def test_a_load_gives_what_was_stored_last() -> None:
    module = mlir.parse(COUNTER)
    count, peek = module.functions
    assert (count.states, peek.states) == (("last", "n"), ("n",))
    assert run(module) == run(module, "reference") == WANTED


@pytest.mark.parametrize("dialect", ["current", "llvm19"])
def test_states_are_written_as_mutable_globals(dialect: str) -> None:
    module = mlir.parse(COUNTER)
    text = mlir.print_mlir(module, dialect=dialect)  # pyright: ignore[reportArgumentType]  # both are spellings
    load, store = ("util.global.load", "util.global.store") if dialect == "current" else ("global_load", "global_store")
    assert "private mutable @n" in text
    assert load in text
    assert store in text
    again = mlir.parse(text)
    assert [f.states for f in again.functions] == [("last", "n"), ("n",)]
    assert run(again) == WANTED
    assert isomorphic(mlir.parse(mlir.print_mlir(again)), again)


def test_private_functions_pass_states_on() -> None:
    module = mlir.parse("""
util.global private mutable @n = 1 : i32
func.func private @step(%by: tensor<i32>) {
  %n = util.global.load @n : i32
  %t = tensor.from_elements %n : tensor<i32>
  %m = arith.addi %t, %by : tensor<i32>
  %i = tensor.extract %m[] : tensor<i32>
  util.global.store %i, @n : i32
  return
}
func.func @main(%by: tensor<i32>) -> tensor<i32> {
  func.call @step(%by) : (tensor<i32>) -> ()
  func.call @step(%by) : (tensor<i32>) -> ()
  %n = util.global.load @n : i32
  %t = tensor.from_elements %n : tensor<i32>
  return %t : tensor<i32>
}""")
    session = ti.compile(module).session()
    assert [int(session(np.asarray(5, np.int32), function="main")) for _ in range(3)] == [11, 21, 31]


def test_an_initializer_gives_the_first_value() -> None:
    module = mlir.parse("""
util.global private mutable @s : tensor<2xf32>
util.initializer {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %d = arith.addf %c, %c : tensor<2xf32>
  util.global.store %d, @s : tensor<2xf32>
  util.return
}
func.func @main() -> tensor<2xf32> {
  %s = util.global.load @s : tensor<2xf32>
  %t = arith.mulf %s, %s : tensor<2xf32>
  util.global.store %t, @s : tensor<2xf32>
  return %s : tensor<2xf32>
}""")
    session = ti.compile(module).session()
    assert [session().tolist() for _ in range(3)] == [[2, 4], [4, 16], [16, 256]]
    with pytest.raises(TensorIRError, match="whose first value is computed can't be written"):
        mlir.print_mlir(module)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("util.global.store %x, @w : tensor<3xf32>", "the sizes 3 and 2 must be equal"),
        ("func.call @other() : () -> ()", "@other is public and has the state @w: only a session calls it"),
        ("util.global.store %x, @nothing : tensor<3xf32>", "@nothing is no global"),
    ],
)
def test_refusals(body: str, message: str) -> None:
    text = f"""util.global private mutable @w = dense<1.0> : tensor<2xf32>
func.func @other() {{
  %w = util.global.load @w : tensor<2xf32>
  util.global.store %w, @w : tensor<2xf32>
  return
}}
func.func @main(%x: tensor<3xf32>) {{
  {body}
  return
}}"""
    with pytest.raises(ParseError, match=message) as e:
        mlir.parse(text)
    assert ":8:3: error: " in str(e.value)
