"""arith in functions: literals are computed, sizes stay sizes, the rest is one generic per op."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.linalg import Fill, Generic
from tensorir.dialects.tensor import Constant
from tests.support.mlir_programs import argument_types, function, ops, refusal, result, run, same


def size_program(lines: str, out: str = "%r") -> str:
    """A function whose result has the size that `lines` compute of the sizes %s and %t."""
    return f"""
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %s = tensor.dim %x, %c0 : tensor<?xf32>
      %t = tensor.dim %y, %c0 : tensor<?xf32>
      {lines}
      %e = tensor.empty({out}) : tensor<?xf32>
      %z = arith.constant 1.0 : f32
      %f = linalg.fill ins(%z : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
      return %f : tensor<?xf32>
    }}"""


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        ("%r = arith.addi %s, %t : index", "x_0 + y_0"),
        ("%r = arith.subi %s, %c1 : index", "x_0 + -1"),
        ("%r = arith.muli %s, %c4 : index", "4*x_0"),
        ("%r = arith.divui %s, %c4 : index", "floordiv(x_0, 4)"),
        ("%r = arith.divsi %s, %t : index", "floordiv(x_0, y_0)"),
        ("%r = arith.ceildivsi %s, %c4 : index", "ceildiv(x_0, 4)"),
        ("%r = arith.remui %s, %c4 : index", "mod(x_0, 4)"),
        ("%a = arith.subi %s, %c4 : index\n%r = arith.floordivsi %a, %c4 : index", "floordiv(x_0 + -4, 4)"),
        ("%a = arith.index_cast %s : index to i64\n%r = arith.index_cast %a : i64 to index", "x_0"),
        ("%a = arith.index_cast %s : index to i32\n%r = arith.index_castui %a : i32 to index", "x_0"),
        ("%a = arith.addi %s, %c1 : index\n%r = arith.maxsi %a, %s : index", "x_0 + 1"),
        ("%a = arith.addi %s, %c1 : index\n%r = arith.minsi %a, %s : index", "x_0"),
        ("%r = arith.maxsi %s, %c0 : index", "x_0"),
        ("%a = arith.cmpi slt, %s, %c0 : index\n%r = arith.select %a, %c1, %s : index", "x_0"),
        ("%a = arith.cmpi eq, %s, %s : index\n%r = arith.select %a, %t, %s : index", "y_0"),
        ("%r = affine.apply affine_map<(d0)[s0] -> (d0 * 2 + s0 floordiv 4)>(%s)[%t]", "floordiv(y_0, 4) + 2*x_0"),
    ],
)
def test_sizes_are_expressions(lines: str, size: str) -> None:
    (made,) = function(size_program(lines)).body.yields[0].type.shape
    assert str(made) == size


@pytest.mark.parametrize(
    "lines",
    [
        "%a = arith.subi %s, %c4 : index\n%r = arith.divsi %a, %c4 : index",  # truncates: not the core's quotient
        "%r = arith.minsi %s, %t : index",
        "%a = arith.index_cast %s : index to i8\n%r = arith.index_cast %a : i8 to index",
        "%r = arith.shli %s, %c1 : index",
    ],
)
def test_what_no_size_can_say_is_refused_where_it_is_one(lines: str) -> None:
    assert "tensor.empty: %r is used as a size, but is not an expression" in refusal(size_program(lines))


def test_a_minimum_is_a_size_where_the_program_says_which() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %s = tensor.dim %x, %c0 : tensor<?xf32>
      %n = arith.minsi %s, %c8 : index
      %t = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>
      %a = tensor.extract_slice %t[0] [%n] [1] : tensor<8xf32> to tensor<?xf32>
      %r = arith.addf %x, %a : tensor<?xf32>
      return %r : tensor<?xf32>
    }"""
    x = np.asarray([10, 20, 30], np.float32)
    assert same(result(text, x), np.asarray([11, 22, 33], np.float32))
    with pytest.raises(ValueError, match="outside of the size 8"):
        run(text, np.zeros(9, np.float32))


def test_sizes_as_data() -> None:
    text = """
    func.func @f(%x: tensor<?x3xf32>) -> (index, i32, f32, i1, i64) {
      %c0 = arith.constant 0 : index
      %c10 = arith.constant 10 : index
      %s = tensor.dim %x, %c0 : tensor<?x3xf32>
      %a = arith.subi %s, %c10 : index
      %b = arith.index_cast %a : index to i32
      %c = arith.sitofp %b : i32 to f32
      %d = arith.cmpi slt, %s, %c10 : index
      %e = arith.index_cast %s : index to i64
      %f = arith.divsi %a, %c10 : index
      %g = arith.index_cast %f : index to i64
      return %a, %b, %c, %d, %g : index, i32, f32, i1, i64
    }"""
    assert [v.item() for v in run(text, np.zeros((7, 3), np.float32))] == [-3, -3, -3.0, True, 0]
    assert [v.dtype.name for v in run(text, np.zeros((7, 3), np.float32))] == [
        "int64",
        "int32",
        "float32",
        "bool",
        "int64",
    ]


