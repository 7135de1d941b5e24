"""Ops: what is generated from their fields, and the one way to a changed copy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.dialects.flow import Dispatch
from tensorir.dialects.linalg import Fill, Transpose
from tensorir.dialects.tensor import Concat
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import f32
from tensorir.ir.location import Location
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value


def value(*shape: int, hint: str = "") -> Value:
    return Value(TensorType(shape, f32), hint)


def test_evolve_infers_results_that_keep_their_names() -> None:
    x, y = value(2, 3), value(4, 5)
    op = Transpose(x, (1, 0), results=(value(3, 2, hint="t"),), loc=Location("a", 1))
    other = op.evolve([y])
    assert (other.source, other.result.type, other.result.hint, other.loc) == (y, value(5, 4).type, "t", op.loc)
    assert op.evolve(permutation=(0, 1)).result.type == x.type
    assert op.evolve(source=y).result.type == value(5, 4).type
    assert op.evolve(loc=Location("b", 2)).loc == Location("b", 2)
    assert op.source is x
    assert op.evolve().result is not op.result
    assert op.evolve(results=op.results).result is op.result


def test_evolve_refuses_what_does_not_fit_at_the_place_of_the_op() -> None:
    op = Transpose(value(2, 3), (1, 0), loc=Location("a.tir", 7))
    with pytest.raises(TensorIRError, match=r"a\.tir:7.*linalg\.transpose.*permutation"):
        op.evolve([value(2)])
    with pytest.raises(TypeError, match="no field 'perm'; it has: source, permutation"):
        op.evolve(perm=(0, 1))


def test_another_body_may_give_other_results() -> None:
    x = value(2)
    op = Dispatch((x,), Region((x,), (), (x, x)))
    assert len(op.evolve(body=Region((x,), (), (x,))).results) == 1
    assert op.with_regions((op.body,)) is op
    body = Region((x,), (), (x, x))
    assert op.with_regions((body,)).body is body
    assert op.with_regions((body,)).results is op.results


def test_an_op_without_operands_evolves() -> None:
    op = Fill(0.0, TensorType((2,), f32))
    assert op.evolve(value=1.0).value == 1.0


def test_an_operand_that_is_not_a_value_is_named() -> None:
    op, here = Transpose(value(2, 3), (1, 0)), Location("model.py", 7)
    source: Any
    for source, found in (
        (None, "a NoneType, should be a Value$"),
        (np.zeros((2, 3)), "a ndarray, should be a Value$"),
        (op, "a Transpose, should be a Value; take a result of it"),
    ):
        with pytest.raises(TensorIRError, match=rf"model\.py:7.*linalg\.transpose: source is {found}"):
            Transpose(source, (1, 0), loc=here)
        with pytest.raises(TensorIRError, match=rf"model\.py:7.*tensor\.concat: inputs\[1\] is {found}"):
            Concat((value(2, 3), source), 0, loc=here)
    order: Any = None
    with pytest.raises(TypeError, match="NoneType"):  # an attribute of another Python type is told as Python tells it
        Transpose(value(2, 3), order)
