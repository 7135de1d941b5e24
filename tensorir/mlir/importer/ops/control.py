"""scf.if, scf.for and scf.while: their regions become closed, and scalars are carried as tensors of rank 0."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tensorir.analysis.liveness import without_dead
from tensorir.builder.scopes import Part
from tensorir.dialects.control import For, If, While
from tensorir.ir.diagnostic import InferError
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.mlir.importer.definitions import error
from tensorir.mlir.importer.inlining import copied
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Block, Operation, SSAValue


@frozen
class _Built:
    """A region that has been converted, and what its terminator gives, in MLIR and here."""

    scope: Scope
    args: tuple[Value, ...]
    returned: tuple[SSAValue, ...]

    def part(self, yields: Sequence[Value]) -> Part:
        region = without_dead(self.scope.region.finish(yields))
        read = {*region.yields, *(v for op in region.ops for v in op.operands)}
        captured = {outer: inner for outer, inner in self.scope.captured.items() if inner in read}
        return Part(self.args, region.ops, region.yields, captured)


def _block(op: Operation, index: int) -> Block:
    if len(op.regions) <= index or not op.regions[index]:
        raise InferError("lacks a region")
    return op.regions[index][0]


def _built(block: Block, scope: Scope, args: Sequence[tuple[SSAValue, TensorType]]) -> _Built:
    """Converts a region whose arguments have these types."""
    inner = scope.inner()
    made = tuple(inner.arg(v, type, v.name.lstrip("%")) for v, type in args)
    scope.run(block, inner)
    return _Built(inner, made, inner.returned or ())


def _yields(built: _Built, returned: Sequence[SSAValue], types: Sequence[TensorType]) -> list[Value]:
    """What a region yields, with the sizes of these types. Raises InferError if there are others."""
    if len(returned) != len(types):
        raise InferError(f"a region yields {len(returned)} values, should yield {len(types)}")
    scope, found = built.scope, list[Value]()
    for v, type in zip(returned, types, strict=True):
        value = scope.tensor(v)
        if value.type.dtype != type.dtype or value.type.rank != type.rank:
            raise InferError(f"a region yields {value.type} for {type}")
        found.append(scope.with_shape(value, type.shape))
    return found


def _captured(parts: Sequence[Part]) -> list[Value]:
    return list(dict.fromkeys(v for part in parts for v in part.captured))


def branch(op: Operation, scope: Scope) -> None:
    """A missing `else` yields nothing."""
    if len(op.operands) != 1:
        raise InferError(f"takes one condition, got {len(op.operands)} operands")
    first = op.regions[0][0] if op.regions and op.regions[0] else Block()
    then = _built(first, scope, ())
    yields = [then.scope.tensor(v) for v in then.returned]
    if len(yields) != len(op.results):
        raise InferError(f"gives {len(op.results)} results, its region yields {len(yields)}")
    types = [v.type for v in yields]
    other = op.regions[1][0] if len(op.regions) > 1 and op.regions[1] else Block()
    otherwise = _built(other, scope, ())
    parts = [then.part(yields), otherwise.part(_yields(otherwise, otherwise.returned, types))]
    captured = _captured(parts)
    condition = scope.tensor(op.operands[0])
    made = If(condition, tuple(captured), *(part.region(captured) for part in parts), loc=scope.loc)
    _bind(op, scope.add(made).results, scope)


def for_(op: Operation, scope: Scope) -> None:
    """The index is a scalar that only an iteration knows: it can't be a size."""
    if len(op.operands) < 3:
        raise InferError(f"takes two bounds and a step, got {len(op.operands)} operands")
    lower, upper, step, *inits = op.operands
    if len(inits) != len(op.results):
        raise InferError(f"carries {len(inits)} values, gives {len(op.results)} results")
    first = scope.tensors(inits)
    low, end, by = scope.tensors((lower, upper, step))
    block = _block(op, 0)
    if len(block.args) != 1 + len(first):
        raise InferError(f"its region has {len(block.args)} arguments, should have {1 + len(first)}")
    types = [v.type for v in first]
    built = _built(block, scope, list(zip(block.args, (low.type, *types), strict=True)))
    part = built.part(_yields(built, built.returned, types))
    captured = _captured([part])
    made = For(low, end, by, (*first, *captured), part.region(captured), loc=scope.loc)
    _bind(op, scope.add(made).results, scope)


