"""Arguments that are wrong or odd: each gives a clear error or the right answer, and is never written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.ir.diagnostic import TensorIRError
from tensorir.runtime.program import Program
from tests.support.graphs import dynamic, matmul, mlp

Array = npt.NDArray[Any]

A = np.arange(128 * 256, dtype=np.float32).reshape(128, 256) % 7 - 3
B = np.arange(256 * 512, dtype=np.float32).reshape(256, 512) % 5 - 2


@pytest.fixture(scope="module", params=["cpu", "reference"])
def program(request: pytest.FixtureRequest) -> Program:
    return compile(matmul(), (request.param,))


def byte_aligned(a: Array) -> Array:
    raw = np.zeros(a.nbytes + 1, np.uint8)
    odd = np.frombuffer(raw.data, a.dtype, a.size, offset=1).reshape(a.shape)
    odd[...] = a
    return odd


def read_only(a: Array) -> Array:
    copy = a.copy()
    copy.flags.writeable = False
    return copy


ODD: dict[str, Callable[[Array], Any]] = {
    "fortran order": np.asfortranarray,
    "every second row of a larger array": lambda a: np.repeat(a, 2, axis=0)[::2],
    "every second column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "negative strides": lambda a: np.ascontiguousarray(a[::-1, ::-1])[::-1, ::-1],
    "read-only": read_only,
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "unaligned": byte_aligned,
    "nested lists of NumPy rows": list,
    "transposed twice": lambda a: np.ascontiguousarray(a.T).T,
}


@pytest.mark.parametrize("how", ODD)
def test_odd_arrays_give_the_right_answer(program: Program, how: str) -> None:
    np.testing.assert_array_equal(program(ODD[how](A), ODD[how](B)), A @ B)


def test_zero_strides_are_read_as_what_they_mean(program: Program) -> None:
    ones = np.broadcast_to(np.float32(1), (128, 256))
    np.testing.assert_array_equal(program(ones, B), np.ones((128, 256), np.float32) @ B)


def test_arguments_are_never_written(program: Program) -> None:
    a, b = A.copy(), B.copy()
    program(a, b)
    np.testing.assert_array_equal(a, A)
    np.testing.assert_array_equal(b, B)


def test_one_array_may_be_two_arguments() -> None:
    square = np.ascontiguousarray(A[:, :128])
    np.testing.assert_array_equal(compile(dynamic())(square, square), square @ square)


BAD: dict[str, tuple[tuple[Any, ...], str]] = {
    "no arguments": ((), "takes 2 arguments, got 0"),
    "one argument": ((A,), "takes 2 arguments, got 1"),
    "three arguments": ((A, B, B), "takes 2 arguments, got 3"),
    "float64": ((A.astype(np.float64), B), "argument 0 should be f32 (float32), got float64"),
    "int32": ((A, B.astype(np.int32)), "argument 1 should be f32 (float32), got int32"),
    "complex": ((A.astype(np.complex64), B), "got complex64"),
    "strings": ((np.array(["a"]), B), "argument 0 should be f32"),
    "objects": ((np.array([None]), B), "argument 0 should be f32"),
    "None": ((None, B), "argument 0 should be f32"),
    "Python floats are float64": (([[1.0]], B), "got float64"),
    "rank 1": ((A.reshape(-1), B), "of rank 2, got shape (32768,)"),
    "rank 3": ((A[None], B), "of rank 2, got shape (1, 128, 256)"),
    "scalar": ((np.float32(1), B), "of rank 2, got shape ()"),
    "too many rows": ((np.zeros((129, 256), np.float32), B), "argument 0: dim 0 should be 128, got 129"),
    "no rows": ((np.zeros((0, 256), np.float32), B), "argument 0: dim 0 should be 128, got 0"),
    "swapped": ((B, A), "argument 0: dim 0 should be 128, got 256"),
}


@pytest.mark.parametrize("what", BAD)
def test_wrong_arguments_are_refused_by_name(program: Program, what: str) -> None:
    args, message = BAD[what]
    with pytest.raises(TensorIRError) as e:
        program(*args)
    assert message in str(e.value)


def test_sizes_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(TensorIRError, match=r"argument 1: dim 0 is 4, but K is 3 by argument 0 dim 1"):
        compile(dynamic())(np.zeros((2, 3), np.float32), np.zeros((4, 5), np.float32))


@pytest.mark.parametrize("sizes", [(0, 3, 4), (2, 0, 4), (2, 3, 0), (0, 0, 0), (1, 1, 1)])
@pytest.mark.parametrize("tiling", ["late", "off"])
def test_sizes_of_zero_and_one(sizes: tuple[int, int, int], tiling: str) -> None:
    m, k, n = sizes
    a, b = np.ones((m, k), np.float32), np.ones((k, n), np.float32)
    np.testing.assert_array_equal(compile(dynamic(), data_tiling=tiling)(a, b), a @ b)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("tiling", ["late", "off"])
def test_nan_and_inf_appear_where_they_should_and_nowhere_else(value: float, tiling: str) -> None:
    a, b = np.ones((9, 17), np.float32), np.ones((17, 20), np.float32)
    a[3, 5] = value
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(compile(dynamic(), data_tiling=tiling)(a, b), a @ b)


def test_denormals_are_kept() -> None:
    tiny = np.full((8, 16), 2.0**-140, np.float32)
    got = compile(dynamic())(tiny, np.eye(16, dtype=np.float32))
    np.testing.assert_array_equal(got, tiny)


def test_unknown_function_device_and_mode_are_refused() -> None:
    with pytest.raises(TensorIRError, match="no function @other in the module; known: @main"):
        compile(mlp())(A, function="other")
    with pytest.raises(TensorIRError, match="unknown device 'gpu'; known: cpu, reference"):
        compile(mlp(), ("gpu",))
    with pytest.raises(TensorIRError, match="data_tiling must be one of late, early, off"):
        compile(mlp(), data_tiling="sometimes")
    with pytest.raises(TensorIRError, match="got cpu, reference: use data_tiling="):
        compile(mlp(), ("cpu", "reference"), "early")
    with pytest.raises(TensorIRError, match="two devices have the same name: cpu, cpu"):
        compile(mlp(), ("cpu", "cpu"))
