"""Checks of what a caller passes to the builder: sizes, axes, element types, numbers, arrays.

One rule holds for the whole interface: a call means what it means in NumPy, or it is refused at the caller's line.
Python numbers are weak (they take the element type of the other operand), NumPy scalars and arrays keep their own type,
and element types are never mixed: where NumPy would promote, the error names the cast to write.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any, SupportsIndex, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, DimExpr
from tensorir.ir.dtype import DTYPES, DType, dtype_of
from tensorir.ir.scalar import ScalarValue, const

Size: TypeAlias = "Dim | SupportsIndex"
Shape: TypeAlias = "Size | Iterable[Size]"
Axes: TypeAlias = "SupportsIndex | Iterable[SupportsIndex] | None"

_NUMBERS = (bool, int, float)


def integer(value: object, what: str) -> int:
    """Checks an index, axis or step: anything that Python accepts as an index, except a bool. Raises InferError naming
    `what`."""
    if isinstance(value, SupportsIndex) and not isinstance(value, bool | np.bool_):
        try:
            return operator.index(value)
        except TypeError:  # every NumPy array has __index__, whatever it holds
            pass
    raise InferError(f"{what} must be an integer, got {_shown(value)}")


def size(value: object, what: str = "a size") -> Dim:
    """Checks a size, which may be negative: an integer or an expression of symbols. Raises InferError naming `what`."""
    if isinstance(value, DimExpr):
        return value
    if isinstance(value, str):
        raise InferError(f'{what} must be an integer or a symbol, got the text {value!r}: write symbol("{value}")')
    if isinstance(value, SupportsIndex):
        return integer(value, what)
    raise InferError(f"{what} must be an integer or an expression of symbols, got {_shown(value)}")


def shape(value: object, what: str = "shape") -> tuple[Dim, ...]:
    """Checks sizes: a sequence, or as in NumPy a single size for rank 1. Raises InferError naming `what`."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        items = cast("Iterable[object]", value)
        return tuple(size(s, f"{what}[{i}]") for i, s in enumerate(items))
    return (size(value, what),)


def new_shape(value: object) -> tuple[Dim, ...]:
    """Checks the shape of a new tensor. Raises InferError if a size is negative."""
    sizes = shape(value)
    for d, s in enumerate(sizes):
        if isinstance(s, int) and s < 0:
            raise InferError(f"shape[{d}] is {s}: a size must not be negative")
    return sizes


def spread(values: tuple[object, ...]) -> object:
    """Treats the arguments of `f(2, 3)` and of `f((2, 3))` alike."""
    return values[0] if len(values) == 1 else values


def axes(value: object, rank: int) -> tuple[int, ...]:
    """Returns axes counted from the front; None means all. Raises InferError if an axis does not exist or occurs
    twice."""
    if value is None:
        return tuple(range(rank))
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        given = tuple(integer(a, "an axis") for a in cast("Iterable[object]", value))
    else:
        given = (integer(value, "an axis"),)
    for a in given:
        if not -rank <= a < rank:
            raise InferError(f"axis {a} does not exist in rank {rank}")
    found = tuple(a % rank for a in given)
    if len(set(found)) != len(found):
        raise InferError(f"an axis occurs twice in {list(given)}")
    return found


def axis(value: object, rank: int) -> int:
    """Returns one axis counted from the front. Raises InferError if it does not exist."""
    return axes((value,), rank)[0]


def element_type(value: object) -> DType:
    """Checks an element type: one of tensorir's, or a NumPy dtype. Raises InferError for anything else.

    Names are refused, because NumPy and this package read "i8" and "f16" differently."""
    if isinstance(value, DType):
        return value
    if isinstance(value, str):
        known = f"write tensorir.{value}" if value in DTYPES else f"use one of {', '.join(DTYPES)} of tensorir"
        raise InferError(f"an element type is not given by name, got {value!r}: {known}")
    if value is None:
        raise InferError(f"an element type is needed: one of {', '.join(DTYPES)} of tensorir")
    try:
        return dtype_of(cast("Any", value))
    except TypeError as e:
        raise InferError(f"{_shown(value)} is not an element type: {e}") from None


def number(value: object, dtype: DType) -> ScalarValue:
    """Returns a Python number as an operand of a tensor of `dtype`, if NumPy would keep `dtype`. Raises InferError
    otherwise."""
    if not isinstance(value, _NUMBERS):
        raise InferError(f"expected a number, got {_shown(value)}")
    if isinstance(value, float) and not dtype.is_float:
        raise InferError(f"the number {value} beside elements of {dtype} makes f64 in NumPy: cast the tensor first")
    if dtype.kind == "bool" and not isinstance(value, bool):
        raise InferError(f"the number {value} beside elements of i1 makes i64 in NumPy: cast the tensor first")
    try:
        return const(value, dtype).value
    except OverflowError:
        raise InferError(
            f"a number of {value.bit_length() if isinstance(value, int) else 0} bits does not fit"
        ) from None


def array(value: object) -> Dense:
    """Returns data as an immutable array. Raises InferError if NumPy can't make an array of it, or if its element type
    is not supported."""
    try:
        return Dense(cast("npt.ArrayLike", value))
    except (TypeError, ValueError) as e:
        raise InferError(f"{_shown(value)} is not an array of numbers: {e}") from None


def scalar_or_array(value: object, dtype: DType) -> ScalarValue | Dense:
    """Converts an operand that is not a tensor and is combined with a tensor of `dtype`: a number, or data that keeps
    its own element type.

    Raises InferError for anything else."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        found = array(cast("object", value))
        if found.dtype == dtype:
            return cast("ScalarValue", found.array.item())
        raise InferError(
            f"operand types differ: {dtype} and NumPy's {found.dtype}; cast one, or give a number of Python"
        )
    if isinstance(value, _NUMBERS):
        return number(value, dtype)
    if isinstance(value, np.ndarray | list | tuple):
        return array(cast("object", value))
    raise InferError(f"expected a tensor, a number or an array, got {_shown(value)}")


def _shown(value: object) -> str:
    text = repr(value)
    return f"{text if len(text) <= 40 else text[:37] + '…'} ({type(value).__name__})"