def while_(op: Operation, scope: Scope) -> None:
    before, after = _block(op, 0), _block(op, 1)
    first = scope.tensors(op.operands)
    if len(before.args) != len(first) or len(after.args) != len(op.results):
        raise InferError("its regions have other arguments than it has operands and results")
    last = before.ops[-1] if before.ops else None
    if last is None or last.name != "scf.condition" or not last.operands:
        raise InferError("its first region does not end with scf.condition")
    if len(last.operands) - 1 != len(op.results):
        raise InferError(f"its first region gives {len(last.operands) - 1} values for {len(op.results)} results")
    if list(last.operands[1:]) == before.args:
        _while_of_args(op, before, after, first, scope)
    else:
        _while_of_results(op, before, after, scope)


def _while_of_args(op: Operation, before: Block, after: Block, first: Sequence[Value], scope: Scope) -> None:
    """The first region gives what it takes: it is the condition, and the second one the body."""
    types = [v.type for v in first]
    asked = _built(before, scope, list(zip(before.args, types, strict=True)))
    condition = asked.part([asked.scope.tensor(asked.returned[0])])
    ran = _built(after, scope, list(zip(after.args, types, strict=True)))
    body = ran.part(_yields(ran, ran.returned, types))
    captured = _captured([condition, body])
    inputs = (*first, *captured)
    made = While(inputs, condition.region(captured), body.region(captured), loc=scope.loc)
    _bind(op, scope.add(made).results, scope)


def _while_of_results(op: Operation, before: Block, after: Block, scope: Scope) -> None:
    """The first region computes what it gives: it runs before the loop, and behind the second one in each iteration,
    which carries what it gave last and whether to go on."""
    prologue = scope.sizes.copies.get(op)
    if prologue is None:
        prologue = scope.sizes.copies[op] = copied(before, {})
    for arg, init in zip(prologue.args, op.operands, strict=True):
        scope.same(arg, init)
    scope.run(Block(prologue.args, prologue.ops[:-1]), scope)
    scope.at(op)
    start = scope.tensors(prologue.ops[-1].operands)
    types = [v.type for v in start]
    inner = scope.inner()
    going = inner.region.arg(types[0], "going")
    args = (going, *(inner.arg(v, t, v.name.lstrip("%")) for v, t in zip(after.args, types[1:], strict=True)))
    scope.run(after, inner)
    following = inner.returned or ()
    if len(following) != len(before.args):
        raise InferError(f"its body yields {len(following)} values for {len(before.args)} arguments")
    for arg, value in zip(before.args, following, strict=True):
        inner.same(arg, value)
    scope.run(before, inner)
    built = _Built(inner, args, inner.returned or ())
    body = built.part(_yields(built, built.returned, types))
    asked = tuple(Value(t) for t in types)
    condition = Part(asked, (), asked[:1], {})
    captured = list(body.captured)
    made = While((*start, *captured), condition.region(captured), body.region(captured), loc=scope.loc)
    _bind(op, scope.add(made).results[1:], scope)


def _bind(op: Operation, results: Sequence[Value], scope: Scope) -> None:
    for result, value in zip(op.results, results, strict=True):
        scope.bind(result, value)


def ends_region(op: Operation, scope: Scope) -> None:
    """What a region yields."""
    if scope.outer is None:
        raise error(op, "stands in no region of scf")
    scope.returned = op.operands


OPS = {
    "scf.if": branch,
    "scf.for": for_,
    "scf.while": while_,
    "scf.yield": ends_region,
    "scf.condition": ends_region,
}
