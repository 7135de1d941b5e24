"""tensor: making, measuring and joining tensors. Slices and single elements: `slices`; groups of dims: `reshapes`; ops
with a region: `generated`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorir.dialects.linalg import Broadcast, Fill, Generic
from tensorir.dialects.tensor import Cast, Concat, Constant, Empty
from tensorir.ir.affine import identity
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import ScalarBody, arg, bitcast
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import integer, size_list
from tensorir.mlir.importer.ops.reshapes import reshaped, units_of_scalar
from tensorir.mlir.importer.scope import Scope, scalar_array
from tensorir.mlir.importer.types import element_type, is_unranked, ranked
from tensorir.mlir.syntax import Operation, Type


def broadcast(value: Value, shape: tuple[Dim, ...], scope: Scope) -> Value:
    """A rank-0 tensor repeated to `shape`."""
    if not shape:
        return value
    return scope.add(Broadcast(value, tuple(range(len(shape))), shape, loc=scope.loc)).result


def empty(op: Operation, scope: Scope) -> None:
    """An operand for each `?` of the type."""
    (result,) = op.results
    shape = scope.written_shape(result, [scope.dim(v) for v in op.operands])
    scope.bind(result, scope.add(Empty(scope.type(result.type, shape), loc=scope.loc)).result)


def dim(op: Operation, scope: Scope) -> None:
    """A size of the operand, not a value: nothing is computed."""
    source, index = op.operands
    shape = scope.shape(source)
    d = scope.constant(index)
    if d is None:
        raise InferError("the number of the dim must be a constant")
    if not 0 <= d < len(shape):
        raise InferError(f"dim {d} is outside of rank {len(shape)}")
    scope.bind_dim(op.results[0], shape[int(d)])


def rank(op: Operation, scope: Scope) -> None:
    """A literal."""
    scope.bind_literal(op.results[0], len(scope.shape(op.operands[0])))


def cast(op: Operation, scope: Scope) -> None:
    """A static size in the result's type says what that of the source is. A tensor of unknown rank is what it was."""
    source, result = op.operands[0], op.results[0]
    if is_unranked(source.type) or is_unranked(result.type):
        _check_unranked(source.type, result.type)
        scope.same(result, source)
        return
    if ranked(source.type).encoding != ranked(result.type).encoding:
        raise InferError("a cast between encodings is not supported")
    written = op.attributes.get("tensorir_shape")
    if written is not None:
        shape = tuple(map(scope.sizes.known, size_list(written, "tensorir_shape")))
        scope.bind(result, scope.add(Cast(scope.tensor(source), shape, loc=scope.loc)).result)
        return
    scope.same(result, source)


def _check_unranked(source: Type, result: Type) -> None:
    """Raises InferError unless both are tensors of one element type."""
    names = [str(type) if is_unranked(type) else f"tensor<*x{ranked(type).element}>" for type in (source, result)]
    if names[0] != names[1]:
        raise InferError(f"a cast of {source} to {result} changes the element type")


def bit_cast(op: Operation, scope: Scope) -> None:
    """tensor.bitcast: the same bits as another element type, among them ui8 and i8."""
    value, dtype = scope.tensor(op.operands[0]), element_type(op.results[0].type)
    made = bitcast(arg(0, value.type.dtype), dtype)
    maps = (identity(value.type.rank),) * 2
    generic = Generic((value,), maps, ScalarBody((value.type.dtype,), made), loc=scope.loc)
    scope.bind(op.results[0], scope.add(generic).result)


# -- making


def splat(op: Operation, scope: Scope) -> None:
    """A fill where the element is a literal, else a broadcast."""
    source, *sizes = op.operands
    (result,) = op.results
    shape = scope.written_shape(result, [scope.dim(v) for v in sizes])
    literal = scope.constant(source)
    if literal is not None:
        fill = Fill(literal, scope.type(result.type, shape), loc=scope.loc)
        scope.bind(result, scope.add(fill).result, literal)
    else:
        scope.bind(result, broadcast(scope.tensor(source), shape, scope))


def from_elements(op: Operation, scope: Scope) -> None:
    """A constant where all elements are literals; else they are joined. Elements that are sizes are noted."""
    (result,) = op.results
    dtype = element_type(result.type)
    shape = scope.written_shape(result, ())
    if product(shape) != len(op.operands):
        raise InferError(f"{len(op.operands)} elements for {result.type}")
    if len(shape) == 1:
        scope.note_elements(result, [scope.optional_dim(v) for v in op.operands])
    literals = [n for v in op.operands if (n := scope.constant(v)) is not None]
    if len(literals) == len(op.operands):
        arrays = [scalar_array(n, dtype) for n in literals]
        data = _stacked(arrays, dtype, shape)
        uniform = literals[0] if literals and all(a.tobytes() == arrays[0].tobytes() for a in arrays) else None
        scope.bind(result, scope.add(Constant(data, loc=scope.loc)).result, uniform)
        return
    if not shape:
        scope.bind(result, scope.tensor(op.operands[0]))
        return
    units = [units_of_scalar(v, 1, scope) for v in scope.tensors(op.operands)]
    joined = units[0] if len(units) == 1 else scope.add(Concat(tuple(units), 0, loc=scope.loc)).result
    scope.bind(result, reshaped(joined, shape, scope))


def _stacked(arrays: Sequence[np.ndarray[Any, Any]], dtype: DType, shape: tuple[Dim, ...]) -> Dense:
    flat = np.asarray(arrays, dtype.numpy) if arrays else np.empty(0, dtype.numpy)
    return Dense.own(flat.reshape([d for d in shape if isinstance(d, int)]))


# -- joining


def concat(op: Operation, scope: Scope) -> None:
    """The dims beside `dim` are those of the first operand: the others are said to be equal."""
    d = integer(op, "dim")
    values = list(scope.tensors(op.operands))
    if not values:
        raise InferError("needs at least one operand")
    first = values[0].type.shape
    if not 0 <= d < len(first):
        raise InferError(f"dim {d} is outside of rank {len(first)}")
    for i, v in enumerate(values):
        shape = v.type.shape
        if len(shape) != len(first):
            raise InferError(f"operand {i} has rank {len(shape)}, operand 0 rank {len(first)}")
        values[i] = scope.with_shape(v, (*first[:d], shape[d], *first[d + 1 :]))
    scope.bind(op.results[0], scope.add(Concat(tuple(values), d, loc=scope.loc)).result)


OPS = {
    "tensor.empty": empty,
    "tensor.dim": dim,
    "tensor.rank": rank,
    "tensor.cast": cast,
    "tensor.bitcast": bit_cast,
    "tensor.splat": splat,
    "tensor.from_elements": from_elements,
    "tensor.concat": concat,
}
