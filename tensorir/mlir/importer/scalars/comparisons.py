"""Comparisons of elements, and questions about the kind of a float."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import i1
from tensorir.ir.scalar import Scalar, apply, const
from tensorir.mlir.importer.scalars.conversions import as_unsigned, need_float, need_integers
from tensorir.mlir.syntax import IntAttr, Operation

_CMPI = ("eq", "ne", "lt", "le", "gt", "ge", "lt", "le", "gt", "ge")
_FIRST_UNSIGNED = 6
_SWAPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def _predicate(op: Operation, count: int) -> int:
    found = op.attributes.get("predicate")
    if not isinstance(found, IntAttr) or not 0 <= found.value < count:
        raise InferError(f"the attribute predicate must be a number from 0 to {count - 1}")
    return found.value


def cmpi(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.cmpi."""
    need_integers(x)
    predicate = _predicate(op, len(_CMPI))
    name = _CMPI[predicate]
    if predicate >= _FIRST_UNSIGNED:
        return apply(name, *map(as_unsigned, x))
    return apply(_SWAPPED[name] if x[0].dtype is i1 else name, *x)  # signed, the i1 true is -1


def _not(x: Scalar) -> Scalar:
    return apply("xor", x, const(True, i1))


def _unordered(a: Scalar, b: Scalar) -> Scalar:
    return apply("or", apply("ne", a, a), apply("ne", b, b))


_CMPF: tuple[Callable[[Scalar, Scalar], Scalar], ...] = (
    lambda a, b: const(False, i1),
    lambda a, b: apply("eq", a, b),
    lambda a, b: apply("gt", a, b),
    lambda a, b: apply("ge", a, b),
    lambda a, b: apply("lt", a, b),
    lambda a, b: apply("le", a, b),
    lambda a, b: apply("or", apply("lt", a, b), apply("gt", a, b)),
    lambda a, b: _not(_unordered(a, b)),
    lambda a, b: _not(apply("or", apply("lt", a, b), apply("gt", a, b))),
    lambda a, b: _not(apply("le", a, b)),
    lambda a, b: _not(apply("lt", a, b)),
    lambda a, b: _not(apply("ge", a, b)),
    lambda a, b: _not(apply("gt", a, b)),
    lambda a, b: apply("ne", a, b),
    _unordered,
    lambda a, b: const(True, i1),
)
"""By the number of the predicate: false, oeq, ogt, oge, olt, ole, one, ord, ueq, ugt, uge, ult, ule, une, uno, true."""


def cmpf(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """arith.cmpf: ordered predicates are false for NaN, unordered ones true."""
    if not x[0].dtype.is_float or x[0].dtype != x[1].dtype:
        raise InferError(f"takes two floats of one type, got {x[0].dtype} and {x[1].dtype}")
    return _CMPF[_predicate(op, len(_CMPF))](x[0], x[1])


def _infinity(x: Scalar) -> Scalar:
    return const(math.inf, x.dtype)


def isnan(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """math.isnan."""
    return apply("ne", need_float(x), x[0])


def isinf(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """math.isinf."""
    return apply("eq", apply("abs", need_float(x)), _infinity(x[0]))


def isfinite(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """math.isfinite."""
    return apply("lt", apply("abs", need_float(x)), _infinity(x[0]))


_SMALLEST_NORMAL = {"f64": 2.0**-1022, "f32": 2.0**-126, "f16": 2.0**-14, "bf16": 2.0**-126}


def isnormal(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """math.isnormal: finite, and not below the smallest normal number."""
    size = apply("abs", need_float(x))
    low = const(_SMALLEST_NORMAL[x[0].dtype.name], x[0].dtype)
    return apply("and", apply("ge", size, low), apply("lt", size, _infinity(x[0])))
