"""Tensors of one value: what an accumulator may start from without being read."""

from __future__ import annotations

from tensorir.dialects import device, encode, linalg, tensor
from tensorir.frontends.mlir.importer.scope import Scope
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.value import Value


def fill_value(scope: Scope, value: Value) -> ScalarValue | None:
    """The value that all elements of a fill have, seen through ops that move a tensor or restate its type."""
    while True:
        match scope.producer(value):
            case linalg.Fill(value=found):
                return found
            case tensor.Cast() | encode.SetEncoding() | encode.UnsetEncoding() | device.Transfer() as op:
                value = op.source
            case _:
                return None


def is_fill_of(scope: Scope, value: Value, wanted: ScalarValue) -> bool:
    """Whether a tensor is a fill of exactly `wanted`: 0.0 is not −0.0."""
    found = fill_value(scope, value)
    return found is not None and found == wanted and str(found).startswith("-") == str(wanted).startswith("-")
