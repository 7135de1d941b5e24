"""What a function op says of itself: its name, its block, who may call it."""

from __future__ import annotations

from tensorir.frontends.mlir.syntax import Block, Operation, StringAttr
from tensorir.ir.diagnostic import Diagnostic, ParseError


def function_name(op: Operation) -> str:
    found = op.attributes.get("sym_name")
    if not isinstance(found, StringAttr):
        raise ParseError([Diagnostic(f"{op.name}: has no name", op.loc)])
    return found.value


def is_private(op: Operation) -> bool:
    """Whether only this module may call the function."""
    found = op.attributes.get("sym_visibility")
    return isinstance(found, StringAttr) and found.value in ("private", "nested")


def body(op: Operation) -> Block:
    """The block of a function. Raises ParseError for a declaration."""
    if not op.regions or not op.regions[0]:
        raise ParseError([Diagnostic(f"{op.name}: @{function_name(op)} has no body", op.loc)])
    return op.regions[0][0]
