"""Properties of a function op: its name, its block, its visibility. Also errors at ops."""

from __future__ import annotations

from tensorir.ir.diagnostic import Diagnostic, InferError, ParseError
from tensorir.mlir.syntax import Block, FunctionType, Operation, StringAttr, TypeAttr

FUNCTIONS = ("func.func", "util.func")


def error(op: Operation, message: str) -> ParseError:
    """`file:line:col: error: <op name>: message`."""
    return ParseError([Diagnostic(f"{op.name}: {message}", op.loc)])


def function_name(op: Operation) -> str:
    """Returns the name of a function or global. Raises ParseError if it has none."""
    found = op.attributes.get("sym_name")
    if not isinstance(found, StringAttr):
        raise error(op, "has no name")
    return found.value


def is_private(op: Operation) -> bool:
    """Whether only this module may call the function."""
    found = op.attributes.get("sym_visibility")
    return isinstance(found, StringAttr) and found.value in ("private", "nested")


def body(op: Operation) -> Block:
    """Returns the block of a function. Raises ParseError for a declaration."""
    if not op.regions or not op.regions[0]:
        raise error(op, f"@{function_name(op)} has no body")
    return op.regions[0][0]


def function_type(op: Operation) -> FunctionType:
    """Returns the written type. Raises InferError if it is missing or differs from the types of the body's
    arguments."""
    found = op.attributes.get("function_type")
    type = found.type if isinstance(found, TypeAttr) else None
    if not isinstance(type, FunctionType):
        raise InferError("needs the attribute function_type")
    if op.regions and op.regions[0] and type.inputs != tuple(v.type for v in op.regions[0][0].args):
        raise InferError("its arguments are not those of its type")
    return type
