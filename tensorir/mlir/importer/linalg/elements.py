"""Elements of named linalg ops: the contents of their regions, for text that leaves the region out.

Each helper applies the op of arith or math that MLIR would write, so that both spellings give one expression."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DType, i1
from tensorir.ir.scalar import Scalar
from tensorir.mlir.importer.scalars.table import scalar_op
from tensorir.mlir.syntax import DialectAttr, Operation, ScalarType, SSAValue


def apply_op(name: str, *operands: Scalar, dtype: DType | None = None) -> Scalar:
    """An op of arith or math; its result has the type of operand 0 unless given."""
    type = ScalarType((dtype or operands[0].dtype).name)
    made = scalar_op(Operation(name, results=(SSAValue(type, "%element"),)), operands)
    assert made is not None  # only names of known ops are passed
    return made


def converted(x: Scalar, dtype: DType, *, unsigned: bool = False) -> Scalar:
    """Converts to the type of the result, as linalg does for mixed types; integers are signed unless specified
    otherwise."""
    source = x.dtype
    if source == dtype:
        return x
    wider = dtype.bits > source.bits
    if source.is_integer and dtype.is_integer:
        name = ("extui" if unsigned else "extsi") if wider else "trunci"
    elif source.is_integer:
        name = "uitofp" if unsigned else "sitofp"
    elif dtype.is_integer:
        name = "fptoui" if unsigned else "fptosi"
    elif source.bits == dtype.bits:
        raise InferError(f"converting {source} to {dtype} is not supported")
    else:
        name = "extf" if wider else "truncf"
    return apply_op(f"arith.{name}", x, dtype=dtype)


@frozen
class Element:
    """A function of elements: its op on floats, on integers, and on i1 if that differs; "" if there is none."""

    for_float: str = ""
    for_integer: str = ""
    for_bool: str = ""

    def __call__(self, *x: Scalar) -> Scalar:
        """Applies the op. Raises InferError for an element type without an op."""
        dtype = x[-1].dtype
        name = self.for_float if dtype.is_float else self.for_integer
        if dtype is i1 and self.for_bool:
            name = self.for_bool
        if not name:
            raise InferError(f"is not supported on {dtype}")
        return apply_op(name, *x, dtype=dtype)


ADD = Element("arith.addf", "arith.addi", "arith.ori")
SUB = Element("arith.subf", "arith.subi")
MUL = Element("arith.mulf", "arith.muli", "arith.andi")
MAX = Element("arith.maximumf", "arith.maxsi")
MIN = Element("arith.minimumf", "arith.minsi")
MAX_UNSIGNED = Element("arith.maximumf", "arith.maxui")
MIN_UNSIGNED = Element("arith.minimumf", "arith.minui")


def is_unsigned(op: Operation) -> bool:
    """Returns whether the attribute `cast` says that integers are unsigned. Raises InferError for another value."""
    found = op.attributes.get("cast")
    match found:
        case None:
            return False
        case DialectAttr(name="linalg.type_fn", text="cast_signed" | "cast_unsigned"):
            return found.text == "cast_unsigned"
        case _:
            raise InferError("the attribute cast must be #linalg.type_fn<cast_signed> or <cast_unsigned>")
