"""Converts `tensor.extract` in a body: an operand read through a map, rows of a table, or single elements."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tensorir.dialects import tensor
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, ceildiv, floordiv, iteration_dim, mod, never_negative
from tensorir.ir.dtype import i64
from tensorir.ir.scalar import Scalar, cast
from tensorir.ir.value import Value
from tensorir.mlir.importer.linalg.structured import Structured, dims_of, elementwise, restricted
from tensorir.mlir.importer.scope import Scope


@frozen
class Extract:
    """An operand of a body, and its map from the iteration dims."""

    value: Value
    map: AffineMap


def extracted(
    table: Value,
    where: Sequence[Scalar],
    operands: Sequence[Value],
    maps: Sequence[AffineMap],
    sizes: tuple[Dim, ...],
    scope: Scope,
) -> Extract:
    """Returns `table[where…]` at each step. `where` are i64 expressions over the operands so far."""
    if not where:
        return Extract(table, AffineMap(len(sizes), ()))
    if (map := _affine(table, where, sizes)) is not None:
        return Extract(table, map)
    s = Structured((), tuple(operands), tuple(maps) or (AffineMap(len(sizes), ()),), ())
    if (rows := _whole_rows(s, table, where, sizes)) is not None:
        indices, dims = _indices(s, where[0], sizes, scope)
        return Extract(scope.add(tensor.Gather(table, indices, loc=scope.loc)).result, select(len(sizes), dims + rows))
    dims = tuple(sorted({d for w in where for d in dims_of(s, w)}))
    positions = tuple(_positions(s, w, dims, sizes, scope) for w in where)
    return Extract(scope.add(tensor.GatherNd(table, positions, loc=scope.loc)).result, select(len(sizes), dims))


def computed(
    body: Scalar, operands: Sequence[Value], maps: Sequence[AffineMap], sizes: tuple[Dim, ...], scope: Scope
) -> Value:
    """Computes an expression over the operands as a tensor over the iteration dims on which it depends."""
    s = Structured((), tuple(operands), tuple(maps) or (AffineMap(len(sizes), ()),), ())
    dims = dims_of(s, body)
    own, restricted_body = restricted(s, body, dims)
    return elementwise(scope, own, restricted_body, identity(len(dims)), [sizes[d] for d in dims])


def _affine(table: Value, where: Sequence[Scalar], sizes: tuple[Dim, ...]) -> AffineMap | None:
    """Returns the map if each position is an affine expression of linalg.index that stays within the table."""
    exprs = [_expression(w) for w in where]
    if any(e is None for e in exprs):
        return None
    map = AffineMap(len(sizes), tuple(e for e in exprs if e is not None))
    for position, (dim, extent) in enumerate(zip(map.dims, table.type.shape, strict=True)):
        if dim is not None and sizes[dim] == extent:
            continue
        reach = map.reach(position, sizes)
        # A plain dim would imply that the sizes are equal, which they are not here.
        if dim is not None or reach is None or not isinstance(extent, int) or reach[0] < 0 or reach[1] >= extent:
            return None
    return map


def _expression(scalar: Scalar) -> Dim | None:
    """Returns a position as an expression of iteration dims, or None if it depends on elements or is not affine."""
    if scalar.fn == "index":
        return iteration_dim(scalar.index)
    if scalar.fn == "const":
        return int(scalar.value)
    parts = [_expression(o) for o in scalar.operands]
    if scalar.dtype is not i64 or len(parts) != 2 or parts[0] is None or parts[1] is None:
        return None
    a, b = parts[0], parts[1]
    match scalar.fn:
        case "add":
            return a + b
        case "sub":
            return a - b
        case "mul" if isinstance(a, int) or isinstance(b, int):
            return a * b
        case "floordiv" if isinstance(b, int) and b > 0:
            return floordiv(a, b)
        case "ceildiv" if isinstance(b, int) and b > 0:
            return ceildiv(a, b)
        case "rem" if isinstance(b, int) and b > 0 and never_negative(a):
            return mod(a, b)
        case _:
            return None


def _whole_rows(s: Structured, table: Value, where: Sequence[Scalar], sizes: tuple[Dim, ...]) -> tuple[int, ...] | None:
    """Returns the iteration dims of a row, if all positions but the first are plain iteration dims."""
    rows = [w.index if w.fn == "index" else None for w in where[1:]]
    dims = tuple(d for d in rows if d is not None)
    if len(dims) != len(rows) or len(set(dims)) != len(dims) or set(dims) & set(dims_of(s, where[0])):
        return None
    if any(sizes[d] != extent for d, extent in zip(dims, table.type.shape[1:], strict=True)):
        return None
    return dims


def _indices(s: Structured, where: Scalar, sizes: tuple[Dim, ...], scope: Scope) -> tuple[Value, tuple[int, ...]]:
    """Returns row numbers as a tensor over the iteration dims on which they depend, and those dims."""
    if (found := _as_operand(s, where)) is not None:
        return found
    dims = dims_of(s, where)
    return _positions(s, where, dims, sizes, scope), dims


def _as_operand(s: Structured, where: Scalar) -> tuple[Value, tuple[int, ...]] | None:
    """Returns the operand whose elements are the positions, if there is one, and the iteration dims that index it."""
    inner = where
    while inner.fn == "cast" and inner.operands[0].dtype.is_integer and _keeps_value(inner):
        inner = inner.operands[0]
    if inner.fn != "arg" or not s.maps[inner.index].is_projected_permutation:
        return None
    value = s.operands[inner.index]
    plain = value.type.dtype.kind in ("signed", "unsigned") and value.type.encoding is None
    return (value, s.maps[inner.index].positions()) if plain else None


def _keeps_value(node: Scalar) -> bool:
    """Returns whether it is a conversion to a wider integer type that holds all values of the narrower."""
    source, target = node.operands[0].dtype, node.dtype
    if source.kind == "bool":
        return False
    wider = source.bits < target.bits or (source.bits == target.bits and source.kind == target.kind)
    return wider and (target.kind == "signed" or source.kind == "unsigned")


def _positions(s: Structured, where: Scalar, dims: tuple[int, ...], sizes: tuple[Dim, ...], scope: Scope) -> Value:
    """Returns positions as a tensor over the iteration dims `dims`, which include those on which they depend."""
    if (found := _as_operand(s, where)) is not None and found[1] == dims:
        return found[0]
    own, body = restricted(s, cast(where, i64), dims)
    return elementwise(scope, own, body, identity(len(dims)), [sizes[d] for d in dims])
