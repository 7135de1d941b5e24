"""Sizes and memory that can't be: refused with the op, the size expression, its value and the place, before NumPy
or a kernel is asked for it; the same by the interpreter and by compiled programs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tensorir import mlir
from tensorir.api import compile
from tensorir.dialects.linalg import Broadcast, Fill
from tensorir.dialects.packing import Pack
from tensorir.dialects.tensor import Empty, Pad
from tensorir.interp import Context, apply_op, interpret
from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError
from tensorir.ir.dims import floordiv, symbol
from tensorir.ir.dtype import DTYPES, f32, i8
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

HEAD = """func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
%c0 = arith.constant 0 : index
%d = tensor.dim %a, %c0 : tensor<?xf32>
%k = arith.constant -9 : index
%n = arith.addi %d, %k : index
%z = arith.constant 1.0 : f32
"""

NEGATIVE = {
    "empty": (
        "%e = tensor.empty(%n) : tensor<?xf32>\n"
        "%r = linalg.fill ins(%z : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>\n",
        "the size M + -9 is -5",
    ),
    "splat": ("%r = tensor.splat %z[%n] : tensor<?xf32>\n", "the size M + -9 is -5"),
    "generate": (
        "%r = tensor.generate %n {\n^bb0(%i: index):\ntensor.yield %z : f32\n} : tensor<?xf32>\n",
        "the size M + -9 is -5",
    ),
    "iota": (
        "%e = tensor.empty(%n) : tensor<?xf32>\n"
        '%r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} '
        "outs(%e : tensor<?xf32>) {\n^bb0(%o: f32):\n%i = linalg.index 0 : index\n"
        "%j = arith.index_cast %i : index to i32\n%f = arith.sitofp %j : i32 to f32\nlinalg.yield %f : f32\n"
        "} -> tensor<?xf32>\n",
        "the size M + -9 is -5",
    ),
    "slice size": (
        "%r = tensor.extract_slice %a[0] [%n] [1] : tensor<?xf32> to tensor<?xf32>\n",
        "the size M + -9 is -5",
    ),
    "slice offset": (
        "%s = tensor.extract_slice %a[%n] [1] [1] : tensor<?xf32> to tensor<1xf32>\n"
        "%r = tensor.cast %s : tensor<1xf32> to tensor<?xf32>\n",
        "dim 0: [-5 : -4 : 1] is outside of the size 4",
    ),
    "insert offset": (
        "%r = tensor.insert_slice %a into %b[%n] [%d] [1] : tensor<?xf32> into tensor<?xf32>\n",
        "is outside of the size 3",
    ),
    "pad low": (
        "%r = tensor.pad %a low[%n] high[0] {\n^bb0(%i: index):\ntensor.yield %z : f32\n"
        "} : tensor<?xf32> to tensor<?xf32>\n",
        "the size 2*M + -9 is -1",
    ),
    "pad low, result not negative": (
        "%r = tensor.pad %a low[%n] high[9] {\n^bb0(%i: index):\ntensor.yield %z : f32\n"
        "} : tensor<?xf32> to tensor<?xf32>\n",
        "low of dim 0 is M + -9 = -5, but padding can't be negative",
    ),
    "pad high": (
        "%m = arith.subi %c0, %d : index\n"
        "%r = tensor.pad %a low[0] high[%m] {\n^bb0(%i: index):\ntensor.yield %z : f32\n"
        "} : tensor<?xf32> to tensor<?xf32>\n",
        "high of dim 0 is -1*M = -4, but padding can't be negative",
    ),
    "broadcast": (
        "%e = tensor.empty(%d, %n) : tensor<?x?xf32>\n"
        "%q = linalg.broadcast ins(%a : tensor<?xf32>) outs(%e : tensor<?x?xf32>) dimensions = [1]\n"
        "%f = tensor.empty(%d) : tensor<?xf32>\n"
        "%g = linalg.fill ins(%z : f32) outs(%f : tensor<?xf32>) -> tensor<?xf32>\n"
        "%r = linalg.reduce { arith.addf } ins(%q : tensor<?x?xf32>) outs(%g : tensor<?xf32>) dimensions = [1]\n",
        "the size M + -9 is -5",
    ),
    "quotient": (
        "%c2 = arith.constant 2 : index\n%h = arith.floordivsi %n, %c2 : index\n"
        "%r = tensor.splat %z[%h] : tensor<?xf32>\n",
        "the size floordiv(M + -9, 2) is -3",
    ),
}
"""What follows HEAD, and what the error says for M = 4."""


def runs(module: Module) -> dict[str, Callable[..., Any]]:
    return {
        "interp": lambda *args: interpret(module, "main", args),
        "cpu": compile(module, ("cpu",)),
        "reference, off": compile(module, ("reference",), "off"),
    }


@pytest.mark.parametrize("name", NEGATIVE)
def test_negative_sizes_are_refused_with_op_size_value_and_place(name: str) -> None:
    body, message = NEGATIVE[name]
    module = mlir.parse(f"{HEAD}{body}return %r : tensor<?xf32>\n}}", file="neg.mlir")
    (size,) = {str(d) for d in module.functions[0].body.args[0].type.shape}
    for how, run in runs(module).items():
        with pytest.raises(TensorIRError) as e:
            run(np.zeros(4, np.float32), np.zeros(3, np.float32))
        text = str(e.value)
        assert message.replace("M", size) in text, how
        assert text.startswith("neg.mlir:"), how
        assert ": error: linalg." in text or ": error: tensor." in text, how


@pytest.mark.parametrize("count", [9, 12])
def test_sizes_that_are_not_negative_are_computed(count: int) -> None:
    module = mlir.parse(f"{HEAD}{NEGATIVE['splat'][0]}return %r : tensor<?xf32>\n}}")
    for run in runs(module).values():
        result = run(np.zeros(count, np.float32), np.zeros(3, np.float32))
        np.testing.assert_array_equal(np.ravel(result), np.ones(count - 9, np.float32))


def divided() -> Module:
    """An argument and a tensor whose size divides by the size of another argument."""
    m, n = symbol("M"), symbol("N")
    args = (Value(TensorType((m,), f32), "a"), Value(TensorType((n,), f32), "b"))
    fill = Fill(1.0, TensorType((floordiv(m, n),), f32), loc=Location("div.tir", 3, 5))
    return Module((Function("main", Region(args, (fill,), fill.results)),))


def test_a_division_by_a_size_of_zero_is_refused_at_the_op() -> None:
    for run in runs(divided()).values():
        np.testing.assert_array_equal(np.ravel(run(np.zeros(7, np.float32), np.zeros(2, np.float32))), np.ones(3))
        with pytest.raises(TensorIRError, match=r"(?s)^div.tir:3:5: error: linalg.fill: .*where M = 7, N = 0") as e:
            run(np.zeros(7, np.float32), np.zeros(0, np.float32))
        assert "the size floordiv(M, N) divides by zero" in str(e.value)


def test_a_division_by_zero_in_the_type_of_an_argument_is_refused() -> None:
    m, n = symbol("M"), symbol("N")
    args = tuple(Value(TensorType((d,), f32)) for d in (m, n, floordiv(m, n)))
    module = Module((Function("main", Region(args, (), args[:1])),))
    for run in runs(module).values():
        with pytest.raises(TensorIRError, match=r"argument 2: dim 0 is floordiv.M, N., which divides by zero where M"):
            run(*(np.zeros(k, np.float32) for k in (4, 0, 4)))


N = 1_000_003


def ones(shape: tuple[int, ...], dtype: Any = i8) -> Value:
    return Value(TensorType(shape, dtype))


ALLOCATING: dict[str, tuple[Op, tuple[int, ...]]] = {
    "fill": (Fill(3, TensorType((N,), i8)), ()),
    "empty": (Empty(TensorType((N,), i8)), ()),
    "pad": (Pad(ones((3,)), (1,), (N - 4,), 7), (3,)),
    "pack": (Pack(ones((3,)), (0,), (N,), (0,)), (3,)),
}


@pytest.mark.parametrize("name", ALLOCATING)
def test_tensors_of_one_value_are_allocated_in_their_own_type(name: str) -> None:
    """One byte an element for i8, not the eight of a Python number."""
    op, shape = ALLOCATING[name]
    inputs = (np.ones(shape, np.int8),) if shape else ()
    tracemalloc.start()
    try:
        (result,) = apply_op(op, inputs, Context(Module(), {}))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.nbytes == N
    assert peak < 3 * N


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_a_fill_of_any_type_holds_its_value(dtype: Any) -> None:
    (result,) = apply_op(Fill(True if dtype.kind == "bool" else 3, TensorType((5,), dtype)), (), Context(Module(), {}))
    assert result.dtype == dtype.numpy
    assert result.tolist() == [1 if dtype.kind == "bool" else 3] * 5


def huge(*shape: int) -> Module:
    fill = Fill(0.0, TensorType(shape, f32), loc=Location("huge.tir", 2, 3))
    return Module((Function("main", Region((), (fill,), fill.results)),))


def test_huge_tensors_are_refused_before_they_are_allocated() -> None:
    for run in runs(huge(1 << 24, 1 << 24)).values():
        with pytest.raises(
            OutOfMemoryError, match=r"(?s)^huge.tir:2:3: error: .* 1125 TB, .*linalg.fill|linalg.fill: .* 1125 TB, "
        ) as e:
            run()
        assert isinstance(e.value, MemoryError)
        assert "linalg.fill" in str(e.value)


def test_sizes_of_a_call_that_multiply_beyond_the_limit_are_refused() -> None:
    m = symbol("M")
    arg = Value(TensorType((m,), f32))
    fill = Fill(0.0, TensorType((m * m * m * m,), f32), loc=Location("cube.tir", 2, 3))
    module = Module((Function("main", Region((arg,), (fill,), fill.results)),))
    for run in runs(module).values():
        with pytest.raises(OutOfMemoryError, match=r"^cube.tir:2:3: error: linalg.fill: .* over the limit of 2\*\*60"):
            run(np.zeros(1 << 16, np.float32))


def test_a_view_that_is_returned_is_not_copied_beyond_the_memory() -> None:
    x = Value(TensorType((), f32))
    spread = Broadcast(x, (0, 1), (1 << 24, 1 << 24))
    module = Module((Function("main", Region((x,), (spread,), spread.results), Location("view.tir", 1)),))
    for run in runs(module).values():
        with pytest.raises(OutOfMemoryError, match=r"^view.tir:1: error: @main: .* 1125 TB"):
            run(np.float32(1))


def test_the_limit_of_the_interpreter_can_be_given() -> None:
    limit = 1 << 27
    with pytest.raises(OutOfMemoryError, match="the result takes 200 MB, 134 MB are allowed by memory_limit"):
        interpret(huge(50_000_000), "main", (), memory_limit=limit)
    assert interpret(huge(1000), "main", (), memory_limit=limit)[0].shape == (1000,)
