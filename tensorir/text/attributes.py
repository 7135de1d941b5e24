"""Reads and prints attribute values, and checks them against the fields of an op class.

The form of a value shows its kind, so the text can be read without knowing the op; the class is then asked whether
the kind is right. Printing is total: a value without a textual form prints as `#opaque<"…">`,
which the parser refuses.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from attrs import NOTHING, fields, frozen

from tensorir.encoding.digits import DigitLayout
from tensorir.encoding.resolver import Tiles
from tensorir.ir.affine import AffineMap
from tensorir.ir.dense import Dense
from tensorir.ir.dims import DimExpr
from tensorir.ir.dtype import DTYPES, DType
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.types import TensorType, TypeEncoding
from tensorir.ir.value import Value
from tensorir.text.bodies import arguments, body_text, steps
from tensorir.text.dense_data import dense_text, dense_type_text, typed_dense
from tensorir.text.digits import digits, digits_text
from tensorir.text.encodings import encoding, encoding_text, tiles
from tensorir.text.lexer import MAX_NESTING, Lexer
from tensorir.text.literals import (
    CONSTANTS,
    FLOATS,
    RESERVED,
    number,
    number_text,
    quoted,
    string,
    symbol,
    symbol_name,
)
from tensorir.text.sizes import map_results, map_text, size, size_text
from tensorir.text.types import EncodingText, tensor_type, type_text

_MAX_PRINTED_NESTING = 64


@frozen
class SymbolRef:
    """`@name` as an attribute."""

    name: str


def value_text(value: object, encoded: EncodingText = encoding_text, depth: int = 0) -> str:
    """Prints an attribute's value, with encodings printed by `encoded`. Never raises."""
    try:
        text = _text(value, encoded, depth)
    except Exception:  # printing is total, whatever is wrong inside the value
        text = None
    return opaque(value) if text is None else text


def _text(value: object, encoded: EncodingText, depth: int) -> str | None:
    match value:
        case None:
            return "none"
        case np.number() | np.bool():  # NumPy scalars where Python numbers belong
            return value_text(value.item())
        case bool() | int() | float():
            return number_text(value)
        case str():
            return quoted(value)
        case tuple() | list():
            items = typing.cast("tuple[object, ...]", value)
            if depth > _MAX_PRINTED_NESTING:
                return None
            return f"[{', '.join(value_text(v, encoded, depth + 1) for v in items)}]"
        case DimExpr():
            return size_text(value)
        case DType():
            return value.name
        case TensorType():
            return type_text(value, encoded)
        case TypeEncoding():
            return encoded(value)
        case Tiles():
            return str(value)
        case DigitLayout():
            return digits_text(value)
        case AffineMap():
            return map_text(value)
        case ScalarBody():
            return body_text(value)
        case Dense():
            return f"{dense_text(value)} : {dense_type_text(value)}"
        case SymbolRef():
            return symbol_name(value.name)
        case _:
            return None


def attributes_text(op: Op, encoded: EncodingText = encoding_text) -> str:
    """Prints `{name = value, …}` for the attributes that differ from their defaults; an empty string if there are
    none."""
    defaults = schema(type(op)).defaults
    parts: list[str] = []
    for name in op.ATTRIBUTES:
        value = getattr(op, name)
        if name in defaults and same_value(value, defaults[name]):
            continue
        if name in op.SYMBOLS and isinstance(value, str):
            value = SymbolRef(value)
        parts.append(f"{name} = {value_text(value, encoded)}")
    return f"{{{', '.join(parts)}}}" if parts else ""


def opaque(value: object) -> str:
    """Prints a value that has no textual form."""
    try:
        text = repr(value)
    except Exception:
        text = type(value).__name__
    return f"#opaque<{quoted(text[:200])}>"


def attribute_value(lex: Lexer) -> Any:
    """Reads a value: lists become tuples, `@name` a SymbolRef. Without recursion."""
    stack: list[list[Any]] = []
    while True:
        if lex.at("["):
            if len(stack) >= MAX_NESTING:
                raise lex.error(f"lists are nested deeper than {MAX_NESTING}")
            lex.advance()
            stack.append([])
            if not lex.at("]"):
                continue
        else:
            value = _single(lex)
            if not stack:
                return value
            stack[-1].append(value)
        while stack:
            if stack[-1] and lex.accept(","):
                break
            lex.expect("]", "or ','")
            value = tuple(stack.pop())
            if not stack:
                return value
            stack[-1].append(value)


def _single(lex: Lexer) -> Any:
    text = lex.text
    match lex.kind:
        case "string":
            return string(lex)
        case "symbol":
            return SymbolRef(symbol(lex))
        case "hash":
            return tiles(lex) if text == "#tiles" else digits(lex) if text == "#digits" else encoding(lex)
        case "float":
            return number(lex)
        case "int" | "size":
            return size(lex)
        case "name" if text in RESERVED:
            return _reserved(lex)
        case "name":
            return size(lex)
        case _ if text == "-":
            kind, after = lex.peek()
            return number(lex) if kind == "float" or after in FLOATS else size(lex)
        case _ if text == "(":
            return _function(lex)
        case _:
            raise lex.error(f"expected a value, found {lex.found()}")


