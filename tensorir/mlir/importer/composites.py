"""Private functions that stand for one op of the core: `tensorir_op` names it, `tensorir_attributes` holds its
attributes in the text form of programs, and the body computes the op in standard dialects."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from tensorir.dialects.registry import OPS as CORE_OPS
from tensorir.ir.diagnostic import InferError, ParseError
from tensorir.ir.dims import DimExpr
from tensorir.ir.dtype import i64
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Operation, StringAttr
from tensorir.text.attributes import MISFIT, Schema, SymbolRef, attribute_value, coerced, described, schema
from tensorir.text.lexer import Lexer, did_you_mean

_SIZE = TensorType((), i64)
NAME, ATTRIBUTES = "tensorir_op", "tensorir_attributes"


def is_composite(function: Operation) -> bool:
    """Returns whether calls of `function` stand for an op of the core."""
    return NAME in function.attributes


def composite(function: Operation, inputs: Sequence[Value], scope: Scope) -> tuple[Value, ...]:
    """Returns the op of the core that a call of `function` stands for. Raises InferError if the call does not fit the
    op."""
    name = _text(function, NAME)
    cls = CORE_OPS.get(name)
    if cls is None or cls.REGIONS or cls.SYMBOLS:
        raise InferError(
            f"{NAME} = {name!r} is not the name of an op that a function can stand for{did_you_mean(name, CORE_OPS)}"
        )
    fields = schema(cls)
    given = _attributes(_text(function, ATTRIBUTES, "{}"), cls, fields)
    made = cls(**_operands(cls, fields, inputs), **{k: _known(v, scope) for k, v in given.items()}, loc=scope.loc)
    return scope.add(made).results


def _text(function: Operation, name: str, default: str | None = None) -> str:
    found = function.attributes.get(name)
    if found is None and default is not None:
        return default
    if not isinstance(found, StringAttr):
        raise InferError(f"the attribute {name} of the function must be a string")
    return found.value


def _operands(cls: type[Op], fields: Schema, inputs: Sequence[Value]) -> dict[str, Any]:
    """Assigns the inputs to the fields of the op: single operands before and after its one list."""
    front, back = len(fields.before), len(fields.after)
    if fields.many is None and all(v.type == _SIZE for v in inputs[front:]):
        inputs = inputs[:front]  # sizes for the body, which the attributes also contain
    if len(inputs) < front + back or (fields.many is None and len(inputs) > front):
        raise InferError(f"{cls.NAME} does not take {len(inputs)} operands")
    end = len(inputs) - back
    named: dict[str, Any] = dict(zip(fields.before, inputs[:front], strict=True))
    if fields.many is not None:
        named[fields.many] = tuple(inputs[front:end])
    return {**named, **dict(zip(fields.after, inputs[end:], strict=True))}


def _attributes(text: str, cls: type[Op], fields: Schema) -> Mapping[str, Any]:
    try:
        found = _read(Lexer(text, ATTRIBUTES))
    except ParseError as e:
        raise InferError(f"{ATTRIBUTES}: {e.diagnostics[0].message}") from None
    for name, value in found.items():
        if name not in fields.hints:
            raise InferError(f"{cls.NAME} has no attribute {name}{did_you_mean(name, fields.hints)}")
        found[name] = coerced(value, fields.hints[name])
        if found[name] is MISFIT:
            raise InferError(f"the attribute {name} of {cls.NAME} must be {described(fields.hints[name])}")
    if missing := [n for n in fields.hints if n not in found and n not in fields.defaults]:
        raise InferError(f"{cls.NAME} needs the attribute {missing[0]}")
    return found


def _read(lex: Lexer) -> dict[str, Any]:
    """`{name = value, …}`."""
    found: dict[str, Any] = {}
    lex.expect("{")
    while not lex.accept("}"):
        if found:
            lex.expect(",", "or '}'")
        start = lex.start
        name = lex.take("name", "the name of an attribute")
        if name in found:
            raise lex.error(f"the attribute {name} is given twice", start)
        lex.expect("=")
        value = attribute_value(lex)
        found[name] = value.name if isinstance(value, SymbolRef) else value
    lex.expect_end()
    return found


def _known(value: Any, scope: Scope) -> Any:
    """Returns an attribute with its sizes in terms of the current function."""
    if isinstance(value, DimExpr):
        return scope.sizes.known(value)
    if isinstance(value, tuple):
        return tuple(_known(v, scope) for v in typing.cast("tuple[Any, ...]", value))
    return value
