"""Programs of ours run by IREE; what it can't do with a valid program is told from what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Fill, Generic
from tensorir.dialects.tensor import Constant, Gather
from tensorir.interp import interpret
from tensorir.ir.affine import identity
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.mlir import parse, print_mlir
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.iree import IreeOptions, run_mlir, verify_mlir
from tensorir.testing.iree import programs as iree_programs
from tensorir.testing.iree.programs import LIMITS, IreeLimitError, iree_agrees, iree_results
from tensorir.testing.programs.random import arguments
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tests.support.graphs import matmul, mlp, softmax_between
from tests.support.iree_counts import count
from tests.support.mlir_tools import needs_iree


@needs_iree
@pytest.mark.parametrize("stage", ["input", "materialized"])
@pytest.mark.parametrize("make", [matmul, mlp, softmax_between])
def test_graphs_agree(make: Callable[[], Module], stage: str) -> None:
    module = make()
    written = run_passes(module, pipeline("late", "cpu", to=stage).passes)
    args = [a / 7 for a in arguments(module, 1)]
    assert iree_agrees(module, "main", args, written=written)
    count("graphs")


@needs_iree
def test_another_program_does_not_agree() -> None:
    """What IREE gets to see computes something else."""
    other = Module([Function("main", matmul().functions[0].body)])
    b = RegionBuilder()
    x, y = b.arg(TensorType((128, 256), f32), "x"), b.arg(TensorType((256, 512), f32), "y")
    first = Module([Function("main", b.finish([x, y]))])
    with pytest.raises(AssertionError, match="2 results, expected 1"):
        iree_agrees(other, "main", arguments(other, 0), written=first)


@needs_iree
def test_a_constant_on_a_device_is_none_to_evaluate() -> None:
    """IREE 3.13 evaluates constants where the program's devices are not declared, and crashes."""
    b = RegionBuilder()
    one = b.add(Fill(1.5, TensorType((4, 4), f32))).result
    rows = b.add(Constant(Dense(np.array([1, 2, 0])))).result
    there = b.add(Transfer(b.add(Gather(one, rows)).result, "there")).result
    twice = b.add(
        Generic((there, there), (identity(2),) * 3, ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32))))
    )
    module = Module([Function("main", b.finish([twice.result]))])
    assert iree_agrees(module, "main", [])


@needs_iree
def test_devices_of_a_program_are_declared() -> None:
    b = RegionBuilder()
    x = b.arg(TensorType((4,), f32), "x")
    there = b.add(Transfer(x, "there")).result
    back = b.add(Transfer(there, "here")).result
    module = Module([Function("main", b.finish([there, back]), arg_devices=("here",), result_devices=("", "here"))])
    assert iree_agrees(module, "main", [np.arange(4, dtype=np.float32)])


OVER_ITSELF = """
func.func private @insert(%part: tensor<2x6xf32>, %x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %y = tensor.insert_slice %part into %x[1, 0] [2, 6] [1, 1] : tensor<2x6xf32> into tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}
func.func @main(%x: tensor<3x8xf32>, %z: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %part = tensor.extract_slice %SOURCE[0, 0] [2, 6] [1, 1] : tensor<3x8xf32> to tensor<2x6xf32>
  %y = func.call @insert(%part, %x) : (tensor<2x6xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}"""


@needs_iree
def test_a_tensor_copied_over_itself_is_what_iree_does_wrong() -> None:
    """Its rows 0 and 1 go to 1 and 2: IREE 3.13 copies row 0 to row 1, and that on to row 2."""
    text = OVER_ITSELF.replace("%SOURCE", "%x")
    x = np.repeat(np.arange(1, 4, dtype=np.float32), 8).reshape(3, 8)
    with pytest.raises(IreeLimitError, match="still read"):
        iree_agrees(parse(text), "main", [x, x])
    (wrong,) = run_mlir(text, [x, x])
    assert wrong[:, 0].tolist() == [1, 1, 1]
    assert interpret(parse(text), "main", [x, x])[0][:, 0].tolist() == [1, 1, 2]
    assert iree_agrees(parse(OVER_ITSELF.replace("%SOURCE", "%z")), "main", [x, x + 1])


RETURNED_TOO = """
func.func @main(%x: tensor<2x2xf32>, %p: tensor<1x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %y = tensor.insert_slice %p into %x[1, 0] [1, 2] [1, 1] : tensor<1x2xf32> into tensor<2x2xf32>
  return %x, %y : tensor<2x2xf32>, tensor<2x2xf32>
}"""


