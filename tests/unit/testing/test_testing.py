"""What is shipped for users' own property tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tensorir.dialects.linalg import Softmax
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.strategies import arguments, programs
from tests.support.graphs import matmul, mlp, softmax_between

Array = npt.NDArray[Any]


@given(st.from_type(Module), st.from_type(TensorType))
def test_hypothesis_finds_our_types_by_itself(module: Module, type: TensorType) -> None:
    verify(module)
    assert type.rank <= 6


@given(programs())
def test_programs_are_valid_and_have_no_dead_op(module: Module) -> None:
    verify(module)
    body = module.functions[0].body
    read = {v for o in body.ops for v in o.operands} | set(body.yields)
    assert all(r in read for o in body.ops for r in o.results)


@pytest.mark.parametrize(
    "op",
    [
        *("linalg.contract", "linalg.softmax", "linalg.layer_norm", "tensor.concat", "tensor.gather", "global.load"),
        *("linalg.fold", "tensor.insert_slice", "tensor.gather_nd", "func.call", "device.transfer"),
    ],
)
def test_programs_have_ops_of_all_families(op: str) -> None:
    quick = settings(max_examples=1000, phases=[Phase.generate])
    assert find(programs(), lambda m: op in [o.NAME for o in m.functions[0].body.ops], settings=quick)


def test_arguments_are_the_same_for_the_same_seed() -> None:
    a, b = arguments(matmul(), 3), arguments(matmul(), 3)
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert not np.array_equal(a[0], arguments(matmul(), 4)[0])


def softmax_along(dim: int) -> Module:
    b = RegionBuilder()
    x = b.arg(TensorType((4, 4), f32), "x")
    return Module([Function("main", b.finish([b.add(Softmax(x, (dim,))).result]))])


def narrower(a: Array, b: Array) -> Array:
    return a @ b[:, 1:]


def test_programs_that_differ_are_told_apart() -> None:
    assert_equivalent(softmax_along(0), softmax_along(0))
    with pytest.raises(AssertionError, match=r"result 0\[\d, \d\]: .*, expected .* ±"):
        assert_equivalent(softmax_along(0), softmax_along(1))
    with pytest.raises(AssertionError, match="expected float32"):
        assert_equivalent(matmul(), narrower)


def test_exact_programs_must_be_bit_identical() -> None:
    """The smallest wrong number is found, where sums of integers are exact."""

    def almost(*args: Array) -> object:
        a, b = args
        product = a @ b
        product[0, 0] = np.nextafter(product[0, 0], np.inf)
        return product

    with pytest.raises(AssertionError, match="result 0 should be bit-identical"):
        assert_equivalent(matmul(), almost)


def test_a_nan_in_the_wrong_place_is_found() -> None:
    def poisoned(*args: Array) -> object:
        q, k, v = args
        e = np.exp((q @ k.T) - (q @ k.T).max(1, keepdims=True))
        out = (e / e.sum(1, keepdims=True)) @ v
        out[1, 1] = np.nan
        return out

    with pytest.raises(AssertionError):
        assert_equivalent(softmax_between(), poisoned)


def test_equivalence_takes_arguments_as_given() -> None:
    assert_equivalent(mlp(), mlp(), [np.full((128, 256), 0.25, np.float32)])
