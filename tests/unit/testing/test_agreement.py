"""`assert_agrees`: the right results agree, wrong ones are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.ir.dtype import bf16
from tensorir.ir.module import Module
from tensorir.mlir import parse
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.iree import run_mlir
from tests.support.iree_counts import count
from tests.support.mlir_tools import needs_iree

Array = npt.NDArray[Any]
Corruption = Callable[[Array], Any]

EXACT = """
func.func @main(%a: tensor<9x12xi8>, %b: tensor<12x7xi8>, %x: tensor<9x12xf32>, %y: tensor<12x7xf32>)
    -> (tensor<9x7xi32>, tensor<9x7xf32>) {
  %z = arith.constant 0 : i32
  %e = tensor.empty() : tensor<9x7xi32>
  %f = linalg.fill ins(%z : i32) outs(%e : tensor<9x7xi32>) -> tensor<9x7xi32>
  %m = linalg.matmul ins(%a, %b : tensor<9x12xi8>, tensor<12x7xi8>) outs(%f : tensor<9x7xi32>) -> tensor<9x7xi32>
  %zf = arith.constant 0.0 : f32
  %ef = tensor.empty() : tensor<9x7xf32>
  %ff = linalg.fill ins(%zf : f32) outs(%ef : tensor<9x7xf32>) -> tensor<9x7xf32>
  %n = linalg.matmul ins(%x, %y : tensor<9x12xf32>, tensor<12x7xf32>) outs(%ff : tensor<9x7xf32>) -> tensor<9x7xf32>
  return %m, %n : tensor<9x7xi32>, tensor<9x7xf32>
}"""

ROUNDED = """
func.func @main(%a: tensor<40x300xf32>, %b: tensor<300x40xf32>, %c: tensor<40x40xf32>) -> tensor<40x40xf32> {
  %m = linalg.matmul ins(%a, %b : tensor<40x300xf32>, tensor<300x40xf32>)
      outs(%c : tensor<40x40xf32>) -> tensor<40x40xf32>
  return %m : tensor<40x40xf32>
}"""

SPECIAL = """
func.func @main(%x: tensor<16xf32>) -> tensor<16xf32> {
  %l = math.log %x : tensor<16xf32>
  return %l : tensor<16xf32>
}"""

WIDE = """
func.func @main(%x: tensor<8xi64>) -> (tensor<8xi64>, tensor<8xi1>) {
  %d = arith.addi %x, %x : tensor<8xi64>
  %z = arith.constant dense<0> : tensor<8xi64>
  %p = arith.cmpi sgt, %x, %z : tensor<8xi64>
  return %d, %p : tensor<8xi64>, tensor<8xi1>
}"""


def arguments(name: str) -> list[Array]:
    rng = np.random.default_rng(5)
    if name == "exact":
        shapes = [(9, 12), (12, 7)]
        integers = [rng.integers(-128, 128, s, np.int8) for s in shapes]
        return [*integers, *(rng.integers(-99, 100, s).astype(np.float32) for s in shapes)]
    if name == "rounded":
        return [rng.standard_normal(s).astype(np.float32) for s in ((40, 300), (300, 40), (40, 40))]
    if name == "special":
        return [np.array([-1, 0, np.inf, np.nan, *range(1, 13)], np.float32)]
    return [np.array([1, -1, 1 << 60, (1 << 53) + 1, -(1 << 53) - 3, 5, 6, 7])]


TEXTS = {"exact": EXACT, "rounded": ROUNDED, "special": SPECIAL, "wide": WIDE}


def program(name: str) -> tuple[Module, list[Array], list[Array]]:
    """The program, its arguments and what NumPy says that the results are."""
    args = arguments(name)
    with np.errstate(all="ignore"):
        match name:
            case "exact":
                a, b, x, y = args
                results = [a.astype(np.int32) @ b.astype(np.int32), x @ y]
            case "rounded":
                a, b, c = args
                results = [c + a @ b]
            case "special":
                results = [np.log(args[0])]
            case _:
                results = [args[0] * 2, args[0] > 0]
    return parse(TEXTS[name]), args, results


@needs_iree
@pytest.mark.parametrize("name", TEXTS)
def test_iree_agrees(name: str) -> None:
    module, args, _ = program(name)
    assert assert_agrees(module, "main", args, run_mlir(TEXTS[name], args))
    count("planted programs")


@pytest.mark.parametrize("name", TEXTS)
def test_numpy_agrees(name: str) -> None:
    module, args, results = program(name)
    assert assert_agrees(module, "main", args, results)


def element(change: Callable[[Any], Any], at: tuple[int, ...] = (1,)) -> Corruption:
    def corrupt(array: Array) -> Array:
        out = array.copy()
        position = at if len(at) == array.ndim else at * array.ndim
        out[position] = change(out[position])
        return out

    return corrupt


def swapped(i: int, j: int) -> Corruption:
    return lambda a: a[[j if k == i else i if k == j else k for k in range(len(a))]]


def beyond_the_bound(array: Array) -> Array:
    """The sum of Σ|a||b| over 300 terms allows 66 units; this is 70."""
    a, b, c = (np.abs(x.astype(np.float64)) for x in arguments("rounded"))
    size = (c + a @ b)[3, 4]
    out = array.copy()
    out[3, 4] = array[3, 4] + 72 * 2.0**-24 * size
    return out


PLANTED: list[tuple[str, int, str, Corruption, str]] = [
    ("exact", 0, "an element off by one", element(lambda v: v + 1), r"result 0\[1, 1\]"),
    ("exact", 0, "a sign", element(np.negative), r"result 0\[1, 1\]"),
    ("exact", 0, "saturated", lambda a: np.clip(a, -(1 << 13), (1 << 13) - 1), "result 0"),
    ("exact", 0, "wrapped to 16 bits", lambda a: (a * 8).astype(np.int16).astype(np.int32) // 8, "result 0"),
    ("exact", 0, "a row rolled", lambda a: np.roll(a, 1, 0), "result 0"),
    ("exact", 0, "the last column not computed", element(lambda v: 0, (8, 6)), r"result 0\[8, 6\]"),
    ("exact", 0, "unsigned", lambda a: a.astype(np.uint32), "uint32.*, expected int32"),
    ("exact", 0, "wider", lambda a: a.astype(np.int64), "int64.*, expected int32"),
    ("exact", 0, "transposed", np.transpose, r"\(7, 9\), expected int32\(9, 7\)"),
    ("exact", 0, "flattened", np.ravel, r"int32\(63,\), expected"),
    ("exact", 1, "one ulp up", element(lambda v: np.nextafter(v, np.float32(np.inf))), r"result 1\[1, 1\]"),
    ("exact", 1, "one ulp down", element(lambda v: np.nextafter(v, np.float32(-np.inf))), r"result 1\[1, 1\]"),
    ("exact", 1, "through bf16", lambda a: a.astype(bf16.numpy).astype(np.float32), "result 1"),
    ("exact", 1, "double", lambda a: a.astype(np.float64), "float64.*, expected float32"),
    ("exact", 1, "half", lambda a: a.astype(np.float16), "float16.*, expected float32"),
    ("exact", 1, "one dim more", lambda a: a[None], r"\(1, 9, 7\), expected"),
    ("exact", 1, "all zero", np.zeros_like, "elements are wrong"),
    ("rounded", 0, "beyond the bound", beyond_the_bound, r"result 0\[3, 4\]"),
    ("rounded", 0, "transposed", np.transpose, "result 0"),
    ("rounded", 0, "scaled by 1 + 2⁻¹⁰", lambda a: a * np.float32(1 + 2**-10), "result 0"),
    ("rounded", 0, "through f16", lambda a: a.astype(np.float16).astype(np.float32), "result 0"),
    ("rounded", 0, "the accumulator forgotten", lambda a: a - arguments("rounded")[2], "result 0"),
    ("rounded", 0, "the accumulator added twice", lambda a: a + arguments("rounded")[2], "result 0"),
    ("rounded", 0, "the last k left out", lambda a: np.add(*without_last_k()), "result 0"),
    ("rounded", 0, "a NaN", element(lambda v: np.nan), r"result 0\[1, 1\]: nan"),
    ("rounded", 0, "an infinity", element(lambda v: np.inf), r"result 0\[1, 1\]: inf"),
    ("special", 0, "NaN and a number swapped", swapped(0, 5), r"result 0\[0\]"),
    ("special", 0, "NaN became zero", element(lambda v: 0.0, (0,)), r"result 0\[0\]: 0\.0, expected nan"),
    ("special", 0, "infinity of the other sign", element(np.negative, (1,)), r"result 0\[1\]: inf, expected -inf"),
    ("special", 0, "the largest number for infinity", element(lambda v: np.finfo(np.float32).max, (2,)), r"0\[2\]"),
    ("special", 0, "no NaN for NaN", element(lambda v: 1.0, (3,)), r"result 0\[3\]"),
    ("wide", 0, "through f64", lambda a: a.astype(np.float64).astype(np.int64), r"result 0\[3\]"),
    ("wide", 0, "off by one of 2⁶¹", element(lambda v: v + 1, (2,)), r"result 0\[2\]"),
    ("wide", 1, "a flag flipped", element(np.logical_not), r"result 1\[1\]"),
    ("wide", 1, "flags as bytes", lambda a: a.astype(np.int8), "int8.*, expected bool"),
]


def without_last_k() -> tuple[Array, Array]:
    a, b, c = arguments("rounded")
    return c, a[:, :-1] @ b[:-1]


@pytest.mark.parametrize(
    ("name", "index", "what", "corrupt", "message"), PLANTED, ids=[f"{p[0]}: {p[2]}" for p in PLANTED]
)
def test_a_planted_error_is_found(name: str, index: int, what: str, corrupt: Corruption, message: str) -> None:
    module, args, results = program(name)
    wrong = list(results)
    wrong[index] = corrupt(results[index])
    with pytest.raises(AssertionError, match=message):
        assert_agrees(module, "main", args, wrong)


def test_a_missing_or_swapped_result_is_found() -> None:
    module, args, results = program("exact")
    for wrong in (results[:1], [*results, results[0]], results[::-1], []):
        with pytest.raises(AssertionError, match=r"results, expected 2|expected int32"):
            assert_agrees(module, "main", args, wrong)


def test_there_are_enough_planted_errors() -> None:
    assert len(PLANTED) >= 20


def test_unsigned_results_may_come_signless_where_that_is_said() -> None:
    module = parse("func.func @main(%x: tensor<3xi8>) -> tensor<3xi8> { return %x : tensor<3xi8> }")
    args = [np.array([1, 2, -3], np.int8)]
    assert assert_agrees(module, "main", args, args, signless=True)
    with pytest.raises(AssertionError, match="uint8"):
        assert_agrees(module, "main", args, [args[0].view(np.uint8)], signless=True)


def test_a_result_of_zeros_shows_nothing() -> None:
    module, args, _ = program("rounded")
    args = [np.zeros_like(a) for a in args]
    assert not assert_agrees(module, "main", args, [np.zeros((40, 40), np.float32)])
    sparse = np.zeros((40, 40), np.float32)
    sparse[0] = 1
    assert not assert_agrees(module, "main", [*args[:2], sparse], [sparse])
    sparse[:8] = 1
    assert assert_agrees(module, "main", [*args[:2], sparse], [sparse])
