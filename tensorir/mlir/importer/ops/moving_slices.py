"""Slices at offsets that only a call knows, such as the index of a loop: elements are looked up, which checks that they
lie inside of the tensor."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import ExtractSlice, Gather, GatherNd
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import i1, i64
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import integers
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import DYNAMIC, Operation, SSAValue

Offset = Dim | Value


def moving_offsets(op: Operation, given: Sequence[SSAValue], scope: Scope) -> list[Offset] | None:
    """The offsets of a slice, if one of them is no size but a value of rank 0. None if all are sizes."""
    if all(scope.optional_dim(v) is not None or scope.is_of_sizes(v) for v in given):
        return None
    rest = iter(given)
    found: list[Offset] = []
    for n in integers(op, "static_offsets"):
        if n != DYNAMIC:
            found.append(n)
            continue
        v = next(rest)
        size = scope.optional_dim(v)
        found.append(scope.tensor(v) if size is None else size)
    return found


class _Space:
    """An elementwise op over `shape` under construction, whose operands are values of rank 0 and tensors."""

    def __init__(self, shape: Sequence[Dim], scope: Scope) -> None:
        self.shape, self.scope = tuple(shape), scope
        self.operands: list[Value] = []
        self.maps: list[AffineMap] = []

    def number(self, n: Offset) -> Scalar:
        """A size or an offset, as i64."""
        if isinstance(n, int):
            return const(n, i64)
        value = n if isinstance(n, Value) else self.scope.size_tensor(n)
        self.operands.append(value)
        self.maps.append(AffineMap(len(self.shape), ()))
        return cast(arg(len(self.operands) - 1, value.type.dtype), i64)

    def element(self, tensor: Value) -> Scalar:
        self.operands.append(tensor)
        self.maps.append(identity(len(self.shape)))
        return arg(len(self.operands) - 1, tensor.type.dtype)

    def made(self, result: Scalar) -> Value:
        body = ScalarBody(tuple(v.type.dtype for v in self.operands), result)
        maps = (*self.maps, identity(len(self.shape)))
        return self.scope.add(Generic(tuple(self.operands), maps, body, self.shape, loc=self.scope.loc)).result


def extract_at(
    source: Value, offsets: Sequence[Offset], sizes: Sequence[Dim], strides: Sequence[int], scope: Scope
) -> Value:
    """The slice, as rows that are looked up if only the first offset is no size, else element by element."""
    first, *rest = offsets
    inner = tuple(o for o in rest if not isinstance(o, Value))
    if strides[0] == 1 and len(inner) == len(rest):
        shape = (source.type.shape[0], *sizes[1:])
        rows = scope.add(ExtractSlice(source, (0, *inner), shape, (1, *strides[1:]), loc=scope.loc)).result
        space = _Space(sizes[:1], scope)
        positions = space.made(apply("add", iteration_index(0), space.number(first)))
        return scope.add(Gather(rows, positions, loc=scope.loc)).result
    indices: list[Value] = []
    for d, (offset, stride) in enumerate(zip(offsets, strides, strict=True)):
        space = _Space(sizes, scope)
        indices.append(
            space.made(apply("add", apply("mul", iteration_index(d), const(stride, i64)), space.number(offset)))
        )
    return elements_at(source, indices, scope)


def elements_at(table: Value, indices: Sequence[Value], scope: Scope) -> Value:
    """The elements at positions that are tensors, one per dim of the table."""
    if len(indices) == 1:
        return scope.add(Gather(table, indices[0], loc=scope.loc)).result
    return scope.add(GatherNd(table, tuple(indices), loc=scope.loc)).result


def insert_at(source: Value, dest: Value, offsets: Sequence[Offset], strides: Sequence[int], scope: Scope) -> Value:
    """`dest` with the elements of `source` in their places. Where `source` would not lie inside of it, the call ends
    with an error, because the element before the first one is looked up. Raises InferError for other strides than 1."""
    if any(s != 1 for s in strides):
        raise InferError("a slice is put at an offset that is no size only with strides of 1")
    sizes = source.type.shape
    if any(not isinstance(n, int) for n in sizes):
        raise InferError("a slice is put at an offset that is no size only if its own sizes are numbers")
    if 0 in sizes:
        return dest
    indices = [_place(d, sizes, dest, offsets, scope) for d in range(len(sizes))]
    found = elements_at(source, indices, scope)
    space = _Space(dest.type.shape, scope)
    inside = _inside(space, sizes, offsets)
    return space.made(apply("select", inside, space.element(found), space.element(dest)))


def _inside(space: _Space, sizes: Sequence[Dim], offsets: Sequence[Offset]) -> Scalar:
    """Whether a position is one of the slice."""
    inside = const(True, i1)
    for d, (size, offset) in enumerate(zip(sizes, offsets, strict=True)):
        at = apply("sub", iteration_index(d), space.number(offset))
        here = apply("and", apply("ge", at, const(0, i64)), apply("lt", at, space.number(size)))
        inside = apply("and", inside, here)
    return inside


def _place(dim: int, sizes: Sequence[Dim], dest: Value, offsets: Sequence[Offset], scope: Scope) -> Value:
    """The position in the slice along `dim` of each element of `dest`: 0 for one that is outside, −1 if the slice is
    not all inside."""
    space = _Space(dest.type.shape, scope)
    inside = _inside(space, sizes, offsets)
    fits = const(True, i1)
    for size, extent, offset in zip(sizes, dest.type.shape, offsets, strict=True):
        end = apply("add", space.number(offset), space.number(size))
        here = apply("and", apply("ge", space.number(offset), const(0, i64)), apply("le", end, space.number(extent)))
        fits = apply("and", fits, here)
    outside = apply("select", fits, const(0, i64), const(-1, i64))
    at = apply("sub", iteration_index(dim), space.number(offsets[dim]))
    return space.made(apply("select", apply("and", inside, fits), at, outside))
