"""Evaluates scalar bodies over whole arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import bitcast, convert, rounded, wide, wrap
from tensorir.interp.floats import FLOAT_FNS, fma, fma64
from tensorir.interp.integers import INTEGER_FNS
from tensorir.ir.diagnostic import InferError
from tensorir.ir.scalar import Scalar, ScalarBody

Positions = Callable[[int], Array]
"""Returns the position along an iteration dim as an int64 array that broadcasts with the operands."""


def _no_positions(dim: int) -> Array:
    raise InferError(f"the body reads the index of d{dim}, but there is no iteration space")


def evaluate_body(
    body: ScalarBody, inputs: Sequence[Array], ctx: Context, positions: Positions = _no_positions
) -> Array:
    """Returns the body's result for elementwise inputs (broadcastable arrays). Raises InferError for a division of an
    integer by zero."""
    return evaluate_bodies((body,), inputs, ctx, positions)[0]


def evaluate_bodies(
    bodies: Sequence[ScalarBody], inputs: Sequence[Array], ctx: Context, positions: Positions = _no_positions
) -> tuple[Array, ...]:
    """As `evaluate_body`, for several bodies over the same inputs; shared subexpressions are computed once."""
    values: dict[int, Array] = {}
    with np.errstate(all="ignore"):  # NaN and Inf are ordinary results
        for body in bodies:
            for node in body.nodes():
                if id(node) not in values:
                    values[id(node)] = _node(node, [values[id(o)] for o in node.operands], inputs, ctx, positions)
    return tuple(values[id(body.result)] for body in bodies)


def _node(node: Scalar, operands: list[Array], inputs: Sequence[Array], ctx: Context, positions: Positions) -> Array:
    match node.fn:
        case "arg":
            return inputs[node.index]
        case "index":
            return positions(node.index)
        case "const" if node.dtype.is_integer:
            return np.asarray(node.value, node.dtype.numpy)
        case "const":
            return rounded(np.asarray(node.value, np.float64), ctx.numpy(node.dtype))
        case "cast":
            return convert(operands[0], node.dtype, ctx)
        case "bitcast":
            return bitcast(operands[0], node.operands[0].dtype, node.dtype, ctx)
        case "select":
            return np.where(*operands)
        case fn if fn in _COMPARE:
            return np.asarray(_COMPARE[fn](*operands))
        case _ if node.dtype.is_float:
            return _float(node, operands, ctx)
        case fn:
            result = INTEGER_FNS[fn](*(wide(o, node.dtype) for o in operands), node.dtype.bits)
            return wrap(np.asarray(result), node.dtype)


def _float(node: Scalar, operands: list[Array], ctx: Context) -> Array:
    """Computes 16-bit floats in float32 and rounds once, as hardware does."""
    target = ctx.numpy(node.dtype)
    if node.fn == "fma":
        into = fma64 if target.itemsize == 8 else fma
        return rounded(into(*(o.astype(np.float64) for o in operands)), target)
    if target.itemsize < 4:
        operands = [o.astype(np.float32) for o in operands]
    return np.asarray(FLOAT_FNS[node.fn](*operands)).astype(target, copy=False)


_COMPARE: Mapping[str, Callable[..., Array]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
