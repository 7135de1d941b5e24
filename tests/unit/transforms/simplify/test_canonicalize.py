"""canonicalize: each fold against NumPy on all small cases. Single rules are shown in tests/filetests/canonicalize."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.tensor import Cast, ExtractSlice, InsertSlice, Pad
from tensorir.interp import interpret
from tensorir.ir.dims import symbol
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tests.support.graphs import Graph

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
PERMUTATIONS = [*permutations(range(3))]


def folded(module: Module) -> Module:
    return run_passes(module, (Canonicalize(),))


def ops(module: Module) -> int:
    return len(module.functions[0].body.ops)


@pytest.mark.parametrize("first", PERMUTATIONS, ids=str)
@pytest.mark.parametrize("second", PERMUTATIONS, ids=str)
def test_two_transposes_are_at_most_one(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    g = Graph()
    after = folded(g.done(g.b.add(Transpose(g.b.add(Transpose(g.arg(2, 3, 4), first)).result, second)).result))
    expected = X.transpose(first).transpose(second)
    np.testing.assert_array_equal(interpret(after, "main", [X])[0], expected)
    assert ops(after) == (expected.strides != X.strides)


@pytest.mark.parametrize(("offset", "size", "stride"), [*product(range(3), range(4), (1, 2))])
def test_a_slice_goes_only_if_it_takes_everything(offset: int, size: int, stride: int) -> None:
    if size and offset + (size - 1) * stride >= 3:
        return  # outside of the tensor: the verifier's
    g = Graph()
    after = folded(g.done(g.b.add(ExtractSlice(g.arg(3), (offset,), (size,), (stride,))).result))
    x = np.arange(3, dtype=np.float32)
    np.testing.assert_array_equal(interpret(after, "main", [x])[0], x[offset : offset + size * stride : stride][:size])
    assert ops(after) == ((offset, size, stride) != (0, 3, 1))


@pytest.mark.parametrize(("offset", "size"), [(o, s) for o in range(4) for s in range(4) if o + s <= 3])
def test_an_insertion_goes_only_if_it_covers_everything(offset: int, size: int) -> None:
    g = Graph()
    part, whole = g.arg(size), g.arg(3)
    after = folded(g.done(g.b.add(InsertSlice(part, whole, (offset,), (1,))).result))
    given, below = np.full(size, 9, np.float32), np.arange(3, dtype=np.float32)
    expected = below.copy()
    expected[offset : offset + size] = given
    np.testing.assert_array_equal(interpret(after, "main", [given, below])[0], expected)
    assert ops(after) == (size != 3)


@pytest.mark.parametrize(("low", "high"), [*product(range(2), range(2))])
def test_a_pad_goes_only_if_it_adds_nothing(low: int, high: int) -> None:
    g = Graph()
    assert ops(folded(g.done(g.b.add(Pad(g.arg(3), (low,), (high,))).result))) == bool(low or high)


def test_a_cast_that_a_call_checks_stays() -> None:
    g = Graph()
    after = folded(g.done(g.b.add(Cast(g.arg(symbol("N")), (3,))).result))
    with pytest.raises(ValueError, match="3"):
        interpret(after, "main", [np.zeros(4, np.float32)])


def test_a_program_in_normal_form_is_returned_itself() -> None:
    g = Graph()
    module = folded(g.done(g.b.add(Transpose(g.arg(2, 3, 4), (1, 0, 2))).result))
    assert folded(module) is module