@needs_iree
def test_an_argument_changed_in_place_is_what_iree_does_wrong() -> None:
    args = [np.full((2, 2), 3, np.float32), np.full((1, 2), 7, np.float32)]
    with pytest.raises(IreeLimitError, match="still read"):
        iree_agrees(parse(RETURNED_TOO), "main", args)
    wrong, _ = run_mlir(RETURNED_TOO, args)
    assert wrong[1].tolist() == [7, 7]
    assert interpret(parse(RETURNED_TOO), "main", args)[0].tolist() == [[3, 3], [3, 3]]


ARGMAX_TRANSFERRED = """
util.global private @w = dense<2.0> : tensor<1xf32>
func.func @main() -> (tensor<i64>, tensor<f32>, tensor<f32>) {
  %w = util.global.load @w : tensor<1xf32>
  %low = arith.constant dense<-3.0> : tensor<f32>
  %first = arith.constant dense<0> : tensor<i64>
  %max, %at = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> ()>],
                              iterator_types = ["reduction"]}
      ins(%w : tensor<1xf32>) outs(%low, %first : tensor<f32>, tensor<i64>) {
  ^bb0(%a: f32, %m: f32, %p: i64):
    %more = arith.cmpf ogt, %a, %m : f32
    %i = linalg.index 0 : index
    %here = arith.index_cast %i : index to i64
    %new = arith.select %more, %a, %m : f32
    %place = arith.select %more, %here, %p : i64
    linalg.yield %new, %place : f32, i64
  } -> (tensor<f32>, tensor<i64>)
  %moved = flow.tensor.transfer %max : tensor<f32> to #hal.device.promise<@here>
  %half = arith.mulf %max, %max : tensor<f32>
  return %at, %moved, %half : tensor<i64>, tensor<f32>, tensor<f32>
}"""


@needs_iree
def test_a_transferred_result_over_another_is_what_iree_does_wrong() -> None:
    """The position is 0; IREE 3.13 gives the bits of the maximum."""
    module = parse(ARGMAX_TRANSFERRED)
    with pytest.raises(IreeLimitError, match="one of several"):
        iree_agrees(module, "main", [])
    wrong, *_ = run_mlir(ARGMAX_TRANSFERRED, [], options=IreeOptions(devices=("here",)))
    assert wrong == 0x40000000
    assert interpret(module, "main", [])[0] == 0


SUM_OF_ONES = """
func.func @main() -> tensor<1xf32> {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x8xf32>
  %ones = linalg.fill ins(%one : f32) outs(%e : tensor<1x8xf32>) -> tensor<1x8xf32>
  %e1 = tensor.empty() : tensor<1xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1xf32>) -> tensor<1xf32>
  %sum = linalg.reduce { arith.addf } ins(%ones : tensor<1x8xf32>) outs(%start : tensor<1xf32>) dimensions = [1]
  return %sum : tensor<1xf32>
}"""


@needs_iree
def test_a_sum_of_ones_is_what_iree_does_wrong() -> None:
    module = parse(SUM_OF_ONES)
    with pytest.raises(IreeLimitError, match="a reduction of a fill"):
        iree_agrees(module, "main", [])
    assert run_mlir(SUM_OF_ONES, [])[0].tolist() == [1]
    assert interpret(module, "main", [])[0].tolist() == [8]


READ_IN_PART = """
func.func @main(%x: tensor<6xf32>) -> (tensor<3xf32>, tensor<6xf32>) {
  %twice = arith.addf %x, %x : tensor<6xf32>
  %e = tensor.empty() : tensor<3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i * 2)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]} ins(%twice : tensor<6xf32>) outs(%e : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<3xf32>
  return %y, %twice : tensor<3xf32>, tensor<6xf32>
}"""


@needs_iree
def test_what_a_fused_use_does_not_read_is_written() -> None:
    """Fused with the op that reads elements 0, 2 and 4, IREE 3.13 writes no others."""
    x = np.arange(1, 7, dtype=np.float32)
    _, wrong = run_mlir(READ_IN_PART, [x])
    assert wrong[::2].tolist() == [2, 6, 10]
    assert wrong[1::2].tolist() != [4, 8, 12]
    module = parse(READ_IN_PART)
    assert interpret(module, "main", [x])[1].tolist() == [2, 4, 6, 8, 10, 12]
    assert iree_agrees(module, "main", [x])


SUM_OF_A_LITERAL = SUM_OF_ONES.replace(
    "linalg.fill ins(%one : f32) outs(%e : tensor<1x8xf32>) -> tensor<1x8xf32>",
    "arith.constant dense<1.0> : tensor<1x8xf32>",
)
READ_TOO = RETURNED_TOO.replace("  return %x, %y", "  %z = math.absf %x : tensor<2x2xf32>\n  return %z, %y")