def _reserved(lex: Lexer) -> Any:
    text = lex.text
    if text == "tensor":
        return tensor_type(lex)
    if text == "dense":
        return typed_dense(lex)
    if text in FLOATS:
        return number(lex)
    if text in CONSTANTS:
        lex.advance()
        return CONSTANTS[text]
    if text in DTYPES:
        lex.advance()
        return DTYPES[text]
    return size(lex)


def _function(lex: Lexer) -> AffineMap | ScalarBody:
    """Reads a map or a scalar body, which differ in whether a colon follows the first name."""
    lex.advance()
    names: list[str] = []
    while not lex.accept(")"):
        if names:
            lex.expect(",", "or ')'")
        start = lex.start
        names.append(name := lex.take("name", "a name (an affine map or a scalar body begins here)"))
        if lex.text == ":" and len(names) == 1:
            return arguments(lex, name)
        if name in RESERVED:
            raise lex.error(f"'{name}' can't name an iteration dim", start)
    return steps(lex, {}) if not names and lex.text == "{" else map_results(lex, tuple(names))


@frozen
class Schema:
    """The fields of an op class: fixed operands before and after the one list of operands, and attributes."""

    before: tuple[str, ...]
    many: str | None
    after: tuple[str, ...]
    hints: Mapping[str, Any]
    defaults: Mapping[str, Any]


@cache
def schema(cls: type[Op]) -> Schema:
    """Reads the fields of a class. Raises TypeError for two list fields, which the text could not tell apart."""
    hints = typing.get_type_hints(cls)
    lists = [name for name in cls.OPERANDS if hints[name] is not Value]
    if len(lists) > 1:
        raise TypeError(f"{cls.NAME} has more than one list of operands: {', '.join(lists)}")
    at = cls.OPERANDS.index(lists[0]) if lists else len(cls.OPERANDS)
    defaults = {f.name: f.default for f in fields(cls) if f.name in cls.ATTRIBUTES and f.default is not NOTHING}
    return Schema(
        cls.OPERANDS[:at],
        lists[0] if lists else None,
        cls.OPERANDS[at + 1 :],
        {name: hints[name] for name in cls.ATTRIBUTES},
        defaults,
    )


class _Misfit:
    """The type of MISFIT."""


MISFIT = _Misfit()


def coerced(value: Any, hint: Any, *, exact: bool = False) -> Any:
    """Converts `value` for a field annotated with `hint`, or returns MISFIT. An int is accepted as a float unless
    `exact`."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union or origin is types.UnionType:
        for strict in (True, False)[exact:]:
            for member in args:
                if (found := coerced(value, member, exact=exact or strict)) is not MISFIT:
                    return found
        return MISFIT
    if origin is typing.Literal:
        return value if any(type(value) is type(a) and value == a for a in args) else MISFIT
    if origin is tuple:
        if not isinstance(value, tuple):
            return MISFIT
        items = typing.cast("tuple[Any, ...]", value)
        each = (args[0],) * len(items) if len(args) == 2 and args[1] is Ellipsis else args
        if len(each) != len(items):
            return MISFIT
        made = tuple(coerced(v, h, exact=exact) for v, h in zip(items, each, strict=True))
        return MISFIT if any(m is MISFIT for m in made) else made
    if hint is Any:
        return value
    if hint is float and type(value) is int and not exact:
        return float(value)
    if hint in (int, float, bool, str) or hint is type(None):
        return value if type(value) is hint else MISFIT
    return value if isinstance(value, hint) else MISFIT


_DESCRIBED: dict[Any, str] = {
    int: "an int",
    float: "a float",
    bool: "true or false",
    str: "a string",
    type(None): "none",
    DimExpr: "a size",
    DType: "an element type",
    TensorType: "a type",
    TypeEncoding: "an encoding or layout",
    DigitLayout: "a layout as digits",
    AffineMap: "an affine map",
    ScalarBody: "a scalar body",
    Dense: "dense data",
}


def described(hint: Any) -> str:
    """Describes an annotation in the words of error messages."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union or origin is types.UnionType:
        return " or ".join(dict.fromkeys("a size" if a is int and DimExpr in args else described(a) for a in args))
    if origin is typing.Literal:
        return "one of " + ", ".join(value_text(a) for a in args)
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return f"a list, each entry {described(args[0])}"
    if origin is tuple:
        return f"a list of {len(args)}: {', '.join(map(described, args))}"
    return _DESCRIBED.get(hint) or getattr(hint, "__name__", str(hint))


def same_value(a: object, b: object) -> bool:
    """Whether two values are equal in value and type: 0, 0.0, -0.0 and false differ, two NaNs do not."""
    if type(a) is not type(b):
        return False
    return repr(a) == repr(b) if isinstance(a, float) else a is b or bool(a == b)
