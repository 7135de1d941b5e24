"""func: functions, calls, returns."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from tensorir.mlir.reader.assembly.common import resolve_each, terminator
from tensorir.mlir.reader.assembly.signature import (
    arguments,
    attribute_lists,
    body,
    function_attributes,
    visibility,
)
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import Attribute, FunctionType, Type


def _function(p: OpParser, op: str) -> Parsed:
    """`func.func private @f(%a: type {…}) -> (type {…}) attributes {…} { … }`."""
    seen = visibility(p)
    name = p.symbol()
    read = arguments(p)
    results: list[Type] = []
    result_attributes: list[dict[str, Attribute]] = []
    if p.lex.accept("->"):
        _results(p, results, result_attributes)
    type = FunctionType(tuple(read.types), tuple(results))
    given = {
        **seen,
        **attribute_lists("arg_attrs", read.attributes),
        **attribute_lists("res_attrs", result_attributes),
    }
    attributes = function_attributes(p, name, type, given)
    return Parsed(attributes=attributes, regions=body(p, read))


def _results(p: OpParser, results: list[Type], attributes: list[dict[str, Attribute]]) -> None:
    """`type`, or `(type {…}, …)`."""
    if not p.lex.accept("("):
        results.append(p.type())
        return
    if p.lex.accept(")"):
        return
    while True:
        results.append(p.type())
        attributes.append(p.optional_attr_dict())
        if not p.lex.accept(","):
            break
    p.lex.expect(")", "after the results")


def _call(p: OpParser, op: str) -> Parsed:
    """`call @f(%a) {…} : (type) -> type`."""
    callee = p.symbol_ref()
    p.lex.expect("(", "before the operands")
    uses = p.uses(")")
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the function's type")
    start = p.lex.start
    type = p.function_type()
    return Parsed(
        resolve_each(p, uses, type.inputs, start), type.results, {**attributes, "callee": callee}, name="func.call"
    )


def _return(p: OpParser, op: str) -> Parsed:
    """`return {…} %a, %b : type, type`."""
    return evolve(terminator(p, op), name="func.return")


ASSEMBLY: Mapping[str, Assembly] = {
    "func.func": _function,
    "func.call": _call,
    "func.return": _return,
    "call": _call,
    "return": _return,
}
