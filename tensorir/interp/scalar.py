"""Scalar bodies over whole arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tensorir.interp.context import Array, Context
from tensorir.interp.erf import erf
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import Scalar, ScalarBody


def evaluate_body(body: ScalarBody, inputs: Sequence[Array], ctx: Context) -> Array:
    """The body's result for elementwise inputs (broadcastable arrays). Raises InferError for a division of an
    integer by zero."""
    values: dict[int, Array] = {}
    with np.errstate(all="ignore"):  # NaN and Inf are results like any other
        for node in body.nodes():
            values[id(node)] = _node(node, [values[id(o)] for o in node.operands], inputs, ctx)
    return values[id(body.result)]


def convert(array: Array, dtype: DType, ctx: Context) -> Array:
    """To `dtype`: floats round to nearest even; float to integer truncates, saturates, and makes NaN zero;
    integers wrap."""
    target = ctx.numpy(dtype)
    if array.dtype == target:
        return array
    if dtype.kind == "bool":
        return array != 0
    if dtype.is_float:
        return array.astype(target)
    if array.dtype.kind == "f" or array.dtype.name == "bfloat16":
        signed = dtype.kind == "signed"
        low = -(1 << (dtype.bits - 1)) if signed else 0
        high = (1 << (dtype.bits - signed)) - 1
        wide = np.trunc(np.nan_to_num(array.astype(np.float64), nan=0.0, posinf=np.inf, neginf=-np.inf))
        inside = np.clip(wide, low, np.nextafter(np.float64(high) + 1, 0)).astype(np.int64)
        return np.where(wide > high, high, inside).astype(target)
    return wrap(array.astype(np.int64), dtype).astype(target)


def wrap(array: Array, dtype: DType) -> Array:
    """int64 values modulo 2^bits of an integer type."""
    if dtype.bits >= 64:
        return array
    modulus = 1 << dtype.bits
    low = array & (modulus - 1)
    return np.where(low >= modulus >> 1, low - modulus, low) if dtype.kind == "signed" else low


def _node(node: Scalar, operands: list[Array], inputs: Sequence[Array], ctx: Context) -> Array:
    if node.fn == "arg":
        return inputs[node.index]
    if node.fn == "const":
        return np.asarray(node.value, np.int64 if node.dtype.is_integer else np.float64).astype(ctx.numpy(node.dtype))
    if node.fn == "cast":
        return convert(operands[0], node.dtype, ctx)
    if node.fn in _COMPARE:
        return np.asarray(_COMPARE[node.fn](*operands))
    if node.fn == "select":
        return np.where(*operands)
    if node.dtype.is_float:
        return _float(node, operands, ctx)
    return _integer(node, operands)


def _float(node: Scalar, operands: list[Array], ctx: Context) -> Array:
    """16-bit floats compute in float32 and round once, as hardware does."""
    target = ctx.numpy(node.dtype)
    if target.itemsize < 4:
        operands = [o.astype(np.float32) for o in operands]
    return np.asarray(_FLOAT[node.fn](*operands)).astype(target, copy=False)


def _integer(node: Scalar, operands: list[Array]) -> Array:
    if node.dtype.kind == "bool":
        return (
            np.asarray(_BOOL[node.fn](*operands)) if node.fn in _BOOL else np.asarray(_INTEGER[node.fn](*operands)) != 0
        )
    target = node.dtype.numpy
    wide = [o.astype(np.int64) for o in operands]
    return wrap(np.asarray(_INTEGER[node.fn](*wide)), node.dtype).astype(target)


def _divide(a: Array, b: Array) -> Array:
    _refuse_zero(b)
    quotient = np.abs(a) // np.abs(b)
    return np.where((a < 0) != (b < 0), -quotient, quotient)


def _remainder(a: Array, b: Array) -> Array:
    _refuse_zero(b)
    return np.fmod(a, b)


def _rsqrt(x: Array) -> Array:
    return 1 / np.sqrt(x)


def _gelu(x: Array) -> Array:
    return x * 0.5 * (1 + erf(x * np.asarray(2**-0.5, x.dtype)))


def _refuse_zero(b: Array) -> None:
    if np.any(b == 0):
        raise InferError("an integer is divided by zero")


_COMPARE: Mapping[str, Callable[..., Array]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
_FLOAT: Mapping[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "neg": np.negative,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "rsqrt": _rsqrt,
    "tanh": np.tanh,
    "erf": erf,
    "gelu": _gelu,
    "floor": np.floor,
    "ceil": np.ceil,
    "sin": np.sin,
    "cos": np.cos,
    "pow": np.power,
}
_INTEGER: Mapping[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": _divide,
    "max": np.maximum,
    "min": np.minimum,
    "neg": np.negative,
    "abs": np.abs,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "rem": _remainder,
}
_BOOL: Mapping[str, Callable[..., Array]] = {
    "add": np.logical_xor,
    "mul": np.logical_and,
    "max": np.logical_or,
    "min": np.logical_and,
    "and": np.logical_and,
    "or": np.logical_or,
    "xor": np.logical_xor,
}
