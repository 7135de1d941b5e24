"""Tensors of one value, from which an accumulator may start without being read."""

from __future__ import annotations

from tensorir.dialects import device, encode, linalg, tensor
from tensorir.dialects.linalg import ReductionKind, neutral_element
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.value import Value
from tensorir.mlir.importer.scope import Scope


def fill_value(scope: Scope, value: Value) -> ScalarValue | None:
    """Returns the value of all elements of a fill, looking through ops that move a tensor or restate its type."""
    while True:
        match scope.producer(value):
            case linalg.Fill(value=found):
                return found
            case tensor.Cast() | encode.SetEncoding() | encode.UnsetEncoding() | device.Transfer() as op:
                value = op.source
            case _:
                return None


def is_neutral(scope: Scope, init: Value, kind: ReductionKind, dtype: DType) -> bool:
    """Returns whether `init` is neutral for a reduction that is computed in `dtype`: for sums 0.0 is neutral and
    −0.0 is not, and −1 as an i8 is 255 as a u8."""
    found, neutral = fill_value(scope, init), neutral_element(kind, dtype)
    if found is None:
        return False
    if dtype.kind == "unsigned":
        return found % (1 << dtype.bits) == neutral
    return str(float(found)) == str(float(neutral)) if dtype.is_float else found == neutral