@needs_iree
@pytest.mark.parametrize("text", [SUM_OF_A_LITERAL, READ_TOO])
def test_what_is_only_like_it_is_compared(text: str) -> None:
    """What IREE is known to do wrong is excused as narrowly as it was seen."""
    module = parse(text)
    args = [np.full((2, 2), 3, np.float32), np.full((1, 2), 7, np.float32)]
    assert iree_agrees(module, "main", args[: len(module.functions[0].body.args)])


WINDOW = """
func.func @main(%x: tensor<5x4xf32>) -> tensor<5x1x3xf32> {
  %e = tensor.empty() : tensor<5x1x3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j * 2 + k)>, affine_map<(i, j, k) -> (i, j, k)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<5x4xf32>) outs(%e : tensor<5x1x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<5x1x3xf32>
  return %y : tensor<5x1x3xf32>
}"""

RESHAPED_WINDOW = """
func.func @main(%x: tensor<2xf32>, %w: tensor<1xf32>) -> tensor<1xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i * 2)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]} ins(%x : tensor<2xf32>) outs(%e : tensor<1xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1xf32>
  %s = tensor.expand_shape %y [[0, 1]] output_shape [1, 1] : tensor<1xf32> into tensor<1x1xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<1xf32>) -> tensor<1xf32>
  %r = linalg.vecmat ins(%w, %s : tensor<1xf32>, tensor<1x1xf32>) outs(%f : tensor<1xf32>) -> tensor<1xf32>
  return %r : tensor<1xf32>
}"""

TANH = """
func.func @main(%x: tensor<5xf64>) -> tensor<5xf64> {
  %y = math.tanh %x : tensor<5xf64>
  return %y : tensor<5xf64>
}"""

SOFTMAX = """
func.func @main(%x: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?x1xf32>
  %e = tensor.empty(%d) : tensor<?x1xf32>
  %y = linalg.softmax dimension(0) ins(%x : tensor<?x1xf32>) outs(%e : tensor<?x1xf32>) -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}"""

TRANSPOSED_ARGMAX = """
func.func @main(%x: tensor<9x7x5xi32>, %low: tensor<7x5xi32>, %first: tensor<7x5xi64>) -> tensor<5x7xi64> {
  %max, %at = linalg.generic {
      indexing_maps = [affine_map<(r, i, j) -> (r, i, j)>, affine_map<(r, i, j) -> (i, j)>,
                       affine_map<(r, i, j) -> (i, j)>], iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%x : tensor<9x7x5xi32>) outs(%low, %first : tensor<7x5xi32>, tensor<7x5xi64>) {
  ^bb0(%a: i32, %m: i32, %p: i64):
    %more = arith.cmpi sgt, %a, %m : i32
    %new = arith.select %more, %a, %m : i32
    %r = linalg.index 0 : index
    %here = arith.index_cast %r : index to i64
    %place = arith.select %more, %here, %p : i64
    linalg.yield %new, %place : i32, i64
  } -> (tensor<7x5xi32>, tensor<7x5xi64>)
  %e = tensor.empty() : tensor<5x7xi64>
  %t = linalg.transpose ins(%at : tensor<7x5xi64>) outs(%e : tensor<5x7xi64>) permutation = [1, 0]
  return %t : tensor<5x7xi64>
}"""

ERF = TANH.replace("math.tanh", "math.erf")

SIDE_BY_SIDE = """
func.func @main(%x: tensor<5x5xf32>, %w: tensor<5xf32>) -> (tensor<5xf32>, tensor<5xf32>, tensor<f32>) {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %y = linalg.matvec ins(%x, %w : tensor<5x5xf32>, tensor<5xf32>) outs(%f : tensor<5xf32>) -> tensor<5xf32>
  %v = linalg.matvec ins(%x, %w : tensor<5x5xf32>, tensor<5xf32>) outs(%w : tensor<5xf32>) -> tensor<5xf32>
  %e0 = tensor.empty() : tensor<f32>
  %f0 = linalg.fill ins(%z : f32) outs(%e0 : tensor<f32>) -> tensor<f32>
  %d = linalg.dot ins(%w, %w : tensor<5xf32>, tensor<5xf32>) outs(%f0 : tensor<f32>) -> tensor<f32>
  return %y, %v, %d : tensor<5xf32>, tensor<5xf32>, tensor<f32>
}"""

