"""Elementwise work in blocks: the same bits as in one call, and interrupted between two blocks."""

from __future__ import annotations

import math
import signal
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.dialects.linalg import Generic
from tensorir.interp import Context, apply_op, interpret, loops
from tensorir.interp.context import Array
from tensorir.ir.affine import identity, select
from tensorir.ir.dtype import f32, i64
from tensorir.ir.module import Module
from tensorir.ir.scalar import ScalarBody, apply, arg, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.programs.random import arguments, programs


@given(programs(), st.integers(0, 1 << 16), st.integers(1, 50))
def test_programs_give_the_same_bits_in_blocks(module: Module, seed: int, block: int) -> None:
    args = arguments(module, seed)
    whole = interpret(module, "main", args)
    with pytest.MonkeyPatch.context() as m:
        m.setattr(loops, "BLOCK", block)
        for got, wanted in zip(interpret(module, "main", args), whole, strict=True):
            np.testing.assert_array_equal(got, wanted, strict=True)


def chosen() -> tuple[Generic, tuple[Array, Array]]:
    """x[i, j, k] where y[k, i] · j > y[k, i], else −x[i, j, k], over 4 × 5 × 6 positions."""
    x, y = Value(TensorType((4, 5, 6), f32)), Value(TensorType((6, 4), i64))
    product = apply("mul", arg(1, i64), iteration_index(1))
    body = ScalarBody(
        (f32, i64), apply("select", apply("gt", product, arg(1, i64)), arg(0, f32), apply("neg", arg(0, f32)))
    )
    op = Generic((x, y), (identity(3), select(3, (2, 0)), identity(3)), body)
    rng = np.random.default_rng(0)
    return op, (rng.standard_normal((4, 5, 6)).astype(np.float32), rng.integers(-3, 4, (6, 4)))


@pytest.mark.parametrize("block", [1, 5, 6, 7, 13, 30, 45, 119])
def test_no_block_is_larger_than_allowed(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    op, inputs = chosen()
    (whole,) = apply_op(op, inputs, Context(Module(), {}))
    monkeypatch.setattr(loops, "BLOCK", block)
    sizes: list[int] = []
    evaluate = loops.evaluate_bodies

    def counted(bodies: Sequence[ScalarBody], given: Sequence[Array], *rest: Any) -> tuple[Array, ...]:
        sizes.append(math.prod(given[0].shape))
        return evaluate(bodies, given, *rest)

    monkeypatch.setattr(loops, "evaluate_bodies", counted)
    np.testing.assert_array_equal(apply_op(op, inputs, Context(Module(), {}))[0], whole, strict=True)
    assert sum(sizes) == 120
    assert max(sizes) <= block
    assert len(sizes) <= 2 * 120 / block + 20


def test_ctrl_c_is_seen_between_two_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    op, inputs = chosen()
    monkeypatch.setattr(loops, "BLOCK", 6)
    calls: list[int] = []
    evaluate = loops.evaluate_bodies

    def interrupted(*given: Any) -> tuple[Array, ...]:
        calls.append(1)
        signal.raise_signal(signal.SIGINT)
        return evaluate(*given)

    monkeypatch.setattr(loops, "evaluate_bodies", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply_op(op, inputs, Context(Module(), {}))
    assert len(calls) == 1