def test_quotients_as_data() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> (index, index, index) {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %s = tensor.dim %x, %c0 : tensor<?xf32>
      %a = arith.ceildivsi %s, %c4 : index
      %b = arith.remsi %s, %c4 : index
      %c = affine.apply affine_map<(d0) -> ((d0 - 9) floordiv 4)>(%s)
      return %a, %b, %c : index, index, index
    }"""
    assert [int(v) for v in run(text, np.zeros(7, np.float32))] == [2, 3, -1]


def test_literals_are_computed() -> None:
    text = """
    func.func @f() -> (f32, tensor<1000xf32>, i8) {
      %a = arith.constant 1.0e-5 : f64
      %b = arith.truncf %a : f64 to f32
      %t = arith.constant dense<2.0> : tensor<1000xf32>
      %u = arith.mulf %t, %t : tensor<1000xf32>
      %i = arith.constant 100 : i8
      %j = arith.addi %i, %i : i8
      return %b, %u, %j : f32, tensor<1000xf32>, i8
    }"""
    assert sorted(type(op).__name__ for op in ops(text)) == ["Constant", "Constant", "Fill"]
    a, b, c = run(text)
    assert same(a, np.float32(1e-5))
    assert same(b, np.full(1000, 4, np.float32))
    assert same(c, np.int8(-56))


def test_literals_enter_the_body_and_an_operand_is_read_once() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>, %s: f32) -> tensor<?xf32> {
      %t = arith.mulf %x, %x : tensor<?xf32>
      %c = arith.constant dense<3.0> : tensor<4xf32>
      %r = arith.addf %t, %d : tensor<?xf32>
      return %r : tensor<?xf32>
    }""".replace("%d", "%e").replace("%r =", "%e = tensor.cast %c : tensor<4xf32> to tensor<?xf32>\n%r =")
    generics = [op for op in ops(text) if isinstance(op, Generic)]
    assert [len(op.inputs) for op in generics] == [1, 1]
    assert same(result(text, np.arange(4, dtype=np.float32), np.float32(0)), np.arange(4, dtype=np.float32) ** 2 + 3)


def test_select_with_one_condition_for_all() -> None:
    text = """
    func.func @f(%c: i1, %x: tensor<?xf32>, %y: tensor<3xf32>) -> tensor<?xf32> {
      %b = tensor.cast %y : tensor<3xf32> to tensor<?xf32>
      %r = arith.select %c, %x, %b : tensor<?xf32>
      return %r : tensor<?xf32>
    }"""
    x, y = np.ones(3, np.float32), np.zeros(3, np.float32)
    assert same(result(text, np.bool_(True), x, y), x)
    assert same(result(text, np.bool_(False), x, y), y)
    assert argument_types(text)[1] == "tensor<3xf32>"


def test_scalars_are_tensors_without_dims() -> None:
    text = """
    func.func @f(%a: f32, %b: f32, %n: index) -> (f32, index) {
      %c = arith.addf %a, %b : f32
      %m = arith.addi %n, %n : index
      return %c, %m : f32, index
    }"""
    a, b = run(text, np.float32(1), np.float32(2), np.int64(4))
    assert same(a, np.float32(3))
    assert same(b, np.int64(8))


def test_a_dead_op_leaves_nothing() -> None:
    text = """
    func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
      %a = arith.addf %x, %x : tensor<2xf32>
      %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      %c = arith.addf %a, %b : tensor<2xf32>
      return %x : tensor<2xf32>
    }"""
    assert not ops(text)
    assert not [op for op in ops(text) if isinstance(op, Constant | Fill)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%r = arith.addf %x, %y : tensor<2xf32>", "undefined"),
        ("%r = arith.divsi %n, %z : i32", "divided by zero"),
        ("%r = arith.addi %v, %v : vector<4xi32>", "vector"),
    ],
)
def test_refusals(line: str, message: str) -> None:
    text = f"""func.func @f(%x: tensor<2xf32>) {{
  %n = arith.constant 5 : i32
  %z = arith.constant 0 : i32
  {line}
  return
}}"""
    found = refusal(text)
    assert found.startswith("t.mlir:4:")
    assert message in found or "%y" in found or "%v" in found


