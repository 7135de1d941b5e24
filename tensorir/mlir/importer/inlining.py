"""Inlines calls of functions that take an `index`.

An index may be a size, and a size is part of types, not a value that a call could pass."""

from __future__ import annotations

from tensorir.ir.diagnostic import InferError
from tensorir.mlir.importer.definitions import body, function_name, is_private
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import INDEX, Block, Operation, SSAValue

MAX_DEPTH, MAX_OPS = 30, 20_000
"""How deep inlined calls may be nested, and the most inlined ops in one function."""


def is_written_out(function: Operation) -> bool:
    """Returns whether calls of a function are inlined, because only this module calls it and it takes an index."""
    return is_private(function) and bool(function.regions and function.regions[0]) and INDEX in _types(function)


def write_out(op: Operation, target: Operation, scope: Scope) -> None:
    """Converts the ops of `target` in place of the call `op`. Raises InferError if they do not fit or are too many."""
    name = function_name(target)
    wanted = _types(target)
    if (given := [v.type for v in op.operands]) != wanted:
        raise InferError(f"@{name} takes ({', '.join(map(str, wanted))}), got ({', '.join(map(str, given))})")
    block = scope.sizes.copies.get(op)
    if block is None:
        block = scope.sizes.copies[op] = copied(body(target), {})
    scope.written_out += len(block.ops)
    if scope.depth >= MAX_DEPTH or scope.written_out > MAX_OPS:
        raise InferError(f"@{name} takes an index, so its body is inlined here, which exceeds the limit of inlined ops")
    for formal, actual in zip(block.args, op.operands, strict=True):
        scope.same(formal, actual)
    outer = scope.returned
    scope.depth += 1
    scope.run(block, scope)
    scope.depth -= 1
    results, scope.returned = scope.returned, outer
    scope.at(op)
    if results is None or [v.type for v in results] != [r.type for r in op.results]:
        raise InferError(f"@{name} gives other results than are written")
    for result, value in zip(op.results, results, strict=True):
        scope.same(result, value)


def copied(block: Block, names: dict[SSAValue, SSAValue]) -> Block:
    """Returns a copy of a block with new values, because a scope identifies values by object. `names`: those of the
    enclosing blocks."""

    def fresh(v: SSAValue) -> SSAValue:
        made = names[v] = SSAValue(v.type, v.name, v.loc)
        return made

    args = [fresh(v) for v in block.args]
    ops: list[Operation] = []
    for op in block.ops:
        operands = tuple(names.get(v, v) for v in op.operands)
        regions = tuple(tuple(copied(b, names) for b in region) for region in op.regions)
        ops.append(Operation(op.name, operands, tuple(map(fresh, op.results)), op.attributes, regions, op.loc))
    return Block(args, ops)


def _types(function: Operation) -> list[object]:
    return [v.type for v in body(function).args]
