"""linalg.generic, map and reduce: structured ops that define in a region what they compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import InferError
from tensorir.mlir.importer.attributes import attribute, integers, maps, segments
from tensorir.mlir.importer.linalg.regions import structured_op
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import ranked
from tensorir.mlir.syntax import ArrayAttr, Block, DialectAttr, Operation, StringAttr

_ITERATORS = {"parallel": True, "reduction": False, "window": False}


def body_of(op: Operation) -> Block:
    """Returns the only block of the op's only region."""
    if len(op.regions) != 1 or len(op.regions[0]) != 1:
        raise InferError("needs one region")
    return op.regions[0][0]


def plain_maps(op: Operation) -> tuple[AffineMap, ...]:
    """Returns the attribute indexing_maps, whose maps must have no symbols."""
    found = maps(op)
    if any(m.num_symbols for m in found):
        raise InferError("indexing maps with symbols are not supported")
    return tuple(m.map for m in found)


def _generic(op: Operation, scope: Scope) -> None:
    inputs, outs = segments(op, 2)
    iterators = _iterators(op)
    found = plain_maps(op)
    if any(m.num_dims != len(iterators) for m in found):
        raise InferError(f"its maps must have {len(iterators)} dims, one per iterator")
    parallel = tuple(d for d, name in enumerate(iterators) if _ITERATORS[name])
    structured_op(op, scope, inputs, outs, found, body_of(op), parallel=parallel, keep_inputs=True)


def _iterators(op: Operation) -> tuple[str, ...]:
    """Returns the names in iterator_types, written as strings or as an enum."""
    found = attribute(op, "iterator_types")
    names: list[str] = []
    for item in found.items if isinstance(found, ArrayAttr) else (found,):
        match item:
            case StringAttr(value=name) if name in _ITERATORS:
                names.append(name)
            case DialectAttr(name="linalg.iterator_type", text=name) if name in _ITERATORS:
                names.append(name)
            case _:
                raise InferError(f"the attribute iterator_types must be a list of {', '.join(_ITERATORS)}")
    return tuple(names)


def _map(op: Operation, scope: Scope) -> None:
    """Converts linalg.map, whose region has one argument per input, and in newer MLIR also one for the result."""
    *inputs, out = op.operands
    flat = identity(len(ranked(out.type).shape))
    structured_op(op, scope, inputs, [out], [flat] * len(op.operands), body_of(op))


def _reduce(op: Operation, scope: Scope) -> None:
    count = len(op.operands) // 2
    inputs, outs = op.operands[:count], op.operands[count:]
    if not count or len(inputs) != len(outs):
        raise InferError(f"needs as many ins as outs, got {len(op.operands)} operands")
    rank = len(ranked(inputs[0].type).shape)
    dims = integers(op, "dimensions")
    if len(set(dims)) != len(dims) or any(not 0 <= d < rank for d in dims):
        raise InferError(f"dimensions {list(dims)} must be different dims of rank {rank}")
    kept = select(rank, [d for d in range(rank) if d not in dims])
    structured_op(op, scope, inputs, outs, [identity(rank)] * count + [kept] * count, body_of(op))


OPS: Mapping[str, Callable[[Operation, Scope], None]] = {
    "linalg.generic": _generic,
    "linalg.map": _map,
    "linalg.reduce": _reduce,
}
