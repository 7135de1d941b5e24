"""func: calls and returns. A call of a function that stands for an op of the core becomes that op."""

from __future__ import annotations

from tensorir.dialects.func import Call
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, plain_symbol, substitute, symbols_of
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import symbol
from tensorir.mlir.importer.composites import composite, is_composite
from tensorir.mlir.importer.definitions import FUNCTIONS, function_type
from tensorir.mlir.importer.inlining import is_written_out, write_out
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import is_token
from tensorir.mlir.syntax import FunctionType, Operation


def returns(op: Operation, scope: Scope) -> None:
    """The results of the function, or of the call that is written out."""
    scope.returned = op.operands


def call(op: Operation, scope: Scope) -> None:
    """Sizes that the callee names are those of this call's arguments; sizes that it needs to be equal are."""
    name = symbol(op, "callee")
    target = scope.program.symbols.get(name)
    if target is None or target.name not in FUNCTIONS:
        raise InferError(f"there is no function @{name}")
    _check_type(op, target, name)
    if is_written_out(target) and not is_composite(target):
        write_out(op, target, scope)
        return
    inputs = [scope.tensor(v) for v in op.operands if not is_token(v.type)]
    if is_composite(target):
        _bind(op, composite(target, inputs, scope), scope)
        return
    callee = scope.program.function(name, op)
    if callee.states:
        raise InferError(f"@{name} is public and has the state @{callee.states[0]}: only a session calls it")
    kept = scope.program.private_states.get(name, ())
    if kept:
        if scope.states is None:
            raise InferError(f"@{name} has the state @{kept[0]}: only the body of a function calls it")
        inputs += [scope.states.load(state) for state in kept]
    if len(inputs) != len(callee.body.args):
        raise InferError(f"@{name} takes {len(callee.body.args)} arguments, got {len(inputs)}")
    sizes = bound_sizes(callee.body.arg_types, inputs, scope)
    given: list[Value] = []
    for i, (value, expected) in enumerate(zip(inputs, callee.body.arg_types, strict=True)):
        if value.type.dtype != expected.dtype or value.type.encoding != expected.encoding:
            raise InferError(f"argument {i} of @{name} is {expected}, got {value.type}")
        given.append(scope.with_shape(value, _under(expected, sizes).shape))
    types = tuple(_under(t, sizes) for t in callee.body.yield_types)
    made = scope.add(Call(tuple(given), name, types, loc=scope.loc)).results
    for state, value in zip(kept, made[len(made) - len(kept) :], strict=True):
        assert scope.states is not None
        scope.states.store(state, value)
    _bind(op, made[: len(made) - len(kept)], scope)


def _check_type(op: Operation, target: Operation, name: str) -> None:
    """Raises InferError unless the call is of the type that the function has."""
    type = function_type(target)
    given = FunctionType(tuple(v.type for v in op.operands), tuple(v.type for v in op.results))
    if given != type:
        raise InferError(f"@{name} is {type}, the call {given}")


def bound_sizes(types: tuple[TensorType, ...], values: list[Value], scope: Scope) -> dict[str, Dim]:
    """What the symbols in argument types are for the given values. Raises InferError for one that nothing binds."""
    sizes: dict[str, Dim] = {}
    for i, (type, value) in enumerate(zip(types, values, strict=True)):
        if type.rank != value.type.rank:
            raise InferError(f"argument {i} is {type}, got {value.type}")
        for dim, actual in zip(type.shape, value.type.shape, strict=True):
            name = plain_symbol(dim)
            if name is not None and sizes.setdefault(name, actual) != actual:
                scope.equal(sizes[name], actual)
    for type in types:
        if missing := sorted(type.symbols - set(sizes)):
            raise InferError(f"the size {missing[0]} in {type} is the size of no argument")
    return sizes


def _under(type: TensorType, sizes: dict[str, Dim]) -> TensorType:
    return (
        type.with_shape(tuple(substitute(d, sizes) for d in type.shape)) if any(map(symbols_of, type.shape)) else type
    )


def _bind(op: Operation, values: tuple[Value, ...], scope: Scope) -> None:
    results = [r for r in op.results if not is_token(r.type)]
    for r in op.results:
        if is_token(r.type):
            scope.bind_nothing(r, "is a result without data")
    if len(results) != len(values):
        raise InferError(f"gives {len(values)} results, {len(results)} are written")
    for result, value in zip(results, values, strict=True):
        scope.bind(result, value)


OPS = {"func.return": returns, "util.return": returns, "func.call": call, "util.call": call}
