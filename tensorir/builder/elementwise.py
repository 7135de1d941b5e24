"""Elementwise ops with NumPy's broadcasting, each as one linalg.generic."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from tensorir.dialects.linalg import Generic, Reduce
from tensorir.dialects.tensor import CollapseShape
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, ScalarValue, arg, const
from tensorir.ir.value import Value

Operand = Value | ScalarValue


def elementwise(
    make: Callable[[Sequence[Scalar]], Scalar],
    operands: Sequence[Operand],
    loc: Location,
    shape: tuple[Dim, ...] | None = None,
) -> list[Op]:
    """Returns the ops that compute `make(elements)`; the result of the last op is the value.

    Python numbers become constants of the first tensor's type. `shape` is the shape of the result; None means the
    shape to which the operands broadcast. Raises InferError for shapes or types that don't fit."""
    tensors = [x for x in operands if isinstance(x, Value)]
    shape = broadcast_shapes([v.type.shape for v in tensors]) if shape is None else shape
    ops: list[Op] = []
    inputs: list[Value] = []
    maps: list[AffineMap] = []
    for v in tensors:
        squeezed, dims = _without_unit_dims(v, shape, ops, loc)
        inputs.append(squeezed)
        maps.append(select(len(shape), dims))
    dtypes = tuple(v.type.dtype for v in inputs)
    body = ScalarBody(dtypes, make(_elements(operands, dtypes)))
    ops.append(Generic(tuple(inputs), (*maps, identity(len(shape))), body, shape, loc=loc))
    return ops


def broadcast_shapes(shapes: Sequence[tuple[Dim, ...]]) -> tuple[Dim, ...]:
    """Broadcasts shapes by NumPy's rule, aligned at the last dim. Symbolic sizes must be equal or 1. Raises InferError
    otherwise."""
    rank = max((len(s) for s in shapes), default=0)
    result: list[Dim] = []
    for i in range(rank):
        sizes = [s[i - rank] for s in shapes if len(s) >= rank - i]
        wide = [s for s in dict.fromkeys(sizes) if s != 1]
        if len(wide) > 1:
            listed = ", ".join(f"[{', '.join(map(str, s))}]" for s in shapes)
            raise InferError(f"shapes {listed} do not broadcast: {wide[0]} and {wide[1]} in dim {i - rank}")
        result.append(wide[0] if wide else 1)
    return tuple(result)


def _elements(operands: Sequence[Operand], dtypes: Sequence[DType]) -> list[Scalar]:
    """One scalar per operand: an argument per tensor, a constant per number."""
    elements: list[Scalar] = []
    count = 0
    for x in operands:
        if isinstance(x, Value):
            elements.append(arg(count, dtypes[count]))
            count += 1
        else:
            elements.append(const(x, dtypes[0]))
    return elements


def _without_unit_dims(
    value: Value, shape: tuple[Dim, ...], ops: list[Op], loc: Location
) -> tuple[Value, tuple[int, ...]]:
    """Returns `value` without the dims that are stretched, and for each remaining dim the dim of `shape` it maps to."""
    source = value.type.shape
    offset = len(shape) - len(source)
    if offset < 0:
        raise InferError(f"{value.type} does not broadcast to [{', '.join(map(str, shape))}]")
    for d, size in enumerate(source):
        if size not in (1, shape[d + offset]):
            raise InferError(f"{value.type} does not broadcast to [{', '.join(map(str, shape))}]: dim {d}")
    kept = [d for d, size in enumerate(source) if size == shape[d + offset]]
    dims = tuple(d + offset for d in kept)
    if len(kept) == len(source):
        return value, dims
    op: Op
    if kept:
        starts = [0, *kept[1:], len(source)]
        groups = tuple(tuple(range(a, b)) for a, b in itertools.pairwise(starts))
        op = CollapseShape(value, groups, loc=loc)
    else:
        op = Reduce(value, "max", tuple(range(len(source))), loc=loc)  # a tensor of one element is used as that element
    ops.append(op)
    return op.result, dims
