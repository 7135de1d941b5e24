"""Reductions and the ops along rows give the same bits as their decompositions, and zeros have a sign."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.dialects.linalg import LayerNorm, Reduce, Softmax
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.interp import Context, apply_op
from tensorir.interp.interpreter import run_decomposition
from tensorir.ir.dtype import f16, f32
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value


def v(*shape: int, dtype: Any = f32) -> Value:
    return Value(TensorType(shape, dtype))


OPS = {
    "reduce": Reduce(v(6, 50, 7), "add", (0, 1), 261),
    "reduce, dims in another order": Reduce(v(6, 50, 7), "add", (1, 0)),
    "reduce, dims in another order, padded": Reduce(v(6, 50, 7), "add", (1, 0), 261),
    "products": Reduce(v(6, 50, 7), "mul", (1, 0), 261),
    "reduce f16": Reduce(v(6, 50, 7, dtype=f16), "add", (1,), 41),
    "softmax": Softmax(v(6, 50, 7), (1, 2), 341),
    "layer_norm": LayerNorm(v(6, 50, 7), v(50, 7), v(50, 7), (1, 2), 1e-5, 341),
    "rms_norm": RmsNorm(v(6, 50, 7), v(50), (1,), 1e-5),
}


@pytest.mark.parametrize("name", OPS)
def test_bits_are_those_of_the_decomposition(name: str) -> None:
    op, ctx, rng = OPS[name], Context(Module(), {}), np.random.default_rng(2)
    inputs = tuple(
        rng.uniform(-2, 2, [d for d in o.type.shape if isinstance(d, int)]).astype(o.type.dtype.numpy)
        for o in op.operands
    )
    (direct,) = apply_op(op, inputs, ctx)
    parts = op.decomposition()
    assert parts is not None
    (decomposed,) = run_decomposition(parts, inputs, ctx)
    assert np.array_equal(direct, decomposed)


@pytest.mark.parametrize(("kind", "negative"), [("max", False), ("maxnum", False), ("min", True), ("minnum", True)])
def test_negative_zero_is_less_than_zero(kind: Any, negative: bool) -> None:
    op: Op = Reduce(v(2, 40), kind, (1,))
    for begin in (0, 1):
        zeros = np.resize(np.array([0.0, -0.0], np.float32), (2, 41))[:, begin : begin + 40]
        (extreme,) = apply_op(op, (zeros,), Context(Module(), {}))
        assert np.all(np.signbit(extreme) == negative)
        (alone,) = apply_op(op, (np.abs(zeros),), Context(Module(), {}))
        assert not np.any(np.signbit(alone))
