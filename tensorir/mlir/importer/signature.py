"""What the arguments of functions are in the core, among them the buffers of IREE's calling convention."""

from __future__ import annotations

from tensorir.ir.diagnostic import InferError
from tensorir.mlir.importer.program import ImportState
from tensorir.mlir.importer.types import BUFFER, is_buffer
from tensorir.mlir.syntax import Operation, RankedTensor, SSAValue, SymbolRef, Type

CALLS = ("func.call", "util.call")


def argument_type(function: Operation, index: int, program: ImportState) -> Type:
    """The written type of an argument; for a buffer, that of the tensor that it is imported as, here or in a function
    that it is given to. Raises InferError if nothing says it."""
    seen: set[tuple[int, int]] = set()
    while (id(function), index) not in seen:
        seen.add((id(function), index))
        if not function.regions or not function.regions[0] or index >= len(function.regions[0][0].args):
            break
        v = function.regions[0][0].args[index]
        if not is_buffer(v.type):
            return v.type
        user = _import_or_call(function, v)
        if user is None:
            break
        if user.name == "hal.tensor.import":
            return _imported(user)
        callee = user.attributes.get("callee")
        found = program.symbols.get(callee.path[0]) if isinstance(callee, SymbolRef) and callee.path else None
        if found is None:
            break
        function, index = found, user.operands.index(v)
    raise InferError(f"argument {index} is a {BUFFER} that no hal.tensor.import gives a type")


def _import_or_call(function: Operation, v: SSAValue) -> Operation | None:
    for op in function.regions[0][0].ops:
        if op.name in ("hal.tensor.import", *CALLS) and v in op.operands:
            return op
    return None


def _imported(op: Operation) -> Type:
    if len(op.results) != 1 or not isinstance(op.results[0].type, RankedTensor):
        raise InferError("hal.tensor.import must give one ranked tensor")
    return op.results[0].type
