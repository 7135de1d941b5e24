"""Functions as func and util write them: name, arguments, results, attributes, body. How globals begin."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from tensorir.mlir.reader.parser import OpParser
from tensorir.mlir.syntax import (
    ArrayAttr,
    Attribute,
    Block,
    DictAttr,
    FunctionType,
    StringAttr,
    Type,
    TypeAttr,
    UnitAttr,
)

VISIBILITIES = ("public", "private", "nested")


@define
class Arguments:
    """What stands in a function's parentheses. `named`: name, its place, type of each argument; empty in a declaration
    that gives only types."""

    types: list[Type]
    attributes: list[dict[str, Attribute]]
    named: list[tuple[str, int, Type]]


def visibility(p: OpParser) -> dict[str, Attribute]:
    """`public`, `private` or `nested`, as `sym_visibility`, if it is there."""
    word = p.lex.text
    if p.lex.kind != "name" or word not in VISIBILITIES:
        return {}
    p.lex.advance()
    return {"sym_visibility": StringAttr(word)}


def global_head(p: OpParser) -> dict[str, Attribute]:
    """`private mutable @g`, the first two of which may be missing."""
    attributes = visibility(p)
    if p.lex.accept("mutable"):
        attributes["is_mutable"] = UnitAttr()
    return {**attributes, "sym_name": StringAttr(p.symbol())}


def arguments(p: OpParser) -> Arguments:
    """`(%a: type {attrs} loc(…), …)` or `(type {attrs}, …)`."""
    lex = p.lex
    lex.expect("(", "before the arguments")
    read = Arguments([], [], [])
    if lex.accept(")"):
        return read
    while True:
        if lex.text == "...":
            raise lex.error("functions of any number of arguments ('...') are not supported")
        start = lex.start
        name = ""
        if lex.kind == "value":
            name = lex.text
            if "#" in name:
                raise lex.error(f"'{name}' is one of several results: not a name for an argument")
            lex.advance()
            lex.expect(":", "and the argument's type")
        if read.types and bool(name) != bool(read.named):
            raise lex.error("either all arguments have names, or none has", start)
        type = p.type()
        read.types.append(type)
        if name:
            read.named.append((name, start, type))
        read.attributes.append(p.optional_attr_dict())
        p.optional_location()
        if not lex.accept(","):
            break
    lex.expect(")", "after the arguments")
    return read


def attribute_lists(name: str, lists: Sequence[dict[str, Attribute]]) -> dict[str, Attribute]:
    """`arg_attrs` or `res_attrs`: left out where no argument has one."""
    return {name: ArrayAttr(tuple(map(DictAttr, lists)))} if any(lists) else {}


def function_attributes(
    p: OpParser, name: str, type: FunctionType, given: dict[str, Attribute]
) -> dict[str, Attribute]:
    """The attributes of a function: those that its head stands for, and those after the word `attributes`. Raises
    ParseError if the latter repeat the former."""
    attributes: dict[str, Attribute] = {**given, "sym_name": StringAttr(name), "function_type": TypeAttr(type)}
    start = p.lex.start
    if p.lex.accept("attributes"):
        if p.lex.text != "{":
            raise p.lex.error(f"expected '{{' after 'attributes', found {p.lex.found()}")
        extra = p.optional_attr_dict()
        for key in extra:
            if key in attributes or key in ("arg_attrs", "res_attrs", "sym_visibility"):
                raise p.lex.error(f"'{key}' is written in the function's head, not among its attributes", start)
        attributes |= extra
    return attributes


def body(p: OpParser, read: Arguments) -> tuple[tuple[Block, ...], ...]:
    """The function's region; a declaration has one without a block."""
    if p.lex.text != "{":
        return ((),)
    if len(read.named) != len(read.types):
        raise p.lex.error("a function with a body needs names for its arguments")
    return (p.region(read.named),)
