"""Reads attributes of an op in the form that its importer needs. All raise InferError naming the attribute."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.ir.diagnostic import InferError, ParseError
from tensorir.ir.dims import Dim
from tensorir.mlir.syntax import (
    AffineMapAttr,
    ArrayAttr,
    Attribute,
    DenseArrayAttr,
    DenseAttr,
    IntAttr,
    Operation,
    SSAValue,
    StringAttr,
    SymbolRef,
)
from tensorir.text import parse_dim

MAX_INTEGERS = 1 << 16
"""The most entries of a list of dims, sizes or strides, because a splat could claim 2**47 of them."""


def attribute(op: Operation, name: str) -> Attribute:
    """Returns an attribute that the op must have."""
    found = op.attributes.get(name)
    if found is None:
        raise InferError(f"needs the attribute {name}")
    return found


def integer(op: Operation, name: str, default: int | None = None) -> int:
    """Returns an integer attribute, or `default` if it is missing."""
    if default is not None and name not in op.attributes:
        return default
    found = attribute(op, name)
    if not isinstance(found, IntAttr):
        raise InferError(f"the attribute {name} must be an integer")
    return found.value


def string(op: Operation, name: str) -> str:
    """A string attribute."""
    found = attribute(op, name)
    if not isinstance(found, StringAttr):
        raise InferError(f"the attribute {name} must be a string")
    return found.value


def symbol(op: Operation, name: str) -> str:
    """Returns the name in a symbol reference `@name`."""
    found = attribute(op, name)
    if not isinstance(found, SymbolRef) or len(found.path) != 1:
        raise InferError(f"the attribute {name} must be a symbol @name")
    return found.path[0]


def integers(op: Operation, name: str, default: Sequence[int] | None = None) -> tuple[int, ...]:
    """Returns a list of integers, written as `array<i64: …>`, `[…]` or `dense<…>`, or `default` if it is missing."""
    if default is not None and name not in op.attributes:
        return tuple(default)
    found = _integers(attribute(op, name))
    if found is None:
        raise InferError(f"the attribute {name} must be a list of integers")
    return found


def groups(op: Operation, name: str = "reassociation") -> tuple[tuple[int, ...], ...]:
    """A list of lists of dims."""
    found = attribute(op, name)
    lists = [_integers(item) for item in found.items] if isinstance(found, ArrayAttr) else [None]
    if any(x is None or min(x, default=0) < 0 for x in lists):
        raise InferError(f"the attribute {name} must be a list of lists of dims")
    return tuple(x for x in lists if x is not None)


def size_list(found: Attribute, name: str) -> tuple[Dim, ...]:
    """Returns sizes in .tir text, with which our writer distinguishes sizes that are all `?`. `name` is for errors."""
    if not isinstance(found, ArrayAttr) or not all(isinstance(s, StringAttr) for s in found.items):
        raise InferError(f"{name} must be a list of sizes as strings")
    try:
        return tuple(parse_dim(s.value) for s in found.items if isinstance(s, StringAttr))
    except ParseError as e:
        raise InferError(f"{name}: {e.diagnostics[0].message}") from None


def maps(op: Operation, name: str = "indexing_maps") -> tuple[AffineMapAttr, ...]:
    """A list of affine maps."""
    found = attribute(op, name)
    if not isinstance(found, ArrayAttr) or not all(isinstance(i, AffineMapAttr) for i in found.items):
        raise InferError(f"the attribute {name} must be a list of affine maps")
    return tuple(i for i in found.items if isinstance(i, AffineMapAttr))


def segments(op: Operation, count: int) -> tuple[tuple[SSAValue, ...], ...]:
    """Returns the operands as `count` groups, by `operandSegmentSizes`."""
    lengths = integers(op, "operandSegmentSizes")
    if len(lengths) != count or any(n < 0 for n in lengths) or sum(lengths) != len(op.operands):
        raise InferError(f"operandSegmentSizes {list(lengths)} do not split {len(op.operands)} operands into {count}")
    parts: list[tuple[SSAValue, ...]] = []
    at = 0
    for n in lengths:
        parts.append(op.operands[at : at + n])
        at += n
    return tuple(parts)


def _integers(value: Attribute) -> tuple[int, ...] | None:
    match value:
        case DenseArrayAttr(values=values) if all(isinstance(v, int) for v in values):
            return tuple(int(v) for v in values)
        case ArrayAttr(items=items) if all(isinstance(i, IntAttr) for i in items):
            return tuple(i.value for i in items if isinstance(i, IntAttr))
        case DenseAttr(array=array) if array.dtype.kind in "iu" and array.ndim == 1 and array.size <= MAX_INTEGERS:
            return tuple(int(v) for v in array)
        case _:
            return None
