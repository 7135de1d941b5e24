"""tensor: the same elements with other dims."""

from __future__ import annotations

from tensorir.builder.shapes import reshape_steps
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, divisible, floordiv, product
from tensorir.ir.types import TypeEncoding
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import groups
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import ranked
from tensorir.mlir.syntax import Operation

Groups = tuple[tuple[int, ...], ...]


def scalar_of_units(value: Value, scope: Scope) -> Value:
    """The one element of a tensor whose sizes are all 1, as a rank-0 tensor."""
    if not value.type.rank:
        return value
    return scope.add(CollapseShape(value, (), loc=scope.loc)).result


def units_of_scalar(value: Value, rank: int, scope: Scope) -> Value:
    """A rank-0 tensor as one of sizes 1."""
    return scope.add(ExpandShape(value, (), (1,) * rank, loc=scope.loc)).result if rank else value


def expand_shape(op: Operation, scope: Scope) -> None:
    """Sizes come from `output_shape` or, in older texts, from the types."""
    source, *sizes = op.operands
    (result,) = op.results
    value, parts = scope.tensor(source), groups(op)
    if len(parts) != value.type.rank:
        raise InferError(f"{len(parts)} groups for a source of rank {value.type.rank}")
    written = ranked(result.type).shape
    if [d for part in parts for d in part] != list(range(len(written))) and parts:
        raise InferError(f"the groups do not list the {len(written)} dims of the result in order")
    if "static_output_shape" in op.attributes:
        shape = scope.mixed(op, "static_output_shape", sizes)
        if len(shape) != len(written):
            raise InferError(f"output_shape has {len(shape)} sizes for {result.type}")
    else:
        shape = _expanded_shape(value.type.shape, written, parts)
    made = expanded(value, parts, shape, scope, scope.type(result.type).encoding)
    scope.bind(result, made, scope.constant(source))


def _expanded_shape(source: tuple[Dim, ...], written: tuple[int | None, ...], parts: Groups) -> tuple[Dim, ...]:
    """The result's sizes where only its type says them: at most one `?` per group."""
    shape: list[Dim] = []
    for g, part in enumerate(parts):
        known = product(n for d in part if (n := written[d]) is not None)
        missing = sum(written[d] is None for d in part)
        if missing > 1 or (missing and not (isinstance(known, int) and known)):
            raise InferError(f"the sizes of group {g} are not known: output_shape is missing")
        for d in part:
            n = written[d]
            shape.append(floordiv(source[g], known) if n is None else n)
    return tuple(shape) if parts else tuple(1 for _ in written)


def expanded(
    value: Value, parts: Groups, shape: tuple[Dim, ...], scope: Scope, encoding: TypeEncoding | None = None
) -> Value:
    """`value` with its dims split; each dim is said to be the product of its parts."""
    if not value.type.rank:
        if any(d != 1 for d in shape):
            raise InferError(f"a scalar can't be expanded to [{', '.join(map(str, shape))}]")
        return units_of_scalar(value, len(shape), scope)
    value = scope.with_shape(value, [product(shape[d] for d in part) for part in parts])
    if all(len(part) == 1 for part in parts) and value.type.encoding is None:
        return value
    return scope.add(ExpandShape(value, parts, shape, encoding, loc=scope.loc)).result


def collapse_shape(op: Operation, scope: Scope) -> None:
    """Groups of dims become one each."""
    value, parts = scope.tensor(op.operands[0]), groups(op)
    _check_collapsed(op, parts)
    made = collapsed(value, parts, scope, scope.type(op.results[0].type).encoding)
    scope.bind(op.results[0], made, scope.constant(op.operands[0]))


def _check_collapsed(op: Operation, parts: Groups) -> None:
    """Raises InferError unless the written sizes of the result are those of the groups, `?` where one is."""
    source, result = ranked(op.operands[0].type).shape, ranked(op.results[0].type).shape
    if sorted(d for part in parts for d in part) != list(range(len(source))):
        return  # refused with the groups
    merged = tuple(
        None if any(source[d] is None for d in part) else product(source[d] or 0 for d in part) for part in parts
    )
    if parts and merged != result:
        wanted = "x".join("?" if n is None else str(n) for n in merged)
        raise InferError(f"the result has the sizes {wanted}, its type is {op.results[0].type}")


def collapsed(value: Value, parts: Groups, scope: Scope, encoding: TypeEncoding | None = None) -> Value:
    """`value` with its dims merged; no groups at all: all dims are 1, and vanish."""
    if not parts:
        return scalar_of_units(scope.with_shape(value, (1,) * value.type.rank), scope)
    if all(len(part) == 1 for part in parts) and len(parts) == value.type.rank and value.type.encoding is None:
        return value
    return scope.add(CollapseShape(value, parts, encoding, loc=scope.loc)).result


def reshape(op: Operation, scope: Scope) -> None:
    """The shape operand must be made of sizes; what is static in the result's type needs none."""
    source, wanted = op.operands
    (result,) = op.results
    written = ranked(result.type).shape
    known = scope.elements(wanted) or (None,) * len(written)
    if len(known) != len(written):
        raise InferError(f"the shape has {len(known)} elements for {result.type}")
    shape = [a if a is not None else b for a, b in zip(written, known, strict=True)]
    value = scope.tensor(source)
    missing = [d for d, n in enumerate(shape) if n is None]
    rest = product(n for n in shape if n is not None)
    if len(missing) == 1 and isinstance(rest, int) and rest and divisible(value.type.elements, rest):
        shape[missing[0]] = floordiv(value.type.elements, rest)
        missing = []
    if missing:
        raise InferError("its shape is not an expression of sizes")
    scope.bind(result, reshaped(value, tuple(n for n in shape if n is not None), scope), scope.constant(source))


def reshaped(value: Value, shape: tuple[Dim, ...], scope: Scope) -> Value:
    """The same elements, row-major, with other sizes. Raises InferError if the numbers of elements differ."""
    source = value.type.shape
    if source == shape:
        return value
    scope.equal(product(source), product(shape))
    if product(source) != product(shape):
        raise InferError(f"{value.type} can't be known to have the elements of [{', '.join(map(str, shape))}]")
    if not shape:
        return scalar_of_units(value, scope)
    if not source:
        return units_of_scalar(value, len(shape), scope)
    merge, target, split = reshape_steps(source, shape)
    if merge is not None:
        value = scope.add(CollapseShape(value, merge, loc=scope.loc)).result
    if split is not None:
        value = scope.add(ExpandShape(value, split, target, loc=scope.loc)).result
    return value


OPS = {
    "tensor.expand_shape": expand_shape,
    "tensor.collapse_shape": collapse_shape,
    "tensor.reshape": reshape,
}
