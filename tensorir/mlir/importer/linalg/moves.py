"""linalg ops that move or repeat elements, and softmax: fill, transpose, broadcast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensorir.dialects import linalg
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.scalar import Scalar
from tensorir.mlir.importer.attributes import integer, integers, segments
from tensorir.mlir.importer.linalg.elements import converted
from tensorir.mlir.importer.linalg.regions import named_op
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import element_type
from tensorir.mlir.syntax import Operation, RankedTensor, SSAValue


def _fill(op: Operation, scope: Scope) -> None:
    (value,), (into,) = _one_each(op)
    type = scope.tensor(into).type
    literal = scope.constant(value)
    if element_type(value.type) != type.dtype or isinstance(value.type, RankedTensor):
        _converting_fill(op, scope, value, into)
    elif literal is not None:
        made = scope.add(linalg.Fill(literal, type, loc=scope.loc)).result
        scope.bind(op.results[0], made, literal)
    elif type.encoding is not None:
        _converting_fill(op, scope, value, into)
    else:
        dims = tuple(range(type.rank))
        made = scope.add(linalg.Broadcast(scope.tensor(value), dims, type.shape, loc=scope.loc)).result
        scope.bind(op.results[0], made)


def _converting_fill(op: Operation, scope: Scope, value: SSAValue, into: SSAValue) -> None:
    """Converts a fill: one element for all positions, converted to their type."""

    def element(elements: Sequence[Scalar]) -> tuple[Scalar, ...]:
        x, old = elements
        return (converted(x, old.dtype),)

    rank = scope.tensor(into).type.rank
    named_op(op, scope, [value], [into], (AffineMap(rank, ()), identity(rank)), element)


def _transpose(op: Operation, scope: Scope) -> None:
    (source,), (into,) = _one_each(op)
    value, target = scope.tensor(source), scope.tensor(into).type
    permutation = integers(op, "permutation")
    if sorted(permutation) != list(range(value.type.rank)):
        raise InferError(f"permutation {list(permutation)} is not one of {value.type.rank} dims")
    _same_element(value.type.dtype.name, target.dtype.name)
    made = scope.add(linalg.Transpose(value, permutation, target.encoding, loc=scope.loc)).result
    scope.bind(op.results[0], scope.with_shape(made, target.shape))


def _broadcast(op: Operation, scope: Scope) -> None:
    (source,), (into,) = _one_each(op)
    value, target = scope.tensor(source), scope.tensor(into).type
    dims = integers(op, "dimensions")
    if len(set(dims)) != len(dims) or any(not 0 <= d < target.rank for d in dims):
        raise InferError(f"dimensions {list(dims)} must be different dims of {target}")
    _same_element(value.type.dtype.name, target.dtype.name)
    kept: list[Dim] = [size for d, size in enumerate(target.shape) if d not in dims]
    if target.encoding is not None:
        kept_dims = [d for d in range(target.rank) if d not in dims]
        maps = (select(target.rank, kept_dims), identity(target.rank))
        named_op(op, scope, [source], [into], maps, lambda elements: (elements[0],))
        return
    value = scope.with_shape(value, kept)
    scope.bind(op.results[0], scope.add(linalg.Broadcast(value, dims, target.shape, loc=scope.loc)).result)


def _softmax(op: Operation, scope: Scope) -> None:
    (source,), (into,) = _one_each(op)
    value, target = scope.tensor(source), scope.tensor(into).type
    dim = integer(op, "dimension")
    if not 0 <= dim < value.type.rank:
        raise InferError(f"dimension {dim} is outside 0 … {value.type.rank - 1}")
    _same_element(value.type.dtype.name, target.dtype.name)
    made = scope.add(linalg.Softmax(value, (dim,), encoding=target.encoding, loc=scope.loc)).result
    scope.bind(op.results[0], scope.with_shape(made, target.shape))


def _one_each(op: Operation) -> tuple[tuple[SSAValue, ...], tuple[SSAValue, ...]]:
    """Returns the one input and the one outs; ops without operandSegmentSizes have only these."""
    parts = segments(op, 2) if "operandSegmentSizes" in op.attributes else (op.operands[:1], op.operands[1:])
    inputs, outs = parts
    if len(inputs) != 1 or len(outs) != 1 or len(op.results) != 1:
        raise InferError(
            f"takes 1 ins and 1 outs and gives 1 tensor, got {len(inputs)}, {len(outs)}, {len(op.results)}"
        )
    return inputs, outs


def _same_element(source: str, target: str) -> None:
    if source != target:
        raise InferError(f"the element types {source} and {target} differ")


OPS: Mapping[str, Callable[[Operation, Scope], None]] = {
    "linalg.fill": _fill,
    "linalg.transpose": _transpose,
    "linalg.broadcast": _broadcast,
    "linalg.softmax": _softmax,
}