BETWEEN_VECTORS = """
func.func @main(%x: tensor<3xf32>, %w: tensor<3x1xf32>) -> tensor<3xf32> {
  %z = arith.constant 0.0 : f32
  %e1 = tensor.empty() : tensor<1xf32>
  %f1 = linalg.fill ins(%z : f32) outs(%e1 : tensor<1xf32>) -> tensor<1xf32>
  %s = linalg.vecmat ins(%x, %w : tensor<3xf32>, tensor<3x1xf32>) outs(%f1 : tensor<1xf32>) -> tensor<1xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%s : tensor<1xf32>) outs(%e1 : tensor<1xf32>) {
  ^bb0(%a: f32, %b: f32):
    %m = arith.maximumf %a, %z : f32
    linalg.yield %m : f32
  } -> tensor<1xf32>
  %e = tensor.empty() : tensor<3xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %y = linalg.matvec ins(%w, %p : tensor<3x1xf32>, tensor<1xf32>) outs(%f : tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}"""


def added_products() -> str:
    """x·w + x·w, encoded: the first product is what the second is added to."""
    text = """
    func.func @main(%x: tensor<3x2xf32>, %w: tensor<2x7xf32>, %c: tensor<3x7xf32>) -> tensor<3x7xf32> {
      %y = linalg.matmul ins(%x, %w : tensor<3x2xf32>, tensor<2x7xf32>) outs(%c : tensor<3x7xf32>) -> tensor<3x7xf32>
      %z = linalg.matmul ins(%x, %w : tensor<3x2xf32>, tensor<2x7xf32>) outs(%y : tensor<3x7xf32>) -> tensor<3x7xf32>
      return %z : tensor<3x7xf32>
    }"""
    encoded = (*pipeline("late", "cpu", to="encoded").passes, Canonicalize())
    return print_mlir(run_passes(parse(text), encoded))


@needs_iree
@pytest.mark.parametrize(
    ("text", "part", "options"),
    [
        (WINDOW, "op inferred input/output operand #", IreeOptions()),
        (RESHAPED_WINDOW, "expected rank to be smaller or equal", IreeOptions()),
        (TRANSPOSED_ARGMAX, "op expected number of yield values", IreeOptions()),
        (SOFTMAX, "exceeded stack allocation limit", IreeOptions()),
        (TANH, "failed to link executable", IreeOptions()),
        (ERF, "failed to legalize operation 'math.", IreeOptions()),
        (SIDE_BY_SIDE, "write affecting operations on global resources", IreeOptions()),
        (added_products(), "to match type of corresponding result", IreeOptions()),
        (BETWEEN_VECTORS, "tiling factors must be less than or equal to the input rank", IreeOptions("late")),
    ],
)
def test_what_iree_cannot_do_is_valid(text: str, part: str, options: IreeOptions) -> None:
    """Accepted by its own parser and verifiers, run by us, refused by its compiler: the fault is not in the text."""
    verify_mlir(text)
    module = parse(text)
    interpret(module, "main", arguments(module, 0))
    assert part in LIMITS
    with pytest.raises(TensorIRError, match=part):
        run_mlir(text, arguments(module, 0), options=options, isolated=True)


@needs_iree
def test_text_that_is_invalid_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that LIMITS knows, but from the verifier of an op as it was written."""
    wrong = """
    func.func @main(%x: tensor<4xf32>) -> tensor<3xf32> {
      %e = tensor.empty() : tensor<3xf32>
      %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                           iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<3xf32>) {
      ^bb0(%a: f32, %b: f32):
        linalg.yield %a : f32
      } -> tensor<3xf32>
      return %y : tensor<3xf32>
    }"""

    def written(module: Module) -> str:
        return wrong

    monkeypatch.setattr(iree_programs, "print_mlir", written)
    with pytest.raises(
        TensorIRError, match=r"<string>:4:\d+: error: IREE: .*inferred input/output operand #"
    ) as caught:
        iree_results(matmul(), "main", ())
    assert not isinstance(caught.value, IreeLimitError)


def test_a_limit_of_iree_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for part, reason in LIMITS.items():

        def fails(*args: object, part: str = part, **kwargs: object) -> None:
            raise TensorIRError(f"IREE: so {part} to say")

        monkeypatch.setattr(iree_programs, "run_mlir", fails)
        monkeypatch.setattr(iree_programs, "verify_mlir", str)
        with pytest.raises(IreeLimitError) as caught:
            iree_results(matmul(), "main", ())
        assert caught.value.reason == reason


def test_any_other_refusal_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise TensorIRError("IREE: expected ')'")

    monkeypatch.setattr(iree_programs, "run_mlir", fails)
    monkeypatch.setattr(iree_programs, "verify_mlir", str)
    with pytest.raises(TensorIRError, match="expected") as caught:
        iree_results(matmul(), "main", (), IreeOptions())
    assert not isinstance(caught.value, IreeLimitError)
