"""Operations of softmax and norms are those of their decompositions at each valid position of a row."""

from __future__ import annotations

import pytest

from tensorir.dialects.linalg import Generic, LayerNorm, Reduce, Softmax
from tensorir.dialects.linalg.rows import RmsNorm, RowOp
from tensorir.ir.dtype import f32
from tensorir.ir.scalar import Scalar
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.runtime.step_counts import ROW_OPERATIONS, StepIn, touched

X, P = Value(TensorType((3, 8), f32)), Value(TensorType((8,), f32))
OPS = {
    "softmax": Softmax(X, (1,)),
    "layer_norm": LayerNorm(X, P, P, (1,), 1e-5),
    "rms_norm": RmsNorm(X, P, (1,), 1e-5),
}


def of_positions(op: RowOp) -> int:
    """Scalar functions of the decomposition that depend on the position in the row, and elements of sums."""
    total, meaning = 0, op.decomposition()
    assert meaning is not None
    for o in meaning.body.ops:
        total += isinstance(o, Reduce)
        if isinstance(o, Generic) and 8 in o.iteration_shape:
            along = {i for i, m in enumerate(o.maps[:-1]) if 1 in m.dims}

            def depends(node: Scalar, along: set[int] = along) -> bool:
                return node.index in along if node.fn == "arg" else any(map(depends, node.operands))

            total += sum(depends(n) for n in o.body.nodes() if n.fn not in ("arg", "const", "cast"))
    return total


@pytest.mark.parametrize("kind", OPS)
def test_they_are_those_of_the_decomposition(kind: str) -> None:
    assert ROW_OPERATIONS[kind] == of_positions(OPS[kind])


@pytest.mark.parametrize(("extent", "valid"), [(-1, 24), (5, 15), (0, 0), (8, 24)])
@pytest.mark.parametrize("kind", OPS)
def test_only_valid_positions_count(kind: str, extent: int, valid: int) -> None:
    strides = ((8, 1), *[(0, 1)] * (len(OPS[kind].operands) - 1), (8, 1))
    found = touched(StepIn(kind, (3, 8), strides, (1, extent), ()))
    assert found.operations == ROW_OPERATIONS[kind] * valid