def test_sizes_too_large_to_be_expressions_are_data() -> None:
    squares = "".join(f"%d{i + 1} = arith.muli %d{i}, %d{i} : index\n" for i in range(40))
    text = f"""func.func @f(%x: tensor<?xf32>) -> index {{
      %c0 = arith.constant 0 : index
      %d0 = tensor.dim %x, %c0 : tensor<?xf32>
      {squares}
      return %d40 : index
    }}"""
    assert int(result(text, np.zeros(1, np.float32))) == 1
    assert int(result(text, np.zeros(2, np.float32))) == 0  # 2**(2**40) in 64 bits


@pytest.mark.parametrize("times", [1, 40, 41, 100])
def test_sizes_as_data_wrap_at_64_bits(times: int) -> None:
    products = "\n".join(f"      %v{i + 1} = arith.muli %v{i}, %c3 : index" for i in range(times))
    text = f"""
    func.func @f(%x: tensor<?xf32>) -> index {{
      %c0 = arith.constant 0 : index
      %c3 = arith.constant 3 : index
      %v0 = tensor.dim %x, %c0 : tensor<?xf32>
{products}
      return %v{times} : index
    }}"""
    product = 5 * 3**times
    wrapped = (product + 2**63) % 2**64 - 2**63
    assert result(text, np.zeros(5, np.float32)) == wrapped


def test_sizes_of_32_bits_as_data_wrap_and_as_sizes_do_not() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> (index, i32, tensor<?xf32>) {
      %c0 = arith.constant 0 : index
      %n = tensor.dim %x, %c0 : tensor<?xf32>
      %i = arith.index_cast %n : index to i32
      %large = arith.constant 1000000000 : i32
      %three = arith.constant 3 : i32
      %m = arith.muli %i, %large : i32
      %wide = arith.index_cast %m : i32 to index
      %third = arith.divsi %m, %three : i32
      %s = arith.muli %i, %three : i32
      %size = arith.index_cast %s : i32 to index
      %e = tensor.empty(%size) : tensor<?xf32>
      %z = arith.constant 1.0 : f32
      %f = linalg.fill ins(%z : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
      return %wide, %third, %f : index, i32, tensor<?xf32>
    }"""
    wide, third, ones = run(text, np.zeros(5, np.float32))
    assert (int(wide), int(third)) == (705032704, 705032704 // 3)  # 5e9 in 32 bits
    assert same(ones, np.ones(15, np.float32))


@pytest.mark.parametrize(
    ("map", "size"),
    [
        ("affine.min affine_map<(a) -> (a, a + 3)>(%s)", "x_0"),
        ("affine.min affine_map<(a)[b] -> (a + b, b, a + b + 1, 4 * b)>(%s)[%t]", "y_0"),
        ("affine.max affine_map<(a)[b] -> (a, a + b)>(%s)[%t]", "x_0 + y_0"),
        ("affine.min affine_map<() -> (7, 4, 5)>()", "4"),
        ("affine.max affine_map<(a) -> (a)>(%s)", "x_0"),
    ],
)
def test_an_extreme_of_sizes_is_one_where_it_is_for_all(map: str, size: str) -> None:
    assert str(function(size_program(f"%r = {map}")).body.yields[0].type) == f"tensor<[{size}]xf32>".replace("[4]", "4")


def test_an_extreme_of_sizes_that_depends_on_them_is_data() -> None:
    text = """
    func.func @f(%x: tensor<?xf32>) -> (index, index) {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %x, %c0 : tensor<?xf32>
      %a = affine.min affine_map<(n) -> (n, 3)>(%d)
      %b = affine.max affine_map<(n)[m] -> (n floordiv 2, m, 2)>(%d)[%a]
      return %a, %b : index, index
    }"""
    for n, least, most in ((2, 2, 2), (5, 3, 3), (9, 3, 4)):
        assert [int(v) for v in run(text, np.zeros(n, np.float32))] == [least, most]
    used = size_program("%r = affine.min affine_map<(a) -> (a, 3)>(%s)")
    assert "tensor.empty: %r is used as a size" in refusal(used)


def test_an_extreme_in_a_body() -> None:
    text = """
    func.func @f(%x: tensor<5xindex>) -> tensor<5xindex> {
      %r = linalg.map ins(%x : tensor<5xindex>) outs(%x : tensor<5xindex>) (%a: index) {
        %y = affine.max affine_map<(n) -> (-n, n - 4)>(%a)
        linalg.yield %y : index
      }
      return %r : tensor<5xindex>
    }"""
    x = np.asarray([-3, 0, 1, 2, 7])
    assert same(result(text, x), np.maximum(-x, x - 4))
