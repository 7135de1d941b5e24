"""Sums of 16-bit floats are made in 32 bits and rounded once: by the interpreter, by the loops of the op, and by its
decomposition. Small integers would not tell, because their sums are not rounded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tensorir.dialects.linalg import Contract, LayerNorm, Reduce, Softmax
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.interp import Context, apply_op
from tensorir.interp.context import Array
from tensorir.interp.interpreter import run_decomposition
from tensorir.interp.loops import run_loops
from tensorir.ir.affine import select
from tensorir.ir.dtype import DType, bf16, f16
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

TERMS = 4096
"""So many that a sum of 16 bits would stand still long before the last."""
MAPS = (select(3, (0, 2)), select(3, (1, 2)), select(3, (0, 1)))


def value(dtype: DType, *shape: int) -> Value:
    return Value(TensorType(shape, dtype))


OPS: dict[str, Callable[[DType], Op]] = {
    "reduce": lambda t: Reduce(value(t, 2, TERMS), "add", (1,)),
    "contract": lambda t: Contract(value(t, 2, TERMS), value(t, 3, TERMS), (), MAPS, t),
    "mmt4d": lambda t: Mmt4d(value(t, 1, TERMS // 4, 2, 4), value(t, 1, TERMS // 4, 3, 4), (), t),
    "batch_mmt4d": lambda t: BatchMmt4d(value(t, 2, 1, TERMS // 4, 1, 4), value(t, 2, 1, TERMS // 4, 1, 4), (), t),
    "softmax": lambda t: Softmax(value(t, 2, TERMS), (1,)),
    "layer_norm": lambda t: LayerNorm(value(t, 2, TERMS), value(t, TERMS), value(t, TERMS), (1,), 1e-5),
    "rms_norm": lambda t: RmsNorm(value(t, 2, TERMS), value(t, TERMS), (1,), 1e-5),
}


@pytest.mark.parametrize("dtype", [bf16, f16], ids=str)
@pytest.mark.parametrize("name", OPS)
def test_sums_of_16_bits_are_made_in_32(name: str, dtype: DType) -> None:
    op, module = OPS[name](dtype), Module()
    shapes = [tuple(d for d in v.type.shape if isinstance(d, int)) for v in op.operands]
    rng = np.random.default_rng(3)
    scale = 0.125 if name.endswith(("contract", "mmt4d")) else 1.0
    given: tuple[Array, ...] = tuple((rng.uniform(0.5, 2, s) * scale).astype(dtype.numpy) for s in shapes)
    (exact,) = apply_op(op, tuple(a.astype(np.float64) for a in given), Context(module, {}, widen=True))
    ctx = Context(module, {})
    made: dict[str, Array] = {"interpreter": apply_op(op, given, ctx)[0]}
    if op.loops() is not None:
        made["loops"] = run_loops(op, given, ctx)[0]
    if (parts := op.decomposition()) is not None:
        made["decomposition"] = run_decomposition(parts, given, ctx)[0]
    assert len(made) > 1
    last = 2.0**-7 if dtype is bf16 else 2.0**-10
    smallest = 2.0**-126 if dtype is bf16 else 2.0**-24  # below its normal numbers f16 rounds to these steps
    for how, result in made.items():
        assert result.dtype == dtype.numpy, how
        off = np.abs(result.astype(np.float64) - exact)
        assert np.all(off <= 0.6 * last * np.abs(exact) + 0.6 * smallest + 1e-5), (how, off.max())
