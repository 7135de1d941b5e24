"""Conversions between element types, as scalars of the core, and what other rules need to know of types."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DTYPES, DType, i1
from tensorir.ir.scalar import Scalar, apply, bitcast, cast, const
from tensorir.mlir.expansions import to_signed, to_unsigned, truncated
from tensorir.mlir.importer.types import element_type
from tensorir.mlir.syntax import IntAttr, Operation

Rule = Callable[[Operation, Sequence[Scalar]], Scalar]
"""The element that an op gives for elements of its operands."""


def unsigned(dtype: DType) -> DType:
    """The unsigned type of the same width; i1 is its own."""
    return DTYPES[f"u{dtype.bits}"] if dtype.kind == "signed" else dtype


def as_unsigned(x: Scalar) -> Scalar:
    """The same bits read without a sign."""
    return cast(x, unsigned(x.dtype))


def need_integers(x: Sequence[Scalar]) -> None:
    """Raises InferError if one of them is a float."""
    if any(v.dtype.is_float for v in x):
        raise InferError(f"takes integers, got {', '.join(str(v.dtype) for v in x)}")


def target(op: Operation) -> DType:
    """The element type of the only result."""
    if len(op.results) != 1:
        raise InferError(f"gives {len(op.results)} results; one is supported")
    return element_type(op.results[0].type)


def _sign_extended(x: Scalar, dtype: DType) -> Scalar:
    return apply("neg", cast(x, dtype)) if x.dtype is i1 and dtype is not i1 else cast(x, dtype)


def extsi(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.extsi."""
    need_integers(x)
    return _sign_extended(x[0], _integer_target(op))


def extui(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.extui."""
    need_integers(x)
    return cast(as_unsigned(x[0]), _integer_target(op))


def _integer_target(op: Operation) -> DType:
    dtype = target(op)
    if dtype.is_float:
        raise InferError(f"gives integers, its type is {dtype}")
    return dtype


def _float_target(op: Operation) -> DType:
    dtype = target(op)
    if not dtype.is_float:
        raise InferError(f"gives floats, its type is {dtype}")
    return dtype


def trunci(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.trunci: the low bits."""
    need_integers(x)
    return truncated(x[0], _integer_target(op))


def index_cast(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.index_cast, as extsi or trunci."""
    need_integers(x)
    dtype = _integer_target(op)
    return truncated(x[0], dtype) if dtype is i1 else _sign_extended(x[0], dtype)


def index_castui(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.index_castui, as extui or trunci."""
    need_integers(x)
    dtype = _integer_target(op)
    return truncated(x[0], dtype) if dtype is i1 else cast(as_unsigned(x[0]), dtype)


def float_cast(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.extf, truncf and convertf, rounding to nearest even."""
    mode = op.attributes.get("roundingmode")
    if mode is not None and not (isinstance(mode, IntAttr) and mode.value == 0):
        raise InferError("only rounding to nearest even is supported")
    if not x[0].dtype.is_float:
        raise InferError(f"takes floats, got {x[0].dtype}")
    return cast(x[0], _float_target(op))


def to_float(signed: bool) -> Rule:
    """arith.sitofp or uitofp."""

    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        need_integers(x)
        dtype = _float_target(op)
        if signed and x[0].dtype is i1:
            return apply("select", x[0], const(-1.0, dtype), const(0.0, dtype))  # a minus would give -0 for false
        return cast(x[0] if signed else as_unsigned(x[0]), dtype)

    return rule


def from_float(signed: bool) -> Rule:
    """arith.fptosi or fptoui: see `to_signed` for what does not fit."""

    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        return (to_signed if signed else to_unsigned)(need_float(x), _integer_target(op))

    return rule


def same_bits(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.bitcast."""
    return bitcast(x[0], target(op))


def need_float(x: Sequence[Scalar]) -> Scalar:
    """Returns the first operand. Raises InferError if it is not a float."""
    if not x[0].dtype.is_float:
        raise InferError(f"takes floats, got {x[0].dtype}")
    return x[0]
