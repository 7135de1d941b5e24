"""Converts types of MLIR to types of the core."""

from __future__ import annotations

from collections.abc import Iterable

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DTYPES, DType
from tensorir.mlir.syntax import FunctionType, OpaqueType, RankedTensor, ScalarType, Type, element_of

BUFFER = "!hal.buffer_view"
_UNRANKED = "tensors of unknown rank are not supported but between two tensor.cast"
_TOKENS = ("!hal.fence", "!hal.device", "!hal.semaphore")

_ELEMENTS = {
    **{n: DTYPES[n] for n in ("f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "i4", "i1")},
    **{f"si{b}": DTYPES[f"i{b}"] for b in (64, 32, 16, 8, 4)},
    **{f"ui{b}": DTYPES[f"u{b}"] for b in (64, 32, 16, 8, 4)},
    "index": DTYPES["i64"],
}


def element_type(type: Type) -> DType:
    """The element type of a scalar or of a tensor: signless integers are signed, `index` is i64.

    Raises InferError naming an unsupported type."""
    if is_unranked(type):
        raise InferError(f"{type}: {_UNRANKED}")
    element = element_of(type)
    found = _ELEMENTS.get(element.name) if isinstance(element, ScalarType) else None
    if found is None:
        raise InferError(f"the element type {element} is not supported; supported are {', '.join(_ELEMENTS)}")
    return found


def is_unranked(type: Type) -> bool:
    """`tensor<*xf32>`: a tensor of which only the element type is said."""
    return isinstance(type, OpaqueType) and type.text.startswith("tensor<*")


def has_signless(types: Iterable[Type]) -> bool:
    """Whether integers without a sign (`i8`) are among the element types, and none with one (`si8`)."""
    names = [t.name for t in map(element_of, types) if isinstance(t, ScalarType)]
    return any(n[0] == "i" and n not in ("i1", "index") for n in names) and not any(n.startswith("si") for n in names)


def is_token(type: Type) -> bool:
    """Returns whether values of a type only order work and carry no data; arguments of such types are left out."""
    return isinstance(type, OpaqueType) and type.text in _TOKENS


def is_buffer(type: Type) -> bool:
    """`!hal.buffer_view`: a tensor whose type is said where it is imported."""
    return isinstance(type, OpaqueType) and type.text == BUFFER


def is_size(type: Type) -> bool:
    """A type whose values may be sizes."""
    return isinstance(type, ScalarType) and type.name in ("index", "i64", "i32")


def ranked(type: Type) -> RankedTensor:
    """`type`, which must be a ranked tensor. Raises InferError naming what it is."""
    match type:
        case RankedTensor():
            return type
        case OpaqueType() if is_unranked(type):
            raise InferError(f"{type}: {_UNRANKED}")
        case OpaqueType() | ScalarType() | FunctionType():
            raise InferError(f"the type {type} is not supported: a tensor is needed here")
