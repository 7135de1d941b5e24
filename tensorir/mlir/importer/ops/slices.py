"""tensor: parts of tensors and single elements, taken out and put in."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.builder.shapes import unit_groups
from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import CollapseShape, ExtractSlice, InsertSlice
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import i1, i64
from tensorir.ir.scalar import ScalarBody, apply, arg, const, iteration_index
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import integers, segments
from tensorir.mlir.importer.ops.moving_slices import Offset, elements_at, extract_at, insert_at, moving_offsets
from tensorir.mlir.importer.ops.reshapes import expanded, scalar_of_units, units_of_scalar
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import ranked
from tensorir.mlir.syntax import DYNAMIC, Operation, SSAValue


def extract_slice(op: Operation, scope: Scope) -> None:
    """The result may lack dims of size 1, which are then collapsed."""
    source, *parts = segments(op, 4)
    if len(source) != 1:
        raise InferError("takes one source")
    moving = moving_offsets(op, parts[0], scope)
    offsets, sizes, strides = _bounds(op, parts, scope, moving)
    value, written = scope.tensor(source[0]), ranked(op.results[0].type).shape
    if len(sizes) != value.type.rank:
        raise InferError(f"slices {len(sizes)} dims of {value.type}")
    if moving is None:
        cut = scope.add(ExtractSlice(value, offsets, sizes, strides, loc=scope.loc)).result
    else:
        cut = extract_at(value, moving, sizes, strides, scope)
    static = tuple(None if n == DYNAMIC else n for n in integers(op, "static_sizes"))
    dropped = dropped_dims([0 if n is None else n for n in static], written)
    if tuple(n for d, n in enumerate(static) if d not in dropped) != written:
        raise InferError(f"slices sizes {_shown(static)}, the result is {op.results[0].type}")
    if len(dropped) == len(sizes):
        cut = scalar_of_units(cut, scope)
    elif dropped:
        cut = scope.add(CollapseShape(cut, unit_groups(len(sizes), dropped), loc=scope.loc)).result
    scope.bind(op.results[0], cut, scope.constant(source[0]))


def insert_slice(op: Operation, scope: Scope) -> None:
    """The source may lack dims of size 1, which are then expanded."""
    source, dest, *parts = segments(op, 5)
    if len(source) != 1 or len(dest) != 1:
        raise InferError("takes one source and one destination")
    moving = moving_offsets(op, parts[0], scope)
    offsets, sizes, strides = _bounds(op, parts, scope, moving)
    value, into = scope.tensor(source[0]), scope.tensor(dest[0])
    if len(sizes) != into.type.rank:
        raise InferError(f"a slice of {len(sizes)} dims of {into.type}")
    dropped = dropped_dims(sizes, ranked(source[0].type).shape)
    if dropped:
        kept = unit_groups(len(sizes), dropped) if len(dropped) < len(sizes) else ()
        value = expanded(value, kept, sizes, scope)
    value = scope.with_shape(value, sizes)
    if moving is None:
        made = scope.add(InsertSlice(value, into, offsets, strides, loc=scope.loc)).result
    else:
        made = insert_at(value, into, moving, strides, scope)
    scope.bind(op.results[0], made)


def _bounds(
    op: Operation, parts: Sequence[tuple[SSAValue, ...]], scope: Scope, moving: Sequence[Offset] | None
) -> tuple[tuple[Dim, ...], tuple[Dim, ...], tuple[int, ...]]:
    # Offsets that are no sizes count as 0 here: nothing is known of them.
    known = None if moving is None else tuple(0 if isinstance(o, Value) else o for o in moving)
    offsets = scope.mixed(op, "static_offsets", parts[0]) if known is None else known
    sizes = scope.mixed(op, "static_sizes", parts[1])
    strides = scope.mixed(op, "static_strides", parts[2])
    for name, values in (("offsets", offsets), ("sizes", sizes)):
        if any(isinstance(n, int) and n < 0 for n in values):
            raise InferError(f"{name} must not be negative, got [{', '.join(map(str, values))}]")
    static = tuple(s for s in strides if isinstance(s, int) and s >= 1)
    if len(static) != len(strides):
        raise InferError("strides must be constants of at least 1")
    if not len(offsets) == len(sizes) == len(strides):
        raise InferError("offsets, sizes and strides must be equally many")
    return offsets, sizes, static


def dropped_dims(sizes: Sequence[Dim], kept: Sequence[int | None]) -> tuple[int, ...]:
    """The dims of size 1 that a tensor of fewer dims, with the written sizes `kept`, lacks. Which of several equal
    ones does not matter: the elements are the same. Raises InferError if it is not such a tensor."""
    dropped: list[int] = []
    at = 0
    for d, size in enumerate(sizes):
        spare = len(sizes) - d > len(kept) - at
        if spare and size == 1 and (at >= len(kept) or kept[at] != 1):
            dropped.append(d)
        else:
            at += 1
    if at != len(kept):
        shapes = f"[{', '.join(map(str, sizes))}], {_shown(kept)}"
        raise InferError(f"the sizes differ in more than dims of size 1: {shapes}")
    return tuple(dropped)


def _shown(sizes: Sequence[int | None]) -> str:
    return f"[{', '.join('?' if n is None else str(n) for n in sizes)}]"


# -- single elements


def extract(op: Operation, scope: Scope) -> None:
    """At places that are sizes: a slice of one element. Elsewhere: the element is looked up."""
    source, *indices = op.operands
    literal = scope.constant(source)
    if literal is not None:
        scope.bind_literal(op.results[0], literal)
        return
    value = scope.tensor(source)
    if len(indices) != value.type.rank:
        raise InferError(f"{len(indices)} indices for {value.type}")
    sizes = [scope.optional_dim(v) for v in indices]
    if (element := _known_element(scope.elements(source), sizes)) is not None:
        scope.bind_dim(op.results[0], element)
    offsets = [s for s in sizes if s is not None]
    if not indices:
        scope.bind(op.results[0], value)
    elif len(offsets) == len(sizes):
        ones = (1,) * len(sizes)
        cut = scope.add(ExtractSlice(value, tuple(offsets), ones, ones, loc=scope.loc)).result
        scope.bind(op.results[0], scalar_of_units(cut, scope))
    else:
        scope.bind(op.results[0], elements_at(value, scope.tensors(indices), scope))


def _known_element(elements: Sequence[Dim | None] | None, index: Sequence[Dim | None]) -> Dim | None:
    """The element of a tensor of rank 1 as a size, if it and the index are known."""
    at = index[0] if len(index) == 1 else None
    if elements is None or not isinstance(at, int) or not 0 <= at < len(elements):
        return None
    return elements[at]


def insert(op: Operation, scope: Scope) -> None:
    """At a known place: a slice of one element. Elsewhere: a select in each place."""
    scalar, dest, *indices = op.operands
    element, into = scope.tensor(scalar), scope.tensor(dest)
    rank = into.type.rank
    if len(indices) != rank:
        raise InferError(f"{len(indices)} indices for {into.type}")
    sizes = [scope.optional_dim(v) for v in indices]
    offsets = [s for s in sizes if s is not None]
    if not rank:
        scope.bind(op.results[0], element)
    elif len(offsets) == rank:
        unit = units_of_scalar(element, rank, scope)
        made = InsertSlice(unit, into, tuple(offsets), (1,) * rank, loc=scope.loc)
        scope.bind(op.results[0], scope.add(made).result)
    else:
        scope.bind(op.results[0], _selected(element, into, scope.tensors(indices), scope))


def _selected(element: Value, into: Value, indices: tuple[Value, ...], scope: Scope) -> Value:
    here = const(True, i1)
    for d in range(len(indices)):
        here = apply("and", here, apply("eq", iteration_index(d), arg(2 + d, i64)))
    inputs = (into, element, *indices)
    made = apply("select", here, arg(1, element.type.dtype), arg(0, into.type.dtype))
    body = ScalarBody(tuple(v.type.dtype for v in inputs), made)
    rank = into.type.rank
    maps = (identity(rank), *(AffineMap(rank, ()) for _ in inputs[1:]), identity(rank))
    return scope.add(Generic(inputs, maps, body, loc=scope.loc)).result


OPS = {
    "tensor.extract_slice": extract_slice,
    "tensor.insert_slice": insert_slice,
    "tensor.extract": extract,
    "tensor.insert": insert,
}
