"""Literals: arith.constant of scalars and tensors, from data in the text or after it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Fill
from tensorir.dialects.tensor import Constant
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.types import TensorType
from tensorir.mlir.importer.attributes import attribute
from tensorir.mlir.importer.composites import NAME
from tensorir.mlir.importer.program import ImportState
from tensorir.mlir.importer.scalars.table import LITERALS, literal
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import element_type, ranked
from tensorir.mlir.syntax import DenseAttr, Operation, RankedTensor, ResourceAttr, SSAValue

SMALL_BYTES = 256
"""Data up to this size stays a literal in the function; more becomes a global of the module."""


def constant(op: Operation, scope: Scope) -> None:
    """A scalar is a literal; a tensor a fill, a constant or a global (see `bind_data`)."""
    (result,) = op.results
    value = attribute(op, "value")
    if isinstance(result.type, RankedTensor):
        if not isinstance(value, DenseAttr | ResourceAttr):
            raise InferError("the value of a constant tensor must be dense<…> or dense_resource<…>")
        if NAME in op.attributes:  # the writer's, for a constant of the core that is large
            scope.bind(result, scope.add(Constant(dense(value, scope.program), loc=scope.loc)).result, uniform(value))
        else:
            bind_data(result, value, scope)
    else:
        scope.bind_literal(result, literal(value, element_type(result.type)))


def bind_data(result: SSAValue, value: DenseAttr | ResourceAttr, scope: Scope) -> None:
    """Makes `result` the tensor that `value` holds: a fill where it is large and of one element, a constant where it
    is small, and the load of a global otherwise."""
    element = uniform(value)
    type = TensorType(static_shape(value), element_type(value.type))
    if isinstance(value, DenseAttr) and element is not None and value.array.size * type.dtype.itemsize > SMALL_BYTES:
        scope.bind(result, scope.add(Fill(element, type, loc=scope.loc)).result, element)
        return
    data = dense(value, scope.program)
    if data.nbytes <= SMALL_BYTES:
        if data.array.ndim == 1 and data.dtype.kind == "signed":
            scope.note_elements(result, [int(n) for n in data.array])
        scope.bind(result, scope.add(Constant(data, loc=scope.loc)).result, element)
        return
    wish = value.key if isinstance(value, ResourceAttr) else "constant"
    name = scope.program.weight(data, wish, scope.loc)
    scope.bind(result, scope.load(GlobalLoad(name, type, loc=scope.loc)))


def dense(value: DenseAttr | ResourceAttr, program: ImportState) -> Dense:
    """The data of an attribute as the core holds it. That of a resource is a view of the text's bytes."""
    dtype = element_type(value.type)
    if isinstance(value, DenseAttr):
        if value.array.shape != static_shape(value):
            raise InferError(f"the data has the shape {list(value.array.shape)}, its type is {value.type}")
        array = value.array if value.array.dtype == dtype.numpy else value.array.astype(dtype.numpy)
        return Dense(array)
    key = (value.key, str(value.type))
    if key not in program.resources:
        program.resources[key] = Dense(_from_bytes(value, dtype, program))
    return program.resources[key]


def uniform(value: DenseAttr | ResourceAttr) -> ScalarValue | None:
    """The element that all of them are, or None. Data of resources is not looked at: splats are not written so."""
    if isinstance(value, ResourceAttr) or not value.array.size:
        return None
    array = value.array
    first = array[(0,) * array.ndim]
    if any(array.strides[d] for d in range(array.ndim) if array.shape[d] > 1) and not _all_equal(array):
        return None
    dtype = element_type(value.type)
    if dtype.is_float:
        return float(first)
    return bool(first) if dtype.kind == "bool" else int(first)


def _all_equal(array: npt.NDArray[Any]) -> bool:
    """Whether all elements have the same bits: 0.0 is not -0.0."""
    size = array.dtype.itemsize
    flat = np.ascontiguousarray(array).view(np.uint8).reshape(-1, size)
    return bool(np.array_equal(flat[1:], flat[:-1]))


def static_shape(value: DenseAttr | ResourceAttr) -> tuple[int, ...]:
    """The sizes of a constant, all of them written."""
    type = ranked(value.type)
    if type.encoding is not None:
        raise InferError("constants with an encoding are not supported")
    shape = tuple(d for d in type.shape if d is not None)
    if len(shape) != len(type.shape):
        raise InferError(f"a constant needs static sizes, got {type}")
    return shape


def _from_bytes(value: ResourceAttr, dtype: DType, program: ImportState) -> npt.NDArray[Any]:
    data = program.document.resources.get(value.key)
    if data is None:
        raise InferError(f"there is no resource {value.key} at the end of the text")
    if dtype.bits < 8 and dtype.kind != "bool":
        raise InferError(f"resources of {dtype} are not supported: write dense<…>")
    shape = static_shape(value)
    wanted = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(data) != wanted:
        raise InferError(f"the resource {value.key} has {len(data)} bytes, {value.type} takes {wanted}")
    if dtype.kind == "bool":
        flags = np.frombuffer(data, np.uint8)
        if flags.size and int(flags.max()) > 1:
            raise InferError(f"the resource {value.key} holds bytes that are not 0 or 1, for {value.type}")
        return flags.view(np.bool_).reshape(shape)
    array = np.frombuffer(data, dtype.numpy.newbyteorder("<")).reshape(shape)
    return array if array.flags.aligned and array.dtype.isnative else array.astype(dtype.numpy)


OPS = dict.fromkeys(LITERALS, constant)
